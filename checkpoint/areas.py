"""Names of provinces, districts and wards, found without diacritics.

Codes are those of the General Statistics Office: two digits for a province, three for a district, five for a ward.
"""

import json
import threading
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import vietnam_provinces

from protocol.areas import AreaLevel

KINDS = ("thanh pho ", "thi tran ", "thi xa ", "phuong ", "huyen ", "quan ", "tinh ", "xa ")

_folding = threading.Lock()


@dataclass(frozen=True, slots=True)
class Area:
    """One administrative division.

    Attributes:
        code: its code, two, three or five digits.
        name: its name with its kind, "Phường Chương Dương".
        path: its name and the names of what it lies in, smallest first.
    """

    code: str
    name: str
    path: str


def fold(text: str) -> str:
    """Write a text in small letters without diacritics."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def name_of(code: str) -> str:
    """Return an area's name and those above it, or the code itself if nobody knows it."""
    area = _by_code().get(code)
    return area.path if area else code


def short_name_of(code: str) -> str:
    """Return an area's name without the province, unless it is one."""
    area = _by_code().get(code)
    if area is None:
        return code
    return area.name if len(code) < AreaLevel.WARD else area.path.rpartition(", ")[0]


def is_known(code: str) -> bool:
    """Whether there is an area with this code."""
    return code in _by_code()


def warm_up() -> None:
    """Read and fold all names now, so that nobody waits for it later."""
    _folded()


def search(query: str, *, wards_only: bool = False, limit: int = 12) -> list[Area]:
    """Find areas by code or by parts of names, in any order, with or without diacritics.

    Args:
        query: as typed: "chuong duong", "281", "văn bình thường tín".
        wards_only: leave out districts and provinces.
        limit: how many at most.

    Returns:
        The areas; those whose own name begins with the query first, then larger ones first.
    """
    words = fold(query).split()
    if not words:
        return []
    found = [
        (rank, position)
        for position, (area, own, whole) in enumerate(_folded())
        if not (wards_only and len(area.code) < AreaLevel.WARD)
        and (rank := _rank(words, area.code, own, whole)) is not None
    ]
    return [_folded()[position][0] for _, position in sorted(found)[:limit]]


def _rank(words: list[str], code: str, own: str, whole: str) -> tuple[int, int, int] | None:
    phrase = " ".join(words)
    if phrase == code:
        return 0, 0, 0
    if not all(word in whole for word in words):
        return None
    bare = next((own.removeprefix(kind) for kind in KINDS if own.startswith(kind)), own)
    if phrase in {bare, own}:
        return 1, 0, len(code)
    if bare.startswith(phrase) or own.startswith(phrase):
        return 2, 0, len(code)
    if phrase in own:
        return 3, 0, len(code)
    # "duong xa gia lam": of the wards of Gia Lâm, first the one whose own name has most of the words.
    return 4, -len(set(words) & set(bare.split())), -len(code)


@cache
def _by_code() -> dict[str, Area]:
    """All areas, in the order of provinces, districts and wards; read when first asked for."""
    tree = json.loads(Path(vietnam_provinces.NESTED_DIVISIONS_JSON_PATH).read_text("utf-8"))
    areas = []
    for province in tree:
        areas.append(_area(province, AreaLevel.PROVINCE))
        for district in province["districts"]:
            areas.append(_area(district, AreaLevel.DISTRICT, province))
            areas += [_area(ward, AreaLevel.WARD, district, province) for ward in district["wards"]]
    return {area.code: area for area in areas}


def _folded() -> tuple[tuple[Area, str, str], ...]:
    """All areas, each with its folded own name and folded path; folded when first searched."""
    with _folding:  # each letter typed is a search of its own: one folds, the others wait for it
        return _fold_all()


@cache
def _fold_all() -> tuple[tuple[Area, str, str], ...]:
    return tuple((area, fold(area.name), fold(area.path)) for area in _by_code().values())


def _area(division: dict, digits: int, *above: dict) -> Area:
    path = ", ".join(one["name"] for one in (division, *above))
    return Area(f"{division['code']:0{digits}}", division["name"], path)
