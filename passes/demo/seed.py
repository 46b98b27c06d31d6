"""Demo data: made-up organisations, people and trucks. Everything goes through the same services as real data."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from passes.accounts.models import OrganisationKind
from passes.accounts.services import OrganisationDraft, create_organisation, create_user, find_user
from passes.config import write_private
from passes.fleet.services import CrewDraft, VehicleDraft, add_crew_member, add_vehicle
from passes.local_time import local_date, start_of_day
from passes.movement.services import ZoneDraft, publish_zone
from passes.officers.services import add_officer, give_pin, list_officers
from passes.sites.services import create_site
from passes.stations.services import create_station
from protocol.claims import Role, VehicleClass
from protocol.roster import OfficerRole
from protocol.trust import Direction, Position, StationKind
from protocol.zones import ZoneKind

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy.orm import Session

    from passes.accounts.models import Organisation, User
    from passes.officers.models import Officer

ROAD_STATION = "road-1"
DEPOT_ENTRY = "depot-in"
DEPOT_WARD = "00355"  # Thanh Xuân Trung, Thanh Xuân
LODGING_WARD = "10354"  # Vân Đình, Ứng Hòa
DISTRICT_OF_STAY = "281"  # Ứng Hòa
OTHER_DISTRICT = "002"  # Hoàn Kiếm
_PASSWORD_BYTES = 9


@dataclass(frozen=True)
class Login:
    """One account of the demo."""

    who: str
    email: str
    password: str


# Organisation kind, full name, area, user's name, login name, roles if not the usual one.
_OFFICES = (
    (OrganisationKind.AUTHORITY, "Sở Giao thông vận tải Hà Nội", None, "Nguyễn Thị Duyệt", "reviewer", ("reviewer",)),
    (OrganisationKind.AUTHORITY, "Sở Giao thông vận tải Hà Nội", None, "Phạm Quản Trị", "admin", ("administrator",)),
    (OrganisationKind.HEALTH, "Trung tâm Kiểm soát bệnh tật Hà Nội", None, "Bác sĩ Lê Thu Hà", "health", None),
    (OrganisationKind.DISTRICT, "UBND huyện Ứng Hòa", DISTRICT_OF_STAY, "Đỗ Văn Hòa", "ung-hoa", None),
    (OrganisationKind.WARD, "UBND thị trấn Vân Đình", LODGING_WARD, "Lê Thị Đình", "van-dinh", None),
    (OrganisationKind.DISTRICT, "UBND quận Hoàn Kiếm", OTHER_DISTRICT, "Trịnh Thị Kiếm", "hoan-kiem", None),
)
# Full name, short name, tax number, user's name, login name.
_CARRIERS = (
    ("Công ty TNHH Vận tải Sông Hồng", "VT Sông Hồng", "0100109106", "Trần Văn Thảo", "song-hong"),
    ("Công ty CP Giao nhận Phố Hiến", "Giao nhận Phố Hiến", "0300588569", "Vũ Minh Hiến", "pho-hien"),
    ("Hợp tác xã Vận tải Bến Bạc", "HTX Bến Bạc", "0200253985", "Hoàng Thị Bạc", "ben-bac"),
)
# Plate, class, payload.
_VEHICLES = (
    (("29C-123.45", VehicleClass.TRUCK, "8.5"), ("29H-567.89", VehicleClass.REFRIGERATED, "3.5")),
    (("30E-246.80", VehicleClass.VAN, "1.2"), ("29C-987.65", VehicleClass.CONTAINER, "18.5")),
    (("15C-333.21", VehicleClass.TRUCK, "15.0"), ("29D-111.22", VehicleClass.TANKER, "12.0")),
)
# ID number, name, phone, ward of residence, role, licence class.
_CREWS = (
    (
        ("001085012345", "Nguyễn Văn Bình", "+84912345678", "00337", Role.DRIVER, "C"),
        ("036090023456", "Trần Đức Anh", "+84987654321", "00301", Role.DRIVER, "FC"),
        ("001092034567", "Lê Quang Huy", "+84934567890", "00613", Role.ASSISTANT, None),
    ),
    (
        ("030088045678", "Phạm Hồng Sơn", "+84901234567", "00526", Role.DRIVER, "FC"),
        ("001095056789", "Đặng Thị Mai", "+84976543210", "00295", Role.ASSISTANT, None),
    ),
    (
        ("031087067890", "Bùi Thế Dũng", "+84945678901", "11311", Role.DRIVER, "D"),
        ("031093078901", "Vũ Ngọc Hải", "+84956789012", "11410", Role.ASSISTANT, None),
    ),
)


# Name, role, and where they work. Their logins are their ids, their passwords the PINs.
_OFFICERS = (
    ("Đào Văn Chốt", OfficerRole.CHIEF, (ROAD_STATION, "road-2")),
    ("Bùi Thị Soát", OfficerRole.INSPECTOR, (ROAD_STATION, "road-2")),
    ("Lý Văn Bãi", OfficerRole.CHIEF, (DEPOT_ENTRY, "depot-out")),
    ("Mai Thị Cổng", OfficerRole.INSPECTOR, (DEPOT_ENTRY, "depot-out")),
)


@dataclass(frozen=True)
class Cast:
    """Who plays in the story."""

    carriers: tuple[User, ...]
    reviewer: User
    health: User
    district: User
    other_district: User


def cast_of(session: Session) -> Cast:
    """Return the demo's users, as rows of this session."""

    def user(login: str) -> User:
        found = find_user(session, _email(login))
        if found is None:
            message = f"the demo has no user {login}"
            raise LookupError(message)
        return found

    return Cast(
        carriers=tuple(user(login) for *_, login in _CARRIERS),
        reviewer=user("reviewer"),
        health=user("health"),
        district=user("ung-hoa"),
        other_district=user("hoan-kiem"),
    )


