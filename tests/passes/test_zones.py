"""Zones: what may be published, what it matches, and what stations and stations' lists learn of it."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from passes import jobs
from passes.accounts.models import User
from passes.audit import AuditEntry
from passes.issuing.models import VehiclePass
from passes.movement import proposals, services
from passes.movement.cli import group as zones_cli
from passes.movement.matching import movements_in
from passes.movement.models import Exposure, Movement, MovementSource, Rematch, Zone, ZoneProposal
from passes.movement.services import Hits, ZoneDraft, ZoneError
from passes.people.services import keep_person
from passes.sites.services import create_site
from passes.trust.models import TrustChange
from protocol.zones import ZoneKind, is_in_zone
from tests.factories import CHUONG_DUONG, Factories, now
from tests.passes.morning import DAY, TODAY
from tests.passes.post import current_trust, freight_post, road_post

WARD, DISTRICT, PROVINCE = "00355", "009", "01"
HOUR = timedelta(hours=1)


def draft(**values: Any) -> ZoneDraft:
    """A lockdown of one ward from today's local midnight on."""
    given = {
        "name": "Phong tỏa Thanh Xuân Trung",
        "kind": ZoneKind.LOCKDOWN,
        "areas": (WARD,),
        "starts_at": DAY,
        "decision": "3312/QĐ-UBND",
    } | values
    return ZoneDraft(**given)


def publish(session: Session, **values: Any) -> Zone:
    zone = services.publish_zone(session, None, draft(**values), now())
    session.commit()
    jobs.wake()
    session.expire_all()
    return zone


def person(session: Session, number: int) -> int:
    return keep_person(session, id_number=f"00108500{number:04d}", name=f"Người {number}", now=now()).id


def move(session: Session, person_id: int, at: datetime, area: str, **values: Any) -> None:
    session.add(
        Movement(**({"person_id": person_id, "at": at, "area_code": area, "source": MovementSource.IMPORT} | values))
    )
    session.commit()


def exposures(session: Session, zone_id: str) -> dict[int, tuple[datetime, datetime]]:
    session.expire_all()
    rows = session.scalars(sa.select(Exposure).where(Exposure.zone_id == zone_id))
    return {row.person_id: (row.first_at, row.last_at) for row in rows}


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"id": "có dấu"}, "id_invalid"),
        ({"name": " "}, "name_missing"),
        ({"decision": ""}, "decision_missing"),
        ({"areas": ()}, "nowhere"),
        ({"areas": ("99999",)}, "area_unknown"),
        ({"sites": ("nowhere",)}, "site_unknown"),
        ({"ends_at": DAY}, "ends_before_start"),
        ({"monitoring_days": 0}, "monitoring_days"),
        ({"monitoring_days": 366}, "monitoring_days"),
    ],
)
def test_a_zone_that_cannot_be_is_refused(session: Session, values: dict[str, Any], code: str) -> None:
    with pytest.raises(ZoneError) as refused:
        services.publish_zone(session, None, draft(**values), now())
    assert refused.value.code == code


def test_zones_without_an_id_are_numbered_by_the_day(session: Session) -> None:
    first, second = publish(session), publish(session, name="Khác")
    assert (first.id, second.id) == (f"Z{TODAY:%Y%m%d}-1", f"Z{TODAY:%Y%m%d}-2")


