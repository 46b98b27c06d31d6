"""The words of accounts: where organisations and users stand, and what is wrong with what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flask_babel import lazy_gettext as _l

from passes.accounts.models import OrganisationState
from passes.labels import Tag

if TYPE_CHECKING:
    from passes.accounts.models import User

STATES: Mapping[OrganisationState, Tag] = {
    OrganisationState.WAITING: Tag(_l("Chờ phê duyệt"), "warn"),
    OrganisationState.REFUSED: Tag(_l("Không được phê duyệt"), "stop"),
    OrganisationState.WORKING: Tag(_l("Đang hoạt động"), "ok"),
    OrganisationState.CLOSED: Tag(_l("Đã đóng"), "neutral"),
}

ERRORS: Mapping[str, Any] = {
    "name_missing": _l("Nhập tên, dài nhất 200 ký tự với đơn vị và 120 ký tự với người."),
    "name_link": _l("Tên không được chứa địa chỉ trang web."),
    "short_name_length": _l("Nhập tên viết tắt, dài nhất 40 ký tự."),
    "tax_number_invalid": _l("Mã số thuế không đúng. Ví dụ: 0100109106."),
    "tax_number_taken": _l(
        "Mã số thuế này đã có đơn vị đăng ký. Nếu là đơn vị của Ông/Bà, nhờ đồng nghiệp mời vào, "
        "hoặc liên hệ cơ quan cấp giấy."
    ),
    "id_number_invalid": _l("Số căn cước công dân không đúng. Ví dụ: 001085012345."),
    "owner_taken": _l("Số căn cước này đã đăng ký. Nếu đó là Ông/Bà, hãy đăng nhập, hoặc liên hệ cơ quan cấp giấy."),
    "number_missing": _l("Nhập mã số thuế."),
    "number_taken": _l("Mã số thuế hoặc số căn cước này vừa có đơn vị khác đăng ký. Liên hệ cơ quan cấp giấy."),
    "not_waiting": _l("Đơn vị đã có kết quả, không sửa hoặc xét lại được nữa. Xem trạng thái ở dưới."),
    "refusal_reason": _l("Nhập lý do, dài nhất 500 ký tự. Người đăng ký đọc được lý do này."),
    "area_level": _l("Quận, huyện ghi đến cấp quận, huyện; phường, xã ghi đến cấp phường, xã."),
    "role_unfit": _l("Vai trò này không hợp với loại đơn vị."),
    "email_taken": _l("Thư điện tử này đã có tài khoản."),
    "colleague_already": _l("Người có thư điện tử này đã là đồng nghiệp trong đơn vị."),
    "invited_already": _l("Thư điện tử này đã được mời. Bấm “Gửi lại” ở danh sách nếu người đó chưa nhận được thư."),
    "invitations_many": _l("Đang có quá nhiều lời mời chưa được nhận. Rút bớt, hoặc đợi đơn vị được phê duyệt."),
    "link_used": _l("Lời mời này đã được dùng hoặc đã được rút lại."),
    "own_organisation": _l("Không tự đóng đơn vị của mình được."),
    "own_account": _l("Không tự khóa tài khoản của mình được."),
    "last_administrator": _l("Phải còn ít nhất một người quản trị."),
}

_ACTIVE = Tag(_l("Đang dùng"), "ok")
_LOCKED = Tag(_l("Đã khóa"), "stop")
_REMOVED = Tag(_l("Đã ra khỏi đơn vị"), "neutral")


def user_state(user: User) -> Tag:
    """Return whether an account can be used."""
    if user.removed_at is not None:
        return _REMOVED
    return _ACTIVE if user.active else _LOCKED
