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
        actors: a query for the row ids of users: only what they did; None is everybody, the system included.
        is_system: only what nobody did by hand: the worker, or policy.
        verb: only this deed, or every deed of an area given as `area.`.
        subjects: only these: `VehiclePass:17`, or all of a kind, `Application:`; None is everything.
        since: from this moment on.
        before: before this moment.
    """

    actors: sa.Select[tuple[int]] | None = None
    is_system: bool = False
    verb: str = ""
    subjects: tuple[str, ...] | None = None
    since: datetime | None = None
    before: datetime | None = None


def entries(wanted: AuditFilter) -> sa.Select[tuple[AuditEntry]]:
    """Return a statement for entries, newest first."""
    statement = sa.select(AuditEntry)
    if wanted.is_system:
        statement = statement.where(AuditEntry.actor_id.is_(None))
    elif wanted.actors is not None:
        statement = statement.where(AuditEntry.actor_id.in_(wanted.actors))
    if wanted.verb.endswith("."):
        statement = statement.where(AuditEntry.verb.startswith(wanted.verb, autoescape=True))
    elif wanted.verb:
        statement = statement.where(AuditEntry.verb == wanted.verb)
    if wanted.subjects is not None:
        kinds = [one for one in wanted.subjects if one.endswith(":")]
        found = [AuditEntry.subject.in_(set(wanted.subjects) - set(kinds))]
        found += [AuditEntry.subject.startswith(kind, autoescape=True) for kind in kinds]
        statement = statement.where(sa.or_(*found))
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
