"""The audit log: who did what to what, written in the same transaction as the deed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from passes.db import Base, UtcDateTime

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passes.accounts.models import User


class AuditEntry(Base):
    """One deed. Rows are only ever added.

    `details` holds codes and numbers, never personal data: the log outlives what it speaks about.
    """

    __tablename__ = "audit_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"), index=True)
    verb: Mapped[str] = mapped_column(sa.String(64), index=True)
    subject: Mapped[str] = mapped_column(sa.String(128), index=True)
    details: Mapped[dict[str, Any]] = mapped_column(sa.JSON)


def record(
    session: Session, actor: User | None, verb: str, subject: object, details: dict[str, Any] | None, now: datetime
) -> None:
    """Add an entry to the caller's transaction.

    Args:
        session: the transaction of the deed itself.
        actor: who did it; None for the system (a worker, the command line).
        verb: what was done, as `area.verb`, for example `applications.approve`.
        subject: a mapped object (kept as `Class:id`) or a text.
        details: codes and numbers worth keeping.
        now: when.
    """
    if isinstance(subject, Base):
        session.flush()
        subject = _key(subject)
    session.add(
        AuditEntry(at=now, actor_id=actor.id if actor else None, verb=verb, subject=str(subject), details=details or {})
    )


def record_many(
    session: Session,
    actor: User | None,
    verb: str,
    subjects: Sequence[str],
    details: dict[str, Any] | None,
    now: datetime,
) -> None:
    """Add the same entry for each of many subjects, each given as `Class:id`; otherwise as `record`."""
    if not subjects:
        return
    actor_id = actor.id if actor else None
    values = {"at": now, "actor_id": actor_id, "verb": verb, "details": details or {}}
    session.execute(sa.insert(AuditEntry), [values | {"subject": subject} for subject in subjects])


@dataclass(frozen=True)
class AuditFilter:
    """What the log is narrowed to.

    Args:
        actor_ids: only what these users did; None is everybody, the system included.
        verb: only this deed, or every deed of an area given as `area.`.
        subject: begins so: `Application:`, `VehiclePass:17`.
        since: from this moment on.
        before: before this moment.
    """

    actor_ids: tuple[int, ...] | None = None
    verb: str = ""
    subject: str = ""
    since: datetime | None = None
    before: datetime | None = None


def entries(wanted: AuditFilter) -> sa.Select[tuple[AuditEntry]]:
    """Return a statement for entries, newest first."""
    statement = sa.select(AuditEntry)
    if wanted.actor_ids is not None:
        statement = statement.where(AuditEntry.actor_id.in_(wanted.actor_ids))
    if wanted.verb.endswith("."):
        statement = statement.where(AuditEntry.verb.startswith(wanted.verb, autoescape=True))
    elif wanted.verb:
        statement = statement.where(AuditEntry.verb == wanted.verb)
    if wanted.subject:
        has_number = not wanted.subject.endswith(":")
        whole = AuditEntry.subject == wanted.subject
        statement = statement.where(
            whole if has_number else AuditEntry.subject.startswith(wanted.subject, autoescape=True)
        )
    if wanted.since is not None:
        statement = statement.where(AuditEntry.at >= wanted.since)
    if wanted.before is not None:
        statement = statement.where(AuditEntry.at < wanted.before)
    return statement.order_by(AuditEntry.id.desc())


def entries_about(session: Session, subject: Base) -> list[AuditEntry]:
    """Return what was done to one mapped object, oldest first."""
    statement = sa.select(AuditEntry).where(AuditEntry.subject == _key(subject))
    return list(session.scalars(statement.order_by(AuditEntry.id)))


def _key(subject: Base) -> str:
    state = sa.inspect(subject)  # sees through the proxy that `current_user` is
    return f"{state.mapper.class_.__name__}:{':'.join(map(str, state.identity or ()))}"
