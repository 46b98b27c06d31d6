"""What pages and papers call the protocol's codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import format_decimal
from flask_babel import lazy_gettext as _l

from passes.form_fields import national_phone
from protocol.claims import CargoClass, Role, VehicleClass
from protocol.plates import format_plate

VEHICLE_CLASSES: Mapping[VehicleClass, Any] = {
    VehicleClass.TRUCK: _l("Xe tải thùng"),
    VehicleClass.VAN: _l("Xe tải van"),
    VehicleClass.PICKUP: _l("Xe bán tải"),
    VehicleClass.REFRIGERATED: _l("Xe đông lạnh"),
    VehicleClass.CONTAINER: _l("Xe chở công-ten-nơ"),
    VehicleClass.TRACTOR: _l("Xe đầu kéo"),
    VehicleClass.TRAILER: _l("Rơ moóc, sơ mi rơ moóc"),
    VehicleClass.TANKER: _l("Xe bồn"),
    VehicleClass.DUMP: _l("Xe ben"),
    VehicleClass.TOW: _l("Xe cứu hộ"),
    VehicleClass.OTHER: _l("Xe tải khác"),
}
"""In the order in which people choose: the most frequent first."""

CARGO_CLASSES: Mapping[CargoClass, Any] = {
    CargoClass.FOOD: _l("Lương thực, thực phẩm"),
    CargoClass.ESSENTIALS: _l("Hàng thiết yếu khác"),
    CargoClass.MEDICAL: _l("Thuốc, vật tư y tế"),
    CargoClass.FUEL: _l("Xăng dầu, khí đốt"),
    CargoClass.FARMING: _l("Nông sản, vật tư nông nghiệp"),
    CargoClass.LIVESTOCK: _l("Gia súc, gia cầm, thủy sản"),
    CargoClass.PRODUCTION: _l("Nguyên liệu, hàng sản xuất"),
    CargoClass.CONSTRUCTION: _l("Vật liệu xây dựng"),
    CargoClass.IMPORT_EXPORT: _l("Hàng xuất khẩu, nhập khẩu"),
    CargoClass.PARCELS: _l("Bưu phẩm, hàng chuyển phát"),
    CargoClass.WASTE: _l("Rác thải, phế liệu"),
    CargoClass.EMPTY: _l("Xe không hàng"),
    CargoClass.OTHER: _l("Hàng khác"),
}

CREW_ROLES: Mapping[Role, Any] = {Role.DRIVER: _l("Lái xe"), Role.ASSISTANT: _l("Phụ xe")}


def init_app(app: Any) -> None:
    """Give the templates filters for codes: `vehicle_class`, `cargo_class`, `crew_role`, `plate`, `phone`, `tonnes`."""
    app.jinja_env.filters["vehicle_class"] = lambda number: VEHICLE_CLASSES[VehicleClass(number)]
    app.jinja_env.filters["cargo_class"] = lambda number: CARGO_CLASSES[CargoClass(number)]
    app.jinja_env.filters["crew_role"] = lambda role: CREW_ROLES[Role(role)]
    app.jinja_env.filters["plate"] = format_plate
    app.jinja_env.filters["phone"] = lambda e164: national_phone(e164) if e164 else ""
    app.jinja_env.filters["tonnes"] = lambda mass: format_decimal(mass, "#,##0.0")
