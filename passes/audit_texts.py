"""The words of the audit log: what was done, and to what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

if TYPE_CHECKING:
    from flask import Flask

VERBS: Mapping[str, Any] = {
    "accounts.accept_invitation": _l("Nhận lời mời vào đơn vị"),
    "accounts.approve_organisation": _l("Phê duyệt đơn vị"),
    "accounts.change_roles": _l("Đổi vai trò của tài khoản"),
    "accounts.close_organisation": _l("Đóng đơn vị"),
    "accounts.close_user": _l("Khóa tài khoản"),
    "accounts.correct_organisation": _l("Sửa thông tin đăng ký của đơn vị"),
    "accounts.create_organisation": _l("Thêm đơn vị"),
    "accounts.create_user": _l("Tạo tài khoản"),
    "accounts.invite": _l("Mời đồng nghiệp"),
    "accounts.invite_again": _l("Gửi lại lời mời đồng nghiệp"),
    "accounts.open_user": _l("Mở lại tài khoản"),
    "accounts.refuse_organisation": _l("Không phê duyệt đơn vị"),
    "accounts.remove_colleague": _l("Cho đồng nghiệp ra khỏi đơn vị"),
    "accounts.set_second_factor": _l("Đặt xác thực hai bước"),
    "accounts.drop_second_factor": _l("Bỏ xác thực hai bước"),
    "accounts.reset_password": _l("Tự đặt lại mật khẩu qua thư điện tử"),
    "accounts.reset_access": _l("Đặt lại mật khẩu và xác thực hai bước"),
    "accounts.withdraw_invitation": _l("Rút lại lời mời đồng nghiệp"),
    "administration.export_audit": _l("Xuất nhật ký hệ thống"),
    "applications.add_refusal": _l("Thêm lý do từ chối"),
    "applications.allow_cargoes": _l("Đổi loại hàng được vận chuyển"),
    "applications.approve": _l("Duyệt hồ sơ"),
    "applications.approve_batch": _l("Duyệt một loạt hồ sơ"),
    "applications.change": _l("Sửa hồ sơ"),
    "applications.change_mode": _l("Đổi cách xét hồ sơ"),
    "applications.change_refusal": _l("Sửa lý do từ chối"),
    "applications.create": _l("Lập hồ sơ"),
    "applications.draw": _l("Rút mẫu hồ sơ để hậu kiểm"),
    "applications.post_audit": _l("Hậu kiểm hồ sơ"),
    "applications.reject": _l("Từ chối hồ sơ"),
    "applications.restore_refusal": _l("Dùng lại lý do từ chối"),
    "applications.retire_refusal": _l("Ngừng dùng lý do từ chối"),
    "applications.return": _l("Trả lại hồ sơ để bổ sung"),
    "applications.submit": _l("Nộp hồ sơ"),
    "applications.withdraw": _l("Rút hồ sơ"),
    "documents.attach": _l("Thêm giấy tờ"),
    "documents.detach": _l("Xóa giấy tờ"),
    "documents.read": _l("Xem giấy tờ kèm hồ sơ"),
    "fleet.apply_import": _l("Nhập bảng tính vào danh sách xe, người"),
    "fleet.cancel_import": _l("Bỏ bảng tính đã tải lên"),
    "fleet.export": _l("Xuất danh sách xe, người"),
    "fleet.import": _l("Tải lên bảng tính xe, người"),
    "fleet.undo_import": _l("Hoàn tác nhập bảng tính"),
    "fleet.add_crew": _l("Thêm lái xe, phụ xe"),
    "fleet.add_vehicle": _l("Thêm phương tiện"),
    "fleet.change_crew": _l("Sửa thông tin lái xe, phụ xe"),
    "fleet.change_vehicle": _l("Sửa phương tiện"),
    "fleet.renew_test": _l("Ghi xét nghiệm mới"),
    "fleet.retire_crew": _l("Cho lái xe, phụ xe thôi"),
    "fleet.retire_vehicle": _l("Ngừng sử dụng phương tiện"),
    "followups.accept_transfer": _l("Tiếp nhận người được chuyển đến"),
    "followups.acknowledge": _l("Tiếp nhận người mới trong danh sách"),
    "followups.ask_transfer": _l("Đề nghị chuyển người sang địa bàn khác"),
    "followups.assign": _l("Giao người được theo dõi"),
    "followups.complete": _l("Kết thúc theo dõi khi hết hạn"),
    "followups.correct_stay": _l("Sửa nơi lưu trú"),
    "followups.decline_transfer": _l("Không tiếp nhận người được chuyển đến"),
    "followups.export": _l("Xuất danh sách theo dõi y tế"),
    "followups.list": _l("In danh sách theo dõi y tế từ dòng lệnh"),
    "followups.print_form": _l("In phiếu theo dõi hằng ngày"),
    "followups.print_slip": _l("In phiếu truy vết"),
    "followups.report": _l("Thêm người không qua chốt"),
    "followups.result": _l("Ghi kết quả xét nghiệm"),
    "followups.sample": _l("Ghi xét nghiệm"),
    "followups.search": _l("Tìm người trong danh sách theo dõi"),
    "followups.status": _l("Đổi trạng thái theo dõi"),
    "followups.take_back_transfer": _l("Rút lại đề nghị chuyển"),
    "followups.take_back_visit": _l("Gỡ lượt thăm ghi nhầm"),
    "followups.view_person": _l("Xem thông tin một người"),
    "issuing.agree_to_order": _l("Đồng ý lệnh của người khác về nhiều giấy"),
    "issuing.decline_order": _l("Không thực hiện lệnh về nhiều giấy"),
    "issuing.order": _l("Ra lệnh về nhiều giấy"),
    "followups.visit": _l("Ghi lượt thăm"),
    "followups.visit_healthy": _l("Ghi nhiều người khỏe, không triệu chứng"),
    "issuing.print": _l("In nhiều giấy thành một tệp"),
    "issuing.request": _l("Đưa giấy vào hàng chờ ký"),
    "issuing.request_reissue": _l("Yêu cầu ký lại các giấy của một khóa đã thu hồi"),
    "issuing.resume": _l("Khôi phục giấy"),
    "issuing.revoke": _l("Thu hồi giấy"),
    "issuing.sign": _l("Ký giấy"),
    "issuing.suspend": _l("Tạm dừng giấy"),
    "officers.add": _l("Thêm cán bộ chốt"),
    "officers.change": _l("Sửa thông tin cán bộ chốt"),
    "officers.dismiss": _l("Cho cán bộ chốt thôi"),
    "officers.give_pin": _l("Cấp mã PIN cho cán bộ chốt"),
    "notices.switch_mail": _l("Bật, tắt thông báo qua thư điện tử"),
    "movements.export": _l("Xuất dữ liệu di biến động từ dòng lệnh"),
    "movements.import": _l("Nhập dữ liệu di biến động từ tệp"),
    "people.merge": _l("Gộp hai người thành một"),
    "people.split": _l("Tách người đã gộp"),
    "reports.concerned": _l("Xem tổ chức, cá nhân liên quan"),
    "reports.export_concerned": _l("Xuất danh sách tổ chức, cá nhân liên quan"),
    "retention.erase": _l("Xóa dữ liệu của một người"),
    "retention.purge": _l("Xóa di biến động hết thời hạn lưu"),
    "retention.report": _l("Lập bản kê dữ liệu của một người"),
    "scans.correct_clock": _l("Hiệu chỉnh đồng hồ máy chốt"),
    "scans.see_alert": _l("Xem cảnh báo đi quá nhanh"),
    "scans.see_finding": _l("Xem phát hiện muộn"),
    "scans.take_back_correction": _l("Rút lại hiệu chỉnh đồng hồ"),
    "sites.create": _l("Thêm điểm tập kết, giao nhận"),
    "stations.create": _l("Thêm máy chốt"),
    "stations.enrol": _l("Máy chốt ghi danh thiết bị"),
    "stations.import": _l("Nhập bản ghi của máy chốt từ USB"),
    "stations.issue_code": _l("Cấp mã ghi danh cho máy chốt"),
    "stations.locate": _l("Đặt tọa độ máy chốt"),
    "stations.revoke_device": _l("Thu hồi thiết bị của máy chốt"),
    "stations.roll_key": _l("Máy chốt đổi khóa"),
    "supplements.approve": _l("Duyệt phiếu bổ sung hoặc thẻ"),
    "supplements.audit": _l("Hậu kiểm phiếu bổ sung hoặc thẻ"),
    "supplements.draw": _l("Rút mẫu phiếu bổ sung hoặc thẻ để hậu kiểm"),
    "supplements.refuse": _l("Từ chối phiếu bổ sung hoặc thẻ"),
    "supplements.request": _l("Xin phiếu bổ sung hoặc thẻ"),
    "supplements.revoke": _l("Thu hồi phiếu bổ sung hoặc thẻ"),
    "trust.add_key": _l("Thêm khóa ký"),
    "trust.draft_policy": _l("Dự thảo quy định xử lý"),
    "trust.export_policy": _l("Tải dự thảo quy định xử lý để ký"),
    "trust.publish": _l("Phát hành dữ liệu kiểm tra"),
    "trust.publish_offline": _l("Ký lại danh sách khóa và quy định xử lý"),
    "trust.retire_key": _l("Thu hồi khóa ký"),
    "trust.rotate_root": _l("Đổi khóa gốc"),
    "zones.attach": _l("Đính kèm văn bản quyết định"),
    "zones.discard_draft": _l("Bỏ bản nháp khu vực"),
    "zones.lift": _l("Kết thúc khu vực phong tỏa, ổ dịch"),
    "zones.preview": _l("Xem trước phạm vi khu vực"),
    "zones.propose": _l("Trình người thứ hai duyệt khu vực"),
    "zones.publish": _l("Công bố khu vực phong tỏa, ổ dịch"),
    "zones.rematch": _l("Đối chiếu lại di biến động với khu vực"),
    "zones.save_draft": _l("Lưu bản nháp khu vực"),
    "zones.withdraw": _l("Rút lại khu vực"),
}

SUBJECTS: Mapping[str, Any] = {
    "Application": _l("Hồ sơ"),
    "ApplicationMode": _l("Cách xét hồ sơ"),
    "Applications": _l("Hồ sơ"),
    "Area": _l("Địa bàn"),
    "Audit": _l("Nhật ký hệ thống"),
    "CargoRules": _l("Loại hàng"),
    "ClockCorrection": _l("Hiệu chỉnh đồng hồ"),
    "CrewMember": _l("Lái xe, phụ xe"),
    "Device": _l("Thiết bị"),
    "Document": _l("Giấy tờ"),
    "FleetImport": _l("Bảng tính"),
    "FollowUps": _l("Theo dõi y tế"),
    "Invitation": _l("Lời mời"),
    "IssuerKey": _l("Khóa ký"),
    "Officer": _l("Cán bộ chốt"),
    "Movements": _l("Di biến động"),
    "Organisation": _l("Đơn vị"),
    "Person": _l("Người"),
    "PolicyDraft": _l("Dự thảo quy định xử lý"),
    "Refusal": _l("Lý do từ chối"),
    "PrintJob": _l("Bản in"),
    "Root": _l("Khóa gốc"),
    "Scan": _l("Lượt quét"),
    "Site": _l("Điểm tập kết, giao nhận"),
    "StatusOrder": _l("Lệnh"),
    "Station": _l("Máy chốt"),
    "TravelAlert": _l("Cảnh báo đi quá nhanh"),
    "Supplement": _l("Phiếu bổ sung, thẻ"),
    "Trust": _l("Dữ liệu kiểm tra"),
    "User": _l("Tài khoản"),
    "Vehicle": _l("Phương tiện"),
    "VehiclePass": _l("Giấy"),
    "Zone": _l("Khu vực"),
    "ZoneDocument": _l("Văn bản quyết định"),
    "ZoneProposal": _l("Bản nháp khu vực"),
}


def audit_verb(verb: str) -> str:
    """Return what was done, in words."""
    return str(VERBS.get(verb, verb))


def audit_subject(subject: str, names: Mapping[str, str]) -> str:
    """Return what it was done to, in words and with the name that people know it by, else its number.

    Args:
        subject: as it stands in the log.
        names: of subjects that have one.
    """
    kind, _colon, key = subject.partition(":")
    return f"{SUBJECTS.get(kind, kind)} {names.get(subject, key)}".strip()


def audit_details(details: Mapping[str, Any]) -> str:
    """Return codes and numbers of a deed on one line."""
    said = {key: ", ".join(map(str, value)) if isinstance(value, list) else value for key, value in details.items()}
    return ", ".join(f"{key}: {value}" for key, value in sorted(said.items()))


def nobody() -> str:
    """Return who did what nobody did by hand."""
    return _("Hệ thống")


def init_app(app: Flask) -> None:
    """Give the templates these functions as filters of the same name."""
    for function in (audit_verb, audit_subject, audit_details):
        app.jinja_env.filters[function.__name__] = function
