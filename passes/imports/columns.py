"""The columns of the spreadsheets, in the order of the template; what comes in and what goes out has the same shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from passes.areas.services import fold
from passes.fleet.drafts import LICENCE_CLASSES
from passes.imports.models import ImportKind
from protocol.texts import ROLE_TEXTS, VEHICLE_CLASS_TEXTS

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Column:
    """One column.

    Args:
        key: the name of its value; also accepted as a heading.
        title: its heading. The spreadsheet is a Vietnamese document whoever downloads it.
        hint: what to write there, for the sheet of instructions.
        is_required: whether a row needs a value there.
        choices: the words that may stand there; none for free text.
        width: in characters.
    """

    key: str
    title: str
    hint: str
    is_required: bool = True
    choices: tuple[str, ...] = ()
    width: int = 18


TEST_RESULT_WORDS = {"negative": "Âm tính", "positive": "Dương tính"}
_VEHICLE_WORDS = tuple(texts["vi"] for texts in VEHICLE_CLASS_TEXTS.values())
_ROLE_WORDS = tuple(texts["vi"] for texts in ROLE_TEXTS.values())

COLUMNS: Mapping[ImportKind, tuple[Column, ...]] = {
    ImportKind.VEHICLES: (
        Column("plate", "Biển số", "Ví dụ: 29C-123.45. Rơ moóc có sê-ri R: 29R-012.34."),
        Column("vehicle_class", "Loại phương tiện", "Chọn trong danh sách.", choices=_VEHICLE_WORDS, width=24),
        Column("payload_tonnes", "Tải trọng (tấn)", "Một chữ số sau dấu phẩy. Ví dụ: 3,5", width=16),
        Column("inspection_expires_on", "Hạn đăng kiểm", "Ngày/tháng/năm. Ví dụ: 18/09/2022"),
    ),
    ImportKind.CREW: (
        Column("id_number", "Số giấy tờ tùy thân", "12 hoặc 9 chữ số, định dạng văn bản để giữ số 0 ở đầu.", width=20),
        Column("name", "Họ và tên", "Như trên thẻ căn cước.", width=26),
        Column("phone", "Số điện thoại", "Ví dụ: 0912 345 678", width=16),
        Column(
            "residence_code",
            "Phường/xã cư trú",
            "Mã phường, xã (00067) hoặc tên kèm quận, huyện: Phường Chương Dương, Quận Hoàn Kiếm, Hà Nội.",
            width=44,
        ),
        Column("role", "Công việc", "Chọn trong danh sách.", choices=_ROLE_WORDS, width=12),
        Column(
            "licence_class",
            "Hạng giấy phép lái xe",
            "Bắt buộc với lái xe.",
            is_required=False,
            choices=LICENCE_CLASSES,
        ),
        Column("licence_expires_on", "Hạn giấy phép lái xe", "Ngày/tháng/năm.", is_required=False),
        Column("usual_plate", "Xe thường đi", "Biển số một xe đã khai của đơn vị.", is_required=False, width=14),
        Column("vaccine_doses", "Số mũi vắc xin", "Ví dụ: 2", is_required=False, width=14),
        Column(
            "test_result",
            "Kết quả xét nghiệm",
            "Âm tính hoặc Dương tính.",
            is_required=False,
            choices=tuple(TEST_RESULT_WORDS.values()),
        ),
        Column(
            "test_expires_at",
            "Xét nghiệm có giá trị đến",
            "Ngày và giờ. Ví dụ: 20/09/2021 14:00",
            is_required=False,
            width=24,
        ),
    ),
}

CHOICES: Mapping[str, Mapping[str, str]] = {
    "vehicle_class": {fold(w): str(int(c)) for c, texts in VEHICLE_CLASS_TEXTS.items() for w in texts.values()},
    "role": {fold(word): role.value for role, texts in ROLE_TEXTS.items() for word in texts.values()},
    "licence_class": {fold(name): name for name in LICENCE_CLASSES},
    "test_result": {fold(w): key for key, word in TEST_RESULT_WORDS.items() for w in (word, key)},
}
"""The values that a column's words mean, by the words without diacritics."""


def key_of_heading(kind: ImportKind, heading: str) -> str | None:
    """Return the key of the column that a heading names, however it is written; None for a column that is not ours."""
    wanted = fold(heading.strip(" *:."))
    return next((c.key for c in COLUMNS[kind] if wanted in {fold(c.title), c.key}), None)


def title_of(key: str) -> str:
    """Return the heading of the column with this key."""
    return next(column.title for columns in COLUMNS.values() for column in columns if column.key == key)
