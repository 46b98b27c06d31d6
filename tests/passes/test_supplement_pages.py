"""The pages of slips and cards: three steps for a carrier, and what the authority does with what waits."""

import io
import re
from collections.abc import Callable
from datetime import timedelta

import pypdfium2 as pdfium
import pytest
import zxingcpp
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session

from passes.accounts.models import User
from passes.applications.models import Mode
from passes.applications.modes import change_mode
from passes.fleet.models import CrewMember
from passes.form_fields import clock_of
from passes.issuing.models import PassStatus, Supplement, VehiclePass
from passes.issuing.pdf import CrewLine, render_side_copies
from passes.issuing.picture import to_png
from passes.issuing.small_papers import Card, Slip, render_small
from passes.supplements.services import find_supplement
from protocol.claims import Amendment, CrewCard, peek
from tests.factories import Factories, now, today
from tests.passes.pages import Login, words
from tests.passes.test_print import LONG, OWN_END, SHEET, TEXT, page_count
from tests.passes.test_print import words as printed_words


@pytest.fixture
def vehicle_pass(factories: Factories, carrier: User) -> VehiclePass:
    return factories.vehicle_pass(carrier)


@pytest.fixture
def relief(factories: Factories, carrier: User) -> CrewMember:
    return factories.crew(carrier, name="Trần Đức Anh")


@pytest.fixture
def at_once(session: Session, factories: Factories) -> None:
    change_mode(session, factories.user("administrator"), Mode.SELF_DECLARED, 0, now())


def seats(**changes: str) -> dict[str, str]:
    """What a browser posts of a page on which nothing was changed, with changes; two people ride."""
    data = {"join-who": "", "leg": "", "cargo": ""}
    for position in range(2):
        data |= {f"seats-{position}-position": str(position), f"seats-{position}-who": "keep"}
    return data | {name.replace("_", "-").replace("test-", "test_"): value for name, value in changes.items()}


def codes_in(picture: bytes) -> list[str]:
    qr = zxingcpp.BarcodeFormat.QRCode  # bars of other kinds may be seen in the pattern of a code
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)), formats=qr, text_mode=zxingcpp.TextMode.Plain)
    return [code.text for code in found]


@pytest.mark.usefixtures("at_once")
def test_a_driver_is_swapped_in_three_steps_and_the_slip_goes_to_the_phone_as_a_picture(
    desk: FlaskClient, session: Session, vehicle_pass: VehiclePass, relief: CrewMember
) -> None:
    link = f"/passes/{vehicle_pass.number}/amend"
    assert link in desk.get("/passes").get_data(as_text=True)  # 1: the pass
    # Two people of one name are told apart by the digits that the paper shows, too.
    assert f"Thay bằng Trần Đức Anh (Lái xe, …{relief.person.id_number[-4:]})" in words(desk.get(link))
    done = desk.post(link, data=seats(seats_0_who=str(relief.id)), follow_redirects=True)  # 2: what changes
    assert "Đã ký, dùng được ngay" in words(done)  # 3: done
    number = f"{vehicle_pass.number}-B1"
    picture, pdf = desk.get(f"/supplements/{number}.png"), desk.get(f"/supplements/{number}.pdf")
    slip = find_supplement(session, number)
    assert slip is not None
    assert codes_in(picture.data) == [slip.text]
    assert codes_in(to_png(pdf.data)) == [slip.text]
    assert desk.get(f"/supplements/{number}.pdf").data == pdf.data
    assert len(pdf.data) <= 60 * 1024
    assert isinstance(peek(slip.text or ""), Amendment)
    assert "Trần Đức Anh" in printed_words(pdf.data, 0)


