"""What the press is made of: symbols under the best mask, text as wide as WeasyPrint sets it, honest stencils."""

import random
import unicodedata
from itertools import groupby, pairwise

import pytest
import segno

from passes.press import layout
from passes.press.faces import FACES, face
from passes.press.lines import Place, broken, runs_of, width_em
from passes.press.stencils import StencilError, stencil
from passes.press.symbol import draw_symbol
from passes.press.templates import TEXT_MARK

NAME = "Công ty TNHH Vận tải AVATAR „Tây Đô“ (Ytự) 29C-123.45, To, P.A."


def penalty_by_the_book(rows: tuple[str, ...]) -> int:
    """ISO/IEC 18004 §7.8.3.1, step by step."""
    columns = tuple("".join(column) for column in zip(*rows, strict=True))
    charged = 0
    for line in rows + columns:
        runs = (len(list(run)) for _, run in groupby(line))
        charged += sum(length - 2 for length in runs if length >= 5)
        charged += 40 * sum(line[at : at + 11] in {"10111010000", "00001011101"} for at in range(len(line) - 10))
    for upper, lower in pairwise(rows):
        blocks = (upper[at : at + 2] + lower[at : at + 2] for at in range(len(upper) - 1))
        charged += 3 * sum(block in {"0000", "1111"} for block in blocks)
    dark = 100 * sum(row.count("1") for row in rows) / len(rows) ** 2
    return charged + 10 * int(abs(dark - 50) / 5)


def test_a_code_is_one_of_its_eight_symbols_and_the_one_that_is_charged_least() -> None:
    seed = random.Random(18004)  # noqa: S311 - data, not secrets
    for length in (30, 190, 262, 400):
        text = "VP1:" + "".join(seed.choices("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:", k=length))
        drawn = draw_symbol(text)
        version = (len(drawn.rows) - 17) // 4
        eight = [
            tuple(
                "".join(map(str, row))
                for row in segno.make(
                    text, version=version, error="q", mode="alphanumeric", mask=mask, boost_error=False
                ).matrix
            )
            for mask in range(8)
        ]
        assert drawn.rows in eight
        assert penalty_by_the_book(drawn.rows) == min(penalty_by_the_book(rows) for rows in eight)


@pytest.mark.parametrize("name", FACES)
def test_a_text_is_as_wide_as_weasyprint_sets_it(name: str) -> None:
    style = {"Regular": "", "Bold": "font-weight: 700", "Italic": "font-style: italic"}[name]
    html = f'<html lang="vi"><body><p style="font-size: 100px; white-space: nowrap; {style}">{NAME}</p></body></html>'
    (page,) = layout.lay_out(html, "print.css").pages
    (box,) = (box for box in page._page_box.descendants() if getattr(box, "text", "") == NAME)
    assert width_em(runs_of(NAME), name) * 100 == pytest.approx(box.width, abs=1)


def place(width_em: float) -> Place:
    return Place(slot=0, left=0, width=10 * width_em, baseline=0, align="left", size=10, face="Regular")


def test_text_is_broken_between_words_and_keeps_its_type() -> None:
    line = runs_of("  Số <strong>HN-000123</strong>, cấp\n ngày <em>hôm nay</em> ")
    assert "".join(run.text for run in line) == "Số HN-000123, cấp ngày hôm nay"
    lines = broken(line, place(7))
    assert ["".join(run.text for run in one) for one in lines] == ["Số", "HN-000123,", "cấp ngày hôm", "nay"]
    assert [run.face for run in lines[1]] == ["Bold", ""]
    assert all(width_em(one, "Regular") <= 7 for one in lines)
    assert broken(line, place(60)) == [line]
    assert broken((), place(1)) == [()]


def test_a_word_longer_than_a_line_is_broken_within_and_nothing_is_lost() -> None:
    lines = broken(runs_of("ngắn " + "W" * 30 + " hết"), place(8))
    assert len(lines) > 3
    assert all(width_em(one, "Regular") <= 8 for one in lines)
    assert "".join(run.text for one in lines for run in one).replace(" ", "") == "ngắn" + "W" * 30 + "hết"


def test_a_letter_that_the_typeface_lacks_is_shown_by_its_base_or_a_question_mark() -> None:
    regular = face("Regular")
    assert regular.show("Ⅳ").array == regular.show("IV").array
    assert regular.show("王").array == regular.show("?").array
    assert regular.show("Đỗ Đức Ảnh").array != regular.show("Do Duc Anh").array
    loose = unicodedata.normalize("NFD", "Đỗ Đức Ảnh")
    assert regular.show(loose).array == regular.show("Đỗ Đức Ảnh").array, "of settings, which nothing composed before"


def page(body: str) -> str:
    return f'<html lang="vi"><body><section>{body}</section></body></html>'


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (f"<p>Số: {TEXT_MARK}</p>", "shares its line"),
        ("<p>王</p>", "typeface lacks"),
        ('<p style="background: linear-gradient(#000, #fff)">x</p>', "type, lines and areas only"),
    ],
)
def test_a_template_that_cannot_be_a_stencil_is_refused(body: str, complaint: str) -> None:
    with pytest.raises(StencilError, match=complaint):
        stencil(page(body), "print.css", 0, (1,) * body.count(TEXT_MARK))


def test_a_stencil_that_runs_over_its_page_is_none() -> None:
    assert stencil(page(f"<p>{TEXT_MARK}</p>"), "print.css", 0, (500,)) is None
