"""Forms of administration: organisations, users, refusal codes, cargo classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import Length, NumberRange
from wtforms.widgets import CheckboxInput, ListWidget

from passes import form_fields
from passes.accounts.forms import AddressForm, TaxNumberField
from passes.accounts.models import OrganisationKind
from passes.accounts.services import ROLES_OF, OrganisationDraft
from passes.administration import texts
from passes.applications.models import Mode
from passes.areas.forms import AreaField
from passes.form_fields import CountField, PhoneField, RadioField, Required
from passes.labels import cargo_class_choices
from protocol.claims import CargoClass

if TYPE_CHECKING:
    from collections.abc import Collection

    from passes.accounts.models import Organisation
    from passes.applications.models import ApplicationMode


class SelectMultipleField(form_fields.SelectMultipleField):
    """Any number of a list, each with a box to tick; templates choose an element by the class's name."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class OrganisationForm(FlaskForm):
    """A new organisation."""

    kind = RadioField(_l("Loại đơn vị"), [Required(_l("Chọn loại đơn vị."))], choices=[])
    name = StringField(
        _l("Tên đầy đủ"), [Required(_l("Nhập tên đơn vị.")), Length(max=200, message=texts.ERRORS["name_missing"])]
    )
    short_name = StringField(
        _l("Tên viết tắt"),
        [
            Required(_l("Nhập tên viết tắt, dài nhất 40 ký tự.")),
            Length(max=40, message=texts.ERRORS["short_name_length"]),
        ],
        description=_l("Dài nhất 40 ký tự; tên này in trên giấy và trong mã QR."),
    )
    tax_number = TaxNumberField(_l("Mã số thuế"), description=_l("Với đơn vị vận tải. Ví dụ: 0100109106"))
    phone = PhoneField(_l("Điện thoại"))
    area_code = AreaField(_l("Địa bàn phụ trách"), digits=(3, 5))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Fill the choices in the reader's language."""
        super().__init__(*args, **kwargs)
        self.kind.choices = [(kind.value, words) for kind, words in texts.KINDS.items()]

    def draft(self) -> OrganisationDraft:
        """Return the values of a form without errors."""
        return OrganisationDraft(
            kind=OrganisationKind(self.kind.data),
            name=self.name.data or "",
            short_name=self.short_name.data or "",
            tax_number=self.tax_number.data or None,
            phone=self.phone.data,
            area_code=self.area_code.data,
        )


def role_choices(organisation: Organisation) -> list[tuple[str, str]]:
    """Return name and words of the roles that fit an organisation."""
    return [(name, str(texts.ROLES[name])) for name in ROLES_OF[organisation.kind]]


class RolesForm(FlaskForm):
    """What a user may do."""

    roles = SelectMultipleField(_l("Vai trò"))

    def __init__(self, organisation: Organisation, *args: Any, **kwargs: Any) -> None:
        """Offer the roles that fit the organisation."""
        super().__init__(*args, **kwargs)
        self.roles.choices = role_choices(organisation)


class UserForm(AddressForm, RolesForm):
    """A new user of an organisation."""

    name = StringField(
        _l("Họ và tên"), [Required(_l("Nhập họ và tên.")), Length(max=120, message=texts.ERRORS["name_missing"])]
    )


class RefuseOrganisationForm(FlaskForm):
    """Why an organisation may not work."""

    reason = TextAreaField(
        _l("Lý do"),
        [Required(texts.ERRORS["refusal_reason"]), Length(max=500, message=texts.ERRORS["refusal_reason"])],
        description=_l("Người đăng ký đọc được, sửa rồi gửi lại. Ví dụ: Mã số thuế là của đơn vị khác."),
    )


class RefusalCodeForm(FlaskForm):
    """A refusal code with its sentences."""

    code = StringField(_l("Mã"), description=_l("Không đổi được về sau. Ví dụ: cargo_unsafe"))
    vi = StringField(
        _l("Câu tiếng Việt"),
        [Required(texts.ERRORS["sentence_length"]), Length(max=200, message=texts.ERRORS["sentence_length"])],
    )
    en = StringField(
        _l("Câu tiếng Anh"),
        [Required(texts.ERRORS["sentence_length"]), Length(max=200, message=texts.ERRORS["sentence_length"])],
    )


class ModeForm(FlaskForm):
    """What becomes of a clean application."""

    mode = RadioField(_l("Hồ sơ đạt mọi mục kiểm tra"), [Required(_l("Chọn một cách."))], choices=[])
    audit_percent = CountField(
        _l("Tỷ lệ rút hậu kiểm, phần trăm"),
        [Required(texts.ERRORS["percent_invalid"]), NumberRange(0, 100, message=texts.ERRORS["percent_invalid"])],
        description=_l("Trong 100 hồ sơ tự khai được ký ngay, bao nhiêu hồ sơ được rút để hậu kiểm. Ví dụ: 10"),
    )

    @classmethod
    def of(cls, row: ApplicationMode) -> ModeForm:
        """Return the form with the mode in force; what was posted comes before it."""
        form = cls(data={"mode": row.mode.value, "audit_percent": row.audit_percent})
        form.mode.choices = [(mode.value, words) for mode, words in texts.MODES.items()]
        return form

    def is_meant(self) -> bool:
        """Say whether what the change means was looked at, and it is to be made."""
        return "confirm" in request.form

    def chosen(self) -> Mode:
        """Return the mode of a form without errors."""
        return Mode(self.mode.data)


class CargoForm(FlaskForm):
    """Which cargo classes are let through."""

    allowed = SelectMultipleField(_l("Loại hàng được vận chuyển"))

    def __init__(self, stopped: Collection[int]) -> None:
        """Tick what is allowed now."""
        choices = cargo_class_choices()
        super().__init__(data={"allowed": [code for code, _words in choices if int(code) not in stopped]})
        self.allowed.choices = choices

    def classes(self) -> set[CargoClass]:
        """Return the classes of a form without errors."""
        return {CargoClass(int(code)) for code in self.allowed.data or ()}
