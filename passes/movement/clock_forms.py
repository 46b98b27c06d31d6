"""The form on which a station's clock is put right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, Length

from passes.form_fields import ClockField, DayField, RadioField, Required, SelectField, WithinDays, moment_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from passes.stations.models import Station

_PAST_DAYS = _FUTURE_DAYS = 3650
ERRORS = {
    "station_unknown": _l("Chọn máy chốt."),
    "empty": _l("Thời điểm kết thúc phải sau thời điểm bắt đầu."),
    "offset": _l("Nhập số phút lệch, khác 0."),
    "reason": _l("Nhập lý do, dài nhất 200 ký tự."),
    "overlap": _l("Đã có hiệu chỉnh cho một phần thời gian này. Rút lại hiệu chỉnh đó trước."),
}
FIELDS = {"from": "from_day", "to": "to_day", "offset": "minutes"}
_DAY = _l("Ví dụ: 25/09/2021")
_HOUR = _l("Ví dụ: 08:30")


class ClockForm(FlaskForm):
    """From when until when, as the station's clock showed it, and by how much it was wrong."""

    station = SelectField(_l("Máy chốt"), [Required(ERRORS["station_unknown"])], coerce=str)
    from_day = DayField(
        _l("Từ ngày"), [Required(_l("Nhập ngày.")), WithinDays(_PAST_DAYS, _FUTURE_DAYS)], description=_DAY
    )
    from_clock = ClockField(_l("Từ giờ"), [Required(_l("Nhập giờ."))], description=_HOUR)
    to_day = DayField(
        _l("Đến ngày"), [Required(_l("Nhập ngày.")), WithinDays(_PAST_DAYS, _FUTURE_DAYS)], description=_DAY
    )
    to_clock = ClockField(_l("Đến giờ"), [Required(_l("Nhập giờ."))], description=_HOUR)
    side = RadioField(_l("Đồng hồ chạy"), validators=[InputRequired(_l("Chọn chậm hay nhanh."))])
    minutes = IntegerField(_l("Lệch bao nhiêu phút"), [InputRequired(ERRORS["offset"])])
    reason = StringField(_l("Lý do"), [Required(_l("Nhập lý do.")), Length(max=200, message=ERRORS["reason"])])

    def __init__(self, stations: Iterable[Station], *args: Any, **kwargs: Any) -> None:
        """Fill the choices in the reader's language."""
        super().__init__(*args, **kwargs)
        self.station.choices = [("", _l("Chọn máy chốt")), *((station.id, station.name) for station in stations)]
        self.side.choices = [("slow", _l("Chậm hơn giờ đúng")), ("fast", _l("Nhanh hơn giờ đúng"))]

    def correction(self) -> tuple[str, datetime, datetime, int, str]:
        """Return what a form without errors says: station, from, to, seconds to be added, reason."""
        return (
            self.station.data,
            moment_of(self.from_day.data, self.from_clock.data),
            moment_of(self.to_day.data, self.to_clock.data),
            60 * (self.minutes.data or 0) * (1 if self.side.data == "slow" else -1),
            self.reason.data or "",
        )
