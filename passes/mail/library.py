"""The login library's mail: it writes letters, as everybody else does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import after_this_request
from flask_security import MailUtil, hash_password

from passes import jobs
from passes.db import db
from passes.local_time import now
from passes.mail.sending import compose
from passes.mail.services import write_letter

if TYPE_CHECKING:
    from flask import Response


class LetterWriter(MailUtil):
    """Lets the login library write letters instead of talking to a mail server while somebody waits."""

    def send_mail(
        self,
        template: str,
        subject: str,
        recipient: str,
        sender: object,
        body: str | None,
        html: str | None,
        **context: Any,
    ) -> None:
        """Write what the library wants sent, from a template of ours, in the language of whose account it is."""
        del subject, sender, body, html
        if template.endswith("reset_instructions"):
            hash_password("no password")  # as the library does for an unknown address, so that both take as long
        language = getattr(context.get("user"), "language", None)
        write_letter(db.session(), recipient, *compose(template, language, **context), now())
        after_this_request(_commit_and_wake)


def _commit_and_wake(response: Response) -> Response:
    db.session.commit()
    jobs.wake()
    return response