def test_every_change_is_a_version_with_its_rematch_its_publication_and_its_audit(
    session: Session, factories: Factories
) -> None:
    health = factories.user("health")
    zone = services.publish_zone(session, health, draft(), now())
    services.lift_zone(session, health, zone.id, DAY + 5 * HOUR, now())
    services.withdraw_zone(session, health, zone.id, now())
    services.withdraw_zone(session, health, zone.id, now())
    session.commit()
    verbs = ["zones.publish", "zones.lift", "zones.withdraw"]
    assert [(v.version, v.ends_at, v.is_withdrawn) for v in zone.versions] == [
        (1, None, False),
        (2, DAY + 5 * HOUR, False),
        (3, DAY + 5 * HOUR, True),
    ]
    assert len(session.scalars(sa.select(Rematch)).all()) == 3
    assert session.scalars(sa.select(TrustChange.cause).order_by(TrustChange.id)).all() == verbs
    entries = session.scalars(sa.select(AuditEntry).where(AuditEntry.verb.in_(verbs)).order_by(AuditEntry.id)).all()
    assert [(entry.verb, entry.actor_id, entry.subject) for entry in entries] == [
        (verb, health.id, f"Zone:{zone.id}") for verb in verbs
    ]


def test_publishing_the_same_again_changes_nothing_and_something_else_is_a_new_version(session: Session) -> None:
    zone = publish(session, id="x")
    publish(session, id="x")
    assert len(zone.versions) == 1
    publish(session, id="x", monitoring_days=21)
    assert [version.monitoring_days for version in zone.versions] == [14, 21]


def test_a_withdrawn_zone_is_not_lifted_and_no_zone_ends_before_it_starts(session: Session) -> None:
    zone = publish(session)
    for at in (DAY, DAY - HOUR):
        with pytest.raises(ZoneError) as early:
            services.lift_zone(session, None, zone.id, at, now())
        assert early.value.code == "ends_before_start"
    services.withdraw_zone(session, None, zone.id, now())
    with pytest.raises(ZoneError) as gone:
        services.lift_zone(session, None, zone.id, DAY + HOUR, now())
    assert gone.value.code == "withdrawn"
    with pytest.raises(ZoneError) as unknown:
        services.withdraw_zone(session, None, "nowhere", now())
    assert unknown.value.code == "zone_unknown"


def test_a_withdrawn_zone_can_be_published_again(session: Session) -> None:
    walker = person(session, 1)
    move(session, walker, DAY, WARD)
    zone = publish(session, id="x")
    services.withdraw_zone(session, None, "x", now())
    session.commit()
    jobs.wake()
    assert exposures(session, "x") == {}
    publish(session, id="x")
    assert not zone.latest.is_withdrawn
    assert exposures(session, "x") == {walker: (DAY, DAY)}


def test_a_zone_matches_its_areas_and_below_them_its_sites_and_its_hours_and_nothing_else(session: Session) -> None:
    create_site(session, None, site_id="market", name="Chợ", kind="market", ward=CHUONG_DUONG, now=now())
    cases = {
        "the ward of the district": (DAY, WARD, {}),
        "the district itself": (DAY + HOUR, DISTRICT, {}),
        "the site elsewhere": (DAY + HOUR, CHUONG_DUONG, {"site_id": "market"}),
        "the last moment": (DAY + 10 * HOUR - timedelta(microseconds=1), WARD, {}),
        "too early": (DAY - timedelta(microseconds=1), WARD, {}),
        "at the exclusive end": (DAY + 10 * HOUR, WARD, {}),
        "the province, which is coarser": (DAY + HOUR, PROVINCE, {}),
        "another ward": (DAY + HOUR, CHUONG_DUONG, {}),
    }
    people = {what: person(session, number) for number, what in enumerate(cases)}
    for what, (at, area, values) in cases.items():
        move(session, people[what], at, area, **values)
    zone = publish(session, areas=(DISTRICT,), sites=("market",), ends_at=DAY + 10 * HOUR)
    inside = {what for what, person_id in people.items() if person_id in exposures(session, zone.id)}
    assert inside == {"the ward of the district", "the district itself", "the site elsewhere", "the last moment"}