def _email(login: str) -> str:
    return f"{login}@demo.example"


def seed(session: Session, hash_password: Callable[[str], str], now: datetime) -> tuple[Login, ...]:
    """Fill an empty instance with the demo; the caller commits. Returns the accounts, passwords included.

    Args:
        session: the caller's transaction.
        hash_password: turns a password into what is stored.
        now: the demo's vehicles, papers and zone are dated around it.
    """
    logins: list[Login] = []
    users: dict[str, User] = {}
    organisations: dict[str, Organisation] = {}

    def user(draft: OrganisationDraft, name: str, login: str, roles: tuple[str, ...] | None) -> None:
        if draft.name not in organisations:
            organisations[draft.name] = create_organisation(session, None, draft, now)
        password = secrets.token_urlsafe(_PASSWORD_BYTES)
        email = _email(login)
        users[login] = create_user(
            session,
            None,
            organisations[draft.name],
            email=email,
            name=name,
            password_hash=hash_password(password),
            roles=roles,
            now=now,
        )
        logins.append(
            Login(f"{draft.short_name}: {', '.join(role.name for role in users[login].roles)}", email, password)
        )

    for kind, office, area, name, login, roles in _OFFICES:
        user(OrganisationDraft(kind, office, office[:40], area_code=area), name, login, roles)
    for full, short, tax, name, login in _CARRIERS:
        user(OrganisationDraft(OrganisationKind.CARRIER, full, short, tax_number=tax), name, login, None)
    carriers = tuple(users[login] for *_, login in _CARRIERS)
    today = local_date(now)
    for carrier, vehicles, crew in zip(carriers, _VEHICLES, _CREWS, strict=True):
        _seed_fleet(session, carrier, vehicles, crew, today, now)
    _seed_places(session, users["admin"], now)
    logins += _seed_officers(session, users["admin"], now)
    _seed_zone(session, users["health"], today, now)
    return tuple(logins)


def _seed_fleet(
    session: Session,
    carrier: User,
    vehicles: tuple[tuple[str, VehicleClass, str], ...],
    crew: tuple[tuple[str, str, str, str, Role, str | None], ...],
    today: date,
    now: datetime,
) -> None:
    for plate, vehicle_class, payload in vehicles:
        draft = VehicleDraft(plate, vehicle_class, Decimal(payload), today + timedelta(days=200))
        add_vehicle(session, carrier, draft, now)
    for id_number, name, phone, ward, role, licence in crew:
        add_crew_member(
            session,
            carrier,
            CrewDraft(
                id_number=id_number,
                name=name,
                phone=phone,
                residence_code=ward,
                role=role,
                licence_class=licence,
                licence_expires_on=today + timedelta(days=900) if licence else None,
                test_expires_at=now + timedelta(days=3),
            ),
            now,
        )


def _seed_places(session: Session, admin: User, now: datetime) -> None:
    road = {"session": session, "actor": admin, "kind": StationKind.ROAD, "now": now}
    create_station(
        **road,
        station_id=ROAD_STATION,
        name="Chốt Pháp Vân – Cầu Giẽ",
        area_code="00337",
        position=Position(20.9635, 105.8469),
    )
    create_station(
        **road, station_id="road-2", name="Chốt cầu Phù Đổng", area_code="00544", position=Position(21.0406, 105.9406)
    )
    create_site(session, admin, site_id="depot", name="Điểm tập kết Thanh Xuân", kind="depot", ward=DEPOT_WARD, now=now)
    freight = {"session": session, "actor": admin, "kind": StationKind.FREIGHT, "site_id": "depot", "now": now}
    freight["position"] = Position(20.9946, 105.8045)
    create_station(**freight, station_id=DEPOT_ENTRY, name="Điểm tập kết Thanh Xuân – cổng vào", direction=Direction.IN)
    create_station(**freight, station_id="depot-out", name="Điểm tập kết Thanh Xuân – cổng ra", direction=Direction.OUT)


def _seed_officers(session: Session, admin: User, now: datetime) -> list[Login]:
    logins = []
    for name, role, station_ids in _OFFICERS:
        officer = add_officer(session, admin, name=name, role=role, station_ids=station_ids, now=now)
        pin = give_pin(session, admin, officer.id, now)
        logins.append(Login(f"{name}, {role} ({', '.join(station_ids)})", officer.id, pin))
    return logins


def officer_at(session: Session, station_id: str, role: OfficerRole) -> Officer:
    """Return the demo's officer of a role at a station."""
    return next(officer for officer in list_officers(session, station_id) if officer.role is role)


def _seed_zone(session: Session, health: User, today: date, now: datetime) -> None:
    publish_zone(
        session,
        health,
        ZoneDraft(
            id="kcn-quang-chau",
            name="KCN Quang Châu",
            kind=ZoneKind.OUTBREAK,
            areas=("07807",),
            sites=(),
            starts_at=start_of_day(today - timedelta(days=5)),
            ends_at=None,
            passage=False,
            monitoring_days=14,
            decision="1234/QĐ-UBND",
        ),
        now,
    )


def write_logins(path: Path, logins: tuple[Login, ...]) -> None:
    """Write the demo's accounts into a file that only its owner may read."""
    width = max(len(login.email) for login in logins)
    lines = [f"{login.email:<{width}}  {login.password}  {login.who}" for login in logins]
    write_private(path, "\n".join(lines) + "\n")
