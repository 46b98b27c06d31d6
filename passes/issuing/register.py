"""Looking passes up: a carrier's own, the authority's register, and where a pass stands at a moment."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes.accounts.services import organisations_named
from passes.applications.models import ApplicationVehicle, Decision
from passes.batches import in_batches
from passes.issuing.models import (
    CrewChange,
    PassCrew,
    PassPlate,
    PassStatus,
    RevocationReason,
    Supplement,
    SupplementCrew,
    SupplementDecision,
    VehiclePass,
)
from passes.typed import read_row

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import Organisation
    from passes.applications.models import Application
    from protocol.claims import Role as CrewRole


_WHOLE_NUMBER = re.compile(r"[A-Z]+-\d{2}-\d{6,}")
_BEGUN_NUMBER = re.compile(r"[A-Z]+-(\d{1,2}(-\d*)?)?")
_MOST_PLATES = 500


class PassState(enum.StrEnum):
    """Where a pass stands for whoever looks at it: signing, window and status together."""

    SIGNING = "signing"
    UNSIGNABLE = "unsignable"
    NOT_YET_VALID = "not_yet_valid"
    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
    SUSPENDED = "suspended"


def state_of(vehicle_pass: VehiclePass, now: datetime) -> PassState:
    """Return where a pass stands. What the authority took back comes before dates, dates before the signature."""
    if vehicle_pass.status is PassStatus.REVOKED:
        return PassState.REVOKED
    if vehicle_pass.status is PassStatus.SUSPENDED:
        return PassState.SUSPENDED
    if vehicle_pass.expires_at <= now:
        return PassState.EXPIRED
    if vehicle_pass.signed_at is None:
        return PassState.SIGNING if vehicle_pass.signing_error is None else PassState.UNSIGNABLE
    return PassState.NOT_YET_VALID if vehicle_pass.not_before > now else PassState.VALID


def _in_state(state: PassState, now: datetime) -> sa.ColumnElement[bool]:
    """Return the condition that agrees with `state_of`."""
    if state is PassState.REVOKED:
        return VehiclePass.status == PassStatus.REVOKED
    if state is PassState.SUSPENDED:
        return VehiclePass.status == PassStatus.SUSPENDED
    is_live = VehiclePass.status == PassStatus.VALID
    if state is PassState.EXPIRED:
        return sa.and_(is_live, VehiclePass.expires_at <= now)
    is_live = sa.and_(is_live, VehiclePass.expires_at > now)
    if state is PassState.SIGNING:
        return sa.and_(is_live, VehiclePass.signed_at.is_(None), VehiclePass.signing_error.is_(None))
    if state is PassState.UNSIGNABLE:
        return sa.and_(is_live, VehiclePass.signed_at.is_(None), VehiclePass.signing_error.is_not(None))
    is_live = sa.and_(is_live, VehiclePass.signed_at.is_not(None))
    has_begun = VehiclePass.not_before <= now
    return sa.and_(is_live, has_begun if state is PassState.VALID else sa.not_(has_begun))


@dataclass(frozen=True)
class RegisterFilter:
    """What the register is narrowed to.

    Args:
        text: part of a plate, however it is written, or of a pass's number.
        state: only passes that stand so.
        carrier: part of a carrier's name, or its tax number.
    """

    text: str = ""
    state: PassState | None = None
    carrier: str = ""

    @property
    def is_narrow(self) -> bool:
        """Whether it leaves anything out."""
        return self != RegisterFilter()


def search(
    query: str = "",
    state: PassState | None = None,
    *,
    carrier: Organisation | None = None,
    carrier_text: str = "",
    plates: Collection[str] | None = None,
    now: datetime,
) -> sa.Select[tuple[VehiclePass]]:
    """Return a statement for passes, newest first.

    Args:
        query: part of a plate, however it is written; a pass's number, its beginning, or the digits that end it.
        state: only those that stand so.
        carrier: only this carrier's.
        carrier_text: only those of carriers with this in their name, or with this tax number.
        plates: those that hold the query, as `plates_with` found them; None looks at every pass's plate.
        now: moment at which they are looked at.
    """
    statement = sa.select(VehiclePass).order_by(VehiclePass.requested_at.desc(), VehiclePass.id.desc())
    if carrier is not None:
        statement = statement.where(VehiclePass.carrier_id == carrier.id)
    if carrier_text.strip():
        statement = statement.where(VehiclePass.carrier_id.in_(organisations_named(carrier_text)))
    if state is not None:
        statement = statement.where(_in_state(state, now))
    if text := query.strip().upper():
        statement = statement.where(_says(text, plates))
    return statement


def _says(text: str, plates: Collection[str] | None) -> sa.ColumnElement[bool]:
    """Return the condition that a pass's plate holds a text, or its number is meant by it."""
    found: list[sa.ColumnElement[bool]] = []
    if plate := _plate_part(text):
        in_plate = VehiclePass.plate.contains(plate, autoescape=True)
        found.append(in_plate if plates is None else VehiclePass.plate.in_(plates))
    if _WHOLE_NUMBER.fullmatch(text):
        found.append(VehiclePass.number == text)
    elif _BEGUN_NUMBER.fullmatch(text):
        found.append(VehiclePass.number.startswith(text, autoescape=True))
    elif (row := read_row(text)) is not None:
        found.append(VehiclePass.application_vehicle_id == row)
    return sa.or_(sa.false(), *found)