def test_the_database_and_the_protocol_agree_on_what_is_in_a_zone(session: Session) -> None:
    create_site(session, None, site_id="market", name="Chợ", kind="market", ward=CHUONG_DUONG, now=now())
    walker = person(session, 1)
    for hours in (-1, 0, 3, 10):
        for area, site in ((WARD, None), (DISTRICT, None), (PROVINCE, None), (CHUONG_DUONG, "market")):
            for is_road_scan in (False, True):
                at = DAY + hours * HOUR
                move(session, walker, at, area, site_id=site, is_road_scan=is_road_scan)
    moves = session.scalars(sa.select(Movement)).all()
    for areas in ((WARD,), (DISTRICT,), (PROVINCE,), ()):
        for passage in (False, True):
            for ends_at in (None, DAY + 10 * HOUR):
                zone = publish(session, id="x", areas=areas, sites=("market",), passage=passage, ends_at=ends_at)
                published = services.as_published(session, zone.latest)
                found = set(session.scalars(sa.select(movements_in(published).c.id)))
                assert found == {
                    m.id
                    for m in moves
                    if is_in_zone(
                        published, area=m.area_code, site=m.site_id, is_road_checkpoint_scan=m.is_road_scan, at=m.at
                    )
                }
                assert (exposures(session, "x") == {}) == (not found)


def test_first_and_last_are_the_least_and_greatest_moment_inside(session: Session) -> None:
    walker = person(session, 1)
    for hours in (5, -3, 2, 9):
        move(session, walker, DAY + hours * HOUR, WARD)
    assert exposures(session, publish(session).id) == {walker: (DAY + 2 * HOUR, DAY + 9 * HOUR)}


def test_lifting_keeps_who_was_there_before_and_only_the_latest_version_counts(session: Session) -> None:
    early, late = person(session, 1), person(session, 2)
    move(session, early, DAY + HOUR, WARD)
    move(session, late, DAY + 5 * HOUR, WARD)
    zone = publish(session)
    assert set(exposures(session, zone.id)) == {early, late}
    services.lift_zone(session, None, zone.id, DAY + 5 * HOUR, now())
    session.commit()
    jobs.wake()
    assert set(exposures(session, zone.id)) == {early}
    publish(session, id=zone.id, areas=(CHUONG_DUONG,))
    assert exposures(session, zone.id) == {}


def test_scans_at_road_posts_count_only_where_passage_does(session: Session) -> None:
    passing, stopping = person(session, 1), person(session, 2)
    move(session, passing, DAY, WARD, is_road_scan=True)
    move(session, stopping, DAY, WARD)
    zone = publish(session, id="x", passage=True)
    assert set(exposures(session, zone.id)) == {passing, stopping}
    publish(session, id="x", passage=False)
    assert set(exposures(session, zone.id)) == {stopping}


def test_a_preview_counts_movements_people_and_districts_with_and_without_road_posts(
    session: Session, factories: Factories
) -> None:
    health = factories.user("health")
    for number, (area, is_road) in enumerate([(WARD, True), (WARD, False), (CHUONG_DUONG, False)]):
        walker = person(session, number)
        move(session, walker, DAY + HOUR, area, is_road_scan=is_road)
        move(session, walker, DAY + 2 * HOUR, area, is_road_scan=is_road)
        move(session, walker, DAY + 3 * HOUR, "10354" if number == 0 else CHUONG_DUONG)
    preview = services.preview_zone(session, health, draft(), now())
    assert preview.with_passage == Hits(movements=4, people=2, districts=2)
    assert preview.without_passage == Hits(movements=2, people=1, districts=1)
    assert session.scalars(sa.select(Zone)).all() == []
    session.flush()
    assert session.scalar(sa.select(AuditEntry.actor_id).where(AuditEntry.verb == "zones.preview")) == health.id


def test_stations_learn_of_zones_in_force_and_of_nothing_withdrawn(session: Session) -> None:
    publish(session, id="stays", areas=(DISTRICT,))
    publish(session, id="goes")
    services.withdraw_zone(session, None, "goes", now())
    session.commit()
    jobs.wake()
    (zone,) = current_trust().zones
    assert (zone.id, zone.areas) == ("stays", (DISTRICT,))
    assert {WARD, DISTRICT} <= zone.covers
    assert CHUONG_DUONG not in zone.covers


