"""What pages call the codes of scans and zones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_babel import lazy_gettext as _l

from passes.movement.models import MovementSource
from protocol.reasons import Outcome, Reason
from protocol.scan_record import Action, RecordKind
from protocol.texts import REASON_TEXTS
from protocol.zones import ZoneKind

if TYPE_CHECKING:
    from collections.abc import Mapping

ZONE_KINDS: Mapping[ZoneKind, Any] = {
    ZoneKind.LOCKDOWN: _l("Khu vực phong tỏa"),
    ZoneKind.OUTBREAK: _l("Ổ dịch"),
}
PROPOSAL_ERRORS: Mapping[str, Any] = {
    "second_person": _l("Người trình không tự công bố được: cần một người khác duyệt và công bố."),
    "passage_changed": _l("Người duyệt công bố đúng nội dung đã trình. Muốn đổi cách tính: “Sửa lại” rồi trình lại."),
    "changed_meanwhile": _l("Khu vực đã được công bố lại trong lúc soạn. Bấm “Sửa lại”, kiểm tra rồi lưu lần nữa."),
    "withdrawn": _l("Khu vực này đã được rút lại."),
    "area_unknown": _l("Có địa bàn không tồn tại."),
    "site_unknown": _l("Có điểm không tồn tại."),
}
OUTCOMES: Mapping[str, Any] = {
    Outcome.ADMIT: _l("Cho qua"),
    Outcome.REFER: _l("Kiểm tra thêm"),
    Outcome.REFUSE: _l("Không cho qua"),
}
OUTCOME_TONES = {Outcome.ADMIT: "ok", Outcome.REFER: "warn", Outcome.REFUSE: "stop"}
ACTIONS: Mapping[str, Any] = {
    Action.ADMITTED: _l("Đã cho qua"),
    Action.SENT_ASIDE: _l("Đã mời vào kiểm tra"),
    Action.TURNED_BACK: _l("Đã cho quay lại"),
}
RECORD_KINDS: Mapping[str, Any] = {
    RecordKind.CODE: _l("Quét mã"),
    RecordKind.NO_PAPER: _l("Không có giấy"),
    RecordKind.TYPED: _l("Nhập tay"),
    RecordKind.VOID: _l("Đã hủy"),
}
SOURCES: Mapping[MovementSource, Any] = {
    MovementSource.SCAN: _l("Quét tại chốt"),
    MovementSource.DECLARED: _l("Khai báo"),
    MovementSource.CHECKIN: _l("Khai báo tại điểm đến"),
    MovementSource.REPORTED: _l("Quận, huyện ghi nhận"),
    MovementSource.IMPORT: _l("Nhập từ tệp"),
}


def reason_title(code: str, language: str) -> str:
    """Return the title of a reason code; a code of a newer station as it is."""
    try:
        return REASON_TEXTS[Reason(code)]["en" if language == "en" else "vi"].title
    except ValueError:
        return code
