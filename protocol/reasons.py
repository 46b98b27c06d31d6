"""Verdicts: what a station says about a code, and why."""

from enum import StrEnum
from typing import NamedTuple, Never, Self

from protocol.credentials import Credential, identity_of
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


_NOTE, _REFER, _REFUSE = Severity.NOTE, Severity.REFER, Severity.REFUSE


class Reason(StrEnum):
    """Why a verdict is what it is, and what that means unless a policy says otherwise.

    The order of members is the order of checks; the values never change. Reasons about health certificates will stand
    between those about zones and those about history.

    Attributes:
        on_road: The default severity at road checkpoints.
        at_freight_point: The default severity at freight points.
    """

    on_road: Severity
    at_freight_point: Severity

    def __new__(cls, code: str, on_road: Severity, at_freight_point: Severity) -> Self:
        """Make a member of its code and its default severities."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.on_road, member.at_freight_point = on_road, at_freight_point
        return member

    NOT_A_PASS = "NOT_A_PASS", _REFUSE, _REFUSE
    FORMAT_INVALID = "FORMAT_INVALID", _REFUSE, _REFUSE
    FORMAT_UNSUPPORTED = "FORMAT_UNSUPPORTED", _REFUSE, _REFUSE
    ISSUER_UNKNOWN = "ISSUER_UNKNOWN", _REFUSE, _REFUSE
    ISSUER_KEY_REVOKED = "ISSUER_KEY_REVOKED", _REFUSE, _REFUSE
    SIGNATURE_INVALID = "SIGNATURE_INVALID", _REFUSE, _REFUSE
    NOT_YET_VALID = "NOT_YET_VALID", _REFUSE, _REFUSE
    EXPIRED = "EXPIRED", _REFUSE, _REFUSE
    EXTENDED = "EXTENDED", _NOTE, _NOTE
    REVOKED = "REVOKED", _REFUSE, _REFUSE
    SUSPENDED = "SUSPENDED", _REFER, _REFER
    PLATE_MISMATCH = "PLATE_MISMATCH", _REFUSE, _REFUSE
    CREW_MISMATCH = "CREW_MISMATCH", _REFER, _REFER
    CREW_EXPIRED = "CREW_EXPIRED", _REFER, _REFER
    NO_VALID_DRIVER = "NO_VALID_DRIVER", _REFUSE, _REFUSE
    PASS_MISSING = "PASS_MISSING", _REFER, _REFER
    SUPPLEMENT_UNUSABLE = "SUPPLEMENT_UNUSABLE", _REFER, _REFER
    OFF_ROUTE = "OFF_ROUTE", _NOTE, _NOTE
    ARRIVED_FROM_ZONE = "ARRIVED_FROM_ZONE", _REFER, _REFER
    ENTERING_ZONE = "ENTERING_ZONE", _REFER, _REFER
    ALREADY_SCANNED = "ALREADY_SCANNED", _REFER, _NOTE
    IMPOSSIBLE_TRAVEL = "IMPOSSIBLE_TRAVEL", _REFER, _REFER
    TRUST_STALE = "TRUST_STALE", _NOTE, _NOTE
    TRUST_EXPIRED = "TRUST_EXPIRED", _REFER, _REFER
    CLOCK_DOUBT = "CLOCK_DOUBT", _NOTE, _NOTE


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


class Finding(NamedTuple):
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


class Verdict(NamedTuple):
    """What a station says about the codes of one vehicle. Never a boolean.

    Attributes:
        outcome: The gravest finding decides.
        findings: Gravest first; those of equal severity in the order of `Reason`.
        credential: The signed content, of the pass if there is one; None unless the signature of a known, valid issuer
            key was verified.
        journey: Who rides where with what, slips and newer cards included; None without a pass.
    """

    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    credential: Credential | None = None
    journey: Journey | None = None

    @classmethod
    def of(
        cls, findings: list[Finding], credential: Credential | None = None, journey: Journey | None = None
    ) -> "Verdict":
        """Make the verdict that some findings, in any order, come to."""
        if not findings:
            return cls(Outcome.ADMIT, (), credential, journey)
        ordered = sorted(findings, key=lambda finding: (-_GRAVITY[finding.severity], _POSITION[finding.reason]))
        return cls(_OUTCOMES[ordered[0].severity], tuple(ordered), credential, journey)

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
