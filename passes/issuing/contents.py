"""From rows to credentials: what passes, slips and cards say, as the protocol knows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passes.areas.services import district_of
from passes.issuing.models import CrewChange, Supplement, SupplementKind, VehiclePass
from protocol import claims
from protocol.claims import CargoClass, CrewEntry, StatusRef, VehicleClass

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.issuing.models import PassCrew, SupplementCrew

_LAST_DIGITS = 4


def credential_of(vehicle_pass: VehiclePass, issued_at: datetime) -> claims.VehiclePass:
    """Return the claims of a pass."""
    application = vehicle_pass.application_vehicle.application
    return claims.VehiclePass(
        iss=vehicle_pass.iss,
        cti=bytes.fromhex(vehicle_pass.cti),
        issued_at=issued_at.replace(microsecond=0),
        not_before=vehicle_pass.not_before,
        expires_at=vehicle_pass.expires_at,
        plate=vehicle_pass.plate,
        vehicle_class=VehicleClass(vehicle_pass.vehicle_class),
        payload_tonnes=vehicle_pass.payload_tonnes,
        carrier=application.carrier.short_name,
        crew=tuple(_entry(entry) for entry in vehicle_pass.crew),
        route=application.route,
        cargo=CargoClass(application.cargo),
        status=_status(vehicle_pass),
    )


def supplement_credential(
    session: Session, supplement: Supplement, issued_at: datetime
) -> claims.Amendment | claims.CrewCard:
    """Return the claims of a slip or a card.

    Args:
        session: an open session.
        supplement: the row.
        issued_at: becomes `iat`.

    Raises:
        ClaimsError: somebody's residence is in no district.
    """
    common = {
        "iss": supplement.iss,
        "cti": bytes.fromhex(supplement.cti),
        "issued_at": issued_at.replace(microsecond=0),
        "not_before": supplement.not_before,
        "expires_at": supplement.expires_at,
        "status": _status(supplement),
    }
    if supplement.kind is SupplementKind.CARD:
        return _card(session, supplement, common)
    of = {change: [line for line in supplement.crew if line.change is change] for change in CrewChange}
    return claims.Amendment(
        **common,
        pass_cti=bytes.fromhex(supplement.vehicle_pass.cti if supplement.vehicle_pass else ""),
        joining=tuple((line.position, _entry(line)) for line in of[CrewChange.JOINS]),
        renewed=tuple((line.position, line.expires_at) for line in of[CrewChange.RENEWED] if line.expires_at),
        leaving=tuple(line.position for line in of[CrewChange.LEAVES]),
        leg=tuple(supplement.leg),
        cargo=None if supplement.cargo is None else CargoClass(supplement.cargo),
    )


def _card(session: Session, supplement: Supplement, common: dict[str, object]) -> claims.CrewCard:
    line = supplement.crew[0]
    district = district_of(session, line.person.residence_code)
    if district is None:
        raise claims.ClaimsError("the holder's residence is in no district")
    entry = _entry(line)
    return claims.CrewCard(
        **common,
        role=entry.role,
        name=entry.name,
        id_last4=entry.id_last4,
        licence_class=(line.member.licence_class if line.member else None) or "",
        district=district,
    )


def _entry(line: PassCrew | SupplementCrew) -> CrewEntry:
    return CrewEntry(
        role=line.role,
        name=line.person.name or "",
        id_last4=(line.person.id_number or "")[-_LAST_DIGITS:],
        expires_at=line.expires_at,
    )


def _status(paper: VehiclePass | Supplement) -> StatusRef:
    return StatusRef(uri=paper.status_uri or "", idx=paper.status_index or 0)
