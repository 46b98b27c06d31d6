"""The form with which a carrier applies."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import FieldList
from wtforms.validators import ValidationError

from passes.applications.checks import MAX_WINDOW_DAYS
from passes.applications.drafts import MAX_STOPS, Trip
from passes.applications.models import Application
from passes.areas.forms import AreaField
from passes.form_fields import DayField, Required, SelectField, SelectMultipleField
from passes.labels import cargo_class_choices
from passes.local_time import local_date, now
from protocol.claims import CargoClass

if TYPE_CHECKING:
    from collections.abc import Iterable

_ROUTE_DIGITS = (3, 5)
_FURTHEST_DAYS = 60


class TripForm(FlaskForm):
    """Where to, with what, and when. Stops are added and removed with buttons, without scripts too."""

    origin = AreaField(_l("Điểm đi"), [Required(_l("Nhập điểm đi."))], digits=_ROUTE_DIGITS)
    stops = FieldList(AreaField(_l("Điểm dừng"), digits=_ROUTE_DIGITS), min_entries=1, max_entries=MAX_STOPS - 2)
    destination = AreaField(_l("Điểm đến"), [Required(_l("Nhập điểm đến."))], digits=_ROUTE_DIGITS)
    cargo = SelectField(_l("Loại hàng"), [Required(_l("Chọn loại hàng."))], coerce=str)
    first_day = DayField(_l("Từ ngày"), [Required(_l("Nhập ngày bắt đầu."))], description=_l("Ví dụ: 18/09/2021"))
    last_day = DayField(
        _l("Đến hết ngày"),
        [Required(_l("Nhập ngày cuối cùng."))],
        description=_l("Nhiều nhất 30 ngày. Ví dụ: 24/09/2021"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Fill the choices in the reader's language."""
        super().__init__(*args, **kwargs)
        self.cargo.choices = [("", _("Chọn loại hàng")), *cargo_class_choices()]
        self.today = local_date(now())

    def change_rows(self) -> bool:
        """Add or remove the stop whose button was pressed; say whether one was."""
        if request.form.get("add_row") == "stops":
            if len(self.stops.entries) < self.stops.max_entries:
                self.stops.append_entry()
            return True
        if name := request.form.get("remove_row"):
            self.stops.entries = [entry for entry in self.stops.entries if entry.name != name] or self.stops.entries
            return True
        return False

    def is_readable(self) -> bool:
        """Say whether what was typed can be kept, though not everything was: a draft may be incomplete."""
        if not self.is_submitted():
            return False
        self.validate()
        for field in self:
            if not any(str(value).strip() for value in field.raw_data or ()) and field is not self.stops:
                field.errors = []
        return not self.errors

    def validate_first_day(self, field: DayField) -> None:
        """The window begins today or soon."""
        if field.data is not None and field.data < self.today:
            raise ValidationError(_("Ngày bắt đầu phải từ hôm nay trở đi."))
        if field.data is not None and field.data > self.today + timedelta(days=_FURTHEST_DAYS):
            raise ValidationError(_("Kiểm tra lại: ngày bắt đầu quá xa so với hôm nay."))

    def validate_last_day(self, field: DayField) -> None:
        """The window ends after it begins, and before a month is over."""
        first = self.first_day.data
        if first is None or field.data is None:
            return
        if field.data < first:
            raise ValidationError(_("Ngày cuối cùng phải từ ngày bắt đầu trở đi."))
        if (field.data - first).days >= MAX_WINDOW_DAYS:
            raise ValidationError(_("Thời gian xin cấp nhiều nhất 30 ngày, tính cả ngày đầu và ngày cuối."))

    @classmethod
    def of(cls, application: Application) -> TripForm:
        """Return the form filled with an application's values; a posted form keeps what was posted."""
        places = [stop.area_code for stop in application.stops]
        return cls(
            data={
                "origin": places[0],
                "stops": places[1:-1],
                "destination": places[-1],
                "cargo": "" if application.cargo is None else str(application.cargo),
                "first_day": application.first_day,
                "last_day": application.last_day,
            }
        )

    def trip(self) -> Trip:
        """Return the values of a form without errors."""
        stops = [entry.data for entry in self.stops if entry.data]
        return Trip(
            route=(self.origin.data, *stops, self.destination.data),
            cargo=CargoClass(int(self.cargo.data)) if self.cargo.data else None,
            first_day=self.first_day.data,
            last_day=self.last_day.data,
        )


class ChoiceForm(FlaskForm):
    """Which rows of a list are chosen. `shown` are those that the page had: what it did not show stays as it is."""

    chosen = SelectMultipleField(coerce=int)
    shown = SelectMultipleField(coerce=int)

    def offer(self, ids: Iterable[int]) -> None:
        """Say which rows there are."""
        self.chosen.choices = self.shown.choices = [(row_id, "") for row_id in ids]

    def selection(self, before: Iterable[int]) -> list[int]:
        """Return what is chosen now: what was before and was not shown, and what was ticked."""
        hidden = [row_id for row_id in before if row_id not in set(self.shown.data)]
        return [*hidden, *self.chosen.data]
