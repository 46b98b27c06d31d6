"""Addresses and values that no link or form of ours sends: refused with a page, never by an error of the server."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from passes import audit
from passes.accounts.models import User
from passes.movement.models import Zone
from passes.movement.services import publish_zone, withdraw_zone
from tests.factories import Factories, now
from tests.passes.test_zones import draft

Login = Callable[[User], FlaskClient]
FAR = "9" * 25
VEHICLE = {"plate": "29C-123.45", "vehicle_class": "2", "payload_tonnes": "3,5", "inspection_expires_on": "18/09/2030"}
ZONE = {
    "name": "Ổ dịch",
    "kind": "outbreak",
    "areas-0": "00355",
    "starts_clock": "00:00",
    "monitoring_days": "14",
    "decision": "3312/QĐ-UBND",
    "step": "preview",
}


def zone_form(**values: str) -> dict[str, str]:
    return ZONE | {"starts_day": f"{now():%d/%m/%Y}"} | values


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://elsewhere.example",
        "//elsewhere.example",
        "/\\elsewhere.example",
        "/\t/elsewhere.example",
        "/\n/elsewhere.example",
        "/\r\n/elsewhere.example",
        "\t//elsewhere.example",
        "/ /elsewhere.example",
        "",
    ],
)
def test_choosing_a_language_leads_to_no_other_site(client: FlaskClient, elsewhere: str) -> None:
    answer = client.get("/lang/en", query_string={"next": elsewhere})
    assert (answer.status_code, answer.location) == (302, "/")


@pytest.mark.parametrize("page", ["/", "/fleet/crew?q=B%C3%ACnh&page=2", "/zones/Z20210918-1", "/?x=//y"])
def test_choosing_a_language_leads_back_to_the_page(client: FlaskClient, page: str) -> None:
    assert client.get("/lang/en", query_string={"next": page}).location == page


@pytest.mark.parametrize(
    "address", [f"/fleet/vehicles/{FAR}", f"/fleet/crew/{FAR}/retire", f"/applications?page={FAR}"]
)
def test_a_number_that_no_database_counts_to_names_no_page(factories: Factories, login: Login, address: str) -> None:
    assert login(factories.user()).get(address).status_code == 404


@pytest.mark.parametrize("address", ["/areas/search?q=%00", "/applications/%00", "/lang/vi?next=/&next=%00"])
def test_the_character_that_no_database_takes_is_refused(factories: Factories, login: Login, address: str) -> None:
    desk = login(factories.user())
    assert desk.get(address).status_code == 400
    assert desk.post("/fleet/vehicles/new", data=VEHICLE | {"plate": "29C\x00"}).status_code == 400


@pytest.mark.parametrize("typed", ["1e30", "9" * 60, "1e999999999", "Infinity", "NaN", "sNaN"])
def test_a_payload_beyond_reckoning_is_refused_at_its_field(factories: Factories, login: Login, typed: str) -> None:
    answer = login(factories.user()).post("/fleet/vehicles/new", data=VEHICLE | {"payload_tonnes": typed})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert 'id="payload_tonnes-error"' in text
    assert f'value="{typed}"' in text


@pytest.mark.parametrize(
    ("language", "message"), [("vi", "Chọn một mục trong danh sách."), ("en", "Choose one from the list.")]
)
def test_a_choice_that_is_offered_no_longer_is_refused_in_the_readers_language(
    factories: Factories, login: Login, language: str, message: str
) -> None:
    desk = login(factories.user())
    desk.get(f"/lang/{language}")
    text = desk.post("/fleet/vehicles/new", data=VEHICLE | {"vehicle_class": "77"}).get_data(as_text=True)
    assert f'<a href="#vehicle_class">{message}' in text
    assert "valid choice" not in text


@pytest.mark.parametrize("typed", ["mười bốn", "9" * 400, "1.5"])
def test_days_that_are_no_number_are_refused_in_words(factories: Factories, login: Login, typed: str) -> None:
    answer = login(factories.user("health")).post("/zones/new", data=zone_form(monitoring_days=typed))
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert '<a href="#monitoring_days">Ghi bằng chữ số, ví dụ 14.' in text
    assert f'value="{typed}"' in text


def test_an_hour_at_which_a_zone_ends_needs_its_day(factories: Factories, login: Login) -> None:
    text = login(factories.user("health")).post("/zones/new", data=zone_form(ends_clock="09:00")).get_data(as_text=True)
    assert '<a href="#ends_day">Nhập ngày, hoặc bỏ trống cả ngày và giờ.' in text


def test_a_zone_that_a_colleague_withdrew_meanwhile_is_not_lifted(
    factories: Factories, session: Session, login: Login
) -> None:
    zone: Zone = publish_zone(session, None, draft(), now())
    withdraw_zone(session, None, zone.id, now())
    answer = login(factories.user("health")).post(f"/zones/{zone.id}/lift", data={"ends_day": f"{now():%d/%m/%Y}"})
    assert answer.status_code == 200
    assert "Khu vực này đã được rút lại." in answer.get_data(as_text=True)


def test_an_address_passes_its_names_on_and_chooses_neither_scheme_nor_page(
    session: Session, factories: Factories, login: Login
) -> None:
    administrator = factories.user("administrator")
    subjects = [f"Zone:{number}" for number in range(30)]
    audit.record_many(session, administrator, "zones.publish", subjects, None, now())
    office = login(administrator)
    for name in ("endpoint", "kind", "values", "_scheme", "_external", "_anchor", "_method"):
        answer = office.get("/audit", query_string={"_external": "1", "verb": "zones.publish", name: "javascript"})
        assert answer.status_code == 200, name
        text = answer.get_data(as_text=True)
        for link in ("/audit.xlsx?", "/audit?page=2&amp;", "/audit?per_page=50&amp;page=1&amp;"):
            assert f'href="{link}' in text, name
        assert "javascript:" not in text


@pytest.mark.parametrize("number", ["²", "-1", FAR, FAR * 200, "x"])
def test_what_is_no_number_is_passed_over(factories: Factories, login: Login, number: str) -> None:
    page = login(factories.user("health"))
    for path, name in (("/scans", "per_page"), ("/lookups", "user"), ("/areas/search", "level")):
        assert page.get(path, query_string={name: number}).status_code == 200, path
    assert page.post("/followups/healthy", data={"person": number}).status_code == 302