@pytest.mark.usefixtures("at_once")
def test_a_new_test_typed_for_somebody_who_rides_renews_them_and_is_on_file(
    desk: FlaskClient, session: Session, vehicle_pass: VehiclePass
) -> None:
    until = vehicle_pass.crew[1].expires_at
    assert until is not None
    day, clock = clock_of(until + timedelta(hours=5))
    data = seats(seats_1_test_day=f"{day:%d/%m/%Y}", seats_1_test_clock=f"{clock:%H:%M}")
    done = desk.post(f"/passes/{vehicle_pass.number}/amend", data=data, follow_redirects=True)
    assert "Hạn mới" in words(done)
    slip = peek((find_supplement(session, f"{vehicle_pass.number}-B1") or Supplement()).text or "")
    assert isinstance(slip, Amendment)
    assert slip.renewed == ((1, min(until + timedelta(hours=5), vehicle_pass.expires_at)),)


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    desk: FlaskClient, vehicle_pass: VehiclePass, relief: CrewMember
) -> None:
    link = f"/passes/{vehicle_pass.number}/amend"
    assert "Chưa có gì thay đổi" in words(desk.post(link, data=seats()))
    answer = desk.post(link, data=seats(seats_0_who="leave", seats_1_test_day=f"{today():%d/%m/%Y}"))
    page = answer.get_data(as_text=True)
    assert "Nhập cả ngày và giờ" in page
    assert f'value="{today():%d/%m/%Y}"' in page
    assert re.search(r'<option selected value="leave">', page)
    assert "phải còn ít nhất một lái xe" in words(desk.post(link, data=seats(seats_0_who="leave")))
    del relief


def test_cards_are_made_for_a_selection_and_for_one_person_with_a_new_test(
    desk: FlaskClient, session: Session, relief: CrewMember, factories: Factories, carrier: User
) -> None:
    change_mode(session, factories.user("administrator"), Mode.SELF_DECLARED, 10, now())
    untested = factories.crew(carrier, name="Lê Chưa Xét", test_expires_at=None)
    chosen = {"member": [str(relief.id), str(untested.id)]}
    done = words(desk.post("/supplements/cards", data=chosen, follow_redirects=True))
    assert "Đã lập 1 thẻ." in done
    assert "Lê Chưa Xét: Nhập ngày và giờ hết giá trị" in done
    day, clock = clock_of(now() + timedelta(days=1))
    data = {"test_day": f"{day:%d/%m/%Y}", "test_clock": f"{clock:%H:%M}"}
    done = words(desk.post(f"/supplements/cards/{untested.id}", data=data, follow_redirects=True))
    assert "Đã ký, dùng được ngay" in done
    number = f"HN-T{untested.id:06d}-1"
    card = find_supplement(session, number)
    assert card is not None
    assert isinstance(peek(card.text or ""), CrewCard)
    assert codes_in(desk.get(f"/supplements/{number}.png").data) == [card.text]


def test_a_reviewer_approves_refuses_and_revokes(
    desk: FlaskClient,
    session: Session,
    vehicle_pass: VehiclePass,
    relief: CrewMember,
    login: Login,
    factories: Factories,
) -> None:
    link, number = f"/passes/{vehicle_pass.number}/amend", f"{vehicle_pass.number}-B1"
    waiting = words(desk.post(link, data=seats(seats_0_who=str(relief.id)), follow_redirects=True))
    assert "Cơ quan cấp xem trước khi ký" in waiting
    assert desk.get(f"/supplements/{number}.png").status_code == 302
    reviewing = login(factories.user("reviewer"))
    assert "1 phiếu, thẻ đang chờ" in words(reviewing.get("/"))
    assert number in words(reviewing.get("/queue/supplements"))
    assert "Mọi mục kiểm tra tự động đều đạt" in words(reviewing.get(f"/queue/supplements/{number}"))
    assert "Chọn một lý do" in words(reviewing.post(f"/queue/supplements/{number}/refuse"))
    reviewing.post(f"/queue/supplements/{number}/approve")
    assert "Đã ký, dùng được ngay" in words(desk.get(f"/supplements/{number}"))
    again = words(reviewing.post(f"/queue/supplements/{number}/approve", follow_redirects=True))
    assert "Người khác vừa xử lý" in again
    reviewing.post(f"/queue/supplements/{number}/revoke", data={"reason": "wrong_data", "is_meant": "y"})
    found = find_supplement(session, number)
    assert found is not None
    assert found.status is PassStatus.REVOKED
    assert "Nội dung trên giấy không đúng" in words(desk.get(f"/supplements/{number}"))
    desk.post(link, data=seats(join_who=str(relief.id)))
    reviewing.post(f"/queue/supplements/{vehicle_pass.number}-B2/refuse", data={"code": "double_booked"})
    assert "Không duyệt" in words(desk.get(f"/supplements/{vehicle_pass.number}-B2"))


