"""The printed papers beside a pass, A6: the slip that amends it, and the card of one person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from passes.press.binding import Title
from passes.press.documents import document, titled
from passes.press.pages import SheetError, set_page
from passes.press.symbol import draw_symbol
from passes.press.templates import page

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from passes.issuing.pdf import CrewLine
    from passes.press.pages import SetPage


SMALL_TITLE = "Phiếu bổ sung, thẻ lái xe, phụ xe"


@dataclass(frozen=True)
class Slip:
    """Everything a slip says.

    Args:
        number: the slip's number, printed and spoken.
        qr_text: the signed text that the code holds.
        plate: formatted, "29C-123.45".
        pass_number: the pass that it amends.
        carrier: short name of the transport company.
        joining: who rides from now on.
        leaving: who rides no longer.
        renewed: whose own papers hold longer.
        leg: words of the places behind the destination.
        cargo: words of what is carried from now on, or empty.
        valid_from: beginning of the window, aware.
        expires_at: exclusive end of the window, aware.
        agency: who issues.
        issued_at: when it was signed, aware.
        key_id: id of the issuing key, hexadecimal.
    """

    number: str
    qr_text: str
    plate: str
    pass_number: str
    carrier: str
    joining: tuple[CrewLine, ...]
    leaving: tuple[CrewLine, ...]
    renewed: tuple[CrewLine, ...]
    leg: tuple[str, ...]
    cargo: str
    valid_from: datetime
    expires_at: datetime
    agency: str
    issued_at: datetime
    key_id: str


@dataclass(frozen=True)
class Card:
    """Everything a crew card says.

    Args:
        number: the card's number, printed and spoken.
        qr_text: the signed text that the code holds.
        role: "Lái xe" or "Phụ xe".
        name: full name.
        id_last4: last four digits of the ID number.
        licence_class: the driving licence's class, or empty.
        district: words of the district of residence.
        carrier: short name of the transport company.
        valid_from: beginning of the window, aware.
        expires_at: the person's own end, exclusive, aware.
        agency: who issues.
        issued_at: when it was signed, aware.
        key_id: id of the issuing key, hexadecimal.
    """

    number: str
    qr_text: str
    role: str
    name: str
    id_last4: str
    licence_class: str
    district: str
    carrier: str
    valid_from: datetime
    expires_at: datetime
    agency: str
    issued_at: datetime
    key_id: str


def render_small(papers: Sequence[Slip | Card]) -> bytes:
    """Print slips and cards into one PDF/UA document, an A6 page each.

    Args:
        papers: what to print, in order; at least one.

    Raises:
        SheetError: there is nothing to print, or a paper holds more than its page can take.
        passes.press.symbol.SymbolError: a text does not fit into a code.
    """
    if not papers:
        raise SheetError("no paper to print")
    title = titled(SMALL_TITLE, [paper.number for paper in papers])
    return document((page for paper in papers for page in small_pages(paper)), Title(title, papers[0].agency))


def small_pages(paper: Slip | Card) -> list[SetPage]:
    """Set a slip or a card, an A6 page.

    Raises:
        SheetError: it holds more than its page can take.
        passes.press.symbol.SymbolError: its text does not fit into a code.
    """
    symbol = draw_symbol(paper.qr_text)
    return [set_page(page("small.html", "small.css", paper=paper, is_slip=isinstance(paper, Slip), symbol=symbol))]
