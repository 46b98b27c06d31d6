"""Credentials and verdicts as JSON documents, for programs that read what `checkpoint` prints."""

from datetime import datetime
from typing import Any

from checkpoint.events import Event
from protocol.claims import Credential, CrewEntry, VehiclePass
from protocol.reasons import Verdict
from protocol.times import to_rfc3339


def describe_verdict(verdict: Verdict) -> dict[str, Any]:
    """Return outcome, reasons and what was signed; `pass` is null unless a known issuer signed it."""
    return {
        "outcome": str(verdict.outcome),
        "reasons": [str(reason) for reason in dict.fromkeys(verdict.reasons)],
        "pass": describe_credential(verdict.credential) if verdict.credential else None,
    }


def describe_event(event: Event) -> dict[str, Any]:
    """Return the verdict of a scanned code, with the id of its record."""
    verdict = describe_verdict(event.code.verdict) if event.code else {}
    return {"id": event.id, "scanned_at": event.scanned_at.isoformat().replace("+00:00", "Z"), **verdict}


def describe_credential(credential: Credential) -> dict[str, Any]:
    """Return everything that a credential says."""
    common = {
        "kind": "vehicle_pass" if isinstance(credential, VehiclePass) else "crew_card",
        "iss": credential.iss,
        "cti": credential.cti.hex(),
        "issued_at": to_rfc3339(credential.issued_at),
        "not_before": to_rfc3339(credential.not_before),
        "expires_at": to_rfc3339(credential.expires_at),
        "status": {"uri": credential.status.uri, "idx": credential.status.idx},
    }
    if isinstance(credential, VehiclePass):
        return common | {
            "plate": credential.plate,
            "vehicle_class": credential.vehicle_class.name.lower(),
            "payload_tonnes": float(credential.payload_tonnes),
            "carrier": credential.carrier,
            "crew": [_describe_person(entry) for entry in credential.crew],
            "route": list(credential.route),
            "cargo": credential.cargo.name.lower(),
        }
    return common | {
        "role": str(credential.role),
        "name": credential.name,
        "id_last4": credential.id_last4,
        "licence_class": credential.licence_class,
        "district": credential.district,
    }


def _describe_person(entry: CrewEntry) -> dict[str, Any]:
    person = {"role": str(entry.role), "name": entry.name, "id_last4": entry.id_last4}
    return person | {"expires_at": _or_none(entry.expires_at)}


def _or_none(moment: datetime | None) -> str | None:
    return to_rfc3339(moment) if moment else None
