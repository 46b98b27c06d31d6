"""The reasons for which applications are refused: one list for every clerk, in both languages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes import audit
from passes.applications.models import Refusal
from passes.applications.transitions import ApplicationError
from passes.errors import ValueRefusedError
from passes.names import tidy

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import User

_CODE = re.compile(r"[a-z][a-z0-9_]{2,31}")
_SENTENCE_CHARS = 200


class RefusalError(ValueRefusedError):
    """A refusal code cannot be kept as given."""


def all_refusals(session: Session) -> list[Refusal]:
    """Return every code, retired ones last, in the order in which clerks see them."""
    return list(session.scalars(sa.select(Refusal).order_by(Refusal.retired_at.is_not(None), Refusal.position)))


def refusals_in_use(session: Session) -> list[Refusal]:
    """Return the codes that can be chosen."""
    return [refusal for refusal in all_refusals(session) if refusal.retired_at is None]


def find_refusal(session: Session, code: str) -> Refusal | None:
    """Return one code, retired ones included, or None."""
    return session.get(Refusal, code)


def require_refusal(session: Session, code: str) -> None:
    """Make sure that a code can be chosen.

    Raises:
        ApplicationError: there is no such code, or it is retired (`refusal_unknown`).
    """
    refusal = session.get(Refusal, code)
    if refusal is None or refusal.retired_at is not None:
        raise ApplicationError("refusal_unknown", f"{code!r} is no refusal code in use")


def add_refusal(session: Session, actor: User, code: str, vi: str, en: str, now: datetime) -> Refusal:
    """Add a code at the end of the list.

    Args:
        session: the caller's transaction.
        actor: who adds it.
        code: lower-case letters, digits, `_`; 3 to 32 of them; stands in decisions for ever.
        vi: the sentence in Vietnamese.
        en: the sentence in English.
        now: when.

    Raises:
        RefusalError: the code is malformed or taken, or a sentence is missing or too long.
    """
    code = code.strip()
    if not _CODE.fullmatch(code):
        raise RefusalError("code_invalid", "code", f"{code!r} is no refusal code")
    if session.get(Refusal, code) is not None:
        raise RefusalError("code_taken", "code", f"{code} is there already")
    last = session.scalar(sa.select(sa.func.max(Refusal.position))) or 0
    refusal = Refusal(code=code, position=last + 1, vi="", en="")
    _write(refusal, vi, en)
    session.add(refusal)
    audit.record(session, actor, "applications.add_refusal", refusal, {"code": code}, now)
    return refusal


def change_refusal(session: Session, actor: User, refusal: Refusal, vi: str, en: str, now: datetime) -> None:
    """Say a code in other words; earlier decisions read so too.

    Raises:
        RefusalError: a sentence is missing or too long.
    """
    _write(refusal, vi, en)
    audit.record(session, actor, "applications.change_refusal", refusal, {"code": refusal.code}, now)


def retire_refusal(session: Session, actor: User, refusal: Refusal, now: datetime, *, is_retired: bool = True) -> None:
    """Take a code from the list, or put it back; decisions that have it keep it."""
    refusal.retired_at = now if is_retired else None
    verb = "applications.retire_refusal" if is_retired else "applications.restore_refusal"
    audit.record(session, actor, verb, refusal, {"code": refusal.code}, now)


def _write(refusal: Refusal, vi: str, en: str) -> None:
    for field, text in (("vi", tidy(vi)), ("en", tidy(en))):
        if not 0 < len(text) <= _SENTENCE_CHARS:
            raise RefusalError("sentence_length", field, f"a sentence has 1 to {_SENTENCE_CHARS} characters")
        setattr(refusal, field, text)
