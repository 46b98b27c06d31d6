"""Writing notices, reading them, and forgetting them after a while."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from passes import audit
from passes.accounts.models import User
from passes.notices.models import Notice, Reminder, ReminderRound

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.notices.models import NoticeKind

MOST_NAMED = 20
"""So many passes, people or vehicles are named in one notice; of the others their number is told."""
_READERS_AT_ONCE = 20
_NOTICES_IN_A_LETTER = 50


def tell(
    session: Session,
    organisation_id: int,
    kind: NoticeKind,
    details: Mapping[str, Any],
    now: datetime,
    *,
    has_letter: bool = False,
) -> None:
    """Tell the users of an organisation something, in the caller's transaction; e-mails follow to those who want them.

    Args:
        session: the transaction of what is told.
        organisation_id: row id of the organisation.
        kind: what it is.
        details: what the words of the kind are made from; JSON can hold it.
        now: when.
        has_letter: whether a letter of its own tells of it, so that no other has to.
    """
    readers = sa.select(User.id, User.wants_mail).where(User.organisation_id == organisation_id, User.active.is_(True))
    for row in session.execute(readers):
        is_mail_due = row.wants_mail and not has_letter
        session.add(Notice(user_id=row.id, kind=kind, details=dict(details), written_at=now, is_mail_due=is_mail_due))


def count_unread(session: Session, user: User) -> int:
    """Return how many notices a user has not read."""
    statement = sa.select(sa.func.count()).select_from(Notice)
    return session.scalar(statement.where(Notice.user_id == user.id, Notice.read_at.is_(None))) or 0


def notices_of(user: User) -> sa.Select[tuple[Notice]]:
    """Return a statement for a user's notices: unread ones first, then the newest."""
    return sa.select(Notice).where(Notice.user_id == user.id).order_by(Notice.read_at.is_not(None), Notice.id.desc())


def find_notice(session: Session, user: User, notice_id: int) -> Notice | None:
    """Return one of a user's notices, or None."""
    notice = session.get(Notice, notice_id)
    return notice if notice is not None and notice.user_id == user.id else None


def mark_read(notice: Notice, now: datetime) -> None:
    """Note that a notice was read, unless it was before."""
    notice.read_at = notice.read_at or now


def mark_all_read(session: Session, user: User, now: datetime) -> int:
    """Note that a user has read every notice; return how many were new."""
    done = session.execute(
        sa.update(Notice).where(Notice.user_id == user.id, Notice.read_at.is_(None)).values(read_at=now)
    )
    return int(done.rowcount)


def switch_mail(session: Session, user: User, now: datetime, *, is_wanted: bool) -> None:
    """Let a user have notices by e-mail too, or in the application only; what waits to be mailed follows."""
    user.wants_mail = is_wanted
    if not is_wanted:
        session.execute(
            sa.update(Notice).where(Notice.user_id == user.id, Notice.is_mail_due.is_(True)).values(is_mail_due=False)
        )
    audit.record(session, user, "notices.switch_mail", user, {"mail": is_wanted}, now)


def take_unmailed(session: Session) -> list[tuple[User, list[Notice]]]:
    """Return a few readers, each with the notices that they are to get by e-mail, oldest first; those are mailed then.

    Of two workers that ask at once each gets other readers.
    """
    waiting = sa.select(Notice.user_id).where(Notice.is_mail_due.is_(True)).distinct().limit(_READERS_AT_ONCE)
    found = []
    readers = sa.select(User).where(User.id.in_(waiting)).order_by(User.id)
    for user in session.scalars(readers.with_for_update(of=User, skip_locked=True)).all():
        mine = sa.select(Notice).where(Notice.user_id == user.id, Notice.is_mail_due.is_(True))
        notices = list(session.scalars(mine.order_by(Notice.id).limit(_NOTICES_IN_A_LETTER)))
        for notice in notices:
            notice.is_mail_due = False
        if notices and user.active:  # who was locked meanwhile gets no letters
            found.append((user, notices))
    return found


def forget(session: Session, before: datetime) -> int:
    """Remove notices that were written before a moment, read or not, and what reminders remembered; return how many."""
    session.execute(sa.delete(Reminder).where(Reminder.ends_at < before))
    session.execute(sa.delete(ReminderRound).where(ReminderRound.day < before.date()))
    done = session.execute(
        sa.delete(Notice).where(Notice.written_at < before).execution_options(synchronize_session=False)
    )
    return int(done.rowcount)


def forget_notices_of(session: Session, user: User) -> None:
    """Remove every notice of somebody who is no longer told what becomes of an organisation's papers."""
    session.execute(sa.delete(Notice).where(Notice.user_id == user.id))