def _plate_part(text: str) -> str:
    return "".join(c for c in text.upper() if c.isalnum())


def plates_with(session: Session, query: str) -> tuple[str, ...] | None:
    """Return every plate of a pass that holds a text, to be looked up by index; None when it is in too many.

    Passes are many beside plates: a text that few plates hold is found among them first. One that many plates hold
    is soon found among the newest passes, one after another.
    """
    part = _plate_part(query)
    if not part:
        return None
    statement = sa.select(PassPlate.plate).where(PassPlate.plate.contains(part, autoescape=True))
    found = tuple(session.scalars(statement.limit(_MOST_PLATES + 1)))
    return found if len(found) <= _MOST_PLATES else None


def find_by_number(session: Session, number: str, carrier: Organisation | None = None) -> VehiclePass | None:
    """Return the pass with this number, or None; with `carrier`, only one of that carrier's."""
    statement = sa.select(VehiclePass).where(VehiclePass.number == number)
    if carrier is not None:
        statement = statement.where(VehiclePass.carrier_id == carrier.id)
    return session.scalar(statement)


def people_on(number: str) -> sa.Select[tuple[int]]:
    """Return the query for the persons on the pass with this number, as people type it."""
    statement = sa.select(PassCrew.person_id).join(VehiclePass, PassCrew.pass_id == VehiclePass.id)
    return statement.where(VehiclePass.number == number.strip().upper())


def passes_of(session: Session, application: Application) -> list[VehiclePass]:
    """Return the passes that an application led to, in the order of its vehicles."""
    statement = (
        sa.select(VehiclePass)
        .join(VehiclePass.application_vehicle)
        .where(ApplicationVehicle.application_id == application.id)
        .order_by(ApplicationVehicle.position, VehiclePass.id)
    )
    return list(session.scalars(statement))


def holding_items(session: Session, item_ids: Collection[int]) -> frozenset[int]:
    """Return which vehicles of applications (by row id) have a pass that nobody revoked."""
    statement = sa.select(VehiclePass.application_vehicle_id).where(VehiclePass.status != PassStatus.REVOKED)
    column = VehiclePass.application_vehicle_id
    return frozenset(
        i for batch in in_batches(set(item_ids)) for i in session.scalars(statement.where(column.in_(batch)))
    )