def test_a_scan_after_publishing_is_matched_at_once(
    session: Session, client: FlaskClient, factories: Factories
) -> None:
    vehicle_pass = factories.vehicle_pass()
    gate, road = freight_post(session, client), road_post(session, client, area=WARD)
    zone = publish(session, passage=False)
    road.send(road.scan(vehicle_pass, DAY + HOUR, crew_present=(0,)))
    assert exposures(session, zone.id) == {}
    gate.send(gate.scan(vehicle_pass, DAY + 2 * HOUR, crew_present=(1,)))
    assert set(exposures(session, zone.id)) == {vehicle_pass.crew[1].person_id}


def test_an_origin_inside_a_zone_exposes_whoever_declared_it(
    session: Session, client: FlaskClient, factories: Factories
) -> None:
    vehicle_pass: VehiclePass = factories.vehicle_pass()
    road = road_post(session, client)
    zone = publish(session, areas=(CHUONG_DUONG,), passage=False)
    road.send(road.scan(vehicle_pass, DAY + HOUR, crew_present=(0,)))
    assert exposures(session, zone.id) == {vehicle_pass.crew[0].person_id: (DAY + HOUR, DAY + HOUR)}


def test_a_rematch_is_a_row_that_survives_until_it_is_done(session: Session) -> None:
    walker = person(session, 1)
    move(session, walker, DAY, WARD)
    zone = services.publish_zone(session, None, draft(), now())
    services.lift_zone(session, None, zone.id, DAY + HOUR, now())
    session.commit()
    assert services.waiting_rematches(session).keys() == {zone.id}
    assert exposures(session, zone.id) == {}
    assert services.rematch_zones(session, now()) == 2  # both requests, matched at once
    session.commit()
    progress = services.waiting_rematches(session)[zone.id]
    assert (progress.people_done, progress.people) == (0, 1)
    assert services.rematch_zones(session, now()) == 1  # the follow-up of one person
    assert services.rematch_zones(session, now()) == 0
    assert services.waiting_rematches(session) == {}
    assert set(exposures(session, zone.id)) == {walker}


# ---------- pages ----------

FORM = {
    "name": "Phong tỏa Thanh Xuân Trung",
    "kind": "lockdown",
    "areas-0": "thanh xuan trung",
    "starts_day": f"{TODAY:%d/%m/%Y}",
    "starts_clock": "0:00",
    "ends_day": "",
    "ends_clock": "",
    "monitoring_days": "14",
    "decision": "3312/QĐ-UBND",
}


def preview(page: FlaskClient, form: dict[str, Any], address: str = "/zones/new") -> tuple[str, str]:
    """Describe a zone; give the address of its preview and what stands there."""
    answer = page.post(address, data=form | {"step": "preview"})
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return answer.location, page.get(answer.location).get_data(as_text=True)


def test_health_staff_preview_choose_and_publish(
    session: Session, factories: Factories, login: Callable[[User], FlaskClient]
) -> None:
    move(session, person(session, 1), DAY + HOUR, WARD, is_road_scan=True)
    page = login(factories.user("health"))
    address, shown = preview(page, FORM)
    assert "1 lượt di biến động, 1 người, ở 1 quận, huyện" in shown
    assert "0 lượt di biến động, 0 người, ở 0 quận, huyện" in shown
    assert "Phường Thanh Xuân Trung, Quận Thanh Xuân, Hà Nội" in shown
    assert session.scalars(sa.select(Zone)).all() == []
    undecided = page.post(address, data={"step": "publish"}).get_data(as_text=True)
    assert "Chọn một trong hai cách tính." in undecided
    done = page.post(address, data={"step": "publish", "passage": "no"}, follow_redirects=True)
    assert "Đã công bố" in done.get_data(as_text=True)
    assert page.get(address).status_code == 404
    version = session.scalars(sa.select(Zone)).one().latest
    assert (version.areas, version.passage, version.starts_at, version.ends_at) == ([WARD], False, DAY, None)
    assert "Phong tỏa Thanh Xuân Trung" in page.get("/zones").get_data(as_text=True)


