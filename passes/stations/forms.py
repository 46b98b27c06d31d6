"""The form for a new station."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import Length

from passes.areas.forms import AreaField
from passes.form_fields import RadioField, Required, SelectField
from protocol.trust import Direction, StationKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passes.sites.models import Site

KINDS = {
    StationKind.ROAD: _l("Chốt kiểm soát"),
    StationKind.FREIGHT: _l("Điểm tập kết, trung chuyển, giao nhận, xếp dỡ"),
}
DIRECTIONS = {Direction.BOTH: _l("Hai chiều"), Direction.IN: _l("Làn vào"), Direction.OUT: _l("Làn ra")}

ERRORS = {
    "id_invalid": _l("Mã chỉ gồm chữ không dấu, chữ số, dấu chấm, gạch nối; dài nhất 40 ký tự. Ví dụ: phap-van-1"),
    "id_taken": _l("Mã này đã dùng cho một máy chốt khác."),
    "name_missing": _l("Nhập tên nơi đặt máy, dài nhất 120 ký tự."),
    "site_on_road": _l("Chốt kiểm soát không thuộc điểm tập kết, giao nhận nào. Bỏ chọn điểm, hoặc chọn loại khác."),
    "site_unknown": _l("Chọn một điểm trong danh sách."),
    "area_missing": _l("Nhập địa bàn nơi đặt máy, hoặc chọn điểm tập kết, giao nhận."),
    "area_unknown": _l("Không có địa bàn này."),
    "position_invalid": _l("Nhập vĩ độ, kinh độ cách nhau bằng dấu phẩy, trong nước Việt Nam. Ví dụ: 20.963, 105.841"),
    "area_level": _l("Nhập đến cấp phường, xã hoặc quận, huyện."),
}


class StationForm(FlaskForm):
    """A new station."""

    station_id = StringField(
        _l("Mã máy chốt"),
        [Required(_l("Nhập mã máy chốt.")), Length(max=40, message=ERRORS["id_invalid"])],
        description=_l("Chữ không dấu và số, không đổi được về sau. Ví dụ: phap-van-1"),
    )
    name = StringField(
        _l("Nơi đặt máy"),
        [Required(_l("Nhập tên nơi đặt máy.")), Length(max=120, message=ERRORS["name_missing"])],
        description=_l("Ví dụ: Chốt Pháp Vân – Cầu Giẽ, làn 1"),
    )
    kind = RadioField(_l("Loại"), validators=[Required(_l("Chọn loại nơi đặt máy."))])
    site_id = SelectField(
        _l("Điểm tập kết, giao nhận"), coerce=str, description=_l("Chỉ khi máy đặt tại một điểm đã khai.")
    )
    area = AreaField(_l("Địa bàn"), digits=(3, 5))
    direction = SelectField(_l("Làn"), coerce=str)
    position = StringField(
        _l("Tọa độ"),
        [Length(max=60, message=ERRORS["position_invalid"])],
        description=_l("Vĩ độ, kinh độ như trên bản đồ; để trống là không biết. Ví dụ: 20.963, 105.841"),
    )

    def __init__(self, sites: Sequence[Site], *args: Any, **kwargs: Any) -> None:
        """Fill the choices in the reader's language."""
        super().__init__(*args, **kwargs)
        self.kind.choices = [(kind.value, text) for kind, text in KINDS.items()]
        self.direction.choices = [(direction.value, text) for direction, text in DIRECTIONS.items()]
        self.site_id.choices = [("", _l("Không thuộc điểm nào")), *((site.id, site.name) for site in sites)]


class PositionForm(FlaskForm):
    """Where exactly a station stands."""

    position = StringField(
        _l("Tọa độ"),
        [Length(max=60, message=ERRORS["position_invalid"])],
        description=_l("Vĩ độ, kinh độ như trên bản đồ; để trống là không biết. Ví dụ: 20.963, 105.841"),
    )
