"""The words of the fleet: test results, and what cannot be kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from passes.fleet.models import LabResult
from passes.labels import Tag

TEST_RESULTS: Mapping[LabResult, Tag] = {
    LabResult.NEGATIVE: Tag(_l("Âm tính"), "ok"),
    LabResult.POSITIVE: Tag(_l("Dương tính"), "stop"),
}

ERRORS: Mapping[str, Any] = {
    "plate_taken": _l("Biển số này đã có trong danh sách phương tiện của đơn vị."),
    "plate_retired": _l("Xe mang biển số này đã ngừng sử dụng. Muốn dùng lại, hãy thêm xe như xe mới."),
    "trailer_plate": _l("Biển số có sê-ri R là của rơ moóc; chọn đúng loại phương tiện hoặc sửa biển số."),
    "payload_range": _l("Tải trọng phải lớn hơn 0 và dưới 200 tấn."),
    "person_taken": _l("Người có số giấy tờ tùy thân này đã có trong danh sách của đơn vị."),
    "name_missing": _l("Nhập họ và tên."),
    "name_differs": _l(
        "Số giấy tờ tùy thân này đã được khai với họ tên khác. Kiểm tra lại số và họ tên trên thẻ; nếu cả hai đều "
        "đúng, hãy báo cơ quan cấp giấy."
    ),
    "name_shared": _l("Đơn vị khác cũng khai người này, nên không đổi được họ tên. Hãy báo cơ quan cấp giấy."),
    "person_on_file": _l(
        "Người này đã có trong hệ thống. Đơn vị thêm hoặc sửa được thông tin của người này sau khi được phê duyệt."
    ),
    "licence_unknown": _l("Chọn một hạng giấy phép lái xe trong danh sách."),
    "licence_missing": _l("Lái xe phải có hạng giấy phép lái xe."),
    "licence_expiry_missing": _l("Nhập ngày hết hạn giấy phép lái xe."),
    "doses_range": _l("Số mũi tiêm từ 0 đến 9."),
    "test_expiry_missing": _l("Kết quả âm tính phải có ngày, giờ hết giá trị."),
    "usual_plate_unknown": _l("Đơn vị chưa có phương tiện mang biển số này."),
}


def test_result_choices() -> list[tuple[str, str]]:
    """Return value and words of every test result, for a form."""
    return [(result.value, str(tag.text)) for result, tag in TEST_RESULTS.items()]
