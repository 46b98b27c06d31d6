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
    "trust_empty": N_("Máy chốt chưa có dữ liệu xác thực; hãy đồng bộ qua mạng hoặc nhập tệp từ USB."),
    "trust_damaged": N_("Dữ liệu xác thực trên máy chốt bị hỏng; hãy đồng bộ qua mạng hoặc nhập lại tệp từ USB."),
    "trust_busy": N_("Máy chốt đang nhập dữ liệu xác thực; hãy thử lại sau ít phút."),
    "trust_source_missing": N_("Không có dữ liệu xác thực tại “%(source)s”."),
    "trust_source_unreadable": N_("Không đọc được “%(source)s” (%(detail)s); hãy cắm lại USB hoặc chép lại tệp."),
    "trust_unreachable": N_("Không kết nối được “%(source)s”; máy chốt vẫn làm việc với dữ liệu đang có."),
    "trust_incomplete": N_("Dữ liệu xác thực tại “%(source)s” bị thiếu (%(detail)s); hãy lấy lại bản đầy đủ."),
    "trust_archive_damaged": N_("Tệp “%(source)s” bị hỏng hoặc bị cắt cụt; hãy chép lại tệp."),
    "trust_archive_unsafe": N_("Tệp “%(source)s” không phải do cơ quan cấp xuất ra (%(detail)s); không sử dụng."),
    "trust_too_large": N_("Dữ liệu tại “%(source)s” vượt giới hạn cho phép (%(detail)s); không sử dụng."),
    "trust_wrong_anchor": N_("“%(source)s” không thuộc cơ quan cấp mà máy này tin cậy; không sử dụng."),
    "trust_signature_invalid": N_("Chữ ký của dữ liệu tại “%(source)s” không đúng; không sử dụng."),
    "trust_metadata_invalid": N_("Dữ liệu tại “%(source)s” không đúng định dạng (%(detail)s); không sử dụng."),
    "trust_altered": N_("Dữ liệu tại “%(source)s” đã bị sửa hoặc lẫn nhiều bản (%(detail)s); không sử dụng."),
    "trust_expired": N_("Chữ ký của dữ liệu tại “%(source)s” đã hết hạn; hãy lấy bản mới hơn và kiểm tra đồng hồ máy."),
    "trust_rollback": N_("Dữ liệu tại “%(source)s” cũ hơn dữ liệu đang có trên máy; giữ dữ liệu đang có."),
    "trust_in_future": N_("Dữ liệu tại “%(source)s” ghi ngày ở tương lai; hãy kiểm tra đồng hồ máy."),
    "trust_content_invalid": N_("Không hiểu dữ liệu tại “%(source)s” (%(detail)s); hãy cập nhật chương trình."),
    "trust_unwritable": N_("Không ghi được dữ liệu xác thực (%(detail)s); hãy kiểm tra chỗ trống trên ổ đĩa."),
}


def sentence(error: StationError) -> str:
    """Say in the current language what an error means for the person in front of the machine."""
    return gettext(SENTENCES[error.code], **error.params)
