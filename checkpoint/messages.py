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
}


def sentence(error: StationError) -> str:
    """Say in the current language what an error means for the person in front of the machine."""
    return gettext(SENTENCES[error.code], **error.params)
