"""What a district decides: who sees to a person, how a follow-up goes on, where somebody stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes import audit
from passes.accounts.models import OrganisationKind, User
from passes.areas.services import district_of, get_area
from passes.batches import one_of
from passes.followup.access_rules import FollowUpError, followups_of, only_visible, visible_to
from passes.followup.events import Assignment, StatusEvent
from passes.followup.models import FollowUp, FollowUpStatus, StaySource, StayStatement
from passes.followup.refreshing import ZONE_CHANGED, refresh_people
from passes.followup.replay import TRANSITIONS, last_day_of
from passes.movement.turns import take_turn
from protocol.areas import AreaLevel

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.orm import Session

REASONS = {
    FollowUpStatus.COMPLETED: ("monitoring_over",),
    FollowUpStatus.CANCELED: ("wrong_person", "not_there", "left_area", "became_patient"),
    FollowUpStatus.LOST: ("not_found", "phone_silent", "moved_away"),
    FollowUpStatus.NO_FOLLOW_UP: ("vaccinated", "had_disease", "followed_elsewhere"),
    FollowUpStatus.FOLLOW_UP: ("found_again", "closed_by_mistake"),
}
"""Why a follow-up may get a status; the same codes for every clerk."""


def acknowledge(session: Session, actor: User, person_ids: Collection[int], now: datetime) -> int:
    """Keep that this office has seen that these persons are on its list; return of how many it was news."""
    rows = session.scalars(
        sa.select(FollowUp).where(
            one_of(session, FollowUp.person_id, person_ids), FollowUp.acknowledged_at.is_(None), visible_to(actor)
        )
    ).all()
    for row in rows:
        row.acknowledged_at, row.acknowledged_by_id = now, actor.id
    seen = {row.person_id for row in rows}
    if seen:
        audit.record(session, actor, "followups.acknowledge", "FollowUps:desk", {"people": len(seen)}, now)
    return len(seen)


def colleagues(session: Session, actor: User) -> list[User]:
    """Return the staff of this user's office to whom a person can be given, by name."""
    statement = sa.select(User).where(User.organisation_id == actor.organisation_id, User.active)
    return list(session.scalars(statement.order_by(User.name, User.id)))


def assign(
    session: Session,
    actor: User,
    person_ids: Collection[int],
    *,
    ward_code: str | None = None,
    user_id: int | None = None,
    now: datetime,
) -> int:
    """Give persons to a ward of their district, or to a colleague, or to nobody; return how many.

    Args:
        session: the caller's transaction.
        actor: who decides.
        person_ids: whom; those not on this user's list are passed over.
        ward_code: a ward of the person's district.
        user_id: somebody of the same office.
        now: when.

    Raises:
        FollowUpError: the ward lies in another district, or the colleague is nobody of this office.
    """
    if user_id is not None and user_id not in {user.id for user in colleagues(session, actor)}:
        raise FollowUpError("colleague_unknown", "nobody of this office")
    ward_district = district_of(session, ward_code) if ward_code else None
    if ward_code and len(ward_code) != AreaLevel.WARD:
        raise FollowUpError("ward_elsewhere", f"{ward_code} is no ward")
    given = 0
    for person_id in only_visible(session, actor, person_ids):
        district = followups_of(session, actor, person_id)[0].district_code
        if district is None or (ward_code and ward_district != district):
            raise FollowUpError("ward_elsewhere", f"the ward {ward_code} is not in the district {district}")
        row = session.get(Assignment, (person_id, district))
        if row is None:
            row = Assignment(person_id=person_id, district_code=district)
            session.add(row)
        row.ward_code, row.user_id, row.at, row.by_id = ward_code, user_id, now, actor.id
        given += 1
    if given:
        details = {"people": given, "ward": ward_code, "user": user_id}
        audit.record(session, actor, "followups.assign", "FollowUps:desk", details, now)
    return given


def allowed_statuses(row: FollowUp, now: datetime) -> frozenset[FollowUpStatus]:
    """Return what may be said of a follow-up now."""
    if row.status is FollowUpStatus.CANCELED and row.status_reason == ZONE_CHANGED:
        return frozenset()
    allowed = TRANSITIONS[row.status]
    return allowed if now >= last_day_of(row.due) else allowed - {FollowUpStatus.COMPLETED}