def test_several_areas_and_sites_go_into_one_zone(
    session: Session, factories: Factories, login: Callable[[User], FlaskClient]
) -> None:
    create_site(session, None, site_id="market", name="Chợ Long Biên", kind="market", ward=CHUONG_DUONG, now=now())
    session.commit()
    page = login(factories.user("health"))
    more = page.post("/zones/new", data=FORM | {"add_row": "areas"}).get_data(as_text=True)
    assert 'name="areas-1"' in more
    form = FORM | {"areas-0": WARD, "areas-1": DISTRICT, "sites": ["market"]}
    form |= {"ends_day": f"{TODAY + timedelta(days=2):%d/%m/%Y}", "ends_clock": ""}
    address, _shown = preview(page, form)
    assert page.post(address, data={"step": "publish", "passage": "yes"}).status_code == 302
    version = session.scalars(sa.select(Zone)).one().latest
    assert (version.areas, version.sites) == ([WARD, DISTRICT], ["market"])
    assert version.ends_at == DAY + timedelta(days=3)


def test_what_is_wrong_with_a_zone_is_said_at_its_field_and_nothing_typed_is_lost(
    factories: Factories, login: Callable[[User], FlaskClient]
) -> None:
    page = login(factories.user("health"))
    form = FORM | {"step": "preview", "areas-0": "", "ends_day": "31/02/2021", "decision": ""}
    shown = page.post("/zones/new", data=form).get_data(as_text=True)
    for sentence in ("Nhập số quyết định.", "Không có ngày 31/02/2021 trong lịch.", "Lỗi:", "31/02/2021"):
        assert sentence in shown
    nowhere = page.post("/zones/new", data=FORM | {"step": "preview", "areas-0": ""}).get_data(as_text=True)
    assert "Nhập ít nhất một địa bàn" in nowhere
    unknown = page.post("/zones/new", data=FORM | {"step": "preview", "areas-0": "xyzzy"}).get_data(as_text=True)
    assert "xyzzy" in unknown
    assert "Không tìm thấy địa bàn" in unknown


def test_a_draft_waits_until_somebody_goes_on_with_it_or_throws_it_away(
    session: Session, factories: Factories, login: Callable[[User], FlaskClient]
) -> None:
    page = login(factories.user("health"))
    saved = page.post("/zones/new", data=FORM | {"step": "save"}, follow_redirects=True).get_data(as_text=True)
    assert "Bản nháp" in saved
    assert "Phong tỏa Thanh Xuân Trung" in saved
    draft_row = session.scalars(sa.select(ZoneProposal)).one()
    address = f"/zones/drafts/{draft_row.id}"
    form = page.get(f"{address}/edit").get_data(as_text=True)
    for value in ("Phong tỏa Thanh Xuân Trung", f"{TODAY:%d/%m/%Y}", "3312/QĐ-UBND", WARD):
        assert value in form
    again, shown = preview(page, FORM | {"name": "Ngõ 328", "areas-0": WARD}, f"{address}/edit")
    assert again == address
    assert "Ngõ 328" in shown
    assert session.scalars(sa.select(Zone)).all() == []
    assert page.post(f"{address}/discard").status_code == 302
    assert session.scalars(sa.select(ZoneProposal)).all() == []


