"""Forms that change the status of passes: one, or many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, TextAreaField
from wtforms.validators import DataRequired, Length

from passes.form_fields import RadioField, Required
from passes.issuing.models import RevocationReason
from passes.issuing.standing import CHANGES
from passes.issuing.texts import REVOCATIONS

if TYPE_CHECKING:
    from passes.issuing.models import StatusAct

_NOTE_CHARS = 1000


class StatusForm(FlaskForm):
    """Why the status of a pass changes, and that it is meant."""

    reason = RadioField(_l("Lý do"), [Required(_l("Chọn một lý do."))], choices=[])
    is_meant = BooleanField(
        _l("Tôi đã kiểm tra đúng biển số và số giấy."), [DataRequired(_l("Đánh dấu ô này để xác nhận."))]
    )

    def __init__(self, act: StatusAct, *args: Any, **kwargs: Any) -> None:
        """Offer the reasons for an act in the reader's language."""
        super().__init__(*args, **kwargs)
        self.reason.choices = [(reason.value, REVOCATIONS[reason]) for reason in CHANGES[act].reasons]

    def chosen(self) -> RevocationReason:
        """Return the reason of a form without errors."""
        return RevocationReason(self.reason.data)


class OrderForm(StatusForm):
    """Why the status of many passes changes, and that all of them are meant."""

    note = TextAreaField(
        _l("Căn cứ"),
        [
            Required(_l("Ghi căn cứ: số quyết định, biên bản hoặc việc đã xảy ra.")),
            Length(max=_NOTE_CHARS, message=_l("Ghi chú dài nhất 1.000 ký tự.")),
        ],
        description=_l("Số quyết định, biên bản hoặc việc đã xảy ra."),
    )
    is_meant = BooleanField(
        _l("Tôi đã xem danh sách giấy ở trên và muốn áp dụng cho tất cả."),
        [DataRequired(_l("Đánh dấu ô này để xác nhận."))],
    )
