"""The words of imports: kinds, states, what is wrong with a cell, what is wrong with a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp

from passes.fleet.texts import ERRORS as FLEET_ERRORS
from passes.form_fields import UNREADABLE, unreadable
from passes.imports.models import ImportKind, ImportState, RowOutcome
from passes.imports.readings import Problem, Severity
from passes.labels import Tag

KINDS: Mapping[ImportKind, Any] = {
    ImportKind.VEHICLES: _lp("list", "Phương tiện"),
    ImportKind.CREW: _l("Lái xe, phụ xe"),
}

STATES: Mapping[ImportState, Tag] = {
    ImportState.CHECKING: Tag(_l("Đang kiểm tra"), "info"),
    ImportState.CHECKED: Tag(_l("Chờ xác nhận"), "warn"),
    ImportState.APPLYING: Tag(_l("Đang nhập"), "info"),
    ImportState.APPLIED: Tag(_l("Đã nhập"), "ok"),
    ImportState.UNDOING: Tag(_l("Đang hoàn tác"), "info"),
    ImportState.UNDONE: Tag(_l("Đã hoàn tác"), "neutral"),
    ImportState.CANCELED: Tag(_l("Đã bỏ"), "neutral"),
}

OUTCOMES: Mapping[RowOutcome, Any] = {
    RowOutcome.ADDED: _l("Thêm mới"),
    RowOutcome.CHANGED: _l("Cập nhật"),
    RowOutcome.SAME: _l("Không đổi"),
    RowOutcome.LEFT_OUT: _l("Có lỗi, không nhập"),
    RowOutcome.UNDONE: _l("Đã hoàn tác"),
    RowOutcome.KEPT: _l("Giữ lại vì đã sửa sau khi nhập"),
}

SEVERITIES: Mapping[Severity, Tag] = {
    Severity.ERROR: Tag(_l("Lỗi"), "stop"),
    Severity.WARNING: Tag(_l("Lưu ý"), "warn"),
    Severity.NOTE: Tag(_l("Đã tự sửa"), "info"),
}

ERRORS: Mapping[str, Any] = {
    "too_large": _l("Tệp quá lớn. Chia thành nhiều tệp, mỗi tệp nhiều nhất 5.000 dòng."),
    "too_long": _l("Tệp có hơn 5.000 dòng. Chia thành nhiều tệp."),
    "old_excel": _l(
        "Tệp theo dạng Excel cũ (.xls) hoặc có mật khẩu. Mở ra, bỏ mật khẩu nếu có, chọn Lưu thành (Save As) dạng "
        ".xlsx rồi tải lên lại."
    ),
    "unreadable": _l("Không đọc được tệp này. Tải lên tệp .xlsx hoặc .csv làm từ tệp mẫu."),
    "encoding": _l("Tệp CSV không theo bảng mã UTF-8. Khi lưu, chọn “CSV UTF-8”, hoặc lưu dạng .xlsx."),
    "empty": _l("Tệp không có dòng nào dưới hàng tiêu đề."),
    "import_state": _l("Bảng tính này đã được xử lý, có thể do người khác vừa làm. Xem trạng thái ở dưới."),
    "import_errors": _l("Có dòng lỗi. Sửa tệp rồi tải lên lại, hoặc chọn bỏ các dòng lỗi."),
    "import_empty": _l("Không có dòng nào nhập được."),
}

_PROBLEMS: Mapping[str, Any] = {
    "missing": _l("Bỏ trống."),
    "formula": _l(
        "Công thức không có kết quả. Mở tệp bằng Excel, sửa ô này hoặc ghi giá trị vào, lưu lại rồi tải lên."
    ),
    "plate": _l("Biển số không đúng dạng. Ví dụ: 29C-123.45, 51D-0123, 29R-012.34."),
    "id_number": _l("Số giấy tờ tùy thân không đúng: căn cước công dân có 12 chữ số, chứng minh nhân dân có 9."),
    "choice": _l("Không có trong danh sách; xem trang Hướng dẫn của tệp mẫu."),
    "place": _l("Không tìm thấy phường, xã, thị trấn này. Ghi mã, hoặc tên kèm quận, huyện và tỉnh."),
    "day_far": _l("Ngày này quá xa so với hôm nay. Kiểm tra lại năm."),
    "inspection_expired": _l("Đăng kiểm đã hết hạn: xe vẫn vào danh sách nhưng chưa xin cấp giấy được."),
    "licence_expired": _l("Giấy phép lái xe đã hết hạn."),
    "test_expired": _l("Kết quả xét nghiệm đã hết giá trị."),
    "zeros": _l("Đã thêm số 0 ở đầu mà chương trình bảng tính làm mất."),
}


def problem_words(problem: Problem, text: str) -> str:
    """Return what is wrong with a cell, in a sentence.

    Args:
        problem: what was found.
        text: what stands in the cell.
    """
    if problem.code == "twice":
        return _("Trùng với dòng %(number)s của tệp.", number=problem.detail)
    if problem.code == "place_many":
        return _("Có %(count)s nơi cùng tên này. Ghi mã, hoặc tên kèm quận, huyện và tỉnh.", count=problem.detail)
    if problem.code in UNREADABLE or problem.code == "day_missing":
        return unreadable(problem.code, text)
    return str(_PROBLEMS.get(problem.code) or FLEET_ERRORS[problem.code])


def file_words(code: str, columns: tuple[str, ...]) -> str:
    """Return why a file is not taken, in a sentence."""
    if code == "headings":
        return _(
            "Trang tính đầu tiên của tệp thiếu cột: %(columns)s. Dùng hàng tiêu đề của tệp mẫu.",
            columns=", ".join(columns),
        )
    if code == "headings_twice":
        return _(
            "Tệp có nhiều cột cùng tên: %(columns)s. Xóa hoặc đổi tên cột thừa rồi tải lên lại.",
            columns=", ".join(columns),
        )
    return str(ERRORS[code])
