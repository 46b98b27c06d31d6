"""What pages call the protocol's codes: the protocol's own words, in the reader's language and in a useful order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from flask_babel import format_decimal, get_locale
from flask_babel import gettext as _

from passes.form_fields import national_phone
from passes.local_time import local_date
from protocol.claims import CargoClass, Role, VehicleClass
from protocol.plates import format_plate
from protocol.texts import CARGO_CLASS_TEXTS, ROLE_TEXTS, VEHICLE_CLASS_TEXTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask

_Code = TypeVar("_Code")

_FREQUENT_VEHICLES = (VehicleClass.TRUCK, VehicleClass.VAN, VehicleClass.CONTAINER, VehicleClass.TRACTOR)
_FREQUENT_CARGOES = (CargoClass.FOOD, CargoClass.ESSENTIALS, CargoClass.MEDICAL, CargoClass.FUEL)


class Tag(NamedTuple):
    """A state's word, always the same for the same state, and the tone it is shown in (`ui.tag`)."""

    text: Any
    tone: str


def _said(texts: Mapping[Any, str]) -> str:
    locale = get_locale()
    return texts["en" if locale is not None and locale.language == "en" else "vi"]


def _choices(texts: Mapping[_Code, Mapping[Any, str]], frequent: tuple[_Code, ...], last: _Code) -> list[_Code]:
    """Return the codes as people choose them: the frequent ones first, "other" last."""
    rest = [code for code in texts if code not in frequent and code != last]
    return [*frequent, *rest, last]


def vehicle_class(number: int) -> str:
    """Return the words of a vehicle class."""
    return _said(VEHICLE_CLASS_TEXTS[VehicleClass(number)])


def cargo_class(number: int) -> str:
    """Return the words of a cargo class."""
    return _said(CARGO_CLASS_TEXTS[CargoClass(number)])


def crew_role(role: Role | str) -> str:
    """Return the words of what a person does on board."""
    return _said(ROLE_TEXTS[Role(role)])


def vehicle_class_choices() -> list[tuple[str, str]]:
    """Return value and words of every vehicle class, for a form."""
    codes = _choices(VEHICLE_CLASS_TEXTS, _FREQUENT_VEHICLES, VehicleClass.OTHER)
    return [(str(int(code)), vehicle_class(code)) for code in codes]


def cargo_class_choices() -> list[tuple[str, str]]:
    """Return value and words of every cargo class, for a form."""
    codes = _choices(CARGO_CLASS_TEXTS, _FREQUENT_CARGOES, CargoClass.OTHER)
    return [(str(int(code)), cargo_class(code)) for code in codes]


def crew_role_choices() -> list[tuple[str, str]]:
    """Return value and words of what people do on board, for a form."""
    return [(role.value, crew_role(role)) for role in Role]


def or_all(texts: Mapping[Any, Any]) -> list[tuple[str, Any]]:
    """Return the choices of a filter: all of them first, then each value with its words or its tag's."""
    words = [(value.value, text.text if isinstance(text, Tag) else text) for value, text in texts.items()]
    return [("", _("Tất cả")), *words]


def tonnes(mass: Any) -> str:
    """Write a mass in tonnes with the reader's decimal sign: 3,5 or 15."""
    return format_decimal(mass, "#,##0.#")


def phone(e164: str | None) -> str:
    """Write a phone number as people here dial it; nothing for none."""
    return national_phone(e164) if e164 else ""


def init_app(app: Flask) -> None:
    """Give the templates these functions as filters of the same name, and `plate` and `local_day`."""
    for function in (vehicle_class, cargo_class, crew_role, or_all, tonnes, phone):
        app.jinja_env.filters[function.__name__] = function
    app.jinja_env.filters["plate"] = format_plate
    app.jinja_env.filters["local_day"] = local_date
