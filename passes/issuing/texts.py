"""The words of passes: where one stands, why one was revoked, errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from passes.issuing.models import RevocationReason
from passes.issuing.register import PassState
from passes.labels import Tag

STATES: Mapping[PassState, Tag] = {
    PassState.SIGNING: Tag(_l("Đang ký"), "info"),
    PassState.NOT_YET_VALID: Tag(_l("Chưa đến ngày"), "neutral"),
    PassState.VALID: Tag(_l("Còn hiệu lực"), "ok"),
    PassState.EXPIRED: Tag(_l("Hết hạn"), "neutral"),
    PassState.REVOKED: Tag(_l("Đã thu hồi"), "stop"),
    PassState.SUSPENDED: Tag(_l("Tạm dừng"), "warn"),
}

REVOCATIONS: Mapping[RevocationReason, Any] = {
    RevocationReason.WRONG_DATA: _l("Nội dung trên giấy không đúng"),
    RevocationReason.MISUSE: _l("Sử dụng sai mục đích"),
    RevocationReason.LOST_OR_COPIED: _l("Giấy bị mất hoặc bị sao chép"),
    RevocationReason.CREW_UNFIT: _l("Lái xe, phụ xe không còn đủ điều kiện"),
    RevocationReason.ENDED_EARLY: _l("Đơn vị không còn nhu cầu sử dụng"),
}

ERRORS: Mapping[str, Any] = {
    "not_signed": _l("Giấy đang được ký, thường xong trong một phút. Tải lại trang rồi thử lại."),
    "key_retired": _l("Khóa đã ký giấy này bị thu hồi nên bản in không còn giá trị. Cơ quan cấp sẽ ký lại giấy."),
    "already_revoked": _l("Giấy này đã bị thu hồi trước đó."),
}

HISTORY: Mapping[str, Any] = {
    "issuing.request": _l("Được duyệt, chờ ký"),
    "issuing.sign": _l("Đã ký"),
    "issuing.revoke": _l("Bị thu hồi"),
}
"""What happened to a pass, by the verb of its audit entry."""
