"""The printed papers beside a pass, A6: the slip that amends it, and the card of one person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from passes.issuing.layout import SheetError, plate_size_mm, print_pages
from passes.issuing.symbol import draw_symbol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from passes.issuing.pdf import CrewLine

_QR_BOX_MM = 70.0
"""The smallest symbol with its quiet zone leaves 61 mm of code."""
_PLATE_WIDTH_MM, _PLATE_MAX_MM = 54.0, 10.0


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
        passes.issuing.symbol.SymbolError: a text does not fit into a code.
    """
    if not papers:
        raise SheetError("no paper to print")
    items = [
        {
            "paper": paper,
            "is_slip": isinstance(paper, Slip),
            "symbol": draw_symbol(paper.qr_text, _QR_BOX_MM),
            "plate_mm": plate_size_mm(paper.plate, _PLATE_WIDTH_MM, _PLATE_MAX_MM) if isinstance(paper, Slip) else 0,
        }
        for paper in papers
    ]
    return print_pages("small.html", "small.css", [f"paper-{index}" for index in range(len(papers))], items=items)
