"""The words of slips and cards: where one stands, what went wrong, what happened."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flask_babel import lazy_gettext as _l

from passes.applications.models import Decision
from passes.issuing.models import CrewChange, PassStatus, Supplement, SupplementKind
from passes.labels import Tag

if TYPE_CHECKING:
    from datetime import datetime


class SupplementState(enum.StrEnum):
    """Where a slip or card stands for whoever looks at it: decision, signature, window and status together."""

    WAITING = "waiting"
    REFUSED = "refused"
    SIGNING = "signing"
    UNSIGNABLE = "unsignable"
    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"


STATES: Mapping[SupplementState, Tag] = {
    SupplementState.WAITING: Tag(_l("Chờ duyệt"), "info"),
    SupplementState.REFUSED: Tag(_l("Không duyệt"), "stop"),
    SupplementState.SIGNING: Tag(_l("Đang ký"), "info"),
    SupplementState.UNSIGNABLE: Tag(_l("Chưa ký được"), "stop"),
    SupplementState.VALID: Tag(_l("Còn hiệu lực"), "ok"),
    SupplementState.EXPIRED: Tag(_l("Hết hạn"), "neutral"),
    SupplementState.REVOKED: Tag(_l("Đã thu hồi"), "stop"),
}


def state_of(supplement: Supplement, now: datetime) -> SupplementState:
    """Return where a slip or card stands at a moment."""
    if supplement.decision is not None and supplement.decision.outcome is Decision.REFUSED:
        return SupplementState.REFUSED
    if supplement.status is not PassStatus.VALID:
        return SupplementState.REVOKED
    if supplement.expires_at <= now:
        return SupplementState.EXPIRED
    if supplement.decision is None:
        return SupplementState.WAITING
    if supplement.signed_at is None:
        return SupplementState.SIGNING if supplement.signing_error is None else SupplementState.UNSIGNABLE
    return SupplementState.VALID


KINDS: Mapping[SupplementKind, Any] = {
    SupplementKind.SLIP: _l("Phiếu bổ sung"),
    SupplementKind.CARD: _l("Thẻ lái xe, phụ xe"),
}

CHANGES: Mapping[CrewChange, Any] = {
    CrewChange.JOINS: _l("Đi từ nay"),
    CrewChange.RENEWED: _l("Hạn mới"),
    CrewChange.LEAVES: _l("Không đi nữa"),
    CrewChange.HOLDER: _l("Chủ thẻ"),
}

ERRORS: Mapping[str, Any] = {
    "not_signed": _l("Giấy đang được ký, thường xong trong một phút. Tải lại trang rồi thử lại."),
    "pass_over": _l("Giấy đã hết hạn, không bổ sung được nữa. Hãy nộp hồ sơ mới."),
    "pass_void": _l("Giấy đã bị thu hồi hoặc đang tạm dừng, không bổ sung được."),
    "slip_waiting": _l("Phiếu bổ sung trước của xe này chưa xong. Chờ phiếu đó được duyệt và ký rồi lập phiếu mới."),
    "nothing_changes": _l("Chưa có gì thay đổi. Chọn người thay, nhập xét nghiệm mới hoặc điểm đến tiếp theo."),
    "no_driver": _l("Xe phải còn ít nhất một lái xe."),
    "crew_count": _l("Mỗi xe có nhiều nhất tám người."),
    "not_own": _l("Có người không có trong danh sách của đơn vị, hoặc đã ở trên xe này. Chọn lại."),
    "papers_over": _l("Xét nghiệm hoặc giấy phép lái xe của người này đã hết hạn. Nhập xét nghiệm mới ở ô bên cạnh."),
    "positive": _l("Xét nghiệm gần nhất dương tính: người này không được đi cùng xe."),
    "not_later": _l("Xét nghiệm mới không dài hơn hạn đã ghi trên giấy. Kiểm tra lại ngày và giờ."),
    "test_missing": _l("Nhập ngày và giờ hết giá trị ghi trên phiếu xét nghiệm."),
    "residence_missing": _l("Chưa khai nơi cư trú của người này. Bổ sung trong danh sách lái xe, phụ xe."),
    "decided": _l("Người khác vừa xử lý phiếu hoặc thẻ này. Xem lại trạng thái ở dưới."),
    "over": _l("Phiếu, thẻ hoặc giấy chính đã hết hạn hoặc bị thu hồi, không duyệt được nữa."),
    "not_revocable": _l("Phiếu hoặc thẻ này chưa được duyệt, hoặc đã bị thu hồi."),
    "reason_unfit": _l("Chọn một lý do trong danh sách."),
    "refusal_unknown": _l("Lý do này không còn dùng. Chọn lý do khác."),
    "key_retired": _l("Khóa đã ký bị thu hồi nên bản in không còn giá trị. Cơ quan cấp sẽ ký lại."),
    "too_long": _l("Nội dung quá dài, không in vừa một trang. Chia thành hai phiếu."),
}
