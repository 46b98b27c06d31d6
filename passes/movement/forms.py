"""Forms for zones, and what the list of scans is narrowed to."""

from __future__ import annotations

from contextlib import suppress
from datetime import time
from typing import TYPE_CHECKING, Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, FieldList, StringField
from wtforms.validators import InputRequired, Length, NumberRange, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from passes.areas.forms import AreaField
from passes.form_fields import (
    ClockField,
    CountField,
    DayField,
    RadioField,
    Required,
    SelectField,
    SelectMultipleField,
    WithinDays,
    clock_of,
    moment_of,
)
from passes.local_time import end_of_day, last_day_before
from passes.movement.services import ScanFilters, ZoneDraft
from passes.movement.texts import ACTIONS, OUTCOMES, ZONE_KINDS
from protocol.plates import PlateError, normalise_plate
from protocol.zones import DEFAULT_MONITORING_DAYS, MAX_MONITORING_DAYS, ZoneKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from passes.sites.models import Site
    from passes.stations.models import Station

_MAX_AREAS = 20
_PAST_DAYS = 365
_FUTURE_DAYS = 365

ERRORS = {
    "name_missing": _l("Nhập tên khu vực, dài nhất 200 ký tự."),
    "decision_missing": _l("Nhập số quyết định, dài nhất 80 ký tự."),
    "nowhere": _l("Nhập ít nhất một địa bàn hoặc chọn ít nhất một điểm."),
    "area_unknown": _l("Có địa bàn không tồn tại."),
    "site_unknown": _l("Có điểm không tồn tại."),
    "ends_before_start": _l("Thời điểm kết thúc phải sau thời điểm bắt đầu."),
    "monitoring_days": _l("Số ngày theo dõi từ 1 đến 365."),
    "withdrawn": _l("Khu vực này đã được rút lại."),
    "document_type": _l("Chọn tệp PDF, PNG hoặc JPEG."),
    "document_size": _l("Tệp không quá 10 MB."),
}
FIELDS = {"starts_at": "starts_day", "ends_at": "ends_day", "at": "ends_day", "id": "ends_day"}


