"""Verdicts: what a station says about a code, and why."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Never

from protocol.credentials import Credential, identity_of
from protocol.envelope import Prefix
from protocol.journey import Journey


class Outcome(StrEnum):
    """What a verdict comes to."""

    ADMIT = "ADMIT"
    REFER = "REFER"
    REFUSE = "REFUSE"


class Severity(StrEnum):
    """What a policy makes of one reason, from mildest to gravest."""

    NOTE = "note"
    REFER = "refer"
    REFUSE = "refuse"


class Reason(StrEnum):
    """Why a verdict is what it is. The order of members is the order of checks; the values never change.

    Reasons about health certificates will stand between those about zones and those about history.
    """

    NOT_A_PASS = "NOT_A_PASS"  # noqa: S105 - not a password
    FORMAT_INVALID = "FORMAT_INVALID"
    FORMAT_UNSUPPORTED = "FORMAT_UNSUPPORTED"
    ISSUER_UNKNOWN = "ISSUER_UNKNOWN"
    ISSUER_KEY_REVOKED = "ISSUER_KEY_REVOKED"
    SIGNATURE_INVALID = "SIGNATURE_INVALID"
    NOT_YET_VALID = "NOT_YET_VALID"
    EXPIRED = "EXPIRED"
    EXTENDED = "EXTENDED"
    REVOKED = "REVOKED"
    SUSPENDED = "SUSPENDED"
    PLATE_MISMATCH = "PLATE_MISMATCH"
    CREW_MISMATCH = "CREW_MISMATCH"
    CREW_EXPIRED = "CREW_EXPIRED"
    NO_VALID_DRIVER = "NO_VALID_DRIVER"
    PASS_MISSING = "PASS_MISSING"  # noqa: S105 - not a password
    SUPPLEMENT_UNUSABLE = "SUPPLEMENT_UNUSABLE"
    OFF_ROUTE = "OFF_ROUTE"
    ARRIVED_FROM_ZONE = "ARRIVED_FROM_ZONE"
    ENTERING_ZONE = "ENTERING_ZONE"
    ALREADY_SCANNED = "ALREADY_SCANNED"
    IMPOSSIBLE_TRAVEL = "IMPOSSIBLE_TRAVEL"
    TRUST_STALE = "TRUST_STALE"
    TRUST_EXPIRED = "TRUST_EXPIRED"
    CLOCK_DOUBT = "CLOCK_DOUBT"


VERIFICATION_REASONS = frozenset(
    {
        Reason.NOT_A_PASS,
        Reason.FORMAT_INVALID,
        Reason.FORMAT_UNSUPPORTED,
        Reason.ISSUER_UNKNOWN,
        Reason.ISSUER_KEY_REVOKED,
        Reason.SIGNATURE_INVALID,
    }
)
"""Why a text is no credential of a known issuer. These always refuse, whatever a policy says."""

_GRAVITY = {severity: gravity for gravity, severity in enumerate(Severity)}
_POSITION = {reason: position for position, reason in enumerate(Reason)}
_OUTCOMES = {Severity.NOTE: Outcome.ADMIT, Severity.REFER: Outcome.REFER, Severity.REFUSE: Outcome.REFUSE}


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason, what the policy makes of it, and whom or what it concerns.

    Attributes:
        reason: Why.
        severity: What the policy makes of it here.
        crew: The indexes of the crew entries concerned.
        zone: The id of the zone concerned.
    """

    reason: Reason
    severity: Severity
    crew: tuple[int, ...] = ()
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a station says about the codes of one vehicle. Never a boolean.

    Attributes:
        outcome: The gravest finding decides.
        findings: Gravest first; those of equal severity in the order of `Reason`.
        credential: The signed content, of the pass if there is one; None unless the signature of a known, valid issuer
            key was verified.
        prefix: The kind of credential; None whenever `credential` is.
        journey: Who rides where with what, slips and newer cards included; None without a pass.
    """

    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    credential: Credential | None = None
    prefix: Prefix | None = None
    journey: Journey | None = None

    @classmethod
    def of(
        cls,
        findings: list[Finding],
        credential: Credential | None = None,
        prefix: Prefix | None = None,
        journey: Journey | None = None,
    ) -> "Verdict":
        """Make the verdict that some findings, in any order, come to."""
        if not findings:
            return cls(Outcome.ADMIT, (), credential, prefix, journey)
        ordered = sorted(findings, key=lambda finding: (-_GRAVITY[finding.severity], _POSITION[finding.reason]))
        return cls(_OUTCOMES[ordered[0].severity], tuple(ordered), credential, prefix, journey)

    @property
    def identity(self) -> tuple[str, bytes] | None:
        """The `(iss, cti)` that records of this scan name: of the pass, even if only a slip to it was shown."""
        return identity_of(self.credential) if self.credential else None

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The reasons, in the order of the findings."""
        return tuple(finding.reason for finding in self.findings)

    def __bool__(self) -> Never:
        """Refuse to be a boolean: REFER is neither yes nor no.

        Raises:
            TypeError: Always.
        """
        raise TypeError("a verdict is not a boolean; look at its outcome")