def rides_by_slips(session: Session, people: Collection[int]) -> dict[int, dict[int, bool]]:
    """Return of persons under the passes of which vehicles of applications (by row id) slips say whether they ride.

    The last slip counts that was approved and holds; passes that are revoked are left out.
    """
    statement = (
        sa.select(SupplementCrew.person_id, VehiclePass.application_vehicle_id, SupplementCrew.change)
        .join(Supplement, Supplement.id == SupplementCrew.supplement_id)
        .join(SupplementDecision, SupplementDecision.supplement_id == Supplement.id)
        .join(VehiclePass, VehiclePass.id == Supplement.pass_id)
        .where(
            SupplementDecision.outcome == Decision.APPROVED,
            Supplement.status == PassStatus.VALID,
            VehiclePass.status != PassStatus.REVOKED,
            SupplementCrew.change.in_((CrewChange.JOINS, CrewChange.LEAVES)),
        )
        .order_by(Supplement.id, SupplementCrew.position)
    )
    found: dict[int, dict[int, bool]] = {}
    for batch in in_batches(set(people)):
        for row in session.execute(statement.where(SupplementCrew.person_id.in_(batch))):
            rides = found.setdefault(row.person_id, {})
            rides[row.application_vehicle_id] = row.change is CrewChange.JOINS
    return found


def crews_of(session: Session, pass_ids: Iterable[int]) -> dict[int, tuple[str, dict[int, tuple[int, CrewRole]]]]:
    """Return of each pass its identity as `iss:cti`, and crew index and role of each person on it."""
    found: dict[int, tuple[str, dict[int, tuple[int, CrewRole]]]] = {}
    for batch in in_batches(pass_ids):
        statement = sa.select(VehiclePass).where(VehiclePass.id.in_(batch)).options(sa.orm.lazyload("*"))
        for vehicle_pass in session.scalars(statement):
            found[vehicle_pass.id] = f"{vehicle_pass.iss}:{vehicle_pass.cti}", {}
        rows = sa.select(PassCrew.pass_id, PassCrew.person_id, PassCrew.position, PassCrew.role)
        for row in session.execute(rows.where(PassCrew.pass_id.in_(batch))):
            found[row.pass_id][1][row.person_id] = row.position, row.role
    return found


def misused(
    session: Session, plates: Collection[str], people: Collection[int], since: datetime
) -> tuple[Mapping[str, str], Mapping[int, str]]:
    """Return the numbers of passes that were revoked for misuse: by plate, and by person; the latest of each.

    Args:
        session: an open session.
        plates: normalised.
        people: row ids of persons.
        since: revocations before it are forgotten.
    """
    statement = (
        sa.select(VehiclePass.number)
        .where(
            VehiclePass.status == PassStatus.REVOKED,
            VehiclePass.status_reason == RevocationReason.MISUSE,
            VehiclePass.status_changed_at >= since,
        )
        .order_by(VehiclePass.status_changed_at, VehiclePass.id)
    )
    vehicles = statement.add_columns(VehiclePass.plate)
    crews = statement.join(PassCrew, PassCrew.pass_id == VehiclePass.id).add_columns(PassCrew.person_id)
    by_plate: dict[str, str] = {}
    for batch in in_batches(plates):
        by_plate |= {plate: number for number, plate in session.execute(vehicles.where(VehiclePass.plate.in_(batch)))}
    by_person: dict[int, str] = {}
    for batch in in_batches(people):
        by_person |= {who: number for number, who in session.execute(crews.where(PassCrew.person_id.in_(batch)))}
    return by_plate, by_person


def unsignable_numbers(session: Session) -> list[str]:
    """Return the numbers of passes that were approved and cannot be signed, oldest first."""
    stuck = (
        VehiclePass.signed_at.is_(None),
        VehiclePass.signing_error.is_not(None),
        VehiclePass.status == PassStatus.VALID,
    )
    return list(session.scalars(sa.select(VehiclePass.number).where(*stuck).order_by(VehiclePass.id)))