class ZoneForm(FlaskForm):
    """A zone before it is published. Whether passing through counts is chosen after the preview."""

    name = StringField(
        _l("Tên khu vực"),
        [Required(_l("Nhập tên khu vực.")), Length(max=200, message=ERRORS["name_missing"])],
        description=_l("Ví dụ: Ổ dịch ngõ 328 Nguyễn Trãi"),
    )
    kind = RadioField(_l("Loại"), validators=[InputRequired(_l("Chọn loại."))])
    areas = FieldList(AreaField(_l("Địa bàn")), min_entries=1, max_entries=_MAX_AREAS)
    sites = SelectMultipleField(
        _l("Điểm tập kết, trung chuyển, giao nhận, xếp dỡ"),
        coerce=str,
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    starts_day = DayField(
        _l("Từ ngày"),
        [Required(_l("Nhập ngày bắt đầu.")), WithinDays(_PAST_DAYS, _FUTURE_DAYS)],
        description=_l("Có thể là ngày đã qua. Ví dụ: 11/09/2021"),
    )
    starts_clock = ClockField(_l("Từ giờ"), [Required(_l("Nhập giờ bắt đầu."))], description=_l("Ví dụ: 00:00"))
    ends_day = DayField(
        _l("Đến ngày"), [WithinDays(_PAST_DAYS, _FUTURE_DAYS)], description=_l("Để trống khi chưa biết.")
    )
    ends_clock = ClockField(_l("Đến giờ"), description=_l("Để trống là đến hết ngày."))
    monitoring_days = CountField(
        _l("Số ngày theo dõi y tế"),
        [
            InputRequired(_l("Nhập số ngày.")),
            NumberRange(1, MAX_MONITORING_DAYS, message=ERRORS["monitoring_days"]),
        ],
        default=DEFAULT_MONITORING_DAYS,
        description=_l("Tính từ ngày cuối cùng có mặt trong khu vực."),
    )
    decision = StringField(
        _l("Số quyết định"),
        [Required(_l("Nhập số quyết định.")), Length(max=80, message=ERRORS["decision_missing"])],
        description=_l("Ví dụ: 3312/QĐ-UBND ngày 18/09/2021"),
    )
    document = FileField(_l("Văn bản quyết định"), description=_l("PDF hoặc ảnh (PNG, JPEG), không quá 10 MB."))

    def __init__(self, sites: Sequence[Site], draft: ZoneDraft | None) -> None:
        """Fill in a draft, and the choices in the reader's language."""
        super().__init__(data=None if draft is None else _as_typed(draft))
        self.kind.choices = [(kind.value, text) for kind, text in ZONE_KINDS.items()]
        self.sites.choices = [(site.id, site.name) for site in sites]

    def validate_ends_day(self, field: DayField) -> None:
        """An hour needs its day."""
        if self.ends_clock.data is not None and field.data is None and not field.errors:
            raise ValidationError(_("Nhập ngày, hoặc bỏ trống cả ngày và giờ."))

    def change_rows(self) -> bool:
        """Add or remove the row whose button was pressed; say whether one was."""
        if "add_row" in request.form:
            if len(self.areas.entries) < _MAX_AREAS:
                self.areas.append_entry()
            return True
        if name := request.form.get("remove_row"):
            self.areas.entries = [entry for entry in self.areas.entries if entry.name != name] or self.areas.entries
            return True
        return False

    def read_upload(self) -> tuple[str, bytes] | None:
        """Return the file that was attached, which can be read once: its name and content; None where none was."""
        found = self.document.data
        if not found or not found.filename:
            return None
        with found.stream:  # a large one lies in a temporary file
            return found.filename, found.read()

    def draft(self, zone_id: str | None, document_id: int | None) -> ZoneDraft:
        """Return the draft of a form without errors."""
        return ZoneDraft(
            id=zone_id,
            document_id=document_id,
            name=self.name.data or "",
            kind=ZoneKind(self.kind.data),
            areas=tuple(entry.data for entry in self.areas if entry.data),
            sites=tuple(self.sites.data or ()),
            starts_at=moment_of(self.starts_day.data, self.starts_clock.data),
            ends_at=end_moment(self.ends_day, self.ends_clock),
            monitoring_days=self.monitoring_days.data or 0,
            decision=self.decision.data or "",
        )


class PublishForm(FlaskForm):
    """What is chosen after the preview."""

    passage = RadioField(
        _l("Lượt qua chốt kiểm soát trong khu vực"), validators=[InputRequired(_l("Chọn một trong hai cách tính."))]
    )

    def __init__(self, passage: bool | None) -> None:  # noqa: FBT001 - what the draft says
        """Choose what was chosen before; fill the choices in the reader's language."""
        super().__init__(data=None if passage is None else {"passage": "yes" if passage else "no"})
        self.passage.choices = [
            ("yes", _l("Có tính: đi qua cũng là yếu tố dịch tễ")),
            ("no", _l("Không tính: chỉ người đã dừng lại trong khu vực")),
        ]

    @property
    def is_counted(self) -> bool:
        """Whether scans at road checkpoints count, for a form without errors."""
        return self.passage.data == "yes"


class LiftForm(FlaskForm):
    """When a zone ends."""

    ends_day = DayField(
        _l("Kết thúc ngày"),
        [Required(_l("Nhập ngày kết thúc.")), WithinDays(_PAST_DAYS, _FUTURE_DAYS)],
        description=_l("Ví dụ: 25/09/2021"),
    )
    ends_clock = ClockField(_l("Lúc"), description=_l("Để trống là hết ngày đó. Ví dụ: 12:00"))

    @property
    def at(self) -> datetime:
        """The moment, for a form without errors."""
        return end_moment(self.ends_day, self.ends_clock)


class ScanFilterForm(FlaskForm):
    """What the list of scans is narrowed to; it comes with the address, not in a body."""

    class Meta:
        """A search changes nothing: no token."""

        csrf = False

    station = SelectField(coerce=str, validate_choice=False)
    outcome = SelectField(coerce=str, validate_choice=False)
    action = SelectField(coerce=str, validate_choice=False)
    plate = StringField()
    day = DayField(id="filter-day")
    late = BooleanField(_l("Chỉ lượt có phát hiện muộn"))

    def __init__(self, stations: Iterable[Station]) -> None:
        """Read the address; fill the choices in the reader's language."""
        super().__init__(formdata=request.args)
        self.station.choices = [("", _l("Tất cả")), *((station.id, station.name) for station in stations)]
        self.outcome.choices = [("", _l("Tất cả")), *OUTCOMES.items()]
        self.action.choices = [("", _l("Tất cả")), *ACTIONS.items()]

    def filters(self) -> ScanFilters:
        """Return the filters; what cannot be read does not narrow, and its error is shown."""
        plate = (self.plate.data or "").strip().upper()
        with suppress(PlateError):
            plate = normalise_plate(plate)
        return ScanFilters(
            station=self.station.data or "",
            outcome=self.outcome.data or "",
            action=self.action.data or "",
            plate=plate,
            day=self.day.data,
            late_only=bool(self.late.data),
        )


def _as_typed(draft: ZoneDraft) -> dict[str, Any]:
    """Return a draft as somebody would type it."""
    starts_day, starts_clock = clock_of(draft.starts_at)
    ends_day, ends_clock = clock_of(draft.ends_at) if draft.ends_at else (None, None)
    if draft.ends_at and ends_clock == time():  # until the end of the day before
        ends_day, ends_clock = last_day_before(draft.ends_at), None
    return {
        "name": draft.name,
        "kind": draft.kind.value,
        "areas": list(draft.areas) or [None],
        "sites": list(draft.sites),
        "starts_day": starts_day,
        "starts_clock": starts_clock,
        "ends_day": ends_day,
        "ends_clock": ends_clock,
        "monitoring_days": draft.monitoring_days,
        "decision": draft.decision,
    }


def end_moment(day: DayField, clock: ClockField) -> datetime | None:
    """Return an exclusive end: the hour that was given, else the midnight that ends the day; None without a day."""
    if day.data is None:
        return None
    return end_of_day(day.data) if clock.data is None else moment_of(day.data, clock.data)
