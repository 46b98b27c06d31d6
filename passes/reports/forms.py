"""What the list of look-ups is narrowed to."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectField

from passes.followup.events import LookupReason
from passes.followup.texts import LOOKUP_REASONS
from passes.form_fields import DayField
from passes.typed import read_row

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST_NUMBER = 10**9


class LookupFilterForm(FlaskForm):
    """The filters of the list; they come with the address."""

    class Meta:
        """A filter changes nothing: no token."""

        csrf = False

    user = SelectField(coerce=str, validate_choice=False)
    reason = SelectField(coerce=str, validate_choice=False)
    person = IntegerField()
    day = DayField(id="filter-day")

    def __init__(self, users: Mapping[int, str]) -> None:
        """Read the address; fill the choices.

        Args:
            users: names of everybody who ever looked at a person, by their row id.
        """
        super().__init__(formdata=request.args)
        self.user.choices = [("", _l("Tất cả")), *((str(user_id), name) for user_id, name in users.items())]
        self.reason.choices = [("", _l("Tất cả")), *((reason.value, text) for reason, text in LOOKUP_REASONS.items())]

    @property
    def user_id(self) -> int | None:
        """Whose look-ups."""
        return read_row(self.user.data or "")

    @property
    def person_id(self) -> int | None:
        """At whom."""
        number = self.person.data
        return number if number is not None and 0 < number < _MOST_NUMBER else None

    @property
    def looked_why(self) -> LookupReason | None:
        """For which reason."""
        with suppress(ValueError):
            return LookupReason(self.reason.data or "")
        return None
