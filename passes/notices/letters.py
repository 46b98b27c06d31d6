"""Notices as letters: one for each reader, however much there is to tell, in the language of their account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app

from passes.mail.sending import compose
from passes.mail.services import write_letter
from passes.notices.services import take_unmailed
from passes.notices.texts import words_of

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session


def write_letters(session: Session, now: datetime) -> int:
    """Make letters of notices that wait for it; return how many notices. The caller commits, then they are sent.

    Args:
        session: the worker's transaction, within a context of the application.
        now: when.
    """
    done = 0
    for user, notices in take_unmailed(session):
        content = compose(
            "notices/letter", user.language or "vi", user=user, notices=notices, words_of=words_of, path_to=_path_to
        )
        write_letter(session, user.email, *content, now)
        done += len(notices)
    return done


def _path_to(endpoint: str, **values: object) -> str:
    """Return the path of a page; the worker has no request that would tell its own address."""
    return current_app.url_map.bind("localhost").build(endpoint, values)
