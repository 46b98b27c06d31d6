"""What pages and spreadsheets call the codes of follow-ups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_babel import lazy_gettext as _l

from passes.followup.models import FollowUpStatus, StaySource
from passes.followup.services import ZONE_CHANGED

if TYPE_CHECKING:
    from collections.abc import Mapping

STATUSES: Mapping[FollowUpStatus, Any] = {
    FollowUpStatus.FOLLOW_UP: _l("Đang theo dõi"),
    FollowUpStatus.COMPLETED: _l("Đã hoàn thành"),
    FollowUpStatus.CANCELED: _l("Đã hủy"),
    FollowUpStatus.LOST: _l("Mất dấu"),
    FollowUpStatus.NO_FOLLOW_UP: _l("Không theo dõi"),
}
STATUS_TONES = {
    FollowUpStatus.FOLLOW_UP: "warn",
    FollowUpStatus.COMPLETED: "ok",
    FollowUpStatus.CANCELED: "neutral",
    FollowUpStatus.LOST: "stop",
    FollowUpStatus.NO_FOLLOW_UP: "neutral",
}
STATUS_REASONS: Mapping[str, Any] = {ZONE_CHANGED: _l("khu vực đã thay đổi")}
STAY_SOURCES: Mapping[StaySource, Any] = {
    StaySource.OFFICER: _l("cán bộ chốt ghi nhận"),
    StaySource.IMPORT: _l("nhập từ tệp"),
    StaySource.STAFF: _l("cán bộ địa bàn ghi nhận"),
    StaySource.TRANSFER: _l("chuyển từ địa bàn khác"),
}
EXPORT_HEADINGS = (
    _l("Theo dõi y tế"),
    _l("Họ và tên"),
    _l("Số giấy tờ tùy thân"),
    _l("Điện thoại"),
    _l("Nơi lưu trú"),
    _l("Quận/huyện/thị xã"),
    _l("Mã khu vực"),
    _l("Tên khu vực"),
    _l("Có mặt lần đầu (giờ Việt Nam)"),
    _l("Có mặt lần cuối (giờ Việt Nam)"),
    _l("Theo dõi đến trước (giờ Việt Nam)"),
    _l("Trạng thái"),
)
"""Title of the sheet, then of its columns."""
