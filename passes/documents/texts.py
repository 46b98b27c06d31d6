"""The words of documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from passes.documents.models import DocumentKind

KINDS: Mapping[DocumentKind, Any] = {
    DocumentKind.REGISTRATION: _l("Đăng ký xe"),
    DocumentKind.INSPECTION: _l("Giấy chứng nhận kiểm định"),
    DocumentKind.ID_CARD: _l("Giấy tờ tùy thân"),
    DocumentKind.LICENCE: _l("Giấy phép lái xe"),
    DocumentKind.TEST: _l("Phiếu xét nghiệm"),
    DocumentKind.VACCINATION: _l("Chứng nhận tiêm chủng"),
    DocumentKind.TRANSPORT_ORDER: _l("Lệnh vận chuyển, hợp đồng"),
    DocumentKind.OTHER: _l("Giấy tờ khác"),
}

ERRORS: Mapping[str, Any] = {
    "file_size": _l("Tệp trống hoặc lớn hơn 8 MB. Chụp hoặc quét lại với kích thước nhỏ hơn."),
    "file_type": _l("Chỉ nhận tệp PDF, JPEG hoặc PNG. Tên tệp đổi đuôi không làm đổi loại tệp."),
    "pdf_unreadable": _l("Tệp PDF bị hỏng, có mật khẩu hoặc dài quá 40 trang."),
    "image_unreadable": _l("Ảnh bị hỏng hoặc quá lớn. Chụp lại rồi tải lên."),
    "too_many": _l("Mỗi xe, mỗi người, mỗi hồ sơ có nhiều nhất 12 tệp. Xóa bớt tệp cũ."),
    "unapproved_full": _l(
        "Đơn vị chưa được phê duyệt chỉ lưu được 100 MB giấy tờ. Tải lên tiếp sau khi được phê duyệt, hoặc xóa bớt."
    ),
    "handed_in": _l("Giấy tờ này đã nộp kèm hồ sơ nên không xóa được."),
}
