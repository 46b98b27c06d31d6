"""Handing a person over to another district: asked with a reason, confirmed by whoever receives them.

An accepted transfer is a stay statement; until then the person stays on the list of the district that asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes import audit
from passes.accounts.models import OrganisationKind
from passes.areas.services import district_of, get_area
from passes.followup.access_rules import FollowUpError, followups_of, sees_everything
from passes.followup.events import Transfer, TransferState
from passes.followup.models import StaySource, StayStatement
from passes.followup.refreshing import refresh_people
from passes.movement.turns import take_turn

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import User


def ask_transfer(
    session: Session, actor: User, person_id: int, to_code: str, moved_at: datetime, reason: str, now: datetime
) -> Transfer:
    """Ask another district to take a person over.

    Args:
        session: the caller's transaction.
        actor: who asks.
        person_id: whom.
        to_code: ward, district or province where the person stays now.
        moved_at: since when.
        reason: why, in words.
        now: when it is asked.

    Raises:
        FollowUpUnknownError: this user follows up no such person.
        FollowUpError: no reason, the own district, the future, or one that waits already.
        passes.areas.services.AreaUnknownError: there is no such area.
    """
    take_turn(session)
    rows = followups_of(session, actor, person_id)
    get_area(session, to_code)
    to_district = district_of(session, to_code)
    if not reason.strip():
        raise FollowUpError("reason_missing", "a transfer needs a reason")
    if moved_at > now:
        raise FollowUpError("in_future", "nobody has moved in the future")
    if to_district is not None and to_district == rows[0].district_code:
        raise FollowUpError("own_district", "the person is in this district already")
    waiting = sa.select(Transfer.id).where(Transfer.person_id == person_id, Transfer.state == TransferState.ASKED)
    if session.scalar(waiting) is not None:
        raise FollowUpError("transfer_waits", "a transfer of this person waits for its answer")
    transfer = Transfer(
        person_id=person_id,
        from_district=rows[0].district_code,
        to_code=to_code,
        to_district=to_district,
        moved_at=moved_at,
        reason=reason.strip(),
        state=TransferState.ASKED,
        asked_at=now,
        asked_by_id=actor.id,
    )
    session.add(transfer)
    audit.record(session, actor, "followups.ask_transfer", rows[0].person, {"to": to_code}, now)
    return transfer


def decide_transfer(
    session: Session, actor: User, transfer_id: int, *, is_accepted: bool, answer: str | None, now: datetime
) -> Transfer:
    """Accept or decline a person who is handed over.

    Raises:
        FollowUpError: there is no such transfer for this office, or no reason for declining it.
    """
    take_turn(session)
    transfer = _waiting(session, transfer_id)
    if transfer is None or not _may_decide(actor, transfer):
        raise FollowUpError("transfer_unknown", "no such transfer waits for this office")
    if not is_accepted and not (answer or "").strip():
        raise FollowUpError("reason_missing", "say why the person is not taken over")
    transfer.state = TransferState.ACCEPTED if is_accepted else TransferState.DECLINED
    transfer.decided_at, transfer.decided_by_id, transfer.answer = now, actor.id, (answer or "").strip() or None
    verb = "followups.accept_transfer" if is_accepted else "followups.decline_transfer"
    audit.record(session, actor, verb, f"Person:{transfer.person_id}", {"transfer": transfer.id}, now)
    if is_accepted:
        session.add(
            StayStatement(
                person_id=transfer.person_id,
                at=transfer.moved_at,
                source=StaySource.TRANSFER,
                area_code=transfer.to_code,
            )
        )
        session.flush()
        refresh_people(session, [transfer.person_id], now)
    return transfer


def take_back_transfer(session: Session, actor: User, transfer_id: int, now: datetime) -> Transfer:
    """Take back a transfer that nobody has answered.

    Raises:
        FollowUpUnknownError: this user follows up no such person.
        FollowUpError: there is no such transfer that waits.
    """
    take_turn(session)
    transfer = _waiting(session, transfer_id)
    if transfer is None:
        raise FollowUpError("transfer_unknown", "no such transfer waits")
    person = followups_of(session, actor, transfer.person_id)[0].person
    transfer.state, transfer.decided_at, transfer.decided_by_id = TransferState.TAKEN_BACK, now, actor.id
    audit.record(session, actor, "followups.take_back_transfer", person, {"transfer": transfer.id}, now)
    return transfer


def _waiting(session: Session, transfer_id: int) -> Transfer | None:
    transfer = session.get(Transfer, transfer_id, populate_existing=True)
    return transfer if transfer is not None and transfer.state is TransferState.ASKED else None


def _may_decide(actor: User, transfer: Transfer) -> bool:
    """The receiving district decides; where nobody answers for the place, health staff do."""
    if sees_everything(actor):
        return True
    office = actor.organisation
    return (
        office.kind is OrganisationKind.DISTRICT
        and transfer.to_district is not None
        and transfer.to_district == office.area_code
    )


def incoming(session: Session, actor: User) -> list[Transfer]:
    """Return the transfers that wait for this user's office, the oldest first."""
    statement = sa.select(Transfer).where(Transfer.state == TransferState.ASKED).order_by(Transfer.asked_at)
    if not sees_everything(actor):
        if actor.organisation.kind is not OrganisationKind.DISTRICT:
            return []
        statement = statement.where(Transfer.to_district == actor.organisation.area_code)
    return list(session.scalars(statement))


def outgoing(session: Session, actor: User, most: int = 50) -> list[Transfer]:
    """Return what this user's office handed over, with the receipts, the newest first."""
    if actor.organisation.kind is not OrganisationKind.DISTRICT:
        return []
    statement = sa.select(Transfer).where(Transfer.from_district == actor.organisation.area_code)
    return list(session.scalars(statement.order_by(Transfer.id.desc()).limit(most)))
