"""A sentence for every code of a StationError, in Vietnamese; the catalogue has the English one."""

from checkpoint.errors import StationError
from checkpoint.i18n import gettext


def N_(text: str) -> str:  # noqa: N802 - the name that Babel's extractor knows
    """Mark a text for the catalogue without translating it yet."""
    return text


SENTENCES = {
    "source_missing": N_("Không tìm thấy tệp hoặc thư mục “%(source)s”."),
    "folder_empty": N_("Thư mục “%(source)s” không có ảnh hoặc video nào."),
    "picture_unreadable": N_("Không đọc được ảnh “%(source)s”: tệp hỏng hoặc không phải là ảnh."),
    "video_unreadable": N_("Không mở được video “%(source)s”: tệp hỏng hoặc không phải là video."),
    "video_empty": N_("Video “%(source)s” không có hình nào."),
    "video_truncated": N_("Video “%(source)s” bị cắt cụt; hãy chép lại tệp."),
    "camera_missing": N_("Không có camera số %(source)s hoặc camera không cho hình; hãy kiểm tra dây cắm."),
    "log_full": N_("Ổ đĩa đầy, không ghi được lượt này vào “%(path)s”; các lượt trước còn nguyên. Hãy dọn chỗ trống."),
    "log_damaged": N_("Tệp nhật ký “%(path)s” bị hỏng hoặc không phải là nhật ký của máy chốt (%(detail)s)."),
    "log_unusable": N_("Không dùng được tệp nhật ký “%(path)s” (%(detail)s)."),
    "log_of_other_version": N_("Nhật ký “%(path)s” do phiên bản khác của chương trình ghi; hãy cập nhật chương trình."),
    "log_chain_broken": N_("Nhật ký đã bị sửa: chuỗi ghi đứt ở bản ghi số %(seq)s."),
}


def sentence(error: StationError) -> str:
    """Say in the current language what an error means for the person in front of the machine."""
    return gettext(SENTENCES[error.code], **error.params)
