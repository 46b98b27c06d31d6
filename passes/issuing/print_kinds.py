"""What files of many papers hold, by their kind: how each paper is set, and how pages lie on sheets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from passes.issuing.models import Supplement, VehiclePass
from passes.issuing.pdf import SIDE_TITLE, WINDSCREEN_TITLE, side_pages, windscreen_pages
from passes.issuing.print_models import PrintKind
from passes.issuing.sheets import sheet_of
from passes.issuing.small_papers import SMALL_TITLE, small_pages
from passes.issuing.supplement_papers import paper_of
from passes.press.documents import folio, folio_of_four

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from passes.issuing.sheets import Letterhead
    from passes.press.pages import SetPage


class Making(NamedTuple):
    """How a kind of file is made.

    Args:
        title: what the document is called.
        file_name: how the file's name begins.
        of: which rows its papers are.
        pages: sets the pages of one paper.
        folio: writes pages as the folio at a place of the document.
    """

    title: str
    file_name: str
    of: type[VehiclePass | Supplement]
    pages: Callable[[Session, VehiclePass | Supplement, Letterhead], list[SetPage]]
    folio: Callable[[int, Iterable[SetPage]], bytes]


def _windscreen(session: Session, paper: VehiclePass | Supplement, letterhead: Letterhead) -> list[SetPage]:
    return windscreen_pages(sheet_of(session, paper, letterhead))


def _side(session: Session, paper: VehiclePass | Supplement, letterhead: Letterhead) -> list[SetPage]:
    return side_pages(sheet_of(session, paper, letterhead))


def _small(session: Session, paper: VehiclePass | Supplement, letterhead: Letterhead) -> list[SetPage]:
    return small_pages(paper_of(session, paper, letterhead))


MAKING: Mapping[PrintKind, Making] = {
    PrintKind.WINDSCREEN: Making(WINDSCREEN_TITLE, "giay-nhan-dien", VehiclePass, _windscreen, folio),
    PrintKind.SIDE: Making(SIDE_TITLE, "ban-dan-thanh-xe", VehiclePass, _side, folio),
    PrintKind.SMALL: Making(SMALL_TITLE, "phieu-the", Supplement, _small, folio),
    PrintKind.FOUR_UP: Making(SMALL_TITLE, "phieu-the-a4", Supplement, _small, folio_of_four),
}
