"""Rows for tests, made through the services that pages use, with values that a clerk would believe."""

import itertools
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from flask import current_app
from flask_security import hash_password
from sqlalchemy.orm import Session

from passes import jobs
from passes.accounts.models import Organisation, OrganisationKind, User
from passes.accounts.services import OrganisationDraft, create_organisation, create_user
from passes.applications import drafts
from passes.applications import services as applications
from passes.applications.models import Application, ApplicationState, RefusalCode
from passes.fleet import services as fleet
from passes.fleet.models import CrewMember, Vehicle
from passes.issuing.models import VehiclePass
from passes.local_time import local_date
from protocol.claims import CargoClass, Role, VehicleClass

PASSWORD = "a password of the tests"
CHUONG_DUONG = "00067"
HOAN_KIEM = "002"
UNG_HOA = "281"
_AREA_OF = {OrganisationKind.DISTRICT: UNG_HOA, OrganisationKind.WARD: "10354"}
_NAMES = ("Nguyễn Văn Bình", "Trần Đức Anh", "Lê Thị Hoa", "Phạm Quốc Khánh", "Vũ Minh Tuấn", "Đỗ Thu Hà")


def now() -> datetime:
    """The present, to the second, as services expect it from views."""
    return datetime.now(UTC).replace(microsecond=0)


def today() -> date:
    """The local day."""
    return local_date(now())


@dataclass
class Factories:
    """Makes rows; numbers in them count up, so that nothing collides."""

    session: Session
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    _password_hash: str | None = None

    def organisation(self, kind: OrganisationKind = OrganisationKind.CARRIER, **values: Any) -> Organisation:
        """An organisation; district and ward offices answer for Ứng Hòa unless told."""
        number = next(self._numbers)
        values = {
            "name": f"Công ty vận tải số {number}",
            "short_name": f"Vận tải {number}",
            "phone": "+842438250000",
            "area_code": _AREA_OF.get(kind),
        } | values
        return create_organisation(self.session, None, OrganisationDraft(kind=kind, **values), now())

    def user(self, role: str = "carrier", organisation: Organisation | None = None, **values: Any) -> User:
        """A user with one role, in an organisation of the kind that has it; logs in with `PASSWORD`."""
        kinds = {"reviewer": "authority", "administrator": "authority"}
        organisation = organisation or self.organisation(OrganisationKind(kinds.get(role, role)))
        self._password_hash = self._password_hash or hash_password(PASSWORD)
        number = next(self._numbers)
        values = {"email": f"user{number}@example.vn", "name": f"Người dùng {number}", "roles": [role]} | values
        user = create_user(self.session, None, organisation, password_hash=self._password_hash, now=now(), **values)
        self.session.commit()
        return user

    def vehicle(self, user: User, **values: Any) -> Vehicle:
        """A 5-tonne truck of the user's organisation."""
        values = {
            "plate": f"29C{10000 + next(self._numbers)}",
            "vehicle_class": VehicleClass.TRUCK,
            "payload_tonnes": Decimal("5.0"),
            "inspection_expires_on": today() + timedelta(days=200),
        } | values
        vehicle = fleet.add_vehicle(self.session, user, fleet.VehicleDraft(**values), now())
        self.session.commit()
        return vehicle

    def crew(self, user: User, role: Role = Role.DRIVER, **values: Any) -> CrewMember:
        """A driver with licence C, or an assistant without one; tested for two days ahead."""
        number, is_driver = next(self._numbers), role is Role.DRIVER
        values = {
            "id_number": f"001085{number:06d}",
            "name": _NAMES[number % len(_NAMES)],
            "phone": f"+84912{number:06d}",
            "residence_code": CHUONG_DUONG,
            "licence_class": "C" if is_driver else None,
            "licence_expires_on": today() + timedelta(days=900) if is_driver else None,
            "test_expires_at": now() + timedelta(days=2),
        } | values
        member = fleet.add_crew_member(self.session, user, fleet.CrewDraft(role=role, **values), now())
        self.session.commit()
        return member

    def draft(self, user: User, **values: Any) -> drafts.ApplicationDraft:
        """What a carrier asks for: one truck with driver and assistant, from Hoàn Kiếm to Ứng Hòa, for three days."""
        if "vehicles" not in values:
            crew = (self.crew(user).id, self.crew(user, Role.ASSISTANT).id)
            values["vehicles"] = (drafts.CrewedVehicle(self.vehicle(user).id, crew),)
        values = {
            "route": (CHUONG_DUONG, UNG_HOA),
            "cargo": CargoClass.FOOD,
            "first_day": today(),
            "last_day": today() + timedelta(days=2),
        } | values
        return drafts.ApplicationDraft(**values)

    def application(
        self, user: User, state: ApplicationState = ApplicationState.DRAFT, reviewer: User | None = None, **values: Any
    ) -> Application:
        """An application brought to a state by the acts that lead there."""
        application = drafts.create_draft(self.session, user, self.draft(user, **values), now())
        if state is ApplicationState.WITHDRAWN:
            applications.withdraw(self.session, user, application, now())
        elif state is not ApplicationState.DRAFT:
            applications.submit(self.session, user, application, now())
            self._decide(application, state, reviewer)
        self.session.commit()
        return application

    def _decide(self, application: Application, state: ApplicationState, reviewer: User | None) -> None:
        if state is ApplicationState.SUBMITTED:
            return
        reviewer = reviewer or self.user("reviewer")
        if state is ApplicationState.APPROVED:
            applications.approve(self.session, reviewer, application, current_app.config["ISSUER_ID"], now())
        elif state is ApplicationState.REJECTED:
            code = RefusalCode.CARGO_NOT_ALLOWED
            applications.reject(self.session, reviewer, application, code, None, now())
        else:
            applications.send_back(self.session, reviewer, application, "Ghi rõ điểm đến.", now())

    def vehicle_pass(self, user: User | None = None, **values: Any) -> VehiclePass:
        """A signed pass, by way of an approved application and the signing worker."""
        application = self.application(user or self.user(), ApplicationState.APPROVED, **values)
        jobs.wake()
        item = application.vehicles[0]
        return self.session.query(VehiclePass).filter_by(application_vehicle_id=item.id).one()
