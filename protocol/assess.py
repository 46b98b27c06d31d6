"""From the text of a QR code to a verdict: the order of checks, and the one place where errors become verdicts."""

from dataclasses import dataclass
from datetime import datetime

from protocol import claims, cose, envelope, signed_text
from protocol.claims import Credential
from protocol.envelope import Prefix
from protocol.issuers import IssuerKey
from protocol.observations import Context, observe
from protocol.reasons import Finding, Reason, Verdict
from protocol.trust import Trust

__all__ = ["Context", "Verified", "VerifyError", "assess", "verify"]


@dataclass(frozen=True, slots=True)
class Verified:
    """A credential whose signature is a known issuer's."""

    credential: Credential
    prefix: Prefix
    key: IssuerKey


class VerifyError(ValueError):
    """The text is no credential of a known issuer.

    Attributes:
        reason: Why.
    """

    def __init__(self, reason: Reason) -> None:
        """Say why."""
        super().__init__(reason)
        self.reason = reason


def verify(text: str, trust: Trust) -> Verified:
    """Read a credential, whatever its window and status, and make sure who signed it.

    Args:
        text: What a reader saw, untrimmed.
        trust: What the station trusts.

    Raises:
        VerifyError: If it is no credential that a known issuer's good key signed.
    """
    try:
        found = signed_text.read(text)
        key = _signing_key(found.signed, trust)
        credential = claims.decode(found.prefix, found.payload())
    except envelope.NotAPassError as error:
        raise VerifyError(Reason.NOT_A_PASS) from error
    except (envelope.FormUnsupportedError, claims.ClaimsUnsupportedError) as error:
        raise VerifyError(Reason.FORMAT_UNSUPPORTED) from error
    except (envelope.EnvelopeError, cose.CoseError, claims.ClaimsError) as error:
        raise VerifyError(Reason.FORMAT_INVALID) from error
    if credential.iss != key.iss:
        raise VerifyError(Reason.ISSUER_UNKNOWN)
    return Verified(credential, found.prefix, key)


def _signing_key(signed: cose.Sign1, trust: Trust) -> IssuerKey:
    """Find the key that made the signature among all that have the message's kid."""
    candidates = trust.issuers.get(signed.kid)
    if not candidates:
        raise VerifyError(Reason.ISSUER_UNKNOWN)
    for key in candidates:
        try:
            signed.verify(key.verifier)
        except cose.SignatureInvalidError:
            continue
        if key.retired_at is not None:
            raise VerifyError(Reason.ISSUER_KEY_REVOKED)
        return key
    raise VerifyError(Reason.SIGNATURE_INVALID)


def assess(text: str, trust: Trust, context: Context, now: datetime) -> Verdict:
    """Say what to do about a code.

    Args:
        text: What a reader saw, untrimmed; any text at all.
        trust: What the station trusts.
        context: What the station knows beside the code.
        now: The station's clock, aware.
    """
    kind = context.station.kind if context.station else None
    try:
        verified = verify(text, trust)
    except VerifyError as error:
        return Verdict.of([Finding(error.reason, trust.policy.severity(error.reason, kind))])
    findings = [
        Finding(seen.reason, trust.policy.severity(seen.reason, kind), seen.crew, seen.zone)
        for seen in observe(verified.credential, trust, context, now)
    ]
    return Verdict.of(findings, verified.credential, verified.prefix)
