"""The printed papers of a pass: the A4 windscreen sheet with its back, and the copies for the vehicle's two sides.

All are made of plain values, black only; the sheet folds into A5 without folding the code. Its back is in both
languages, for whoever holds it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from passes.press.binding import Title
from passes.press.documents import document, titled
from passes.press.pages import SheetError, set_page
from passes.press.symbol import draw_symbol
from passes.press.templates import page

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from decimal import Decimal

    from passes.press.pages import SetPage


WINDSCREEN_TITLE = "Giấy nhận diện phương tiện"
SIDE_TITLE = "Bản dán thành xe"


@dataclass(frozen=True)
class CrewLine:
    """One person of the crew, as printed.

    Args:
        role: "Lái xe" or "Phụ xe".
        name: full name.
        id_last4: last four digits of the ID number.
        expires_at: when this person's own papers end, aware; None: with the pass.
    """

    role: str
    name: str
    id_last4: str
    expires_at: datetime | None = None


@dataclass(frozen=True)
class Sheet:
    """Everything one windscreen sheet says.

    Args:
        number: the paper's number, printed and spoken.
        qr_text: the signed text that the code holds.
        plate: formatted, "29C-123.45".
        vehicle_class: its words, "Xe tải".
        payload_tonnes: payload in tonnes.
        carrier: short name of the transport company.
        crew: who may be in the vehicle, drivers first.
        route: words of origin, stops and destination, in order.
        cargo: words of the cargo class.
        valid_from: beginning of the window, aware.
        expires_at: exclusive end of the window, aware; a local midnight for "đến hết ngày".
        agency: who issues, as in the paper's head.
        place: where it is issued, "Hà Nội".
        issued_at: when it was signed, aware.
        legal_basis: the decision or official letter that the paper rests on, a full sentence without "Căn cứ".
        key_id: id of the issuing key, hexadecimal.
        parent_agency: the agency above the issuing one, or empty.
    """

    number: str
    qr_text: str
    plate: str
    vehicle_class: str
    payload_tonnes: Decimal
    carrier: str
    crew: tuple[CrewLine, ...]
    route: tuple[str, ...]
    cargo: str
    valid_from: datetime
    expires_at: datetime
    agency: str
    place: str
    issued_at: datetime
    legal_basis: str
    key_id: str
    parent_agency: str = ""


def render_windscreen(sheets: Sequence[Sheet]) -> bytes:
    """Print windscreen sheets into one PDF/UA document, two pages each: front and back.

    Args:
        sheets: what to print, in order; at least one.

    Raises:
        SheetError: there is nothing to print, or a sheet holds more than two pages can take.
        passes.press.symbol.SymbolError: a text does not fit into a code.
    """
    return _document(WINDSCREEN_TITLE, sheets, windscreen_pages)


def render_side_copies(sheets: Sequence[Sheet]) -> bytes:
    """Print the copies for the two sides of each vehicle, an A4 page of two halves to be cut apart.

    Args:
        sheets: what to print, in order; at least one.

    Raises:
        SheetError: there is nothing to print, or a page holds more than it can take.
        passes.press.symbol.SymbolError: a text does not fit into a code.
    """
    return _document(SIDE_TITLE, sheets, side_pages)


def _document(what: str, sheets: Sequence[Sheet], pages: Callable[[Sheet], list[SetPage]]) -> bytes:
    if not sheets:
        raise SheetError("no sheet to print")
    title = titled(what, [sheet.plate for sheet in sheets])
    return document((page for sheet in sheets for page in pages(sheet)), Title(title, sheets[0].agency))


def windscreen_pages(sheet: Sheet) -> list[SetPage]:
    """Set the front and the back of a windscreen sheet.

    Raises:
        SheetError: it holds more than two pages can take.
        passes.press.symbol.SymbolError: its text does not fit into a code.
    """
    front = page("windscreen.html", "print.css", sheet=sheet, symbol=draw_symbol(sheet.qr_text))
    back = page("windscreen_back.html", "print.css", sheet=sheet)
    return [set_page(front), set_page(back)]


def side_pages(sheet: Sheet) -> list[SetPage]:
    """Set the copies for the two sides of a vehicle, an A4 page of two halves to be cut apart.

    Raises:
        SheetError: the page holds more than it can take.
        passes.press.symbol.SymbolError: its text does not fit into a code.
    """
    return [set_page(page("side.html", "side.css", sheet=sheet, symbol=draw_symbol(sheet.qr_text)))]
