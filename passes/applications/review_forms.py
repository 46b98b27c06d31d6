"""Forms of those who decide: refusing, deciding vehicle by vehicle, returning, looking at files afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import FieldList, Form, FormField, HiddenField, StringField, TextAreaField
from wtforms.validators import Length, ValidationError

from passes.applications.blueprint import refusal_sentences
from passes.applications.decisions import VehicleRefusal
from passes.applications.refusals import refusals_in_use
from passes.applications.seen import mark_of
from passes.db import db
from passes.form_fields import RadioField, Required, SelectField

if TYPE_CHECKING:
    from passes.applications.findings import CheckReport
    from passes.applications.models import Application

_NOTE_CHARS = 1000
_LINE_CHARS = 200


def refusal_choices() -> list[tuple[str, str]]:
    """Return code and sentence of every refusal code that can be chosen."""
    words = refusal_sentences()
    return [(row.code, words[row.code]) for row in refusals_in_use(db.session())]


class RefusalForm(FlaskForm):
    """Why an application is refused."""

    code = RadioField(_l("Lý do"), [Required(_l("Chọn một lý do."))], choices=[])
    note = TextAreaField(
        _l("Giải thích thêm cho đơn vị vận tải"),
        [Length(max=_NOTE_CHARS, message=_l("Ghi chú dài nhất 1.000 ký tự."))],
        description=_l("Đơn vị vận tải đọc được dòng này."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Fill the choices in the reader's language."""
        super().__init__(*args, **kwargs)
        self.code.choices = refusal_choices()


class ReturnForm(FlaskForm):
    """What a carrier is to put right."""

    note = TextAreaField(
        _l("Cần bổ sung, sửa đổi điều gì"),
        [
            Required(_l("Ghi rõ cần bổ sung, sửa đổi điều gì.")),
            Length(max=_NOTE_CHARS, message=_l("Ghi chú dài nhất 1.000 ký tự.")),
        ],
        description=_l(
            "Đơn vị vận tải đọc dòng này rồi sửa và nộp lại. Ví dụ: Đăng kiểm của xe 29C-123.45 ghi nhầm năm."
        ),
    )


class VehicleDecisionForm(Form):
    """What becomes of one vehicle of an application."""

    item = HiddenField()
    code = SelectField(_l("Quyết định"), coerce=str)
    note = StringField(
        _l("Ghi chú cho xe này"), [Length(max=_LINE_CHARS, message=_l("Ghi chú cho một xe dài nhất 200 ký tự."))]
    )

    def validate_note(self, field: StringField) -> None:
        """A note explains a refusal; an approval needs none."""
        if (field.data or "").strip() and not self.code.data:
            raise ValidationError(_("Chỉ ghi chú cho xe không duyệt. Chọn lý do, hoặc xóa ghi chú."))


class DecisionForm(FlaskForm):
    """What becomes of each vehicle of an application."""

    vehicles = FieldList(FormField(VehicleDecisionForm))
    seen = HiddenField()
    note = TextAreaField(
        _l("Giải thích thêm cho đơn vị vận tải"),
        [Length(max=_NOTE_CHARS, message=_l("Ghi chú dài nhất 1.000 ký tự."))],
        description=_l("Đơn vị vận tải đọc được dòng này."),
    )

    @classmethod
    def of(cls, application: Application, report: CheckReport) -> DecisionForm:
        """Return the form with what the checks suggest; what was posted comes before that."""
        rows = [
            {"item": str(checked.item.id), "code": checked.suggested_refusal or "", "note": ""}
            for checked in report.vehicles
        ]
        form = cls(data={"vehicles": rows, "seen": mark_of(application, report)})
        refusals = [(code, _("Từ chối: %(reason)s", reason=text)) for code, text in refusal_choices()]
        for row in form.vehicles:
            row.form.code.choices = [("", _("Duyệt")), *refusals]
        form.items = [item.id for item in application.vehicles]
        return form

    def validate_vehicles(self, field: FieldList) -> None:
        """Every vehicle of the application is decided, and no other."""
        if [row.form.item.data for row in field] != [str(item) for item in self.items]:
            raise ValidationError(_("Hồ sơ đã thay đổi. Tải lại trang rồi quyết định lại."))

    def refusals(self) -> dict[int, VehicleRefusal]:
        """Return the refusals of a form without errors, by row id of the vehicle."""
        return {
            int(row.form.item.data): VehicleRefusal(row.form.code.data, row.form.note.data)
            for row in self.vehicles
            if row.form.code.data
        }


class PostAuditForm(FlaskForm):
    """What came of looking at a file whose passes are signed."""

    outcome = RadioField(_l("Kết quả"), [Required(_l("Chọn kết quả hậu kiểm."))], choices=[])
    note = TextAreaField(
        _l("Ghi chú"),
        [Length(max=_NOTE_CHARS, message=_l("Ghi chú dài nhất 1.000 ký tự."))],
        description=_l("Ghi đã kiểm tra những gì; bắt buộc khi thu hồi."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Fill the choices in the reader's language."""
        super().__init__(*args, **kwargs)
        self.outcome.choices = [
            ("in_order", _("Đúng quy định, giữ nguyên giấy")),
            ("revoked", _("Không đúng, thu hồi mọi giấy của hồ sơ")),
        ]

    def validate_note(self, field: TextAreaField) -> None:
        """Whoever loses a pass is told why."""
        if self.outcome.data == "revoked" and not (field.data or "").strip():
            raise ValidationError(_("Ghi rõ vì sao thu hồi."))