def test_amending_makes_a_version_and_every_version_stays_viewable(
    session: Session, factories: Factories, login: Callable[[User], FlaskClient]
) -> None:
    page = login(factories.user("health"))
    zone = publish(session, ends_at=DAY + timedelta(days=2))
    form = page.get(f"/zones/{zone.id}/amend").get_data(as_text=True)
    assert f"{TODAY + timedelta(days=1):%d/%m/%Y}" in form  # until the end of that day
    address, shown = preview(page, FORM | {"name": "Cả quận", "areas-0": DISTRICT}, f"/zones/{zone.id}/amend")
    assert shown.count("Đã đổi") == 3  # name, places, end
    assert page.post(address, data={"step": "publish", "passage": "yes"}).status_code == 302
    session.expire_all()
    assert [(v.version, v.name, v.areas) for v in zone.versions] == [
        (1, "Phong tỏa Thanh Xuân Trung", [WARD]),
        (2, "Cả quận", [DISTRICT]),
    ]
    first = page.get(f"/zones/{zone.id}/versions/1").get_data(as_text=True)
    assert "Đã thay bằng lần sau" in first
    assert "Phong tỏa Thanh Xuân Trung" in first
    assert "Đã đổi" in page.get(f"/zones/{zone.id}/versions/2").get_data(as_text=True)
    assert page.get(f"/zones/{zone.id}/versions/3").status_code == 404


def test_a_change_of_a_zone_that_somebody_else_changed_meanwhile_is_looked_at_again(
    session: Session, factories: Factories, login: Callable[[User], FlaskClient]
) -> None:
    page = login(factories.user("health"))
    zone = publish(session)
    address, _shown = preview(page, FORM | {"name": "Của tôi", "areas-0": WARD}, f"/zones/{zone.id}/amend")
    services.lift_zone(session, None, zone.id, DAY + HOUR, now())
    refused = page.post(address, data={"step": "publish", "passage": "yes"}).get_data(as_text=True)
    assert "đã được công bố lại trong lúc soạn" in refused
    preview(page, FORM | {"name": "Của tôi", "areas-0": WARD}, f"{address}/edit")
    assert page.post(address, data={"step": "publish", "passage": "yes"}).status_code == 302
    session.expire_all()
    assert (zone.latest.version, zone.latest.name) == (3, "Của tôi")


def test_where_two_people_are_asked_for_one_hands_over_and_another_publishes(
    app: Flask, session: Session, factories: Factories, login: Callable[[User], FlaskClient]
) -> None:
    app.config["ZONES_NEED_TWO_PEOPLE"] = True
    office = factories.user("health")
    first, second = login(office), login(factories.user("health", office.organisation))
    address, shown = preview(first, FORM)
    assert "Trình người thứ hai" in shown
    alone = first.post(address, data={"step": "publish", "passage": "no"}).get_data(as_text=True)
    assert "cần một người khác" in alone
    assert first.post(address, data={"step": "propose", "passage": "no"}).status_code == 302
    again = first.post(address, data={"step": "publish", "passage": "no"}).get_data(as_text=True)
    assert "cần một người khác" in again
    other = second.post(address, data={"step": "publish", "passage": "yes"}).get_data(as_text=True)
    assert "đúng nội dung đã trình" in other
    assert session.scalars(sa.select(Zone)).all() == []
    assert "đã trình, chờ người khác duyệt" in second.get(address).get_data(as_text=True)
    assert second.post(address, data={"step": "publish", "passage": "no"}).status_code == 302
    version = session.scalars(sa.select(Zone)).one().latest
    assert version.proposed_by_id == office.id
    assert version.published_by_id not in {None, office.id}
    assert "người trình: " in first.get(f"/zones/{version.zone_id}/versions/1").get_data(as_text=True)


def test_whoever_changes_a_draft_takes_it_back_from_the_second_person(
    app: Flask, session: Session, factories: Factories, login: Callable[[User], FlaskClient]
) -> None:
    app.config["ZONES_NEED_TWO_PEOPLE"] = True
    first, second = login(factories.user("health")), login(factories.user("health"))
    address, _shown = preview(first, FORM)
    first.post(address, data={"step": "propose", "passage": "no"})
    preview(second, FORM | {"areas-0": DISTRICT}, f"{address}/edit")
    assert "cần một người khác" in second.post(address, data={"step": "publish", "passage": "no"}).get_data(
        as_text=True
    )
    assert session.scalars(sa.select(Zone)).all() == []


