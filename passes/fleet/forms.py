"""Forms for vehicles and crew."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import Length, ValidationError

from passes.areas.forms import AreaField
from passes.fleet.drafts import (
    LICENCE_CLASSES,
    MAX_PAYLOAD_TONNES,
    MAX_VACCINE_DOSES,
    CrewDraft,
    VehicleDraft,
)
from passes.fleet.models import CrewMember, LabResult, Vehicle
from passes.fleet.texts import ERRORS, test_result_choices
from passes.form_fields import (
    ClockField,
    CountField,
    DayField,
    IdNumberField,
    PhoneField,
    PlateField,
    RadioField,
    Required,
    SelectField,
    TonnesField,
    WithinDays,
    clock_of,
    moment_of,
)
from passes.labels import crew_role_choices, vehicle_class_choices
from passes.names import tidy
from protocol.claims import Role, VehicleClass

_PAPERS_PAST_DAYS = 10 * 365
_PAPERS_FUTURE_DAYS = 15 * 365
_TEST_DAYS = 60
_NAME_CHARS = 60


class VehicleForm(FlaskForm):
    """One vehicle."""

    plate = PlateField(_l("Biển số"), [Required(_l("Nhập biển số."))], description=_l("Ví dụ: 29C-123.45"))
    vehicle_class = SelectField(_l("Loại phương tiện"), coerce=str, validators=[Required(_l("Chọn loại phương tiện."))])
    payload_tonnes = TonnesField(
        _l("Tải trọng cho phép chở (tấn)"),
        [Required(_l("Nhập tải trọng."))],
        description=_l("Theo giấy chứng nhận kiểm định. Ví dụ: 3,5"),
    )
    inspection_expires_on = DayField(
        _l("Hạn đăng kiểm"),
        [Required(_l("Nhập hạn đăng kiểm.")), WithinDays(_PAPERS_PAST_DAYS, _PAPERS_FUTURE_DAYS)],
        description=_l("Ngày cuối cùng còn hiệu lực ghi trên tem kiểm định. Ví dụ: 18/09/2022"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Fill the choices in the reader's language."""
        super().__init__(*args, **kwargs)
        self.vehicle_class.choices = [("", _("Chọn loại phương tiện")), *vehicle_class_choices()]

    @classmethod
    def of(cls, vehicle: Vehicle) -> VehicleForm:
        """Return the form filled with a vehicle's values; a posted form keeps what was posted."""
        return cls(
            plate=vehicle.plate,
            vehicle_class=str(vehicle.vehicle_class),
            payload_tonnes=vehicle.payload_tonnes,
            inspection_expires_on=vehicle.inspection_expires_on,
        )

    def validate_payload_tonnes(self, field: TonnesField) -> None:
        """A payload is more than nothing, and less than a ship's."""
        if field.data is not None and not 0 < field.data < MAX_PAYLOAD_TONNES:
            raise ValidationError(str(ERRORS["payload_range"]))

    def draft(self) -> VehicleDraft:
        """Return the values of a form without errors."""
        return VehicleDraft(
            plate=self.plate.data,
            vehicle_class=VehicleClass(int(self.vehicle_class.data)),
            payload_tonnes=self.payload_tonnes.data,
            inspection_expires_on=self.inspection_expires_on.data,
        )


