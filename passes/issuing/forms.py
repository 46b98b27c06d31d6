"""The form that revokes a pass."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField
from wtforms.validators import DataRequired

from passes.form_fields import RadioField, Required
from passes.issuing.models import RevocationReason
from passes.issuing.texts import REVOCATIONS


class RevocationForm(FlaskForm):
    """Why a pass is revoked, and that it is meant."""

    reason = RadioField(_l("Lý do thu hồi"), [Required(_l("Chọn một lý do."))], choices=[])
    is_meant = BooleanField(
        _l("Tôi đã kiểm tra đúng biển số và số giấy."),
        [DataRequired(_l("Đánh dấu ô này để xác nhận. Giấy đã thu hồi không dùng lại được."))],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Fill the choices in the reader's language."""
        super().__init__(*args, **kwargs)
        self.reason.choices = [(reason.value, text) for reason, text in REVOCATIONS.items()]

    def revocation(self) -> RevocationReason:
        """Return the reason of a form without errors."""
        return RevocationReason(self.reason.data)
