"""The form with which a carrier applies."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import FieldList, Form, FormField
from wtforms.validators import ValidationError

from passes.applications.checks import MAX_WINDOW_DAYS
from passes.applications.models import Application
from passes.applications.services import MAX_STOPS, MAX_VEHICLES, ApplicationDraft, CrewedVehicle
from passes.areas.forms import AreaField
from passes.form_fields import DayField, Required, SelectField
from passes.labels import cargo_class_choices, crew_role, tonnes, vehicle_class
from protocol.claims import CargoClass, Role
from protocol.plates import format_plate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passes.fleet.models import CrewMember, Vehicle

_ROUTE_DIGITS = (3, 5)
_SEATS = ("driver", "second", "third")
_FURTHEST_DAYS = 60


class CrewedVehicleForm(Form):
    """One vehicle of an application and who is in it."""

    vehicle = SelectField(_l("Phương tiện"), [Required(_l("Chọn phương tiện."))], coerce=str)
    driver = SelectField(_l("Lái xe"), [Required(_l("Chọn lái xe."))], coerce=str)
    second = SelectField(_l("Người thứ hai"), coerce=str)
    third = SelectField(_l("Người thứ ba"), coerce=str)

    def crew_ids(self) -> tuple[int, ...]:
        """Return who was chosen, in the order of the seats."""
        return tuple(int(self[seat].data) for seat in _SEATS if self[seat].data)

    def validate_second(self, field: SelectField) -> None:
        """Nobody sits twice in one vehicle."""
        if field.data and field.data == self.driver.data:
            raise ValidationError(_("Người này đã được chọn làm lái xe."))

    def validate_third(self, field: SelectField) -> None:
        """Nobody sits twice in one vehicle."""
        if field.data and field.data in {self.driver.data, self.second.data}:
            raise ValidationError(_("Người này đã được chọn ở trên."))


class ApplicationForm(FlaskForm):
    """What a carrier asks for. Rows of vehicles and stops are added and removed with buttons, without scripts too."""

    vehicles = FieldList(FormField(CrewedVehicleForm), min_entries=1, max_entries=MAX_VEHICLES)
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

    def prepare(self, vehicles: Sequence[Vehicle], crew: Sequence[CrewMember], today: date) -> None:
        """Offer the carrier's vehicles and people in every row, and days from `today` on."""
        self.today = today
        cars = [(str(vehicle.id), vehicle_words(vehicle)) for vehicle in vehicles]
        everybody = [(str(member.id), member_words(member)) for member in crew]
        drivers = [(str(member.id), member_words(member)) for member in crew if member.role is Role.DRIVER]
        for row in self.vehicles:
            row.form.vehicle.choices = [("", _("Chọn phương tiện")), *cars]
            row.form.driver.choices = [("", _("Chọn lái xe")), *drivers]
            row.form.second.choices = row.form.third.choices = [("", _("Không có")), *everybody]
        self.cargo.choices = [("", _("Chọn loại hàng")), *cargo_class_choices()]

    def change_rows(self) -> bool:
        """Add or remove the row whose button was pressed; say whether one was."""
        if name := request.form.get("add_row"):
            rows = {"vehicles": self.vehicles, "stops": self.stops}.get(name)
            if rows is not None and len(rows.entries) < rows.max_entries:
                rows.append_entry()
            return True
        if name := request.form.get("remove_row"):
            for rows in (self.vehicles, self.stops):
                rows.entries = [entry for entry in rows.entries if entry.name != name] or rows.entries
            return True
        return False

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

    def validate_vehicles(self, field: FieldList) -> None:
        """A vehicle is chosen once; the message stands at each further choice."""
        seen: Counter[str] = Counter()
        for row in field:
            chosen = row.form.vehicle
            seen[chosen.data] += 1
            if chosen.data and seen[chosen.data] > 1:
                chosen.errors = [*chosen.errors, _("Phương tiện này đã được chọn ở trên.")]
                field.errors = [row.errors for row in field]

    @classmethod
    def of(cls, application: Application) -> ApplicationForm:
        """Return the form filled with an application's values; a posted form keeps what was posted."""
        rows = []
        for item in application.vehicles:
            chosen = dict(zip(_SEATS, (str(entry.crew_member_id) for entry in item.crew), strict=False))
            rows.append({"vehicle": str(item.vehicle_id), **chosen})
        route = application.route
        return cls(
            data={
                "vehicles": rows,
                "origin": route[0],
                "stops": list(route[1:-1]),
                "destination": route[-1],
                "cargo": str(application.cargo),
                "first_day": application.first_day,
                "last_day": application.last_day,
            }
        )

    def draft(self) -> ApplicationDraft:
        """Return the values of a form without errors."""
        stops = [entry.data for entry in self.stops if entry.data]
        return ApplicationDraft(
            vehicles=tuple(CrewedVehicle(int(row.form.vehicle.data), row.form.crew_ids()) for row in self.vehicles),
            route=(self.origin.data, *stops, self.destination.data),
            cargo=CargoClass(int(self.cargo.data)),
            first_day=self.first_day.data,
            last_day=self.last_day.data,
        )


def vehicle_words(vehicle: Vehicle) -> str:
    """Return how a vehicle is called in a list: plate, kind, payload."""
    kind, mass = vehicle_class(vehicle.vehicle_class), tonnes(vehicle.payload_tonnes)
    return _("%(plate)s – %(kind)s, %(mass)s tấn", plate=format_plate(vehicle.plate), kind=kind, mass=mass)


def member_words(member: CrewMember) -> str:
    """Return how a person is called in a list: name, licence class or work, and what tells namesakes apart."""
    what = member.licence_class if member.role is Role.DRIVER else crew_role(member.role)
    return f"{member.person.name} – {what} (…{(member.person.id_number or '')[-4:]})"
