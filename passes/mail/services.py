"""Writing letters, and sending those that wait."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes.mail.models import Letter

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.orm import Session

log = logging.getLogger(__name__)

MOST_TRIES = 9
"""With pauses that double from one minute on, the last try is about four hours after the first."""
LATE_AFTER = timedelta(minutes=15)
_AT_ONCE = 20


class MailServerError(Exception):
    """The mail server does not answer or takes nothing from us now; other letters would fare no better."""


class LetterRefusedError(Exception):
    """The mail server refused this letter; others may pass."""


def write_letter(session: Session, recipient: str, subject: str, body: str, now: datetime) -> Letter:
    """Add a letter to the caller's transaction; the worker sends it once that is committed.

    Args:
        session: the transaction of what the letter is about.
        recipient: an e-mail address.
        subject: one line.
        body: plain text.
        now: when it is written.

    Raises:
        ValueError: the subject has a line break.
    """
    if "\n" in subject or "\r" in subject:
        raise ValueError("a subject is one line")
    letter = Letter(recipient=recipient, subject=subject, body=body, written_at=now, tries=0, next_try_at=now)
    session.add(letter)
    return letter


def send_waiting(session: Session, send: Callable[[Letter], None], now: datetime) -> int:
    """Send a handful of the letters whose turn it is; each leaves the table once it was taken.

    A letter may go out twice if the worker dies between sending and the caller's commit; it never gets lost.

    Args:
        session: the caller commits.
        send: hands one letter over; raises `MailServerError` or `LetterRefusedError`.
        now: judges whose turn it is.

    Returns:
        How many were sent or given up.
    """
    statement = sa.select(Letter).where(Letter.next_try_at <= now).order_by(Letter.next_try_at, Letter.id)
    done = 0
    for letter in session.scalars(statement.limit(_AT_ONCE).with_for_update(skip_locked=True)).all():
        try:
            send(letter)
        except LetterRefusedError as error:
            done += _put_off(session, letter, error, now)
        except MailServerError as error:
            done += _put_off(session, letter, error, now)
            break
        else:
            session.delete(letter)
            done += 1
    return done


def _put_off(session: Session, letter: Letter, error: Exception, now: datetime) -> int:
    """Try again later, or give up; return how many letters are off the table."""
    letter.tries += 1
    if letter.tries >= MOST_TRIES:
        log.error("letter %s was given up after %s tries: %s", letter.id, letter.tries, error)
        session.delete(letter)
        return 1
    letter.next_try_at = now + timedelta(minutes=2 ** (letter.tries - 1))
    log.warning("letter %s could not be sent and is tried again: %s", letter.id, error)
    return 0


def count_late_letters(session: Session, now: datetime) -> int:
    """Return how many letters wait longer than they should."""
    statement = sa.select(sa.func.count()).select_from(Letter).where(Letter.written_at < now - LATE_AFTER)
    return session.scalar(statement) or 0
