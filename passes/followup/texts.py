"""What pages and spreadsheets call the codes of follow-ups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_babel import lazy_gettext as _l

from passes.followup.events import LookupReason, SampleKind, SampleResult, TransferState, VisitOutcome
from passes.followup.listing import Work
from passes.followup.models import FollowUpStatus, StaySource
from passes.followup.services import ZONE_CHANGED
from passes.followup.visits import Symptom

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
STATUS_REASONS: Mapping[str, Any] = {
    ZONE_CHANGED: _l("khu vực đã thay đổi"),
    "monitoring_over": _l("hết thời gian theo dõi"),
    "wrong_person": _l("nhầm người"),
    "not_there": _l("không đến khu vực đó"),
    "left_area": _l("đã rời thành phố"),
    "became_patient": _l("đã chuyển điều trị"),
    "not_found": _l("không tìm thấy tại nơi lưu trú"),
    "phone_silent": _l("gọi nhiều lần không được"),
    "moved_away": _l("đã chuyển đi, chưa rõ nơi đến"),
    "vaccinated": _l("đã tiêm đủ liều theo quy định"),
    "had_disease": _l("đã khỏi bệnh theo quy định"),
    "followed_elsewhere": _l("nơi khác đang theo dõi"),
    "found_again": _l("đã liên lạc lại được"),
    "closed_by_mistake": _l("đóng nhầm"),
}
STATUS_DEEDS: Mapping[FollowUpStatus, Any] = {
    FollowUpStatus.FOLLOW_UP: _l("Theo dõi lại"),
    FollowUpStatus.COMPLETED: _l("Hoàn thành"),
    FollowUpStatus.CANCELED: _l("Hủy theo dõi"),
    FollowUpStatus.LOST: _l("Ghi mất dấu"),
    FollowUpStatus.NO_FOLLOW_UP: _l("Không cần theo dõi"),
}
WORKS: Mapping[Work, Any] = {
    Work.ACKNOWLEDGE: _l("Mới, chưa tiếp nhận"),
    Work.TODAY: _l("Cần thăm hôm nay"),
    Work.MISSED: _l("Bỏ lỡ từ một ngày"),
    Work.OVERDUE: _l("Hết hạn, chưa kết thúc"),
    Work.MINE: _l("Giao cho tôi"),
}
VISIT_OUTCOMES: Mapping[VisitOutcome, Any] = {
    VisitOutcome.HEALTHY: _l("Khỏe, không triệu chứng"),
    VisitOutcome.SYMPTOMS: _l("Có triệu chứng"),
    VisitOutcome.NOT_MET: _l("Không gặp"),
}
VISIT_TONES = {VisitOutcome.HEALTHY: "ok", VisitOutcome.SYMPTOMS: "stop", VisitOutcome.NOT_MET: "warn"}
SYMPTOMS: Mapping[Symptom, Any] = {
    Symptom.FEVER: _l("Sốt"),
    Symptom.COUGH: _l("Ho"),
    Symptom.SORE_THROAT: _l("Đau họng"),
    Symptom.BREATHLESS: _l("Khó thở"),
    Symptom.TIRED: _l("Mệt mỏi"),
    Symptom.ACHES: _l("Đau người"),
    Symptom.NO_TASTE: _l("Mất vị giác, khứu giác"),
    Symptom.DIARRHOEA: _l("Tiêu chảy"),
    Symptom.OTHER: _l("Triệu chứng khác"),
}
SAMPLE_KINDS: Mapping[SampleKind, Any] = {
    SampleKind.RAPID: _l("Test nhanh kháng nguyên"),
    SampleKind.PCR: _l("RT-PCR"),
}
SAMPLE_RESULTS: Mapping[SampleResult, Any] = {
    SampleResult.WAITING: _l("Chờ kết quả"),
    SampleResult.NEGATIVE: _l("Âm tính"),
    SampleResult.POSITIVE: _l("Dương tính"),
}
SAMPLE_TONES = {SampleResult.WAITING: "neutral", SampleResult.NEGATIVE: "ok", SampleResult.POSITIVE: "stop"}
TRANSFER_STATES: Mapping[TransferState, Any] = {
    TransferState.ASKED: _l("Chờ tiếp nhận"),
    TransferState.ACCEPTED: _l("Đã tiếp nhận"),
    TransferState.DECLINED: _l("Không tiếp nhận"),
    TransferState.TAKEN_BACK: _l("Đã rút lại"),
}
TRANSFER_TONES = {
    TransferState.ASKED: "warn",
    TransferState.ACCEPTED: "ok",
    TransferState.DECLINED: "stop",
    TransferState.TAKEN_BACK: "neutral",
}
LOOKUP_REASONS: Mapping[LookupReason, Any] = {
    LookupReason.DUTY: _l("Theo dõi hằng ngày"),
    LookupReason.TRACING: _l("Điều tra, truy vết"),
    LookupReason.ENQUIRY: _l("Người dân hỏi về bản thân"),
    LookupReason.COMPLAINT: _l("Giải quyết kiến nghị, khiếu nại"),
    LookupReason.CORRECTION: _l("Sửa thông tin sai"),
    LookupReason.OTHER: _l("Lý do khác"),
}
ERRORS: Mapping[str, Any] = {
    "in_future": _l("Thời điểm này chưa đến. Kiểm tra lại ngày, giờ."),
    "temperature": _l("Ghi nhiệt độ từ 34,0 đến 43,0 °C."),
    "symptoms_missing": _l("Chọn ít nhất một triệu chứng, hoặc ghi vào ô ghi chú."),
    "symptoms_unfit": _l("Người có triệu chứng thì chọn “Có triệu chứng”."),
    "visit_unknown": _l("Không còn lượt thăm này."),
    "sample_unknown": _l("Mẫu này đã có kết quả."),
    "zone_missing": _l("Chọn ít nhất một khu vực."),
    "reason_missing": _l("Chọn hoặc ghi lý do."),
    "too_early": _l("Chưa đến ngày cuối của thời gian theo dõi nên chưa hoàn thành được."),
    "status_unfit": _l("Trạng thái đã đổi. Xem lại rồi chọn lần nữa."),
    "colleague_unknown": _l("Người này không thuộc đơn vị."),
    "ward_elsewhere": _l("Phường, xã này không thuộc quận, huyện nơi người được theo dõi lưu trú."),
    "stay_elsewhere": _l("Nơi này thuộc quận, huyện khác. Dùng mục “Chuyển địa bàn” để nơi đó tiếp nhận."),
    "own_district": _l("Người này đang ở địa bàn đó rồi."),
    "transfer_waits": _l("Đã có một đề nghị chuyển đang chờ trả lời."),
    "transfer_unknown": _l("Đề nghị chuyển này không còn chờ trả lời."),
    "too_long": _l("Danh sách quá dài để in. Lọc bớt, hoặc tải bảng tính."),
}
"""What each refusal means to whoever asked."""
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
