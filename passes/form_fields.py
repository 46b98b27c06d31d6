"""Form fields for what people here type: days, hours, tonnes, phones, ID numbers, plates. What was typed comes back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, ClassVar

import phonenumbers
import wtforms
from flask_babel import format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import InputRequired, StopValidation, ValidationError
from wtforms.widgets import NumberInput

from passes.local_time import LOCAL, local_date, now
from passes.typed import REGION, UnreadableError, read_clock, read_count, read_day, read_phone, read_tonnes
from protocol.people import IdNumberError, normalise_id_number
from protocol.plates import PlateError, format_plate, normalise_plate

UNREADABLE: Mapping[str, Any] = {
    "day": _l("Ghi ngày theo ngày/tháng/năm, ví dụ 18/09/2021."),
    "clock": _l("Ghi giờ và phút theo 24 giờ, ví dụ 14:00."),
    "tonnes": _l("Ghi bằng số, đơn vị tấn, ví dụ 3,5."),
    "tonnes_exact": _l("Ghi đến một chữ số sau dấu phẩy, ví dụ 3,5."),
    "count": _l("Ghi bằng chữ số, ví dụ 14."),
    "phone": _l("Số điện thoại không đúng. Ví dụ: 0912 345 678."),
}


def unreadable(code: str, text: str) -> str:
    """Return the sentence about a text that `passes.typed` could not read."""
    if code == "day_missing":
        return _("Không có ngày %(text)s trong lịch.", text=text)
    return str(UNREADABLE[code])


class Required(InputRequired):
    """Refuse an empty value with a sentence that says what to give, and stop there."""

    def __init__(self, message: Any) -> None:
        """Keep the sentence (a lazy text)."""
        super().__init__(message)

    def __call__(self, form: Any, field: Any) -> None:
        """Look at what was typed, not at what could be read of it.

        Raises:
            StopValidation: nothing was typed.
        """
        del form
        if not field.raw_data or not str(field.raw_data[0]).strip():
            field.errors[:] = []
            raise StopValidation(str(self.message))


class _OneOfThese:
    """Refuse what was not offered, or is offered no longer, with a sentence of ours.

    The fields keep the names of those that they stand for: templates choose an element by them.
    """

    def pre_validate(self, form: Any) -> None:
        """Look whether what came is among the choices.

        Raises:
            ValidationError: it is not.
        """
        try:
            super().pre_validate(form)
        except ValidationError:
            raise ValidationError(_("Chọn một mục trong danh sách.")) from None


class SelectField(_OneOfThese, wtforms.SelectField):
    """One of a list that drops down."""


class RadioField(_OneOfThese, wtforms.RadioField):
    """One of a few that are all shown."""


class SelectMultipleField(_OneOfThese, wtforms.SelectMultipleField):
    """Any number of a list."""


class TypedField(StringField):
    """A text field whose `data` is a value, and which shows again exactly what was typed.

    Subclasses say how to read and how to show a value; `read` raises ValueError with the sentence for the reader.
    """

    def read(self, text: str) -> Any:
        """Return the value of what was typed."""
        raise ValueError(text)

    def show(self, value: Any) -> str:
        """Return how a stored value is typed."""
        return str(value)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed; nothing typed is None."""
        text = valuelist[0].strip() if valuelist else ""
        self.data = None
        if text:
            self.data = self.read(text)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.show(self.data)


class _ReadField(TypedField):
    """A field that a reader of `passes.typed` reads."""

    reader: ClassVar[Callable[[str], Any]]

    def read(self, text: str) -> Any:
        """Return the value."""
        try:
            return type(self).reader(text)
        except UnreadableError as error:
            raise ValueError(unreadable(error.code, text)) from None


class DayField(_ReadField):
    """A day, typed "18/09/2021"; also "18-9-2021", "18092021" and ISO dates."""

    reader = staticmethod(read_day)

    def show(self, value: date) -> str:
        """Return the day as it is typed."""
        return value.strftime("%d/%m/%Y")


class ClockField(_ReadField):
    """An hour of the day, typed "14:00"; also "14h", "7h30"."""

    reader = staticmethod(read_clock)

    def show(self, value: time) -> str:
        """Return the time as it is typed."""
        return value.strftime("%H:%M")


class TonnesField(_ReadField):
    """A mass in tonnes to one decimal, with comma or point."""

    reader = staticmethod(read_tonnes)

    def show(self, value: Decimal) -> str:
        """Return the mass as the reader types it: "3,5", in English "3.5"."""
        return format_decimal(value, "0.#")


class CountField(_ReadField):
    """A number of things or days, typed in digits."""

    widget = NumberInput()
    reader = staticmethod(read_count)


class PhoneField(_ReadField):
    """A phone number; `data` is in E.164."""

    reader = staticmethod(read_phone)

    def show(self, value: str) -> str:
        """Return the number as it is dialled here."""
        return national_phone(value)


class IdNumberField(TypedField):
    """The number of an ID card; `data` is normalised."""

    def read(self, text: str) -> str:
        """Return the normalised number."""
        try:
            return normalise_id_number(text)
        except IdNumberError:
            raise ValueError(
                _("Số giấy tờ tùy thân không đúng: căn cước công dân có 12 chữ số, chứng minh nhân dân có 9.")
            ) from None


class PlateField(TypedField):
    """A number plate; `data` is normalised."""

    def read(self, text: str) -> str:
        """Return the normalised plate."""
        try:
            return normalise_plate(text)
        except PlateError:
            raise ValueError(_("Biển số không đúng dạng. Ví dụ: 29C-123.45, 51D-0123, 29R-012.34.")) from None

    def show(self, value: str) -> str:
        """Return the plate as it stands on the vehicle."""
        return format_plate(value)


def national_phone(e164: str) -> str:
    """Return a number in E.164 as people here write it: "0912 345 678"."""
    try:
        number = phonenumbers.parse(e164, REGION)
    except phonenumbers.NumberParseException:
        return e164
    is_local = number.country_code == phonenumbers.country_code_for_region(REGION)
    kind = phonenumbers.PhoneNumberFormat.NATIONAL if is_local else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, kind)


def moment_of(day: date, clock: time) -> datetime:
    """Return the moment of a day and an hour on the local clock, aware."""
    return datetime.combine(day, clock, LOCAL)


def clock_of(moment: datetime) -> tuple[date, time]:
    """Return day and hour of a moment on the local clock."""
    local = moment.astimezone(LOCAL)
    return local_date(moment), time(local.hour, local.minute)


class WithinDays:
    """Refuse a day further away from today than somebody would mean; it is a slip of the finger."""

    def __init__(self, past: int, future: int) -> None:
        """Keep how many days back and ahead are believable."""
        self.past = past
        self.future = future

    def __call__(self, form: Any, field: Any) -> None:
        """Look at a day that could be read.

        Raises:
            ValidationError: it is out of reach.
        """
        del form
        if field.data is None:
            return
        today = local_date(now())
        if not today - timedelta(days=self.past) <= field.data <= today + timedelta(days=self.future):
            raise ValidationError(_("Kiểm tra lại năm: ngày này quá xa so với hôm nay."))
