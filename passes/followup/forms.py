"""What is entered about a person who is followed up."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from passes.areas.forms import AreaField
from passes.followup.events import VisitOutcome
from passes.followup.texts import (
    LOOKUP_REASONS,
    SAMPLE_KINDS,
    SAMPLE_RESULTS,
    STATUS_REASONS,
    SYMPTOMS,
    VISIT_OUTCOMES,
)
from passes.followup.visits import MOST_NOTE_CHARS, Symptom, VisitDraft
from passes.form_fields import (
    ClockField,
    DayField,
    IdNumberField,
    PhoneField,
    PlateField,
    RadioField,
    Required,
    SelectMultipleField,
    TypedField,
    WithinDays,
    clock_of,
    moment_of,
)
from passes.form_fields import SelectField as OneOf
from passes.local_time import now
from protocol.areas import AreaLevel

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime


class CelsiusField(TypedField):
    """A temperature in degrees Celsius, with comma or point."""

    def read(self, text: str) -> Decimal:
        """Return the temperature."""
        try:
            return Decimal(text.replace(",", ".")).quantize(Decimal("0.1"))
        except InvalidOperation:
            raise ValueError(_("Ghi bằng số, ví dụ 37,2.")) from None

    def show(self, value: Decimal) -> str:
        """Return the temperature as it is typed here."""
        return f"{value:.1f}".replace(".", ",")


class _AtForm(FlaskForm):
    """A form with a day and an hour, which are now until somebody says otherwise."""

    day = DayField(_l("Ngày"), [Required(_l("Ghi ngày.")), WithinDays(past=400, future=0)])
    clock = ClockField(_l("Giờ"), [Required(_l("Ghi giờ."))])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Fill in the present, to the minute."""
        today, hour = clock_of(now().replace(second=0, microsecond=0))
        super().__init__(*args, **({"day": today, "clock": hour} | kwargs))

    @property
    def at(self) -> datetime:
        """The moment that was entered."""
        return moment_of(self.day.data, self.clock.data)


class VisitForm(_AtForm):
    """What somebody found who went to see a person."""

    outcome = RadioField(_l("Kết quả"), coerce=str)
    temperature = CelsiusField(_l("Nhiệt độ (°C)"), description=_l("Ví dụ 37,2. Để trống nếu không đo."))
    symptoms = SelectMultipleField(
        _l("Triệu chứng"),
        coerce=str,
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    note = TextAreaField(_l("Ghi chú"), [Length(max=MOST_NOTE_CHARS)])

    def __init__(self) -> None:
        """Offer what may be found."""
        super().__init__()
        self.outcome.choices = list(VISIT_OUTCOMES.items())
        self.symptoms.choices = list(SYMPTOMS.items())

    def draft(self) -> VisitDraft:
        """Return what was entered."""
        return VisitDraft(
            at=self.at,
            outcome=VisitOutcome(self.outcome.data),
            temperature=self.temperature.data,
            symptoms=tuple(map(Symptom, self.symptoms.data or ())),
            note=(self.note.data or "").strip() or None,
        )


class SampleForm(_AtForm):
    """A test."""

    kind = RadioField(_l("Loại xét nghiệm"), coerce=str)
    result = RadioField(_l("Kết quả"), coerce=str)

    def __init__(self) -> None:
        """Offer kinds and results."""
        super().__init__()
        self.kind.choices = list(SAMPLE_KINDS.items())
        self.result.choices = list(SAMPLE_RESULTS.items())


class StatusForm(FlaskForm):
    """How follow-ups go on."""

    zones = SelectMultipleField(
        _l("Khu vực"), coerce=str, option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False)
    )
    reason = RadioField(_l("Lý do"), coerce=str)
    note = TextAreaField(_l("Ghi chú"), [Length(max=MOST_NOTE_CHARS)])

    def __init__(self, zones: Mapping[str, str], reasons: Iterable[str]) -> None:
        """Offer the zones that it may be said of, and the reasons that fit.

        Args:
            zones: names by id.
            reasons: codes.
        """
        super().__init__()
        self.zones.choices = list(zones.items())
        self.reason.choices = [(code, STATUS_REASONS[code]) for code in reasons]
        if not self.is_submitted():
            self.zones.data = list(zones)
            self.reason.data = self.reason.choices[0][0] if len(self.reason.choices) == 1 else None


class StayForm(_AtForm):
    """Where a person stays, and since when."""

    area = AreaField(_l("Nơi lưu trú"), [Required(_l("Ghi phường, xã."))], digits=(AreaLevel.WARD, AreaLevel.DISTRICT))


class TransferForm(_AtForm):
    """Handing a person over."""

    area = AreaField(_l("Chuyển đến"), [Required(_l("Ghi phường, xã nơi đến."))])
    reason = TextAreaField(_l("Lý do chuyển"), [Required(_l("Ghi lý do.")), Length(max=MOST_NOTE_CHARS)])


class AnswerForm(FlaskForm):
    """The answer to a transfer."""

    answer = TextAreaField(_l("Ghi chú khi trả lời"), [Length(max=MOST_NOTE_CHARS)])


class AssignForm(FlaskForm):
    """Who sees to a person."""

    to = OneOf(_l("Giao cho"), coerce=str)

    def __init__(self, wards: Mapping[str, str], colleagues: Mapping[int, str]) -> None:
        """Offer the wards of the district and the staff of the office.

        Args:
            wards: names by code.
            colleagues: names by user id.
        """
        super().__init__()
        self.to.choices = [
            ("", _l("Chưa giao cho ai")),
            *((f"user:{user_id}", name) for user_id, name in colleagues.items()),
            *((f"ward:{code}", name) for code, name in wards.items()),
        ]

    @property
    def ward_code(self) -> str | None:
        """The ward that was chosen."""
        kind, _colon, value = (self.to.data or "").partition(":")
        return value if kind == "ward" else None

    @property
    def user_id(self) -> int | None:
        """The colleague who was chosen."""
        kind, _colon, value = (self.to.data or "").partition(":")
        return int(value) if kind == "user" else None


class ReportForm(_AtForm):
    """Somebody who passed no post."""

    id_number = IdNumberField(_l("Số giấy tờ tùy thân"), [Required(_l("Ghi số giấy tờ tùy thân."))])
    name = StringField(_l("Họ và tên"), [Required(_l("Ghi họ và tên.")), Length(max=100)])
    phone = PhoneField(_l("Điện thoại"), [Optional()])
    stay = AreaField(_l("Nơi lưu trú hiện nay"), [Required(_l("Ghi phường, xã."))], digits=(AreaLevel.WARD,))
    area = AreaField(_l("Đã đến địa bàn"), [Required(_l("Ghi nơi đã đến."))])
    site = OneOf(_l("Điểm tập kết, giao nhận"), coerce=str)
    plate = PlateField(_l("Biển số xe đã đi"), [Optional()], description=_l("Ví dụ 29C-123.45."))

    def __init__(self, sites: Mapping[str, str]) -> None:
        """Offer the sites.

        Args:
            sites: names by id.
        """
        super().__init__()
        self.site.choices = [("", _l("Không phải điểm nào trong danh sách")), *sites.items()]


class ReasonForm(FlaskForm):
    """Why somebody looks at a person."""

    reason = RadioField(_l("Lý do xem"), coerce=str)
    note = StringField(_l("Ghi thêm"), [Length(max=200)])

    def __init__(self) -> None:
        """Offer the reasons."""
        super().__init__()
        self.reason.choices = list(LOOKUP_REASONS.items())
