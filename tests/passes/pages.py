"""What tests of pages share."""

import re
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

from passes.accounts.models import User

Login = Callable[[User], FlaskClient]
"""Logs a user in; returns their browser."""


def words(answer: Any) -> str:
    """The text of an answer without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)).split())
