"""What each reason means at each kind of station: signed data of the trust repository, not code."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from protocol import documents, fields, times
from protocol.places import StationKind
from protocol.reasons import VERIFICATION_REASONS, Reason, Severity

DEFAULT_SEVERITIES: Final[Mapping[Reason, tuple[Severity, Severity]]] = MappingProxyType(
    {reason: (reason.on_road, reason.at_freight_point) for reason in Reason}
)
"""For every reason what it means on a road, and at a freight point."""

_KINDS: Final = (StationKind.ROAD, StationKind.FREIGHT)
MAX_HOURS: Final = 24 * 366
MAX_MINUTES: Final = 24 * 60


class PolicyError(ValueError):
    """Not a policy, or one that lets through what has no valid signature."""


@dataclass(frozen=True, slots=True)
class Extension:
    """A mass extension: passes issued in a period hold longer than they say.

    Attributes:
        issued_from: The first moment of the period.
        issued_before: Its end, exclusive.
        until: When the passes end now, exclusive.
        decision: The number of the authority's decision.
    """

    issued_from: datetime
    issued_before: datetime
    until: datetime
    decision: str

    def covers(self, issued_at: datetime, at: datetime) -> bool:
        """Tell whether a pass issued at `issued_at` still holds at `at`."""
        return self.issued_from <= issued_at < self.issued_before and at < self.until


@dataclass(frozen=True, slots=True)
class Policy:
    """What each reason means, and the thresholds of those that have one.

    Attributes:
        severities: For every reason its severity at each kind of station.
        trust_stale_hours: From this age of the trust data on TRUST_STALE.
        trust_expired_hours: From this age on TRUST_EXPIRED.
        clock_tolerance_minutes: How far ahead of the station's clock a beginning may lie. Ends get no tolerance.
        already_scanned_minutes: Within this time the same pass at the same station is ALREADY_SCANNED.
        extensions: Mass extensions.

    Raises:
        PolicyError: If a reason is missing, or a text without a valid signature would not be refused.
    """

    severities: Mapping[Reason, Mapping[StationKind, Severity]]
    trust_stale_hours: int = 24
    trust_expired_hours: int = 48
    clock_tolerance_minutes: int = 5
    already_scanned_minutes: int = 10
    extensions: tuple[Extension, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a policy that is incomplete or weakens verification."""
        for reason in Reason:
            for kind in StationKind:
                severity = self.severities.get(reason, {}).get(kind)
                if severity is None:
                    raise PolicyError(f"no severity for {reason} at {kind}")
                if reason in VERIFICATION_REASONS and severity is not Severity.REFUSE:
                    raise PolicyError(f"{reason} must refuse")

    def severity(self, reason: Reason, kind: StationKind | None = None) -> Severity:
        """Give what a reason means at a kind of station, on a road if none is named."""
        return self.severities[reason][kind or StationKind.ROAD]


def default_policy() -> Policy:
    """Give the policy that a new issuer starts with; docs/format.md prints it."""
    return Policy(
        {reason: dict(zip(_KINDS, severities, strict=True)) for reason, severities in DEFAULT_SEVERITIES.items()}
    )


def dump(policy: Policy) -> bytes:
    """Write the target `policy`."""
    return documents.dump(
        {
            "severities": {reason: dict(by_kind) for reason, by_kind in policy.severities.items()},
            "trust_stale_hours": policy.trust_stale_hours,
            "trust_expired_hours": policy.trust_expired_hours,
            "clock_tolerance_minutes": policy.clock_tolerance_minutes,
            "already_scanned_minutes": policy.already_scanned_minutes,
            "extensions": [
                {
                    "issued_from": times.to_rfc3339(extension.issued_from),
                    "issued_before": times.to_rfc3339(extension.issued_before),
                    "until": times.to_rfc3339(extension.until),
                    "decision": extension.decision,
                }
                for extension in policy.extensions
            ],
        }
    )


def parse(data: bytes) -> Policy:
    """Read the target `policy`.

    Reasons that it does not name keep their default; reasons that this version does not know are passed over, so
    that a newer policy can reach older stations.

    Raises:
        PolicyError: If it is malformed or weakens verification.
    """
    try:
        return documents.parse(data, _read)
    except documents.DocumentError as error:
        raise PolicyError(str(error)) from error


def _read(document: fields.Map) -> Policy:
    named = fields.mapping(document.get("severities"))
    severities = {reason: dict(by_kind) for reason, by_kind in default_policy().severities.items()}
    for reason in Reason:
        if reason in named:
            by_kind = fields.mapping(named[reason])
            severities[reason] = {kind: Severity(fields.text(by_kind.get(kind), 10)) for kind in StationKind}
    return Policy(
        severities,
        trust_stale_hours=fields.integer(document.get("trust_stale_hours"), MAX_HOURS, start=1),
        trust_expired_hours=fields.integer(document.get("trust_expired_hours"), MAX_HOURS, start=1),
        clock_tolerance_minutes=fields.integer(document.get("clock_tolerance_minutes"), MAX_MINUTES),
        already_scanned_minutes=fields.integer(document.get("already_scanned_minutes"), MAX_MINUTES),
        extensions=documents.items(document, "extensions", _read_extension),
    )


def _read_extension(item: fields.Map) -> Extension:
    return Extension(
        issued_from=times.from_rfc3339(item.get("issued_from")),
        issued_before=times.from_rfc3339(item.get("issued_before")),
        until=times.from_rfc3339(item.get("until")),
        decision=fields.text(item.get("decision"), documents.MAX_TEXT_CHARS),
    )
