"""What the list of follow-ups is narrowed to."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField

from passes.followup.models import FollowUpStatus
from passes.followup.services import Filters
from passes.followup.texts import STATUSES

if TYPE_CHECKING:
    from collections.abc import Mapping


class ListFilterForm(FlaskForm):
    """The filters of the list; they come with the address, not in a body."""

    class Meta:
        """A search changes nothing: no token."""

        csrf = False

    q = StringField()
    status = SelectField(coerce=str, validate_choice=False)
    zone = SelectField(coerce=str, validate_choice=False)
    area = SelectField(coerce=str, validate_choice=False)

    def __init__(self, zones: Mapping[str, str], areas: Mapping[str, str]) -> None:
        """Read the address; fill the choices.

        Args:
            zones: names of zones by id.
            areas: labels of the areas that can be chosen, by code.
        """
        super().__init__(formdata=request.args)
        self.status.choices = [("", _l("Tất cả")), *((status.value, text) for status, text in STATUSES.items())]
        self.zone.choices = [("", _l("Tất cả")), *zones.items()]
        self.area.choices = [("", _l("Tất cả")), *sorted(areas.items(), key=lambda item: item[1])]

    def filters(self) -> Filters:
        """Return the filters; a status that there is not does not narrow."""
        status = None
        with suppress(ValueError):
            status = FollowUpStatus(self.status.data or "")
        return Filters(
            query=(self.q.data or "").strip()[:100],
            status=status,
            zone=self.zone.data or None,
            area=self.area.data or None,
        )
