"""What the list of follow-ups is narrowed to."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from flask import current_app, request, session
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectField

from passes.followup.listing import MOST_DAYS_MISSED, Filters, Work
from passes.followup.models import FollowUpStatus
from passes.followup.texts import STATUSES

if TYPE_CHECKING:
    from collections.abc import Mapping

SEARCH = "followup_search"
"""Where the browser's session keeps what was searched for: a name or a number never stands in an address."""
_MOST_QUERY_CHARS = 100
_ALL = ("", _l("Tất cả"))


class ListFilterForm(FlaskForm):
    """The filters of the list; they come with the address, what was searched for with the session."""

    class Meta:
        """A filter changes nothing: no token."""

        csrf = False

    status = SelectField(coerce=str, validate_choice=False)
    zone = SelectField(coerce=str, validate_choice=False)
    area = SelectField(coerce=str, validate_choice=False)
    work = SelectField(coerce=str, validate_choice=False)
    missed = IntegerField()
    outside = SelectField(coerce=str, validate_choice=False)

    def __init__(self, zones: Mapping[str, str], areas: Mapping[str, str]) -> None:
        """Read the address; fill the choices.

        Args:
            zones: names of zones by id.
            areas: labels of the areas that can be chosen, by code.
        """
        super().__init__(formdata=request.args)
        self.query = str(session.get(SEARCH, ""))
        self.status.choices = [_ALL, *((status.value, text) for status, text in STATUSES.items())]
        self.zone.choices = [_ALL, *zones.items()]
        self.area.choices = [_ALL, *sorted(areas.items(), key=lambda item: item[1])]

    @property
    def is_narrowed(self) -> bool:
        """Whether the list is not all of it."""
        return self.filters() != Filters()

    def filters(self) -> Filters:
        """Return the filters; a status or a task that there is not does not narrow."""
        status, work = None, None
        with suppress(ValueError):
            status = FollowUpStatus(self.status.data or "")
        with suppress(ValueError):
            work = Work(self.work.data or "")
        missed = self.missed.data
        return Filters(
            query=self.query,
            status=status,
            zone=self.zone.data or None,
            area=self.area.data or None,
            work=work,
            missed=missed if missed and 1 <= missed <= MOST_DAYS_MISSED else None,
            outside_of=tuple(current_app.config["ISSUER_AREAS"]) if self.outside.data else (),
        )


def keep_search(text: str) -> None:
    """Keep what was typed for the pages of the list that follow."""
    text = text.strip()[:_MOST_QUERY_CHARS]
    if text:
        session[SEARCH] = text
    else:
        session.pop(SEARCH, None)
