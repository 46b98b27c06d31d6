"""What the log speaks of, by the names that people know: references, numbers, plates, addresses instead of rows."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes.accounts.models import Organisation, User
from passes.applications.models import Application
from passes.batches import in_batches
from passes.fleet.models import Vehicle
from passes.issuing.models import Supplement, VehiclePass
from protocol.plates import PlateError, format_plate, normalise_plate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy.orm import InstrumentedAttribute, Session

    from passes.db import Base

_NAMES: Mapping[type[Base], InstrumentedAttribute[str]] = {
    Application: Application.reference,
    Organisation: Organisation.short_name,
    Supplement: Supplement.number,
    User: User.email,
    Vehicle: Vehicle.plate,
    VehiclePass: VehiclePass.number,
}


def names_of(session: Session, subjects: Iterable[str]) -> dict[str, str]:
    """Return what people call these subjects (`Class:id`); those that bear no name of their own are left out."""
    wanted, found = set(subjects), {}
    for model, name in _NAMES.items():
        kind = f"{model.__name__}:"
        ids = [int(key) for one in wanted if one.startswith(kind) and (key := one.removeprefix(kind)).isdecimal()]
        for batch in in_batches(ids):
            for row_id, text in session.execute(sa.select(model.id, name).where(model.id.in_(batch))):
                found[f"{kind}{row_id}"] = format_plate(text) if model is Vehicle else text
    return found


def subjects_called(session: Session, kind: str, typed: str) -> tuple[str, ...]:
    """Return the subjects (`Class:id`) that people call so, of one kind or of any.

    Args:
        session: an open session.
        kind: the class; empty for any.
        typed: a reference, a number, a plate, an address or a short name; of a kind that is named, also its key.
    """
    found = [f"{kind}:{typed}"] if kind else []
    spellings = {typed, typed.upper(), typed.lower()}
    with contextlib.suppress(PlateError):
        spellings.add(normalise_plate(typed))
    for model, name in _NAMES.items():
        if kind in ("", model.__name__):
            found += [
                f"{model.__name__}:{row_id}"
                for row_id in session.scalars(sa.select(model.id).where(name.in_(spellings)))
            ]
    return tuple(found)
