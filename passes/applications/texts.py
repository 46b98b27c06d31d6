"""The words of applications: states, refusals, checks, errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from passes.applications.findings import Check, CheckCode, CheckOutcome
from passes.applications.models import ApplicationState, Decision, PostAuditOutcome
from passes.applications.queue import CheckSummary, Urgency
from passes.labels import Tag
from passes.moments import short_date, spoken_end

STATES: Mapping[ApplicationState, Tag] = {
    ApplicationState.DRAFT: Tag(_l("Chưa nộp"), "neutral"),
    ApplicationState.SUBMITTED: Tag(_l("Chờ duyệt"), "info"),
    ApplicationState.RETURNED: Tag(_l("Cần bổ sung"), "warn"),
    ApplicationState.APPROVED: Tag(_l("Đã duyệt"), "ok"),
    ApplicationState.REJECTED: Tag(_l("Không duyệt"), "stop"),
    ApplicationState.WITHDRAWN: Tag(_l("Đã rút"), "neutral"),
}

QUEUE_CHECKS: Mapping[CheckSummary, Any] = {
    CheckSummary.CLEAN: _l("Đạt hết"),
    CheckSummary.UNKNOWN: _l("Có mục chưa rõ"),
    CheckSummary.FAILED: _l("Có mục không đạt"),
}

QUEUE_URGENCY: Mapping[Urgency, Any] = {
    Urgency.LATE: _l("Đã quá hạn"),
    Urgency.SOON: _l("Còn dưới 6 giờ, hoặc đã quá hạn"),
}

DECISIONS: Mapping[Decision, Tag] = {
    Decision.PENDING: Tag(_l("Chờ duyệt"), "info"),
    Decision.APPROVED: Tag(_l("Đã duyệt"), "ok"),
    Decision.REFUSED: Tag(_l("Không duyệt"), "stop"),
}

POST_AUDITS: Mapping[PostAuditOutcome, Tag] = {
    PostAuditOutcome.PENDING: Tag(_l("Chờ hậu kiểm"), "info"),
    PostAuditOutcome.IN_ORDER: Tag(_l("Đúng quy định"), "ok"),
    PostAuditOutcome.REVOKED: Tag(_l("Đã thu hồi giấy"), "stop"),
}

OUTCOMES: Mapping[CheckOutcome, Tag] = {
    CheckOutcome.PASS: Tag(_l("Đạt"), "ok"),
    CheckOutcome.FAIL: Tag(_l("Không đạt"), "stop"),
    CheckOutcome.UNKNOWN: Tag(_l("Chưa rõ"), "warn"),
}

ERRORS: Mapping[str, Any] = {
    "transition": _l("Trạng thái hồ sơ đã thay đổi, có thể do người khác vừa xử lý. Xem lại trạng thái ở dưới."),
    "not_editable": _l("Hồ sơ đã nộp hoặc đã có kết quả, không sửa được nữa."),
    "blocked": _l("Chưa nộp được: có mục kiểm tra không đạt mà không thể cấp giấy. Sửa các mục đó rồi nộp lại."),
    "not_approved": _l(
        "Đơn vị chưa được phê duyệt nên chưa nộp được. Hồ sơ đã lưu; nộp sau khi đơn vị được phê duyệt."
    ),
    "incomplete": _l("Hồ sơ chưa đủ thông tin để nộp. Làm nốt các mục còn thiếu ở dưới."),
    "window_over": _l("Ngày cuối xin cấp đã qua, không cấp giấy được. Hãy trả lại hồ sơ để đơn vị chọn ngày khác."),
    "inspection_expired": _l("Đăng kiểm của một xe hết hạn trước ngày bắt đầu, không cấp giấy được."),
    "changed": _l(
        "Hồ sơ vừa thay đổi: đơn vị đã sửa xe, người hoặc lộ trình, hoặc kết quả kiểm tra khác đi. "
        "Xem lại rồi quyết định."
    ),
    "claimed": _l("Hồ sơ này đang do người khác xét. Hãy xét hồ sơ khác."),
    "refusal_unknown": _l("Lý do này không còn dùng. Chọn lý do khác."),
    "vehicle_unknown": _l("Hồ sơ không có phương tiện đó. Tải lại trang."),
    "not_clean": _l("Có mục kiểm tra không còn đạt. Mở hồ sơ để xét riêng."),
    "post_audit_done": _l("Hồ sơ này đã được hậu kiểm."),
    "note_missing": _l("Ghi rõ cần bổ sung, sửa đổi điều gì."),
    "not_own": _l("Có xe hoặc người không còn trong danh sách của đơn vị. Chọn lại."),
    "vehicle_twice": _l("Một xe được chọn hai lần."),
    "crew_count": _l("Mỗi xe có nhiều nhất tám người, mỗi người một lần."),
    "count": _l("Hồ sơ có nhiều nhất 1.000 xe và 12 điểm trên lộ trình."),
}

_NAMES: Mapping[CheckCode, Any] = {
    CheckCode.WINDOW: _l("Thời gian xin cấp"),
    CheckCode.ROUTE: _l("Lộ trình"),
    CheckCode.AREAS: _l("Mã địa bàn"),
    CheckCode.CARGO: _l("Loại hàng"),
    CheckCode.INSPECTION: _l("Đăng kiểm"),
    CheckCode.DRIVER_PRESENT: _l("Người lái"),
    CheckCode.VEHICLE_FREE: _l("Phương tiện không trùng hồ sơ khác"),
    CheckCode.PLATE_OWNER: _l("Biển số chỉ do một đơn vị khai"),
    CheckCode.VEHICLE_RECORD: _l("Phương tiện chưa từng vi phạm"),
    CheckCode.ID_FORMAT: _l("Số giấy tờ tùy thân"),
    CheckCode.LICENCE_FITS: _l("Hạng giấy phép lái xe"),
    CheckCode.LICENCE_VALID: _l("Thời hạn giấy phép lái xe"),
    CheckCode.TEST_VALID: _l("Kết quả xét nghiệm"),
    CheckCode.PERSON_FREE: _l("Không ai trùng hồ sơ hoặc phương tiện khác"),
    CheckCode.PERSON_RECORD: _l("Người này chưa từng vi phạm"),
}

_FINDINGS: Mapping[tuple[CheckCode, CheckOutcome], Any] = {
    (CheckCode.WINDOW, CheckOutcome.PASS): _l("Trong giới hạn cho phép."),
    (CheckCode.WINDOW, CheckOutcome.FAIL): _l("Thời gian đã qua hoặc dài quá 30 ngày."),
    (CheckCode.ROUTE, CheckOutcome.PASS): _l("Đủ điểm đi, điểm đến."),
    (CheckCode.ROUTE, CheckOutcome.FAIL): _l("Thiếu xe, điểm đi hoặc điểm đến."),
    (CheckCode.AREAS, CheckOutcome.PASS): _l("Đều có trong danh mục."),
    (CheckCode.AREAS, CheckOutcome.FAIL): _l("Có điểm không có trong danh mục, hoặc chưa ghi đến cấp quận, huyện."),
    (CheckCode.CARGO, CheckOutcome.PASS): _l("Được vận chuyển lúc này."),
    (CheckCode.CARGO, CheckOutcome.FAIL): _l("Không thuộc diện được vận chuyển lúc này."),
    (CheckCode.PLATE_OWNER, CheckOutcome.PASS): _l("Không đơn vị nào khác khai."),
    (CheckCode.PLATE_OWNER, CheckOutcome.UNKNOWN): _l("Đơn vị khác cũng khai biển số này."),
    (CheckCode.VEHICLE_RECORD, CheckOutcome.PASS): _l("Không có giấy bị thu hồi do vi phạm trong 90 ngày."),
    (CheckCode.VEHICLE_RECORD, CheckOutcome.FAIL): _l("Giấy %(pass)s của xe bị thu hồi do sử dụng sai mục đích."),
    (CheckCode.ID_FORMAT, CheckOutcome.PASS): _l("Đúng dạng."),
    (CheckCode.ID_FORMAT, CheckOutcome.FAIL): _l("Không đúng dạng, hoặc năm sinh trong số không hợp lý."),
    (CheckCode.ID_FORMAT, CheckOutcome.UNKNOWN): _l("Chưa khai số giấy tờ tùy thân."),
    (CheckCode.PERSON_RECORD, CheckOutcome.PASS): _l("Không có giấy bị thu hồi do vi phạm trong 90 ngày."),
    (CheckCode.PERSON_RECORD, CheckOutcome.FAIL): _l(
        "Có tên trên giấy %(pass)s, giấy bị thu hồi do sử dụng sai mục đích."
    ),
    (CheckCode.INSPECTION, CheckOutcome.PASS): _l("Còn hạn đến hết ngày %(day)s."),
    (CheckCode.INSPECTION, CheckOutcome.FAIL): _l("Hết hạn ngày %(day)s, trước ngày bắt đầu."),
    (CheckCode.DRIVER_PRESENT, CheckOutcome.PASS): _l("Có lái xe."),
    (CheckCode.DRIVER_PRESENT, CheckOutcome.FAIL): _l("Xe chưa có lái xe nào."),
    (CheckCode.VEHICLE_FREE, CheckOutcome.PASS): _l("Không trùng."),
    (CheckCode.LICENCE_FITS, CheckOutcome.PASS): _l("Hạng %(licence)s lái được xe này."),
    (CheckCode.LICENCE_FITS, CheckOutcome.FAIL): _l("Hạng %(licence)s không lái được xe này."),
    (CheckCode.LICENCE_FITS, CheckOutcome.UNKNOWN): _l("Chưa khai hạng giấy phép lái xe."),
    (CheckCode.LICENCE_VALID, CheckOutcome.PASS): _l("Còn hạn đến hết ngày %(day)s."),
    (CheckCode.LICENCE_VALID, CheckOutcome.FAIL): _l("Hết hạn ngày %(day)s, trước ngày cuối xin cấp."),
    (CheckCode.LICENCE_VALID, CheckOutcome.UNKNOWN): _l("Chưa khai ngày hết hạn."),
    (CheckCode.TEST_VALID, CheckOutcome.PASS): _l("Có giá trị đến %(moment)s."),
    (CheckCode.TEST_VALID, CheckOutcome.FAIL): _l("Hết giá trị %(moment)s, trước ngày bắt đầu."),
    (CheckCode.TEST_VALID, CheckOutcome.UNKNOWN): _l("Chưa khai kết quả xét nghiệm."),
    (CheckCode.PERSON_FREE, CheckOutcome.PASS): _l("Không trùng."),
}


def check_name(check: Check) -> str:
    """Return what was checked, in words."""
    return str(_NAMES[check.code])


def check_finding(check: Check, *, is_reviewer: bool) -> str:
    """Return what was found, in words.

    Args:
        check: the finding.
        is_reviewer: whether the reader may see another carrier's reference.
    """
    booking = check.details.get("booking")
    if booking is not None:
        if booking.is_own or is_reviewer:
            return _("Trùng thời gian với hồ sơ %(reference)s.", reference=booking.reference)
        return _("Trùng thời gian với hồ sơ của một đơn vị khác.")
    if check.details.get("is_positive"):
        return _("Kết quả dương tính: người này không được đi cùng xe.")
    values = {}
    if day := check.details.get("day"):
        values["day"] = short_date(day)
    if moment := check.details.get("moment"):
        values["moment"] = spoken_end(moment)
    if licence := check.details.get("licence"):
        values["licence"] = licence
    if number := check.details.get("pass"):
        values["pass"] = number
    text = str(_FINDINGS[check.code, check.outcome]) % values
    if is_reviewer and (carriers := check.details.get("carriers")):
        text += " " + _("Đó là: %(carriers)s.", carriers=carriers)
    if check.details.get("is_shortened"):
        text += " " + _("Giấy sẽ hết hiệu lực cùng ngày đó.")
    return text


def route_words(route: Sequence[str], areas: Mapping[str, str], *, is_short: bool = False) -> list[str]:
    """Return the words of a route's places.

    Args:
        route: area codes.
        areas: labels by code.
        is_short: for lists: leave out the province where it is the same for all.
    """
    words = [areas.get(code, code) for code in route]
    provinces = {word.rpartition(", ")[2] for word in words}
    if not is_short or len(provinces) > 1:
        return words
    return [word.rpartition(", ")[0] or word for word in words]
