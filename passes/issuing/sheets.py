"""From a signed pass to the plain values that its printed sheet shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from passes.areas.services import labels
from passes.issuing.pdf import CrewLine, Sheet
from passes.issuing.reissue import as_signed
from passes.issuing.services import IssuingError
from passes.trust.services import is_retired
from protocol.plates import format_plate
from protocol.texts import CARGO_CLASS_TEXTS, ROLE_TEXTS, VEHICLE_CLASS_TEXTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from passes.issuing.models import VehiclePass


@dataclass(frozen=True)
class Letterhead:
    """What the paper says of who issues it.

    Args:
        agency: the issuing agency.
        place: where it is issued.
        legal_basis: the decision it rests on.
        parent_agency: the agency above, or empty.
    """

    agency: str
    place: str
    legal_basis: str
    parent_agency: str = ""


def letterhead(settings: Mapping[str, Any]) -> Letterhead:
    """Return the letterhead that an instance's settings describe."""
    return Letterhead(
        agency=settings["ISSUING_AGENCY"],
        place=settings["ISSUING_PLACE"],
        legal_basis=settings["LEGAL_BASIS"],
        parent_agency=settings["ISSUING_PARENT_AGENCY"],
    )


def sheet_of(session: Session, vehicle_pass: VehiclePass, letterhead: Letterhead) -> Sheet:
    """Return everything the windscreen sheet of a pass shows.

    Raises:
        IssuingError: the pass is not signed yet, or waits to be signed again (`not_signed`); its key was retired, so
            that stations would refuse the paper (`key_retired`).
    """
    if vehicle_pass.signed_at is None or vehicle_pass.text is None or vehicle_pass.kid is None:
        raise IssuingError("not_signed", f"pass {vehicle_pass.number} is not signed yet")
    if is_retired(session, vehicle_pass.kid):
        raise IssuingError("key_retired", f"pass {vehicle_pass.number} is signed by a key that was retired")
    credential = as_signed(vehicle_pass.text)
    places = labels(session, credential.route)
    return Sheet(
        number=vehicle_pass.number,
        qr_text=vehicle_pass.text,
        plate=format_plate(credential.plate),
        vehicle_class=VEHICLE_CLASS_TEXTS[credential.vehicle_class]["vi"],
        payload_tonnes=credential.payload_tonnes,
        carrier=credential.carrier,
        crew=tuple(
            CrewLine(ROLE_TEXTS[entry.role]["vi"], entry.name, entry.id_last4, entry.expires_at)
            for entry in credential.crew
        ),
        route=tuple(places[code] for code in credential.route),
        cargo=CARGO_CLASS_TEXTS[credential.cargo]["vi"],
        valid_from=credential.not_before,
        expires_at=credential.expires_at,
        agency=letterhead.agency,
        parent_agency=letterhead.parent_agency,
        place=letterhead.place,
        issued_at=vehicle_pass.signed_at,
        legal_basis=letterhead.legal_basis,
        key_id=vehicle_pass.kid,
    )
