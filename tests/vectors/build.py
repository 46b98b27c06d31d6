"""Writes new vectors: `python -m tests.vectors.build`, from fixed keys and dates, always the same bytes.

The cases and what is expected of them stand beside it; docs/format.md explains the files.
"""

import base64
import hashlib
import json
from pathlib import Path

from protocol import times
from protocol.assess import Context
from protocol.claims import Amendment, Credential, CrewCard, CrewEntry
from protocol.dictionaries import DICTIONARIES
from protocol.journey import Journey
from protocol.reasons import Finding
from tests.vectors.cases import UNVERIFIED, VERIFIED, Case
from tests.vectors.edges import JUDGED, REFUSED
from tests.vectors.together import TOGETHER

DIRECTORY = Path(__file__).parent
MANIFEST = DIRECTORY / "frozen.sha256"
"""The SHA-256 and name of every vector and dictionary, in the order of their coming; `sha256sum -c` reads it."""
CASES = UNVERIFIED | REFUSED | VERIFIED | JUDGED | TOGETHER


def render(name: str, case: Case) -> bytes:
    """The file of one vector."""
    document = {
        "name": name,
        "description": case.description,
        "texts": case.texts,
        "at": times.to_rfc3339(case.at),
        "context": _context(case.context),
        "trust": {path: base64.b64encode(content).decode() for path, content in case.trust.items()},
        "expected": {
            "outcome": case.outcome,
            "reasons": [finding.reason for finding in case.findings],
            "findings": [finding_document(finding) for finding in case.findings],
            "credential": None if case.credential is None else credential_document(case.credential),
            "journey": None if case.journey is None else journey_document(case.journey),
        },
    }
    return (json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _context(context: Context) -> dict[str, object]:
    return {
        "station": context.station.id if context.station else None,
        "plate_mismatch": context.plate_mismatch,
        "crew_present": context.crew_present,
        "crew_mismatch": context.crew_mismatch,
        "coming_from": context.coming_from,
        "last_seen_here": times.to_rfc3339(context.last_seen_here) if context.last_seen_here else None,
        "impossible_travel": context.impossible_travel,
        "clock_in_doubt": context.clock_in_doubt,
    }


def finding_document(finding: Finding) -> dict[str, object]:
    """A finding as a vector writes it."""
    return {
        "reason": finding.reason,
        "severity": finding.severity,
        "crew": finding.crew,
        "zone": finding.zone,
    }


def credential_document(credential: Credential) -> dict[str, object]:
    """A credential as a vector writes it."""
    common = {
        "iss": credential.iss,
        "cti": credential.cti.hex(),
        "issued_at": times.to_rfc3339(credential.issued_at),
        "not_before": times.to_rfc3339(credential.not_before),
        "expires_at": times.to_rfc3339(credential.expires_at),
        "status": {"uri": credential.status.uri, "idx": credential.status.idx},
    }
    if isinstance(credential, Amendment):
        return common | {
            "pass_cti": credential.pass_cti.hex(),
            "joining": [_member(index, entry) for index, entry in credential.joining],
            "renewed": [{"index": index, "expires_at": times.to_rfc3339(at)} for index, at in credential.renewed],
            "leaving": credential.leaving,
            "leg": credential.leg,
            "cargo": None if credential.cargo is None else credential.cargo.name,
        }
    if isinstance(credential, CrewCard):
        return common | {
            "role": credential.role,
            "name": credential.name,
            "id_last4": credential.id_last4,
            "licence_class": credential.licence_class,
            "district": credential.district,
        }
    return common | {
        "plate": credential.plate,
        "vehicle_class": credential.vehicle_class.name,
        "payload_tonnes": str(credential.payload_tonnes),
        "carrier": credential.carrier,
        "crew": [_crew_entry(entry) for entry in credential.crew],
        "route": credential.route,
        "cargo": credential.cargo.name,
    }


def journey_document(journey: Journey) -> dict[str, object]:
    """A journey as a vector writes it."""
    return {
        "crew": [_member(index, entry) for index, entry in journey.crew],
        "route": journey.route,
        "cargo": journey.cargo.name,
        "amendments": [slip.cti.hex() for slip in journey.amendments],
    }


def _member(index: int, entry: CrewEntry) -> dict[str, object]:
    return {"index": index} | _crew_entry(entry)


def _crew_entry(entry: CrewEntry) -> dict[str, object]:
    return {
        "role": entry.role,
        "name": entry.name,
        "id_last4": entry.id_last4,
        "expires_at": times.to_rfc3339(entry.expires_at) if entry.expires_at else None,
    }


def dictionary_file(number: int) -> Path:
    """Where a preset dictionary stands for those who read the vectors in another language."""
    return DIRECTORY / f"dictionary_{number}.bin"


def files() -> dict[str, bytes]:
    """Every vector and dictionary by its file's name, as it is written."""
    vectors = {f"{name}.json": render(name, case) for name, case in CASES.items()}
    return vectors | {dictionary_file(number).name: content for number, content in DICTIONARIES.items()}


def frozen() -> dict[str, str]:
    """The SHA-256 of every file that is frozen, by its name."""
    lines = MANIFEST.read_text("ascii").splitlines()
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}


def main() -> None:
    """Write what is new and freeze it; what is frozen already is never written anew.

    Raises:
        ValueError: If a frozen file would change. Nothing is written then.
    """
    digests, written = frozen(), files()
    changed = [name for name, content in written.items() if digests.get(name, digest(content)) != digest(content)]
    if changed or digests.keys() - written:
        raise ValueError(f"frozen, never to be changed or taken away: {changed or digests.keys() - written}")
    new = {name: content for name, content in written.items() if name not in digests}
    for name, content in new.items():
        (DIRECTORY / name).write_bytes(content)
    with MANIFEST.open("a", encoding="ascii") as manifest:
        manifest.writelines(f"{digest(content)}  {name}\n" for name, content in sorted(new.items()))


def digest(content: bytes) -> str:
    """The SHA-256 of a file, as the manifest writes it."""
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    main()