def test_a_decision_is_attached_kept_through_versions_and_given_out_to_health_staff_only(
    session: Session,
    factories: Factories,
    login: Callable[[User], FlaskClient],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(proposals, "MAX_DOCUMENT_BYTES", 200)
    page = login(factories.user("health"))
    paper = b"%PDF-1.7\n" + b"x" * 100

    def attach(content: bytes, name: str) -> dict[str, Any]:
        return FORM | {"document": (io.BytesIO(content), name)}

    wrong = page.post("/zones/new", data=attach(b"MZ\x90", "quyet-dinh.pdf")).get_data(as_text=True)
    assert "Chọn tệp PDF, PNG hoặc JPEG." in wrong
    large = page.post("/zones/new", data=attach(paper + b"x" * 100, "a.pdf")).get_data(as_text=True)
    assert "Tệp không quá 10 MB." in large
    address, shown = preview(page, attach(paper, "Quyết định 3312.pdf"))
    assert "Quyết định 3312.pdf" in shown
    page.post(address, data={"step": "publish", "passage": "no"})
    zone = session.scalars(sa.select(Zone)).one()
    given = page.get(f"/zones/documents/{zone.latest.document_id}")
    assert (given.get_data(), given.mimetype) == (paper, "application/pdf")
    assert given.headers["Content-Disposition"].startswith("attachment")
    services.lift_zone(session, None, zone.id, DAY + HOUR, now())
    address, _shown = preview(page, FORM | {"name": "Đổi tên", "areas-0": WARD}, f"/zones/{zone.id}/amend")
    page.post(address, data={"step": "publish", "passage": "no"})
    session.expire_all()
    assert len({version.document_id for version in zone.versions}) == 1
    assert page.get("/zones/documents/999").status_code == 404
    assert login(factories.user("district")).get(f"/zones/documents/{zone.latest.document_id}").status_code == 403


def test_health_staff_lift_and_withdraw(
    session: Session, factories: Factories, login: Callable[[User], FlaskClient]
) -> None:
    page = login(factories.user("health"))
    zone = publish(session)
    early = {"ends_day": f"{TODAY - timedelta(days=3):%d/%m/%Y}", "ends_clock": ""}
    assert "phải sau" in page.post(f"/zones/{zone.id}/lift", data=early).get_data(as_text=True)
    lift = {"ends_day": f"{TODAY:%d/%m/%Y}", "ends_clock": "12:00"}
    assert page.post(f"/zones/{zone.id}/lift", data=lift).status_code == 302
    session.expire_all()
    assert zone.latest.ends_at == DAY + 12 * HOUR
    assert page.get(f"/zones/{zone.id}/withdraw").status_code == 200
    assert page.post(f"/zones/{zone.id}/withdraw").status_code == 302
    session.expire_all()
    assert zone.latest.is_withdrawn
    assert "Đã rút lại" in page.get(f"/zones/{zone.id}").get_data(as_text=True)
    assert page.get("/zones/nowhere").status_code == 404


@pytest.mark.parametrize("role", ["carrier", "reviewer", "district", "ward", "administrator"])
def test_nobody_but_health_staff_sees_or_changes_zones(
    session: Session, factories: Factories, login: Callable[[User], FlaskClient], role: str
) -> None:
    zone = publish(session)
    page = login(factories.user(role))
    for address in (
        "/zones",
        "/zones/new",
        f"/zones/{zone.id}",
        f"/zones/{zone.id}/lift",
        f"/zones/{zone.id}/withdraw",
        f"/zones/{zone.id}/amend",
        f"/zones/{zone.id}/versions/1",
    ):
        assert page.get(address).status_code == 403
    assert page.post(f"/zones/{zone.id}/withdraw").status_code == 403
    session.expire_all()
    assert not zone.latest.is_withdrawn


# ---------- command line ----------


def zone_file(tmp_path: Path, **values: Any) -> Path:
    said = {
        "id": "ward-00355",
        "name": "Phường Thanh Xuân Trung",
        "kind": "lockdown",
        "areas": [WARD],
        "sites": [],
        "starts_at": "2021-09-11T00:00:00+07:00",
        "ends_at": None,
        "monitoring_days": 14,
        "decision": "3312/QĐ-UBND",
    } | values
    file = tmp_path / "zone.json"
    file.write_text(json.dumps({key: value for key, value in said.items() if value != "left out"}), "utf-8")
    return file


def run(app: Flask, *arguments: object) -> Result:
    return app.test_cli_runner().invoke(zones_cli, [str(argument) for argument in arguments])


def test_the_command_line_publishes_lifts_and_withdraws_and_waits_for_the_match(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    app.config["JOBS_IMMEDIATE"] = False
    walker = person(session, 1)
    at = datetime.fromisoformat("2021-09-14T09:00:00+07:00")
    move(session, walker, at, WARD, is_road_scan=True)
    published = run(app, "publish", zone_file(tmp_path, ends_at=None, monitoring_days=None))
    assert (published.exit_code, published.output) == (0, "ward-00355 published (version 1); 1 people exposed\n")
    assert exposures(session, "ward-00355") == {walker: (at, at)}
    lifted = run(app, "lift", "ward-00355", "--at", "2021-09-14t00:00:00.000+07:00")
    assert lifted.output == "ward-00355 lifted (version 2); 0 people exposed\n"
    withdrawn = run(app, "withdraw", "ward-00355")
    assert withdrawn.output == "ward-00355 withdrawn (version 3); 0 people exposed\n"
    assert "ward-00355\tv3\twithdrawn\t00355\t2021-09-10T17:00:00Z/2021-09-13T17:00:00Z" in run(app, "list").output


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"kind": "vùng 1"}, "kind:"),
        ({"starts_at": "2021-09-11T00:00:00"}, "starts_at:"),
        ({"starts_at": "11/09/2021"}, "starts_at:"),
        ({"starts_at": 1631584800}, "starts_at:"),
        ({"starts_at": "2021-09-11T00:00:00.5+07:00"}, "between two seconds"),
        ({"starts_at": "1900-01-01T00:00:00+07:00"}, "outside 1970"),
        ({"areas": [355]}, "areas:"),
        ({"areas": ["99999"]}, "areas:"),
        ({"monitoring_days": "14"}, "monitoring_days:"),
        ({"passage": "yes"}, "passage:"),
        ({"decision": "left out"}, "decision:"),
        ({"level": 1}, "level:"),
    ],
)
def test_a_bad_zone_file_is_refused_with_the_field_and_nothing_is_published(
    app: Flask, session: Session, tmp_path: Path, values: dict[str, Any], message: str
) -> None:
    result = run(app, "publish", zone_file(tmp_path, **values))
    assert result.exit_code == 2
    assert message in result.output
    assert session.scalars(sa.select(Zone)).all() == []


def test_a_file_that_is_no_json_and_times_that_are_none_are_refused(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "zone.json"
    file.write_bytes(b"\xff{")
    assert run(app, "publish", file).exit_code == 2
    file.write_bytes(b"[" * 100_000)
    assert run(app, "publish", file).exit_code == 2
    assert run(app, "lift", "x", "--at", "tomorrow").exit_code == 2
    assert run(app, "withdraw", "nowhere").exit_code == 2


def test_a_draft_is_brought_into_its_normal_form(session: Session) -> None:
    loose = draft(name="  A ", areas=(WARD, CHUONG_DUONG, WARD), starts_at=DAY + timedelta(microseconds=7))
    checked = services.check_draft(session, loose)
    assert checked == replace(loose, name="A", areas=(CHUONG_DUONG, WARD), starts_at=DAY)
