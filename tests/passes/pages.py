"""What tests of pages share."""

import re
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

from passes.accounts.models import User

Login = Callable[[User], FlaskClient]
"""Logs a user in; returns their browser."""


def approve(client: FlaskClient, reference: str) -> Any:
    """Press the button on an application's page that approves what the page shows; return where that leads."""
    page = client.get(f"/queue/{reference}").get_data(as_text=True)
    marks = re.findall(r'name="seen" value="(\w+)"', page)
    return client.post(f"/queue/{reference}/approve", data={"seen": "".join(marks)})


def words(answer: Any) -> str:
    """The text of an answer without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)).split())
