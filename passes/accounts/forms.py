"""Forms of accounts: registering a carrier, joining one, inviting somebody."""

from __future__ import annotations

from typing import Any

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_security import MailUtil
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField, StringField
from wtforms.validators import EqualTo, Length, ValidationError

from passes.accounts.models import Organisation, OrganisationKind
from passes.accounts.services import SHORT_NAME_CHARS, AccountError, OrganisationDraft, normalise_tax_number
from passes.accounts.texts import ERRORS
from passes.form_fields import IdNumberField, PhoneField, RadioField, Required, TypedField


class TaxNumberField(TypedField):
    """A Vietnamese tax number; `data` is in its one form."""

    def read(self, text: str) -> str:
        """Return the tax number as it is kept."""
        try:
            return normalise_tax_number(text)
        except AccountError as error:
            raise ValueError(str(ERRORS[error.code])) from None


class AddressForm(FlaskForm):
    """An e-mail address that a letter goes to."""

    email = EmailField(
        _l("Thư điện tử"),
        [Required(_l("Nhập thư điện tử.")), Length(max=255, message=_l("Thư điện tử dài nhất 255 ký tự."))],
        description=_l("Dùng để đăng nhập và nhận thông báo. Ví dụ: ten@congty.vn"),
    )

    def validate_email(self, field: EmailField) -> None:
        """Take only an address that the login page reads the same."""
        try:
            field.data = MailUtil(current_app).validate(field.data or "").lower()
        except ValueError:
            raise ValidationError(_("Thư điện tử không đúng dạng, ví dụ: ten@congty.vn.")) from None


class RegisterForm(AddressForm):
    """Who registers, as far as it is asked before the address is confirmed."""

    kind = RadioField(_l("Đăng ký cho"), choices=[], default="company")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Fill the choices in the reader's language."""
        super().__init__(*args, **kwargs)
        self.kind.choices = [
            ("company", _("Công ty, hợp tác xã, hộ kinh doanh (có mã số thuế)")),
            ("owner", _("Cá nhân có xe (có căn cước công dân)")),
        ]


class ConfirmForm(FlaskForm):
    """A question that is answered by its button."""


def _name_field(label: Any) -> StringField:
    return StringField(
        label,
        [Required(_l("Nhập họ và tên.")), Length(max=120, message=_l("Họ và tên dài nhất 120 ký tự."))],
        description=_l("Như trên thẻ căn cước. Ví dụ: Nguyễn Văn Bình"),
    )


def _as_hashed(password: str | None) -> str | None:
    """Return a password as the login library hashes it: keyboards write one Vietnamese letter in several ways."""
    return current_app.extensions["security"].password_util.normalize(password) if password else password


class PasswordForm(FlaskForm):
    """A new password, typed twice."""

    password = PasswordField(_l("Mật khẩu"), [Required(_l("Nhập mật khẩu."))], filters=[_as_hashed])
    password_confirm = PasswordField(
        _l("Nhập lại mật khẩu"),
        [EqualTo("password", message=_l("Hai lần nhập mật khẩu không giống nhau."))],
        filters=[_as_hashed],
    )

    def validate_password(self, field: PasswordField) -> None:
        """Ask of it what the login library asks of every new password."""
        wrong, _same = current_app.extensions["security"].password_util.validate(field.data or "", is_register=True)
        if wrong:
            raise ValidationError(str(wrong[0]))


class JoinForm(PasswordForm):
    """Whoever was invited: who they are."""

    name = _name_field(_l("Họ và tên"))


class _CarrierForm(FlaskForm):
    """What every carrier says of itself."""

    phone = PhoneField(
        _l("Điện thoại"),
        [Required(_l("Nhập số điện thoại."))],
        description=_l("Ví dụ: 024 3825 0000 hoặc 0912 345 678"),
    )

    @classmethod
    def of(cls, organisation: Organisation) -> _CarrierForm:
        """Return the form filled with what is known of a carrier; a posted form keeps what was posted."""
        owner = organisation.owner
        return cls(
            tax_number=organisation.tax_number,
            owner_id_number=owner.id_number if owner else None,
            name=organisation.name,
            short_name=organisation.short_name,
            phone=organisation.phone,
        )


class CompanyForm(_CarrierForm):
    """A company, cooperative or household business: it has a tax number."""

    tax_number = TaxNumberField(
        _l("Mã số thuế"),
        [Required(_l("Nhập mã số thuế."))],
        description=_l("10 chữ số; chi nhánh thêm 3 chữ số. Ví dụ: 0100109106 hoặc 0100109106-001"),
    )
    name = StringField(
        _l("Tên đầy đủ của đơn vị"),
        [Required(_l("Nhập tên đơn vị.")), Length(max=200, message=_l("Tên đơn vị dài nhất 200 ký tự."))],
        description=_l("Như trên giấy đăng ký kinh doanh. Ví dụ: Công ty TNHH Vận tải Sông Hồng"),
    )
    short_name = StringField(
        _l("Tên viết tắt"),
        [
            Required(_l("Nhập tên viết tắt, dài nhất 40 ký tự.")),
            Length(max=SHORT_NAME_CHARS, message=ERRORS["short_name_length"]),
        ],
        description=_l("Dài nhất 40 ký tự; tên này in trên giấy và trong mã QR. Ví dụ: VT Sông Hồng"),
    )

    def draft(self) -> OrganisationDraft:
        """Return the values of a form without errors."""
        return OrganisationDraft(
            kind=OrganisationKind.CARRIER,
            name=self.name.data or "",
            short_name=self.short_name.data or "",
            tax_number=self.tax_number.data,
            phone=self.phone.data,
        )


class OwnerForm(_CarrierForm):
    """Somebody who drives their own truck: their name is the carrier's."""

    owner_id_number = IdNumberField(
        _l("Số căn cước công dân của chủ xe"),
        [Required(_l("Nhập số căn cước công dân."))],
        description=_l("12 chữ số trên thẻ căn cước; chưa đổi thẻ thì 9 chữ số của chứng minh nhân dân."),
    )
    name = _name_field(_l("Họ và tên chủ xe"))

    def draft(self) -> OrganisationDraft:
        """Return the values of a form without errors."""
        name = self.name.data or ""
        return OrganisationDraft(
            kind=OrganisationKind.CARRIER,
            name=name,
            short_name=name[:SHORT_NAME_CHARS],
            owner_id_number=self.owner_id_number.data,
            phone=self.phone.data,
        )


class NewCompanyForm(CompanyForm, PasswordForm):
    """A company and its first user."""

    user_name = _name_field(_l("Họ và tên người đăng ký"))


class NewOwnerForm(OwnerForm, PasswordForm):
    """An owner, who is the first user."""

    @property
    def user_name(self) -> StringField:
        """The owner's own name."""
        return self.name
