"""The form that takes a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired

from passes.documents.models import DocumentKind
from passes.documents.texts import KINDS
from passes.form_fields import Required, SelectField

if TYPE_CHECKING:
    from collections.abc import Sequence


class DocumentForm(FlaskForm):
    """What it is, and the file."""

    kind = SelectField(_l("Loại giấy tờ"), [Required(_l("Chọn loại giấy tờ."))], coerce=str)
    file = FileField(
        _l("Tệp"),
        [FileRequired(_l("Chọn tệp PDF, JPEG hoặc PNG."))],
        description=_l("PDF, JPEG hoặc PNG, nhiều nhất 8 MB. Vị trí và thông tin máy chụp trong ảnh được xóa."),
    )

    def offer(self, kinds: Sequence[DocumentKind]) -> None:
        """Offer the kinds that fit the subject."""
        self.kind.choices = [("", _("Chọn loại giấy tờ")), *((kind.value, str(KINDS[kind])) for kind in kinds)]

    def chosen_kind(self) -> DocumentKind:
        """Return the kind of a form without errors."""
        return DocumentKind(self.kind.data)
