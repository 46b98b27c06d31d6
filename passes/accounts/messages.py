"""What the login pages say when something is wrong or done, in place of the login library's English.

No text says how long something takes (`within`): the library has no Vietnamese words for durations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_babel import lazy_gettext as _l

if TYPE_CHECKING:
    from flask_babel.speaklater import LazyString

_ERRORS = {
    "GENERIC_AUTHN_FAILED": _l("Thư điện tử hoặc mật khẩu không đúng."),
    "UNAUTHORIZED": _l("Tài khoản này không được vào trang đó."),
    "REAUTHENTICATION_REQUIRED": _l("Cần xác nhận lại mật khẩu."),
    "PASSWORD_MISMATCH": _l("Mật khẩu không khớp."),
    "RETYPE_PASSWORD_MISMATCH": _l("Hai lần nhập mật khẩu không giống nhau."),
    "INVALID_REDIRECT": _l("Địa chỉ chuyển tiếp không thuộc hệ thống này."),
    "INVALID_RECOVERY_CODE": _l("Mã dự phòng không đúng hoặc đã dùng."),
    "PASSWORD_RESET_EXPIRED": _l("Đường dẫn đặt lại mật khẩu đã quá hạn. Hãy yêu cầu đường dẫn mới."),
    "INVALID_RESET_PASSWORD_TOKEN": _l("Đường dẫn đặt lại mật khẩu không đúng. Hãy yêu cầu đường dẫn mới."),
    "DISABLED_ACCOUNT": _l("Tài khoản đã bị khóa. Hãy liên hệ người quản trị."),
    "EMAIL_NOT_PROVIDED": _l("Nhập thư điện tử."),
    "INVALID_EMAIL_ADDRESS": _l("Thư điện tử không đúng dạng, ví dụ: ten@congty.vn."),
    "INVALID_CODE": _l("Mã không đúng."),
    "PASSWORD_NOT_PROVIDED": _l("Nhập mật khẩu."),
    "PASSWORD_INVALID_LENGTH": _l("Mật khẩu cần ít nhất %(length)s ký tự."),
    "PASSWORD_TOO_SIMPLE": _l("Mật khẩu quá dễ đoán. Hãy ghép vài từ không liên quan với nhau."),
    "USER_DOES_NOT_EXIST": _l("Thư điện tử hoặc mật khẩu không đúng."),
    "INVALID_PASSWORD": _l("Mật khẩu không đúng."),
    "PASSWORD_IS_THE_SAME": _l("Mật khẩu mới phải khác mật khẩu đang dùng."),
    "ANONYMOUS_USER_REQUIRED": _l("Trang đó chỉ dành cho lúc chưa đăng nhập."),
    "TWO_FACTOR_INVALID_TOKEN": _l("Mã xác thực không đúng hoặc đã đổi. Nhập mã đang hiện trên điện thoại."),
    "TWO_FACTOR_PERMISSION_DENIED": _l("Tài khoản này không được vào trang đó."),
    "TWO_FACTOR_METHOD_NOT_AVAILABLE": _l("Chọn một cách nhận mã."),
    "TWO_FACTOR_SETUP_EXPIRED": _l("Đã quá thời gian cài đặt. Hãy làm lại từ đầu."),
    "FAILED_TO_SEND_CODE": _l("Chưa gửi được mã. Hãy thử lại sau ít phút."),
}
_NOTES = {
    "UNAUTHENTICATED": _l("Cần đăng nhập để vào trang đó."),
    "GENERIC_RECOVERY": _l("Nếu tài khoản có thật, đường dẫn đặt lại mật khẩu đã được gửi đến thư điện tử đó."),
    "PASSWORD_RESET_REQUEST": _l(
        "Nếu %(email)s có tài khoản, đường dẫn đặt lại mật khẩu đã được gửi đến đó. Chưa thấy thư thì xem cả thư rác."
    ),
    "NO_RECOVERY_CODES_SETUP": _l("Chưa có mã dự phòng nào."),
    "FORGOT_PASSWORD": _l("Quên mật khẩu?"),
    "LOGIN": _l("Hãy đăng nhập để tiếp tục."),
    "REFRESH": _l("Cần xác nhận lại mật khẩu để tiếp tục."),
    "REAUTHENTICATION_SUCCESSFUL": _l("Đã xác nhận."),
    "CODE_HAS_BEEN_SENT": _l("Đã gửi mã."),
}
_SUCCESSES = {
    "PASSWORD_RESET": _l("Đã đặt lại mật khẩu và đăng nhập."),
    "PASSWORD_RESET_NO_LOGIN": _l("Đã đặt lại mật khẩu. Hãy đăng nhập bằng mật khẩu mới."),
    "PASSWORD_CHANGE": _l("Đã đổi mật khẩu."),
    "TWO_FACTOR_LOGIN_SUCCESSFUL": _l("Mã xác thực đúng, đã đăng nhập."),
    "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL": _l("Đã đổi cách xác thực hai bước."),
    "TWO_FACTOR_DISABLED": _l("Đã tắt xác thực hai bước."),
}


def security_settings() -> dict[str, tuple[LazyString, str]]:
    """Return Flask-Security's message settings, each a text in the reader's language and its category."""
    return {
        f"SECURITY_MSG_{name}": (text, category)
        for category, texts in (("error", _ERRORS), ("info", _NOTES), ("success", _SUCCESSES))
        for name, text in texts.items()
    }
