"""A sentence for every code of a StationError, in Vietnamese; the catalogue has the English one."""

from checkpoint.errors import StationError
from checkpoint.i18n import gettext


def N_(text: str) -> str:  # noqa: N802 - the name that Babel's extractor knows
    """Mark a text for the catalogue without translating it yet."""
    return text


SENTENCES = {
    "source_missing": N_("Không tìm thấy tệp hoặc thư mục “%(source)s”."),
    "source_no_file": N_("“%(source)s” không phải là tệp ảnh, video hoặc thư mục."),
    "folder_empty": N_("Thư mục “%(source)s” không có ảnh hoặc video nào."),
    "picture_unreadable": N_("Không đọc được ảnh “%(source)s”: tệp hỏng hoặc không phải là ảnh."),
    "video_unreadable": N_("Không mở được video “%(source)s”: tệp hỏng hoặc không phải là video."),
    "video_empty": N_("Video “%(source)s” không có hình nào."),
    "video_truncated": N_("Video “%(source)s” bị cắt cụt; hãy chép lại tệp."),
    "camera_missing": N_("Không có camera số %(source)s hoặc camera không cho hình; hãy kiểm tra dây cắm."),
    "time_invalid": N_("“%(text)s” không phải là thời điểm; hãy viết như 2021-09-14T09:00+07:00."),
    "root_unreadable": N_("Không đọc được tệp gốc “%(path)s” (%(detail)s)."),
    "log_full": N_("Ổ đĩa đầy, không ghi được lượt này vào “%(path)s”; các lượt trước còn nguyên. Hãy dọn chỗ trống."),
    "log_damaged": N_("Tệp nhật ký “%(path)s” bị hỏng hoặc không phải là nhật ký máy chốt (%(detail)s)."),
    "log_unusable": N_("Không dùng được tệp nhật ký máy chốt “%(path)s” (%(detail)s)."),
    "log_of_other_version": N_(
        "Nhật ký máy chốt “%(path)s” do phiên bản khác của chương trình ghi; hãy cập nhật chương trình."
    ),
    "log_chain_broken": N_("Nhật ký máy chốt đã bị sửa: chuỗi ghi đứt ở bản ghi số %(seq)s."),
    "event_unknown": N_("Lượt này không còn mở được nữa; hãy quét lại."),
    "event_undo_late": N_("Chỉ hoàn tác được trong %(seconds)s giây; hãy báo chốt trưởng."),
    "crew_unknown": N_("Người được chọn không có trên giấy."),
    "home_unwritable": N_("Không ghi được vào “%(path)s” (%(detail)s)."),
    "home_damaged": N_("Tệp “%(path)s” bị hỏng; hãy ghi danh lại máy chốt."),
    "not_enrolled": N_("Máy chốt chưa ghi danh (thư mục “%(path)s”); hãy chạy: checkpoint enroll MÃ."),
    "enrolment_code_invalid": N_("Mã ghi danh không đúng; hãy nhập lại cả mã, bắt đầu bằng EN1-."),
    "enrolled_already": N_(
        "Máy chốt đã ghi danh là “%(station)s”; muốn ghi danh khác, hãy dùng thư mục khác (--home)."
    ),
    "enrolment_unreachable": N_(
        "Không nối được tới %(url)s nên chưa ghi danh; mã vẫn dùng được. Hãy kiểm tra mạng rồi chạy lại."
    ),
    "enrolled_elsewhere": N_("Cơ quan cấp trả lời cho máy chốt “%(station)s”, mã thì ghi “%(expected)s”."),
    "issuer_unreachable": N_("Không nối được tới %(url)s; các lượt quét vẫn được giữ để gửi sau."),
    "issuer_busy": N_("%(url)s đang bận hoặc gặp sự cố (HTTP %(status)s); sẽ gửi lại sau."),
    "issuer_answer_invalid": N_("%(url)s trả lời không đúng dạng; hãy kiểm tra địa chỉ."),
    "issuer_refused": N_("%(url)s từ chối yêu cầu (%(refusal)s); hãy báo người quản trị."),
    "refused_device_revoked": N_(
        "Máy chốt này đã bị cơ quan cấp thu hồi. Các lượt quét vẫn được giữ trên máy; muốn gửi, hãy xin mã mới rồi "
        "chạy: checkpoint enroll --again MÃ."
    ),
    "refused_device_replaced": N_(
        "Máy chốt này đang dùng khóa cũ, có thể do phục hồi từ bản sao. Hãy xin mã mới rồi chạy: "
        "checkpoint enroll --again MÃ."
    ),
    "refused_device_unknown": N_(
        "Cơ quan cấp không biết máy chốt này. Hãy xin mã mới rồi chạy: checkpoint enroll --again MÃ."
    ),
    "refused_token_invalid": N_(
        "Cơ quan cấp không nhận chữ ký của yêu cầu: đồng hồ có thể sai, hoặc dữ liệu bị đổi trên đường truyền. "
        "Sẽ gửi lại sau."
    ),
    "refused_nonce_used": N_("Yêu cầu đến cơ quan cấp hai lần; sẽ gửi lại sau."),
    "refused_secret_unknown": N_("Cơ quan cấp không biết mã ghi danh này; hãy kiểm tra mã hoặc xin mã mới."),
    "refused_secret_used": N_("Mã ghi danh này đã được dùng; hãy xin mã mới."),
    "refused_secret_expired": N_("Mã ghi danh này đã quá 24 giờ; hãy xin mã mới."),
    "refused_key_taken": N_("Khóa của máy này đã ghi danh từ trước; hãy dùng thư mục khác (--home) hoặc xin mã mới."),
    "enrolment_code_missing": N_("Không thấy mã ghi danh trong hình; hãy đưa mã QR vào giữa hình, hoặc nhập mã."),
    "enrolment_code_needed": N_("Hãy nhập mã ghi danh, hoặc nêu hình có mã QR: --camera N, --picture TỆP."),
    "export_empty": N_("Không có bản ghi nào chờ gửi; không cần xuất."),
    "export_unwritable": N_("Không ghi được “%(path)s” (%(detail)s); hãy kiểm tra USB."),
    "trust_empty": N_("Máy chốt chưa có dữ liệu kiểm tra; hãy đồng bộ, hoặc nhập từ USB: checkpoint trust import TỆP."),
    "trust_damaged": N_("Dữ liệu kiểm tra trên máy bị hỏng; hãy đồng bộ hoặc nhập lại từ USB."),
    "trust_busy": N_("Đang có một lần nhập dữ liệu khác; hãy thử lại sau."),
    "trust_source_missing": N_("Không thấy gói dữ liệu kiểm tra ở “%(source)s”; hãy kiểm tra USB và tên tệp."),
    "trust_source_unreadable": N_("Không đọc được “%(source)s” (%(detail)s)."),
    "trust_unreachable": N_("Không tải được dữ liệu kiểm tra từ %(source)s; dữ liệu đang dùng vẫn giữ nguyên."),
    "trust_incomplete": N_("Gói dữ liệu “%(source)s” thiếu tệp; dữ liệu đang dùng vẫn giữ nguyên."),
    "trust_archive_damaged": N_(
        "“%(source)s” bị hỏng hoặc không phải là gói dữ liệu kiểm tra; hãy chép lại từ cơ quan cấp (%(detail)s)."
    ),
    "trust_archive_unsafe": N_("Gói dữ liệu “%(source)s” có nội dung không an toàn nên bị từ chối (%(detail)s)."),
    "trust_too_large": N_("Gói dữ liệu “%(source)s” quá lớn nên bị từ chối (%(detail)s)."),
    "trust_wrong_anchor": N_("“%(source)s” không thuộc cơ quan cấp mà máy chốt tin cậy; có thể là giả mạo."),
    "trust_signature_invalid": N_(
        "Dữ liệu từ “%(source)s” không được ký bằng khóa đang có hiệu lực: gói ký trước khi đổi khóa, của cơ quan "
        "khác, hoặc giả mạo. Hãy lấy gói mới từ cơ quan cấp."
    ),
    "trust_metadata_invalid": N_("Dữ liệu từ “%(source)s” không đúng cấu trúc (%(detail)s)."),
    "trust_altered": N_("Dữ liệu từ “%(source)s” đã bị thay đổi; dữ liệu đang dùng vẫn giữ nguyên."),
    "trust_expired": N_(
        "Chữ ký của dữ liệu từ “%(source)s” đã quá hạn; hãy lấy gói mới hơn. Nếu gói vừa được xuất, hãy kiểm tra "
        "đồng hồ."
    ),
    "trust_rollback": N_("Dữ liệu từ “%(source)s” cũ hơn dữ liệu đang dùng nên bị từ chối."),
    "trust_in_future": N_("Dữ liệu từ “%(source)s” ghi thời điểm trong tương lai; hãy kiểm tra đồng hồ."),
    "trust_content_invalid": N_("Máy chốt không hiểu dữ liệu từ “%(source)s”; hãy cập nhật chương trình (%(detail)s)."),
    "roster_missing": N_("Chưa có danh sách cán bộ của máy chốt này; hãy đồng bộ."),
    "roster_closed": N_("Máy này không mở được danh sách cán bộ của máy chốt; hãy ghi danh lại máy (%(detail)s)."),
    "trust_unwritable": N_(
        "Không ghi được dữ liệu kiểm tra (%(detail)s); dữ liệu đang dùng vẫn giữ nguyên. Hãy kiểm tra chỗ trống và "
        "quyền ghi của ổ đĩa."
    ),
    "entry_invalid": N_("Thông tin nhập chưa đúng; hãy kiểm tra lại."),
    "plate_invalid": N_("Biển số chưa đúng; ví dụ 29C-123.45. Biển khác mẫu: hãy đánh dấu “Biển đặc biệt”."),
    "plate_option_invalid": N_(
        "Biển số “%(text)s” chưa đúng; ví dụ 29C-123.45. Biển khác mẫu: hãy thêm --special-plate."
    ),
    "id_number_invalid": N_(
        "Số giấy tờ tùy thân không đúng: căn cước công dân có 12 chữ số, chứng minh nhân dân có 9."
    ),
    "citizen_card_invalid": N_("Đây không phải là mã QR của thẻ căn cước."),
    "area_unknown": N_("Hãy chọn địa bàn trong danh sách gợi ý."),
    "area_not_ward": N_("Nơi lưu trú phải là phường, xã, thị trấn."),
    "no_paper_empty": N_("Hãy ghi biển số, hoặc ít nhất một người."),
    "typed_empty": N_("Hãy ghi biển số in trên giấy."),
    "officer_gone": N_("Cán bộ này không có trong danh sách của máy chốt; hãy chọn lại."),
    "pin_missing": N_("%(name)s chưa có mã PIN tại máy chốt này; hãy nhờ chốt trưởng hoặc cơ quan cấp."),
    "pin_invalid": N_("Mã PIN có từ 6 đến 12 chữ số."),
    "pin_wrong": N_("Mã PIN chưa đúng; còn %(left)s lần thử."),
    "pin_wait": N_("Đã nhập sai nhiều lần. Hãy chờ %(seconds)s giây rồi thử lại; chốt trưởng đặt lại được mã."),
    "pin_guessable": N_("Mã PIN này dễ đoán; hãy chọn các chữ số không lặp, không liền nhau."),
    "chief_needed": N_("Việc này do chốt trưởng quyết định: chọn tên và nhập mã PIN của chốt trưởng."),
    "reason_needed": N_("Hãy ghi lý do."),
    "clock_below_floor": N_("Giờ này sớm hơn lúc dữ liệu kiểm tra được công bố, nên chắc chắn sai; hãy xem lại."),
    "clock_unset": N_("Đồng hồ đang theo máy, không có gì để bỏ."),
    "bind_invalid": N_(
        "Địa chỉ “%(bind)s” không dùng được: máy chốt chỉ nghe trên chính máy này, ví dụ 127.0.0.1:8100."
    ),
    "bind_taken": N_("Cổng %(bind)s đang được chương trình khác dùng."),
}


RECORD_REFUSALS = {
    "malformed": N_("Cơ quan cấp không đọc được bản ghi: có thể do hai bên dùng phiên bản khác nhau."),
    "too_large": N_("Bản ghi quá lớn."),
    "wrong_station": N_("Bản ghi mang tên máy chốt khác: có thể thư mục dữ liệu được chép từ máy khác."),
    "other_stations_scan": N_("Bản ghi sửa lượt quét của máy chốt khác."),
    "conflict": N_("Cơ quan cấp đã có một bản ghi khác cùng số: có thể máy được phục hồi từ bản sao cũ."),
}


def refusal_sentence(code: str) -> str:
    """Say in the current language why the issuer refused a record."""
    known = RECORD_REFUSALS.get(code)
    return gettext(known) if known else gettext("Cơ quan cấp không nhận bản ghi này (%(code)s).", code=code)


def sentence(error: StationError) -> str:
    """Say in the current language what an error means for the person in front of the machine."""
    of_refusal = SENTENCES.get(f"refused_{error.params.get('refusal')}")
    return gettext(of_refusal or SENTENCES[error.code], **error.params)
