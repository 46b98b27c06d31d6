"""From the texts of QR codes to a verdict: the order of checks, and the one place where errors become verdicts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from protocol import claims, cose, envelope, signed_text
from protocol.claims import Credential
from protocol.envelope import Prefix
from protocol.issuers import IssuerKey
from protocol.observations import Context, observe
from protocol.papers import arrange
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


def assess(text: str | Sequence[str], trust: Trust, context: Context, now: datetime) -> Verdict:
    """Say what to do about a vehicle by its codes.

    Args:
        text: What a reader saw, untrimmed; any text at all. Several are the papers of one vehicle, in any order: its
            pass, and slips or cards beside it.
        trust: What the station trusts.
        context: What the station knows beside the codes.
        now: The station's clock, aware.
    """
    kind = context.station.kind if context.station else None
    verified, failed = _verify_all([text] if isinstance(text, str) else dict.fromkeys(text), trust)
    findings = [Finding(reason, trust.policy.severity(reason, kind)) for reason in failed]
    if not verified:
        return Verdict.of(findings)
    papers = arrange([one.credential for one in verified], trust, now)
    findings += [
        Finding(seen.reason, trust.policy.severity(seen.reason, kind), seen.crew, seen.zone)
        for seen in observe(papers, trust, context, now)
    ]
    return Verdict.of(findings, papers.main, claims.prefix_of(papers.main), papers.journey)


def _verify_all(texts: Iterable[str], trust: Trust) -> tuple[list[Verified], Iterable[Reason]]:
    """Verify each text; give what is verified, and once each why others are not.

    Another's code beside ours means nothing: only if nothing is ours is it said that this is no pass.
    """
    verified: list[Verified] = []
    failed: dict[Reason, None] = {}
    for text in texts:
        try:
            verified.append(verify(text, trust))
        except VerifyError as error:
            failed[error.reason] = None
    ours = [reason for reason in failed if reason is not Reason.NOT_A_PASS]
    return verified, ours or ([] if verified else [Reason.NOT_A_PASS])
