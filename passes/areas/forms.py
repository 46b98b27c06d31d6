"""The form field for an administrative division: a code, a chosen suggestion, or a name typed in full."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import gettext as _
from wtforms import StringField

from passes.areas.models import Area
from passes.areas.services import fold, search_areas
from passes.db import db
from protocol.areas import AreaLevel

_MOST_CANDIDATES = 8
_MOST_FOUND = 200
_KINDS = ("thanh pho ", "tinh ", "quan ", "huyen ", "thi xa ", "thi tran ", "phuong ", "xa ")
CHOOSE = "choose_area"
"""Name of the buttons that take one of several divisions of the same name; their value is `<field>=<code>`."""


class AreaField(StringField):
    """A division; `data` is its code, or None where the text names none or more than one.

    With JavaScript the reader chooses from a list and the code is posted. Without it a name is posted: one that fits
    a single division is taken, of several the reader chooses with a button (`candidates`).

    Args:
        digits: code lengths accepted: 2 province, 3 district, 5 ward.
    """

    def __init__(self, *args: Any, digits: tuple[int, ...] = tuple(AreaLevel), **kwargs: Any) -> None:
        """Keep the levels accepted."""
        super().__init__(*args, **kwargs)
        self.digits = digits
        self.candidates: list[Area] = []
        self._label: str | None = None

    @property
    def level(self) -> str:
        """The levels as the search expects them."""
        return ",".join(map(str, self.digits))

    @property
    def shown(self) -> str:
        """The words of the code that the field holds, else what was typed."""
        if self.data and self._label is None:
            area = db.session.get(Area, self.data)
            self._label = area.label if area else None
        return self._label or self._value()

    def _value(self) -> str:
        if self.raw_data and not self.data:
            return str(self.raw_data[0])
        return self.data or ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Find the division that was meant.

        Raises:
            ValueError: none fits, or several do.
        """
        self.data = None
        text = _chosen(self.name) or (valuelist[0].strip() if valuelist else "")
        if not text:
            return
        self.raw_data = [text]
        named = self._named(text)
        if len(named) == 1:
            self.data, self._label = named[0].code, named[0].label
            return
        if not named:
            raise ValueError(self._nothing(text))
        self.candidates = named[:_MOST_CANDIDATES]
        raise ValueError(_("Có %(count)s địa bàn khớp với “%(text)s”. Chọn một địa bàn.", count=len(named), text=text))

    def _named(self, text: str) -> list[Area]:
        """Return what the text names: exactly if anything does, else everything that holds its words."""
        found = search_areas(db.session(), text, digits=self.digits, limit=_MOST_FOUND)
        wanted = fold(text)
        for names_of in (_whole_names, _bare_names):
            if exact := [area for area in found if wanted in names_of(area)]:
                return exact
        return found

    def _nothing(self, text: str) -> str:
        if search_areas(db.session(), text, limit=1):
            return _("“%(text)s” không thuộc cấp địa bàn được hỏi ở đây. Xem gợi ý phía trên ô.", text=text)
        return _("Không tìm thấy địa bàn “%(text)s”. Kiểm tra chính tả, hoặc gõ tên quận, huyện.", text=text)


def _whole_names(area: Area) -> set[str]:
    return {area.code, fold(area.label), fold(area.name)}


def _bare_names(area: Area) -> set[str]:
    name = fold(area.name)
    return {name.removeprefix(kind) for kind in _KINDS}


def _chosen(name: str) -> str | None:
    """Return the code that a button of this request gives to the field."""
    field, _equals, code = request.form.get(CHOOSE, "").partition("=")
    return code if code and field == name else None


def is_choosing() -> bool:
    """Say whether this request only chooses one of several divisions: the form is to be shown again, not acted on."""
    return CHOOSE in request.form