def change_status(
    session: Session,
    actor: User,
    person_id: int,
    zone_ids: Collection[str],
    status: FollowUpStatus,
    *,
    reason: str,
    note: str | None = None,
    now: datetime,
) -> None:
    """Say how follow-ups of one person go on.

    Args:
        session: the caller's transaction.
        actor: who says so.
        person_id: whose follow-ups.
        zone_ids: which of them.
        status: the new status.
        reason: one of `REASONS`.
        note: anything else.
        now: when.

    Raises:
        FollowUpUnknownError: this user follows up no such person.
        FollowUpError: the status may not follow the present one, or the reason does not fit it.
    """
    take_turn(session)
    rows = {row.zone_id: row for row in followups_of(session, actor, person_id)}
    if not zone_ids or not set(zone_ids) <= rows.keys():
        raise FollowUpError("zone_missing", "say which follow-ups")
    if reason not in REASONS[status]:
        raise FollowUpError("reason_missing", f"{reason!r} is no reason for {status}")
    for zone_id in zone_ids:
        row = rows[zone_id]
        if status not in allowed_statuses(row, now):
            code = "too_early" if status in TRANSITIONS[row.status] else "status_unfit"
            raise FollowUpError(code, f"a follow-up that is {row.status} cannot become {status} now")
        session.add(
            StatusEvent(
                person_id=person_id,
                zone_id=zone_id,
                at=now,
                status=status,
                reason=reason,
                note=note or None,
                by_id=actor.id,
                recorded_at=now,
            )
        )
    details = {"status": status.value, "reason": reason, "zones": sorted(zone_ids)}
    audit.record(session, actor, "followups.status", rows[next(iter(zone_ids))].person, details, now)
    session.flush()
    refresh_people(session, [person_id], now)


def complete_overdue(session: Session, actor: User, person_ids: Collection[int], now: datetime) -> int:
    """Close every follow-up of these persons whose end has passed; return how many. Others stay open."""
    take_turn(session)
    wanted = only_visible(session, actor, person_ids)
    closed = 0
    for person_id in wanted:
        for row in followups_of(session, actor, person_id):
            if row.status is FollowUpStatus.FOLLOW_UP and row.due <= now:
                session.add(
                    StatusEvent(
                        person_id=person_id,
                        zone_id=row.zone_id,
                        at=now,
                        status=FollowUpStatus.COMPLETED,
                        reason=REASONS[FollowUpStatus.COMPLETED][0],
                        by_id=actor.id,
                        recorded_at=now,
                    )
                )
                closed += 1
    if closed:
        session.flush()
        audit.record(session, actor, "followups.complete", "FollowUps:desk", {"followups": closed}, now)
        refresh_people(session, wanted, now)
    return closed


def correct_stay(session: Session, actor: User, person_id: int, area_code: str, since: datetime, now: datetime) -> None:
    """Keep where a person stays, and from when on; their follow-ups go to that district.

    A district says so for its own wards. Somebody who stays elsewhere is handed over, so that the other district
    confirms the receipt; health staff may say it outright.

    Args:
        session: the caller's transaction.
        actor: who says so.
        person_id: whose stay.
        area_code: ward or district.
        since: from when on; the statement with the latest time counts.
        now: when it is said.

    Raises:
        FollowUpUnknownError: this user follows up no such person.
        FollowUpError: it begins in the future, or lies in another district.
        passes.areas.services.AreaUnknownError: there is no such area.
    """
    take_turn(session)
    rows = followups_of(session, actor, person_id)
    if since > now:
        raise FollowUpError("in_future", "a stay cannot begin in the future")
    get_area(session, area_code)
    office = actor.organisation
    if office.kind is not OrganisationKind.HEALTH and district_of(session, area_code) != office.area_code:
        raise FollowUpError("stay_elsewhere", f"{area_code} lies in another district: hand the person over")
    session.add(StayStatement(person_id=person_id, at=since, source=StaySource.STAFF, area_code=area_code))
    audit.record(session, actor, "followups.correct_stay", rows[0].person, {"area": area_code}, now)
    session.flush()
    refresh_people(session, [person_id], now)
