"""The signing worker's part: passes, slips and cards that were approved get their place in a status list and a text."""

from __future__ import annotations

import logging
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes import audit
from passes.applications.models import Application, ApplicationState, ApplicationVehicle, Decision
from passes.issuing.contents import credential_of, supplement_credential
from passes.issuing.models import PassStatus, StatusShard, Supplement, SupplementDecision, VehiclePass
from passes.issuing.reissue import sign_again
from passes.trust import services as trust
from protocol import claims
from protocol.claims import StatusRef
from protocol.status import STATUS_LIST_SIZE, Status, StatusList

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from protocol.cose import Signer

log = logging.getLogger(__name__)

_ERROR_CHARS = 200
_STATUS_CODES = {PassStatus.REVOKED: Status.REVOKED, PassStatus.SUSPENDED: Status.SUSPENDED}
_SECOND = timedelta(seconds=1)

Paper = VehiclePass | Supplement


def sign_pending(session: Session, signer_for: Callable[[bytes], Signer], now: datetime, limit: int = 200) -> int:
    """Sign papers that wait for it, first or again; each signature is logged. Returns how many were signed.

    Args:
        session: the worker's transaction.
        signer_for: gives the signer of a `kid` (8 bytes).
        now: becomes `iat` of a paper that is signed for the first time.
        limit: at most so many of each kind in this transaction.

    Raises:
        NoIssuerKeyError: no key is in use.
    """
    # Slips come first: a truck stands and waits for each of them.
    found = [*_approved_supplements(session, limit), *_approved_passes(session, limit)]
    if not found:
        return 0
    key = trust.current_issuer_key(session, now)
    waiting = [paper for paper in found if _is_writable(session, paper, key.iss, now)]
    if not waiting:
        return 0
    signer = signer_for(bytes.fromhex(key.kid))
    for paper in waiting:
        _sign(session, paper, signer, now)
    return len(waiting)


def _sign(session: Session, paper: Paper, signer: Signer, now: datetime) -> None:
    details = {"kid": signer.kid.hex()}
    if paper.text is None:
        paper.status_uri, paper.status_index = _next_status_index(session, now)
        paper.text = claims.issue(_credential(session, paper, now), signer)
    else:
        paper.text = sign_again(paper.text, signer)
        details["replaces"] = paper.kid or ""
    paper.kid = signer.kid.hex()
    paper.signed_at = now
    paper.signing_error = None
    audit.record(session, None, "issuing.sign", paper, details, now)


# The approval is looked at again here: a row in the table of papers alone does not get a signature.
def _approved_passes(session: Session, limit: int) -> list[VehiclePass]:
    statement = (
        sa.select(VehiclePass)
        .join(VehiclePass.application_vehicle)
        .join(ApplicationVehicle.application)
        .where(
            VehiclePass.signed_at.is_(None),
            ApplicationVehicle.decision == Decision.APPROVED,
            Application.state == ApplicationState.APPROVED,
        )
        # New passes queue neither behind those that could not be signed, nor behind those that are signed again.
        .order_by(VehiclePass.signing_error.is_not(None), VehiclePass.kid.is_not(None), VehiclePass.id)
        .limit(limit)
    )
    return list(session.scalars(statement))


def _approved_supplements(session: Session, limit: int) -> list[Supplement]:
    statement = (
        sa.select(Supplement)
        .join(SupplementDecision, SupplementDecision.supplement_id == Supplement.id)
        .where(Supplement.signed_at.is_(None), SupplementDecision.outcome == Decision.APPROVED)
        .order_by(Supplement.signing_error.is_not(None), Supplement.kid.is_not(None), Supplement.id)
        .limit(limit)
    )
    return list(session.scalars(statement))


def _credential(session: Session, paper: Paper, now: datetime) -> claims.Credential:
    if isinstance(paper, VehiclePass):
        return credential_of(paper, now)
    return supplement_credential(session, paper, _issued_at(session, paper, now))


def _issued_at(session: Session, supplement: Supplement, now: datetime) -> datetime:
    """Return a moment after that of every other slip to the same pass: slips count in the order of it.

    A card counts only if it is newer than the paper that its holder is on, so it too is later than whatever was signed
    in the same second.
    """
    if supplement.pass_id is None:
        return now + _SECOND
    others = sa.select(Supplement.text).where(
        Supplement.pass_id == supplement.pass_id, Supplement.id != supplement.id, Supplement.text.is_not(None)
    )
    earlier = [claims.peek(text).issued_at + _SECOND for text in session.scalars(others) if text]
    return max([now.replace(microsecond=0), *earlier])


def _is_writable(session: Session, paper: Paper, iss: str, now: datetime) -> bool:
    """Say whether a paper can be put into a credential; one that cannot says why, and does not hold up the others."""
    problem = _why_not_writable(session, paper, iss, now)
    if problem is None:
        return True
    if paper.signing_error is None:  # told once, tried again with every sweep
        log.error("paper %s cannot be signed; the others are: %s", paper.number, problem)
    paper.signing_error = problem[:_ERROR_CHARS]
    return False


def _why_not_writable(session: Session, paper: Paper, iss: str, now: datetime) -> str | None:
    if paper.iss != iss:  # every post would take it for a forgery
        return f"it is of the issuer {paper.iss}, and the key in use signs for {iss}; `passes doctor` says what to do"
    if paper.text is not None:
        return None  # signed before; it says again what it said, not what the register says now
    try:
        credential = _credential(session, paper, now)
        claims.encode(credential._replace(status=StatusRef("status/0", 0)))  # its own comes later
    except claims.ClaimsError as error:
        return str(error)
    return None


def _next_status_index(session: Session, now: datetime) -> tuple[str, int]:
    shard = session.scalar(sa.select(StatusShard).order_by(StatusShard.number.desc()).limit(1).with_for_update())
    if shard is None or shard.used >= STATUS_LIST_SIZE:
        shard = StatusShard(
            number=0 if shard is None else shard.number + 1,
            multiplier=secrets.randbelow(STATUS_LIST_SIZE // 2) * 2 + 1,
            offset=secrets.randbelow(STATUS_LIST_SIZE),
            used=0,
        )
        session.add(shard)
        session.flush()
        trust.note_change(session, "status.shard", now)
    index = (shard.multiplier * shard.used + shard.offset) % STATUS_LIST_SIZE
    shard.used += 1
    return f"status/{shard.number}", index


def close_status_lists(session: Session) -> None:
    """Give out no more places of the status lists that there are; the next paper begins a new one.

    After a restored backup, papers that the database has forgotten hold places that it believes to be free.
    """
    session.execute(sa.update(StatusShard).values(used=STATUS_LIST_SIZE))


def status_lists(session: Session) -> dict[str, StatusList]:
    """Return every shard's status list by its uri."""
    entries: dict[str, dict[int, Status]] = {
        f"status/{number}": {} for number in session.scalars(sa.select(StatusShard.number))
    }
    for kind in (VehiclePass, Supplement):
        rows = session.execute(
            sa.select(kind.status_uri, kind.status_index, kind.status).where(
                kind.status != PassStatus.VALID, kind.status_index.is_not(None)
            )
        )
        for uri, index, status in rows:
            entries[uri][index] = _STATUS_CODES[status]
    return {uri: StatusList.from_entries(found) for uri, found in entries.items()}
