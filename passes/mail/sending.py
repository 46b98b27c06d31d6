"""How letters are worded, in the reader's language, and how they leave: by SMTP, or as files in the instance."""

from __future__ import annotations

import smtplib
from typing import TYPE_CHECKING, Any

from flask import current_app, render_template
from flask_babel import force_locale, get_locale
from flask_mailman import EmailMessage

from passes.mail.services import LetterRefusedError, MailServerError

if TYPE_CHECKING:
    from passes.mail.models import Letter


def compose(template: str, language: str | None, **context: Any) -> tuple[str, str]:
    """Return the subject and body of a letter.

    Args:
        template: its name without `.txt`; the first line is the subject, the body follows after an empty one.
        language: the recipient's; None is that of the page in hand.
        **context: what the template names.
    """
    with force_locale(language or str(get_locale() or "vi")):
        text = render_template(f"{template}.txt", public_url=current_app.config["PUBLIC_URL"].rstrip("/"), **context)
    subject, _, body = text.strip().partition("\n")
    return subject.strip(), body.strip() + "\n"


def send(letter: Letter) -> None:
    """Hand a letter to the mail server, or write it into the instance.

    Raises:
        LetterRefusedError: this letter is not taken.
        MailServerError: no letter is taken at the moment.
    """
    message = EmailMessage(
        subject=letter.subject,
        body=letter.body,
        to=[letter.recipient],
        headers={"Auto-Submitted": "auto-generated"},
    )
    try:
        message.send()
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, smtplib.SMTPNotSupportedError) as error:
        raise LetterRefusedError(type(error).__name__) from error  # its text has the address
    except (OSError, smtplib.SMTPException) as error:
        raise MailServerError(str(error)) from error
