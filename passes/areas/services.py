"""Look-ups in the tree of administrative divisions."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from vietnam_provinces import NESTED_DIVISIONS_JSON_PATH

from passes.areas.models import Area
from passes.batches import in_batches
from protocol.areas import AreaLevel

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy.orm import Session

_CITY_PREFIX = re.compile(r"^(Thành phố|Tỉnh) ")


class AreaUnknownError(Exception):
    """No administrative division has this code."""

    def __init__(self, code: str) -> None:
        """Keep the code for the message."""
        super().__init__(f"no administrative division has the code {code!r}")
        self.code = code


def fold(text: str) -> str:
    """Return a text as people type it in a hurry: lower case, no diacritics, single spaces."""
    plain = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).lower().split())


def _rows() -> Iterator[dict[str, Any]]:
    for province in json.loads(NESTED_DIVISIONS_JSON_PATH.read_text("utf-8")):
        city = _CITY_PREFIX.sub("", province["name"])
        p = f"{province['code']:02d}"
        yield {"code": p, "parent_code": None, "name": province["name"], "label": province["name"]}
        for district in province["districts"]:
            d = f"{district['code']:03d}"
            yield {"code": d, "parent_code": p, "name": district["name"], "label": f"{district['name']}, {city}"}
            for ward in district["wards"]:
                yield {
                    "code": f"{ward['code']:05d}",
                    "parent_code": d,
                    "name": ward["name"],
                    "label": f"{ward['name']}, {district['name']}, {city}",
                }


def seed_areas(session: Session) -> int:
    """Fill the table from the vietnam-provinces package; return how many divisions were added.

    Divisions that are there already stay as they are.
    """
    known = set(session.scalars(sa.select(Area.code)))
    rows = [row | {"folded": fold(row["label"])} for row in _rows() if row["code"] not in known]
    if rows:
        session.execute(sa.insert(Area), rows)
    return len(rows)


def get_area(session: Session, code: str) -> Area:
    """Return one division.

    Raises:
        AreaUnknownError: there is none with this code.
    """
    area = session.get(Area, code)
    if area is None:
        raise AreaUnknownError(code)
    return area


def search_areas(
    session: Session, query: str, *, digits: tuple[int, ...] = tuple(AreaLevel), limit: int = 20
) -> list[Area]:
    """Return divisions whose code is, or whose label holds every word of, `query`; diacritics do not matter.

    Args:
        session: an open session.
        query: what was typed, for example "chuong duong".
        digits: code lengths wanted: 2 province, 3 district, 5 ward.
        limit: at most so many; those whose own name begins with the query come first.
    """
    words = fold(query).replace(",", " ").split()
    if not words:
        return []
    statement = sa.select(Area).where(sa.func.length(Area.code).in_(digits))
    if len(words) == 1 and words[0].isdigit() and len(words[0]) in digits:
        statement = statement.where(Area.code == words[0])
    else:
        for word in words:
            statement = statement.where(Area.folded.contains(word, autoescape=True))
    phrase = " ".join(words)
    found = session.scalars(statement.order_by(Area.code)).all()
    return sorted(found, key=lambda a: (phrase not in fold(a.name), len(a.code), a.code))[:limit]


def lineage(session: Session, code: str) -> tuple[str, ...]:
    """Return the codes of a division and of every division above it, nearest first.

    Raises:
        AreaUnknownError: there is none with this code.
    """
    area = get_area(session, code)
    codes = [area.code]
    while area.parent_code is not None:
        area = get_area(session, area.parent_code)
        codes.append(area.code)
    return tuple(codes)


def district_of(session: Session, code: str | None) -> str | None:
    """Return the district code of a ward or district; None for a province, for nothing, or for an unknown code."""
    area = session.get(Area, code) if code else None
    while area is not None and len(area.code) > AreaLevel.DISTRICT:
        area = session.get(Area, area.parent_code) if area.parent_code else None
    return area.code if area is not None and len(area.code) == AreaLevel.DISTRICT else None


def districts_by_area(session: Session, codes: Iterable[str]) -> dict[str, str]:
    """Return the district code of each of these wards and districts; others are left out."""
    found: dict[str, str] = {}
    for batch in in_batches(set(codes)):
        for code, parent_code in session.execute(sa.select(Area.code, Area.parent_code).where(Area.code.in_(batch))):
            district = parent_code if len(code) == AreaLevel.WARD else code
            if district is not None and len(district) == AreaLevel.DISTRICT:
                found[code] = district
    return found


def covered_by(session: Session, codes: Iterable[str]) -> frozenset[str]:
    """Return the codes of these divisions and of every division below them.

    Raises:
        AreaUnknownError: one of the codes is unknown.
    """
    covered: set[str] = set()
    layer = {get_area(session, code).code for code in codes}
    while layer:
        covered |= layer
        layer = set(session.scalars(sa.select(Area.code).where(Area.parent_code.in_(layer)))) - covered
    return frozenset(covered)


def labels(session: Session, codes: Iterable[str | None]) -> dict[str, str]:
    """Return the full label of each code that is known."""
    wanted = {code for code in codes if code}
    return {a.code: a.label for a in session.scalars(sa.select(Area).where(Area.code.in_(wanted)))}


def districts_of(session: Session, provinces: Iterable[str]) -> list[str]:
    """Return the codes of the districts of these provinces."""
    return list(session.scalars(sa.select(Area.code).where(Area.parent_code.in_(list(provinces))).order_by(Area.code)))


def wards_of(session: Session, district: str | None) -> dict[str, str]:
    """Return the names of the wards of a district, by code."""
    if district is None:
        return {}
    rows = session.execute(sa.select(Area.code, Area.name).where(Area.parent_code == district).order_by(Area.name))
    return {row.code: row.name for row in rows}
