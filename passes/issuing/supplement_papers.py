"""From a signed slip or card to the plain values that its print shows: exactly what was signed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passes.accounts.services import organisation_names
from passes.areas.services import labels
from passes.issuing.models import CrewChange, Supplement
from passes.issuing.pdf import CrewLine
from passes.issuing.small_papers import Card, Slip
from passes.issuing.standing import IssuingError
from passes.trust.services import is_retired
from protocol import claims
from protocol.plates import format_plate
from protocol.texts import CARGO_CLASS_TEXTS, ROLE_TEXTS

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.issuing.models import SupplementCrew
    from passes.issuing.sheets import Letterhead


def paper_of(session: Session, supplement: Supplement, letterhead: Letterhead) -> Slip | Card:
    """Return everything the print of a slip or card shows.

    Raises:
        IssuingError: it is not signed yet, or waits to be signed again (`not_signed`); its key was retired, so that
            stations would refuse the paper (`key_retired`).
    """
    if supplement.signed_at is None or supplement.text is None or supplement.kid is None:
        raise IssuingError("not_signed", f"{supplement.number} is not signed yet")
    if is_retired(session, supplement.kid):
        raise IssuingError("key_retired", f"{supplement.number} is signed by a key that was retired")
    credential = claims.peek(supplement.text)
    carrier = organisation_names(session, {supplement.carrier_id})[supplement.carrier_id]
    common = {
        "number": supplement.number,
        "qr_text": supplement.text,
        "carrier": carrier,
        "valid_from": credential.not_before,
        "expires_at": credential.expires_at,
        "agency": letterhead.agency,
        "issued_at": supplement.signed_at,
        "key_id": supplement.kid,
    }
    if isinstance(credential, claims.CrewCard):
        return Card(
            **common,
            role=ROLE_TEXTS[credential.role]["vi"],
            name=credential.name,
            id_last4=credential.id_last4,
            licence_class=credential.licence_class,
            district=labels(session, [credential.district]).get(credential.district, credential.district),
        )
    vehicle_pass = supplement.vehicle_pass
    if not isinstance(credential, claims.Amendment) or vehicle_pass is None:
        raise IssuingError("not_signed", f"{supplement.number} is no slip")
    places = labels(session, credential.leg)
    return Slip(
        **common,
        plate=format_plate(vehicle_pass.plate),
        pass_number=vehicle_pass.number,
        joining=tuple(_signed_line(entry) for _, entry in credential.joining),
        leaving=_lines(supplement, CrewChange.LEAVES, {}),
        renewed=_lines(supplement, CrewChange.RENEWED, dict(credential.renewed)),
        leg=tuple(places[code] for code in credential.leg),
        cargo="" if credential.cargo is None else CARGO_CLASS_TEXTS[credential.cargo]["vi"],
    )


def _signed_line(entry: claims.CrewEntry) -> CrewLine:
    return CrewLine(ROLE_TEXTS[entry.role]["vi"], entry.name, entry.id_last4, entry.expires_at)


def _lines(supplement: Supplement, change: CrewChange, ends: dict[int, datetime]) -> tuple[CrewLine, ...]:
    """Return the people whom the slip names by their crew index only."""
    return tuple(_line(line, ends.get(line.position)) for line in supplement.crew if line.change is change)


def _line(line: SupplementCrew, end: datetime | None) -> CrewLine:
    return CrewLine(ROLE_TEXTS[line.role]["vi"], line.person.name or "", line.person.id_end, end)