class CrewForm(FlaskForm):
    """One driver or assistant."""

    id_number = IdNumberField(
        _l("Số giấy tờ tùy thân"),
        [Required(_l("Nhập số giấy tờ tùy thân."))],
        description=_l("Căn cước công dân 12 chữ số, chứng minh nhân dân 9 chữ số. Ví dụ: 001085012345"),
    )
    name = StringField(
        _l("Họ và tên"),
        [Required(_l("Nhập họ và tên.")), Length(max=_NAME_CHARS, message=_l("Họ và tên dài nhất 60 ký tự."))],
        filters=[lambda text: tidy(text) if text else text],
        description=_l("Như trên thẻ căn cước. Ví dụ: Nguyễn Văn Bình"),
    )
    phone = PhoneField(
        _l("Số điện thoại"), [Required(_l("Nhập số điện thoại."))], description=_l("Ví dụ: 0912 345 678")
    )
    residence = AreaField(
        _l("Phường/xã/thị trấn đang cư trú"), [Required(_l("Nhập phường, xã hoặc thị trấn nơi cư trú."))], digits=(5,)
    )
    role = RadioField(_l("Công việc"), choices=[], validators=[Required(_l("Chọn lái xe hoặc phụ xe."))])
    licence_class = SelectField(
        _l("Hạng giấy phép lái xe"), coerce=str, description=_l("Phụ xe không có giấy phép thì để “Không có”.")
    )
    licence_expires_on = DayField(
        _l("Ngày hết hạn giấy phép lái xe"),
        [WithinDays(_PAPERS_PAST_DAYS, _PAPERS_FUTURE_DAYS)],
        description=_l("Ví dụ: 18/09/2025"),
    )
    usual_plate = PlateField(
        _l("Xe thường đi"),
        description=_l(
            "Biển số một xe của đơn vị. Khi chọn xe đó trong hồ sơ, người này được xếp sẵn. Ví dụ: 29C-123.45"
        ),
    )
    vaccine_doses = CountField(_l("Số mũi vắc xin đã tiêm"), description=_l("Ví dụ: 2"))
    test_result = SelectField(_l("Kết quả xét nghiệm"), coerce=str, default="")
    test_day = DayField(
        _l("Có giá trị đến ngày"),
        [WithinDays(_TEST_DAYS, _TEST_DAYS)],
        description=_l("Ví dụ: 20/09/2021"),
    )
    test_clock = ClockField(_l("Đến giờ"), description=_l("Ví dụ: 14:00"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Fill the choices in the reader's language."""
        super().__init__(*args, **kwargs)
        self.role.choices = crew_role_choices()
        self.test_result.choices = [("", _("Chưa có")), *test_result_choices()]
        self.licence_class.choices = [("", _("Không có")), *((name, name) for name in LICENCE_CLASSES)]

    @classmethod
    def of(cls, member: CrewMember) -> CrewForm:
        """Return the form filled with a person's values; a posted form keeps what was posted."""
        test_day, test_clock = clock_of(member.test_expires_at) if member.test_expires_at else (None, None)
        return cls(
            id_number=member.person.id_number,
            name=member.person.name,
            phone=member.person.phone,
            residence=member.person.residence_code,
            role=member.role.value,
            licence_class=member.licence_class or "",
            licence_expires_on=member.licence_expires_on,
            usual_plate=member.usual_vehicle.plate if member.usual_vehicle else None,
            vaccine_doses=member.vaccine_doses,
            test_result=member.test_result.value if member.test_result else "",
            test_day=test_day,
            test_clock=test_clock,
        )

    def validate_name(self, field: StringField) -> None:
        """A name can be seen."""
        if not field.data:
            raise ValidationError(str(ERRORS["name_missing"]))

    def validate_licence_class(self, field: SelectField) -> None:
        """A driver has a licence."""
        if self.role.data == Role.DRIVER and not field.data:
            raise ValidationError(str(ERRORS["licence_missing"]))

    def validate_licence_expires_on(self, field: DayField) -> None:
        """A licence has a last day."""
        if self.licence_class.data and field.data is None and not field.errors:
            raise ValidationError(str(ERRORS["licence_expiry_missing"]))

    def validate_vaccine_doses(self, field: CountField) -> None:
        """Nobody had fewer than no doses."""
        if field.data is not None and not 0 <= field.data <= MAX_VACCINE_DOSES:
            raise ValidationError(str(ERRORS["doses_range"]))

    def validate_test_day(self, field: DayField) -> None:
        """An hour needs its day."""
        if self.test_clock.data is not None and field.data is None and not field.errors:
            raise ValidationError(_("Nhập ngày, hoặc bỏ trống cả ngày và giờ."))
        if self.test_result.data == LabResult.NEGATIVE and field.data is None and not field.errors:
            raise ValidationError(str(ERRORS["test_expiry_missing"]))

    def validate_test_clock(self, field: ClockField) -> None:
        """A day needs its hour: the test ends at that minute."""
        if self.test_day.data is not None and field.data is None and not field.errors:
            raise ValidationError(_("Nhập giờ hết giá trị ghi trên phiếu xét nghiệm."))

    def draft(self) -> CrewDraft:
        """Return the values of a form without errors."""
        test: datetime | None = None
        if self.test_day.data is not None and self.test_clock.data is not None:
            test = moment_of(self.test_day.data, self.test_clock.data)
        return CrewDraft(
            id_number=self.id_number.data,
            name=self.name.data,
            phone=self.phone.data,
            residence_code=self.residence.data,
            role=Role(self.role.data),
            licence_class=self.licence_class.data or None,
            licence_expires_on=self.licence_expires_on.data,
            test_expires_at=test,
            test_result=LabResult(self.test_result.data) if self.test_result.data else None,
            vaccine_doses=self.vaccine_doses.data,
            usual_plate=self.usual_plate.data,
        )
