"""Credentials and verdicts as JSON documents, for programs that read what `checkpoint` prints."""

from datetime import datetime
from typing import Any

from checkpoint.events import Event
from protocol.claims import Amendment, Credential, CrewCard, CrewEntry, VehiclePass
from protocol.journey import Journey, journey_of
from protocol.reasons import Verdict
from protocol.times import to_rfc3339

KINDS = {VehiclePass: "vehicle_pass", CrewCard: "crew_card", Amendment: "amendment"}


def describe_verdict(verdict: Verdict) -> dict[str, Any]:
    """Return outcome, reasons and what was signed; `pass` is null unless a known issuer signed it.

    `journey` is there if slips or newer cards beside the pass have changed it.
    """
    document = {
        "outcome": str(verdict.outcome),
        "reasons": [str(reason) for reason in dict.fromkeys(verdict.reasons)],
        "pass": describe_credential(verdict.credential) if verdict.credential else None,
    }
    if isinstance(verdict.credential, VehiclePass) and verdict.journey not in {None, journey_of(verdict.credential)}:
        document["journey"] = describe_journey(verdict.journey)
    return document


def describe_journey(journey: Journey) -> dict[str, Any]:
    """Return who rides where with what, each person under their crew index, and the numbers of the slips that count."""
    return {
        "crew": [{"index": index} | _describe_person(entry) for index, entry in journey.crew],
        "route": list(journey.route),
        "cargo": journey.cargo.name.lower(),
        "amendments": [slip.cti.hex() for slip in journey.amendments],
    }


def describe_event(event: Event) -> dict[str, Any]:
    """Return the verdict of a scanned code, with the id of its record."""
    verdict = describe_verdict(event.code.verdict) if event.code else {}
    return {"id": event.id, "scanned_at": event.scanned_at.isoformat().replace("+00:00", "Z"), **verdict}


def describe_credential(credential: Credential) -> dict[str, Any]:
    """Return everything that a credential says."""
    common = {
        "kind": KINDS[type(credential)],
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
    if isinstance(credential, Amendment):
        return common | {
            "pass_cti": credential.pass_cti.hex(),
            "joining": [{"index": index} | _describe_person(entry) for index, entry in credential.joining],
            "renewed": [{"index": index, "expires_at": to_rfc3339(moment)} for index, moment in credential.renewed],
            "leaving": list(credential.leaving),
            "leg": list(credential.leg),
            "cargo": credential.cargo.name.lower() if credential.cargo is not None else None,
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