def test_nobody_sees_another_carriers_slips(
    desk: FlaskClient, vehicle_pass: VehiclePass, relief: CrewMember, login: Login, factories: Factories
) -> None:
    desk.post(f"/passes/{vehicle_pass.number}/amend", data=seats(seats_0_who=str(relief.id)))
    other = login(factories.user())
    for path in ("", ".pdf", ".png"):
        assert other.get(f"/supplements/{vehicle_pass.number}-B1{path}").status_code == 404
    assert other.get(f"/passes/{vehicle_pass.number}/amend").status_code == 404
    assert other.get(f"/supplements/cards/{relief.id}").status_code == 404


SLIP = Slip(
    number="HN-26-000123-B1",
    qr_text="AM1:" + TEXT[4:214],
    plate="29C-123.45",
    pass_number="HN-26-000123",
    carrier="VT Sông Hồng",
    joining=(CrewLine("Lái xe", "Trần Đức Anh", "3456", OWN_END),),
    leaving=(CrewLine("Lái xe", "Nguyễn Văn Bình", "2345"),),
    renewed=(CrewLine("Phụ xe", "Lê Quang Huy", "4567", OWN_END),),
    leg=("Phường Chương Dương, Quận Hoàn Kiếm, Hà Nội",),
    cargo="Xe không hàng",
    valid_from=SHEET.valid_from,
    expires_at=SHEET.expires_at,
    agency=SHEET.agency,
    issued_at=SHEET.issued_at,
    key_id=SHEET.key_id,
)
CARD = Card(
    number="HN-T000123-1",
    qr_text="CC1:" + TEXT[4:190],
    role="Phụ xe",
    name="Lê Quang Huy",
    id_last4="4567",
    licence_class="",
    district="Quận Hoàn Kiếm, Hà Nội",
    carrier="VT Sông Hồng",
    valid_from=SHEET.valid_from,
    expires_at=OWN_END,
    agency=SHEET.agency,
    issued_at=SHEET.issued_at,
    key_id=SHEET.key_id,
)
_FULLEST = [
    CrewLine("Phụ xe", f"Nguyễn Hoàng Thị Phương Thảo Công Tằng Tôn Nữ Phương Khanh {n}", "0937", OWN_END)
    for n in range(8)
]


def code_widths_mm(pdf: bytes, dpi: int = 150) -> list[float]:
    with pdfium.PdfDocument(pdf) as document:
        picture = document[0].render(scale=dpi / 72).to_pil().convert("L")
    found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    return [(code.position.top_right.x - code.position.top_left.x) * 25.4 / dpi for code in found]


@pytest.mark.parametrize(
    ("render", "codes"),
    [(lambda: render_small([SLIP]), 1), (lambda: render_small([CARD]), 1), (lambda: render_side_copies([LONG]), 2)],
    ids=["slip", "card", "side copies"],
)
def test_every_smaller_paper_has_its_code_at_60_mm_is_small_and_reprints_the_same(
    render: Callable[[], bytes], codes: int
) -> None:
    pdf = render()
    widths = code_widths_mm(pdf)
    assert len(widths) == codes
    assert min(widths) >= 59.7  # of 60; a pixel at 150 dpi is 0.17 mm
    assert len(pdf) <= 60 * 1024
    assert render() == pdf
    assert page_count(pdf) == 1


def test_the_fullest_slip_still_fits_its_page_and_reads() -> None:
    fullest = Slip(**(vars(SLIP) | {"joining": tuple(_FULLEST), "qr_text": "AM1:" + TEXT[4:] * 2}))
    pdf = render_small([fullest])
    assert page_count(pdf) == 1
    assert codes_in(to_png(pdf)) == [fullest.qr_text]


def test_a_slip_and_a_card_say_what_they_change() -> None:
    pdf = render_small([SLIP, CARD])
    slip, card = printed_words(pdf, 0), printed_words(pdf, 1)
    for part in (
        "PHIẾU BỔ SUNG",
        "29C-123.45",
        "HN-26-000123",
        "Không đi nữa: Nguyễn Văn Bình, lái xe",
        "Đi từ nay: Trần Đức Anh, lái xe",
        "Hạn mới: Lê Quang Huy, phụ xe, ••••4567, đến 14:00 ngày 15/09/2021",
        "Hàng hóa từ nay: Xe không hàng",
    ):
        assert part in slip
    for part in ("THẺ PHỤ XE", "Lê Quang Huy", "Có giá trị đến 14:00 ngày 15/09/2021", "HN-T000123-1"):
        assert part in card
