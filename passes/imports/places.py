"""Finding wards by what people write into a cell: a code, or a name with as much around it as tells it apart."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from passes.areas.models import Area
from passes.areas.services import fold
from protocol.areas import AreaLevel

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

_KINDS = re.compile(r"\b(phuong|xa|thi tran|quan|huyen|thi xa|thanh pho|tinh|tp|tt|tx|p|q|h|x)\b\.?")


class Places:
    """Every ward, by its code and by its names; made once for many rows.

    Args:
        session: an open session.
    """

    def __init__(self, session: Session) -> None:
        """Look all wards up."""
        rows = session.execute(
            sa.select(Area.code, Area.label).where(sa.func.length(Area.code) == AreaLevel.WARD).order_by(Area.code)
        )
        self._codes: set[str] = set()
        self._exact: dict[str, list[str]] = {}
        self._bare: dict[str, list[str]] = {}
        for code, label in rows:
            self._codes.add(code)
            ward, district, *_rest = label.split(", ")
            for name in {label, f"{ward}, {district}", ward}:
                self._exact.setdefault(_words(name), []).append(code)
                self._bare.setdefault(_bare(name), []).append(code)

    @property
    def count(self) -> int:
        """How many wards there are."""
        return len(self._codes)

    def find(self, text: str) -> list[str]:
        """Return the codes of the wards that a text names: one when it is clear, several or none when it is not."""
        code = text.zfill(AreaLevel.WARD) if text.isdecimal() else ""  # 67, where a spreadsheet left the zeros out
        if code in self._codes:
            return [code]
        return self._exact.get(_words(text)) or self._bare.get(_bare(text)) or []


_KNOWN: WeakKeyDictionary[object, Places] = WeakKeyDictionary()


def known_places(session: Session) -> Places:
    """Return the wards of a database; ten thousand names are folded once in a process, not once in a turn."""
    database = session.get_bind()
    found = _KNOWN.get(database)
    if found is None or not found.count:
        found = _KNOWN[database] = Places(session)
    return found


def _words(text: str) -> str:
    return " ".join(re.sub(r"[,.;–-]", " ", fold(text)).split())


def _bare(text: str) -> str:
    return " ".join(_KINDS.sub(" ", _words(text)).split())
