"""Names as they are pasted out of other programs: what nobody sees in them must not stop signing or publishing."""

import unicodedata
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from passes import jobs
from passes.accounts.models import User
from passes.accounts.services import find_organisation
from passes.applications.drafts import CrewedVehicle
from passes.applications.models import ApplicationState
from passes.fleet.models import CrewMember
from passes.fleet.services import FleetError
from passes.issuing.models import VehiclePass
from passes.movement.services import publish_zone
from passes.names import tidy
from passes.people.models import Person
from passes.people.services import keep_person
from passes.stations.services import create_station
from protocol.claims import peek
from protocol.trust import StationKind
from tests.factories import CHUONG_DUONG, Factories, now
from tests.passes.post import current_trust
from tests.passes.test_zones import draft

PASTED = unicodedata.normalize("NFD", "Nguyễn\u00a0 Văn\u200b Bình") + "\u202e\x01\n"
CLEAN = "Nguyễn Văn Bình"
CREW = {"id_number": "001085012345", "phone": "0912 345 678", "residence": CHUONG_DUONG, "role": "assistant"} | {
    "licence_class": ""
}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (PASTED, CLEAN),
        ("  Lê\tThị \u2028 Hoa ", "Lê Thị Hoa"),
        ("مرحبا 🚚 <b>", "مرحبا 🚚 <b>"),
        ("\u200b\u00ad\ue000\u0378", ""),
    ],
)
def test_what_nobody_sees_is_left_out_and_the_rest_stays(typed: str, kept: str) -> None:
    assert tidy(typed) == kept


def test_a_pasted_name_is_kept_clean_and_its_pass_is_signed(
    factories: Factories, session: Session, login: Callable[[User], FlaskClient]
) -> None:
    user = factories.user()
    desk = login(user)
    assert desk.post("/fleet/crew/new", data=CREW | {"name": PASTED}).status_code == 302
    member = session.scalars(sa.select(CrewMember)).one()
    assert member.person.name == CLEAN
    seats = CrewedVehicle(factories.vehicle(user).id, (factories.crew(user).id, member.id))
    signed = factories.vehicle_pass(user, vehicles=(seats,))
    assert signed.text is not None
    assert peek(signed.text).crew[1].name == CLEAN


def test_a_name_of_nothing_that_is_seen_is_refused_at_its_field(
    factories: Factories, login: Callable[[User], FlaskClient]
) -> None:
    text = login(factories.user()).post("/fleet/crew/new", data=CREW | {"name": "\u200b"}).get_data(as_text=True)
    assert '<a href="#name">Nhập họ và tên.' in text
    with pytest.raises(FleetError) as refused:
        factories.crew(factories.user(), name="\u200b")
    assert (refused.value.code, refused.value.field) == ("name_missing", "name")


@pytest.mark.parametrize("name", [PASTED, "Người " * 30, "\u200b"])
def test_whatever_an_officer_typed_can_stand_on_a_pass_later(session: Session, name: str) -> None:
    kept = keep_person(session, id_number="001085012345", name=name, now=now()).name
    assert kept is None or (kept.isprintable() and len(kept) <= 60)


def test_one_pass_that_cannot_be_signed_does_not_hold_up_the_others(
    factories: Factories, session: Session, app: Flask
) -> None:
    user, reviewer = factories.user(), factories.user("reviewer")
    bad, good = (factories.application(user, ApplicationState.APPROVED, reviewer) for _ in range(2))
    person = bad.vehicles[0].crew[0].member.person
    session.execute(sa.update(Person).where(Person.id == person.id).values(name="Bình\u202e"))  # as no service keeps it
    session.commit()
    app.extensions["worker"].drain()
    session.expire_all()
    passes = {row.application_vehicle_id: row.signed_at for row in session.scalars(sa.select(VehiclePass))}
    assert passes[bad.vehicles[0].id] is None
    assert passes[good.vehicles[0].id] is not None


@pytest.mark.parametrize("field", ["name", "decision"])
def test_trust_data_with_a_pasted_zone_or_station_can_be_loaded(session: Session, field: str) -> None:
    publish_zone(session, None, draft(**{field: PASTED}), now())
    create_station(session, None, station_id="p", name=PASTED, kind=StationKind.ROAD, area_code="00337", now=now())
    session.commit()
    jobs.wake()
    trust = current_trust()
    assert getattr(trust.zones[0], field) == CLEAN
    assert CLEAN in {station.name for station in trust.stations.values()}


def test_an_organisation_is_found_by_its_name_however_that_was_typed(factories: Factories, session: Session) -> None:
    made = factories.organisation(name=CLEAN)
    assert find_organisation(session, PASTED) is made
