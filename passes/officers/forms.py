"""The form of an officer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import Length
from wtforms.widgets import CheckboxInput, ListWidget

from passes.form_fields import RadioField, Required, SelectMultipleField
from protocol.roster import OfficerRole

if TYPE_CHECKING:
    from collections.abc import Iterable

    from passes.stations.models import Station

ROLES = {OfficerRole.INSPECTOR: _l("Cán bộ kiểm soát"), OfficerRole.CHIEF: _l("Chốt trưởng")}

ERRORS = {
    "name_missing": _l("Nhập họ và tên, dài nhất 120 ký tự."),
    "station_unknown": _l("Chọn máy chốt trong danh sách."),
}


class OfficerForm(FlaskForm):
    """An officer: name, role, and where they work."""

    name = StringField(
        _l("Họ và tên"),
        [Required(_l("Nhập họ và tên.")), Length(max=120, message=ERRORS["name_missing"])],
        description=_l("Đúng như cán bộ sẽ chọn khi đăng nhập tại máy chốt."),
    )
    role = RadioField(_l("Nhiệm vụ"), validators=[Required(_l("Chọn nhiệm vụ."))])
    stations = SelectMultipleField(
        _l("Máy chốt làm việc"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )

    def __init__(self, stations: Iterable[Station], *args: Any, **kwargs: Any) -> None:
        """Fill the choices in the reader's language."""
        super().__init__(*args, **kwargs)
        self.role.choices = [(role.value, text) for role, text in ROLES.items()]
        self.stations.choices = [(station.id, f"{station.name} ({station.id})") for station in stations]
