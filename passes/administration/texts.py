"""The words of administration: kinds of organisations, roles, permissions, errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from passes.accounts.models import OrganisationKind
from passes.accounts.texts import ERRORS as ACCOUNT_ERRORS
from passes.applications.models import Mode
from passes.labels import Tag
from passes.trust.services import KeyState

KINDS: Mapping[OrganisationKind, Any] = {
    OrganisationKind.CARRIER: _l("Đơn vị vận tải"),
    OrganisationKind.AUTHORITY: _l("Cơ quan cấp giấy"),
    OrganisationKind.HEALTH: _l("Cơ quan y tế"),
    OrganisationKind.DISTRICT: _l("Quận/huyện/thị xã"),
    OrganisationKind.WARD: _l("Phường/xã/thị trấn"),
    OrganisationKind.SITE_OPERATOR: _l("Đơn vị quản lý điểm tập kết, giao nhận"),
}

ROLES: Mapping[str, Any] = {
    "carrier": _l("Nhân viên đơn vị vận tải"),
    "reviewer": _l("Người xét duyệt"),
    "health": _l("Cán bộ y tế"),
    "district": _l("Cán bộ quận, huyện"),
    "ward": _l("Cán bộ phường, xã"),
    "site_operator": _l("Người quản lý điểm tập kết, giao nhận"),
    "administrator": _l("Người quản trị"),
}

PERMISSIONS: Mapping[str, Any] = {
    "fleet.manage": _l("Khai phương tiện, lái xe, phụ xe"),
    "applications.apply": _l("Lập và nộp hồ sơ"),
    "passes.print": _l("In giấy"),
    "colleagues.manage": _l("Mời đồng nghiệp, cho đồng nghiệp ra khỏi đơn vị"),
    "applications.review": _l("Xét duyệt và hậu kiểm hồ sơ"),
    "passes.revoke": _l("Thu hồi, tạm dừng, khôi phục giấy"),
    "zones.manage": _l("Công bố khu vực phong tỏa, ổ dịch"),
    "scans.view": _l("Xem lượt quét"),
    "findings.review": _l("Xử lý phát hiện muộn"),
    "people.merge": _l("Gộp, tách người chưa rõ danh tính"),
    "followups.view": _l("Theo dõi y tế người lưu trú trên địa bàn"),
    "followups.decide": _l("Ra quyết định về theo dõi y tế"),
    "lookups.review": _l("Xem ai đã xem thông tin theo dõi y tế"),
    "stations.manage": _l("Quản lý máy chốt và thiết bị"),
    "officers.manage": _l("Quản lý cán bộ chốt"),
    "audit.view": _l("Xem nhật ký hệ thống"),
    "administration.manage": _l("Quản lý đơn vị, tài khoản, danh mục, quy định xử lý"),
}

ERRORS: Mapping[str, Any] = {
    **ACCOUNT_ERRORS,
    "code_invalid": _l("Mã gồm 3 đến 32 chữ thường không dấu, chữ số hoặc gạch dưới. Ví dụ: cargo_unsafe"),
    "code_taken": _l("Mã này đã có."),
    "sentence_length": _l("Nhập câu giải thích, dài nhất 200 ký tự."),
    "percent_invalid": _l("Nhập số nguyên từ 0 đến 100."),
    "mode_unchanged": _l("Cách này đang được áp dụng, không có gì thay đổi."),
    "reason_missing": _l("Ghi căn cứ, dài nhất 200 ký tự."),
    "hours_order": _l("Số giờ quá hạn phải lớn hơn số giờ cũ."),
    "period_empty": _l("Ngày cuối phải từ ngày đầu trở đi."),
    "until_early": _l("Ngày gia hạn phải sau ngày cấp đầu tiên."),
}

KEYS: Mapping[KeyState, Tag] = {
    KeyState.RETIRED: Tag(_l("Đã thu hồi"), "stop"),
    KeyState.UNPUBLISHED: Tag(_l("Chưa phát hành"), "neutral"),
    KeyState.UPCOMING: Tag(_l("Sắp dùng"), "info"),
    KeyState.IN_USE: Tag(_l("Đang dùng"), "ok"),
    KeyState.GOOD: Tag(_l("Còn giá trị, không ký giấy mới"), "neutral"),
}

MODES: Mapping[Mode, Any] = {
    Mode.REVIEW: _l("Xét duyệt trước khi ký"),
    Mode.SELF_DECLARED: _l("Đơn vị tự khai, ký ngay, hậu kiểm sau"),
}

MODE_MEANINGS: Mapping[Mode, Any] = {
    Mode.REVIEW: _l("Mỗi hồ sơ, phiếu bổ sung và thẻ đều chờ người xét duyệt quyết định rồi mới được ký."),
    Mode.SELF_DECLARED: _l(
        "Hồ sơ, phiếu bổ sung và thẻ đạt mọi mục kiểm tra tự động được ký ngay khi nộp; một phần được rút ngẫu nhiên "
        "để hậu kiểm. Còn mục không đạt hoặc chưa rõ thì vẫn chờ người xét duyệt."
    ),
}
