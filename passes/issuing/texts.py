"""The words of passes: where one stands, why one was revoked, errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l

from passes.issuing.models import OrderState, RevocationReason, StatusAct
from passes.issuing.print_models import PrintKind, PrintState
from passes.issuing.register import PassState
from passes.labels import Tag

STATES: Mapping[PassState, Tag] = {
    PassState.SIGNING: Tag(_l("Đang ký"), "info"),
    PassState.UNSIGNABLE: Tag(_l("Chưa ký được"), "stop"),
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
    RevocationReason.INQUIRY: _l("Đang xác minh"),
    RevocationReason.CLEARED: _l("Đã xác minh, không vi phạm"),
    RevocationReason.MISTAKE: _l("Tạm dừng nhầm"),
}

ORDERS: Mapping[OrderState, Tag] = {
    OrderState.WAITING: Tag(_l("Chờ người thứ hai đồng ý"), "warn"),
    OrderState.DONE: Tag(_l("Đã thực hiện"), "ok"),
    OrderState.DECLINED: Tag(_l("Không thực hiện"), "neutral"),
}


class ActWords(NamedTuple):
    """How one act on the status of passes is said.

    Args:
        name: of the act itself, as on a button.
        done: what a pass says afterwards.
        effect: what it means on the road.
    """

    name: Any
    done: Any
    effect: Any


ACTS: Mapping[StatusAct, ActWords] = {
    StatusAct.REVOKE: ActWords(
        _l("Thu hồi giấy"),
        _l("Đã thu hồi giấy %(number)s. Các máy chốt nhận được khi đồng bộ."),
        _l(
            "Chốt kiểm soát sẽ không cho xe qua bằng giấy này kể từ lần đồng bộ kế tiếp. Giấy đã thu hồi không khôi "
            "phục được; khi cần, đơn vị nộp hồ sơ mới."
        ),
    ),
    StatusAct.SUSPEND: ActWords(
        _l("Tạm dừng giấy"),
        _l("Đã tạm dừng giấy %(number)s. Các máy chốt nhận được khi đồng bộ."),
        _l("Chốt kiểm soát không nhận giấy kể từ lần đồng bộ kế tiếp, cho đến khi giấy được khôi phục hoặc thu hồi."),
    ),
    StatusAct.RESUME: ActWords(
        _l("Khôi phục giấy"),
        _l("Đã khôi phục giấy %(number)s. Các máy chốt nhận được khi đồng bộ."),
        _l("Chốt kiểm soát nhận lại giấy kể từ lần đồng bộ kế tiếp."),
    ),
}

ERRORS: Mapping[str, Any] = {
    "nothing_to_print": _l("Chưa chọn giấy nào in được. Đánh dấu các giấy đã ký, chưa bị thu hồi."),
    "not_signed": _l("Giấy đang được ký, thường xong trong một phút. Tải lại trang rồi thử lại."),
    "key_retired": _l("Khóa đã ký giấy này bị thu hồi nên bản in không còn giá trị. Cơ quan cấp sẽ ký lại giấy."),
    "already_revoked": _l("Giấy này đã bị thu hồi trước đó."),
    "not_suspendable": _l("Giấy này đang tạm dừng hoặc đã bị thu hồi."),
    "not_suspended": _l("Giấy này không ở trạng thái tạm dừng."),
    "reason_unfit": _l("Chọn một lý do trong danh sách."),
    "nothing_hit": _l("Không có giấy nào thay đổi. Kiểm tra lại điều kiện chọn."),
    "order_decided": _l("Lệnh này đã được xử lý."),
    "own_order": _l("Người ra lệnh không tự đồng ý được. Cần một người khác."),
}

HISTORY: Mapping[str, Any] = {
    "issuing.request": _l("Được duyệt, chờ ký"),
    "issuing.sign": _l("Đã ký"),
    "issuing.revoke": _l("Bị thu hồi"),
    "issuing.suspend": _l("Bị tạm dừng"),
    "issuing.resume": _l("Được khôi phục"),
}
"""What happened to a pass, by the verb of its audit entry."""

PRINTS: Mapping[PrintState, Tag] = {
    PrintState.WAITING: Tag(_l("Đang làm bản in"), "info"),
    PrintState.DONE: Tag(_l("In được"), "ok"),
    PrintState.EMPTY: Tag(_l("Không có giấy in được"), "stop"),
    PrintState.EXPIRED: Tag(_l("Đã xóa sau một ngày"), "neutral"),
}
"""Where a file of many sheets stands."""


class PrintWords(NamedTuple):
    """How a kind of file is said.

    Args:
        name: which papers it holds.
        list_name: where they were chosen.
        how: how it is printed.
    """

    name: Any
    list_name: Any
    how: Any


PRINT_KINDS: Mapping[PrintKind, PrintWords] = {
    PrintKind.WINDSCREEN: PrintWords(
        _l("Giấy dán kính"),
        _l("Giấy đã cấp"),
        _l("Mỗi giấy có hai trang: mặt trước và mặt sau. In hai mặt trên khổ A4, không thu phóng."),
    ),
    PrintKind.SIDE: PrintWords(
        _l("Bản dán thành xe"),
        _l("Giấy đã cấp"),
        _l("Mỗi xe một trang A4, không thu phóng; cắt đôi để dán hai bên thành xe."),
    ),
    PrintKind.SMALL: PrintWords(
        _l("Phiếu, thẻ khổ A6"),
        _l("Phiếu bổ sung, thẻ"),
        _l("Mỗi phiếu hoặc thẻ một trang A6, không thu phóng."),
    ),
    PrintKind.FOUR_UP: PrintWords(
        _l("Phiếu, thẻ: bốn tờ một trang A4"),
        _l("Phiếu bổ sung, thẻ"),
        _l("Bốn phiếu hoặc thẻ một trang A4, không thu phóng; cắt theo đường kẻ."),
    ),
}
"""What a file of many papers holds."""
