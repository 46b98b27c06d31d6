"""The form that takes a spreadsheet."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired

from passes.form_fields import RadioField, Required
from passes.imports.models import ImportKind
from passes.imports.texts import KINDS


class ImportForm(FlaskForm):
    """What the rows are, and the file."""

    kind = RadioField(_l("Danh sách"), [Required(_l("Chọn danh sách phương tiện hoặc lái xe, phụ xe."))], choices=[])
    file = FileField(
        _l("Tệp bảng tính"),
        [FileRequired(_l("Chọn tệp .xlsx hoặc .csv."))],
        description=_l("Tệp .xlsx hoặc .csv theo tệp mẫu, nhiều nhất 5.000 dòng."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Fill the choices in the reader's language."""
        super().__init__(*args, **kwargs)
        self.kind.choices = [(kind.value, str(words)) for kind, words in KINDS.items()]

    def chosen_kind(self) -> ImportKind:
        """Return the kind of a form without errors."""
        return ImportKind(self.kind.data)
