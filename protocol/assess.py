"""From the texts of QR codes to a verdict: the order of checks, and the one place where errors become verdicts."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from protocol import claims, cose, envelope, signed_text
from protocol.claims import Credential
from protocol.issuers import signing_key
from protocol.observations import Context, Observation, observe
from protocol.papers import arrange
from protocol.reasons import Finding, Reason, Verdict
from protocol.trust import Trust

__all__ = ["Context", "VerifyError", "assess", "verify"]


class VerifyError(ValueError):
    """The text is no credential of a known issuer.

    Attributes:
        reason: Why.
    """

    def __init__(self, reason: Reason) -> None:
        """Say why."""
        super().__init__(reason)
        self.reason = reason


def verify(text: str, trust: Trust) -> Credential:
    """Read a credential, whatever its window and status, and make sure who signed it.

    Args:
        text: What a reader saw, untrimmed.
        trust: What the station trusts.

    Raises:
        VerifyError: If it is no credential that a known issuer's good key signed.
    """
    try:
        prefix, form, message = signed_text.read(text)
        if message.kid not in trust.issuers:
            raise VerifyError(Reason.ISSUER_UNKNOWN)
        key = signing_key(message, trust.issuers)
        if key is None:
            raise VerifyError(Reason.SIGNATURE_INVALID)
        if key.retired_at is not None:
            raise VerifyError(Reason.ISSUER_KEY_REVOKED)
        credential = claims.decode(prefix, signed_text.inflate(form, message.payload))
    except envelope.NotAPassError as error:
        raise VerifyError(Reason.NOT_A_PASS) from error
    except (envelope.FormUnsupportedError, claims.ClaimsUnsupportedError) as error:
        raise VerifyError(Reason.FORMAT_UNSUPPORTED) from error
    except (envelope.EnvelopeError, cose.CoseError, claims.ClaimsError) as error:
        raise VerifyError(Reason.FORMAT_INVALID) from error
    if credential.iss != key.iss:
        raise VerifyError(Reason.ISSUER_UNKNOWN)
    return credential


def assess(text: str | Sequence[str], trust: Trust, context: Context, now: datetime) -> Verdict:
    """Say what to do about a vehicle by its codes.

    Args:
        text: What a reader saw, untrimmed; any text at all. Several are the papers of one vehicle, in any order: its
            pass, and slips or cards beside it.
        trust: What the station trusts.
        context: What the station knows beside the codes.
        now: The station's clock, aware.
    """
    credentials: list[Credential] = []
    failed: dict[Reason, None] = {}
    for one in [text] if isinstance(text, str) else dict.fromkeys(text):
        try:
            credentials.append(verify(one, trust))
        except VerifyError as error:
            failed[error.reason] = None
    if not credentials:
        return Verdict.of(_findings([*map(Observation, _told(failed) or [Reason.NOT_A_PASS])], trust, context))
    papers = arrange(credentials, trust, now)
    seen = observe(papers, trust, context, now)
    if failed:
        seen += map(Observation, _told(failed))
    return Verdict.of(_findings(seen, trust, context), papers.main, papers.journey)


def _told(failed: Iterable[Reason]) -> list[Reason]:
    """Choose which reasons of texts that were not verified are told: another's code beside ours means nothing."""
    return [reason for reason in failed if reason is not Reason.NOT_A_PASS]


def _findings(seen: Iterable[Observation], trust: Trust, context: Context) -> list[Finding]:
    kind = context.station.kind if context.station else None
    return [Finding(one.reason, trust.policy.severity(one.reason, kind), one.crew, one.zone) for one in seen]
