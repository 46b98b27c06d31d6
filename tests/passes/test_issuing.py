"""Requesting, signing and revoking passes, and what stations are told of it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from passes import jobs
from passes.accounts.models import User
from passes.applications.drafts import CrewedVehicle
from passes.applications.models import Application, ApplicationState, Decision
from passes.audit import AuditEntry
from passes.fleet.drafts import VehicleDraft
from passes.fleet.services import change_vehicle
from passes.issuing import services, signing
from passes.issuing.models import PassStatus, RevocationReason, StatusShard, VehiclePass
from passes.issuing.reissue import as_signed
from passes.issuing.sheets import letterhead, sheet_of
from passes.local_time import end_of_day, start_of_day
from passes.trust import publishing
from passes.trust import services as trust
from passes.trust.instance_keys import InstanceKeys
from passes.trust.repository import TrustRepository
from passes.trust.roles import TrustRepositoryError
from protocol.assess import Context, assess
from protocol.claims import VehicleClass
from protocol.reasons import Outcome, Reason
from protocol.status import STATUS_LIST_SIZE, Status
from protocol.trust import Trust
from tests.factories import Factories, now, today


def published(app: Flask) -> Trust:
    """What a station knows that synced just now."""
    return publishing.current_trust(TrustRepository(app.extensions["instance"].trust_dir))


def test_an_approved_pass_is_signed_by_the_worker_and_admitted(factories: Factories, app: Flask) -> None:
    found = factories.vehicle_pass()
    assert found.text is not None
    verdict = assess(found.text, published(app), Context(), now())
    assert (verdict.outcome, verdict.reasons) == (Outcome.ADMIT, ())


def test_a_vehicle_that_changed_after_its_approval_is_signed_as_it_was_approved(
    factories: Factories, session: Session, carrier: User
) -> None:
    vehicle = factories.vehicle(carrier, payload_tonnes=Decimal("3.4"))
    crewed = (CrewedVehicle(vehicle.id, (factories.crew(carrier, licence_class="B2").id,)),)
    factories.application(carrier, ApplicationState.APPROVED, vehicles=crewed)
    other = VehicleDraft("51D67890", VehicleClass.CONTAINER, Decimal(30), vehicle.inspection_expires_on)
    change_vehicle(session, carrier, vehicle, other, now())
    session.commit()
    jobs.wake()
    text = session.scalars(sa.select(VehiclePass.text)).one()
    signed = as_signed(text or "")
    assert (signed.vehicle_class, signed.payload_tonnes) == (VehicleClass.TRUCK, Decimal("3.4"))
    assert signed.plate != vehicle.plate


def test_a_row_without_an_approval_behind_it_is_never_signed(
    factories: Factories, session: Session, app: Flask
) -> None:
    application = factories.application(factories.user(), state=ApplicationState.SUBMITTED)
    application.vehicles[0].decision = Decision.APPROVED  # as somebody with access to the database would forge it
    services.request_passes(session, None, application, "VN-HN", now())
    session.commit()
    app.extensions["worker"].drain()
    session.expire_all()
    assert session.scalars(sa.select(VehiclePass.signed_at)).all() == [None]


def test_the_window_ends_with_the_days_asked_for_or_the_inspection_whichever_is_earlier(
    factories: Factories,
) -> None:
    application: Application = factories.application(factories.user(), state=ApplicationState.SUBMITTED)
    item = application.vehicles[0]
    window = services.window_of(application, item)
    assert window.not_before == start_of_day(application.first_day)
    assert window.expires_at == end_of_day(application.last_day)
    item.vehicle.inspection_expires_on = application.first_day
    assert services.window_of(application, item).expires_at == end_of_day(application.first_day)
    item.vehicle.inspection_expires_on = application.first_day - timedelta(days=1)
    with pytest.raises(services.IssuingError) as refused:
        services.window_of(application, item)
    assert refused.value.code == "inspection_expired"


def test_a_crew_entry_carries_its_own_end_only_when_that_is_earlier(factories: Factories) -> None:
    application = factories.application(factories.user(), state=ApplicationState.SUBMITTED)
    member = application.vehicles[0].crew[0].member
    window = services.window_of(application, application.vehicles[0])
    member.licence_expires_on = today() + timedelta(days=400)
    member.test_expires_at = None
    assert services.crew_expiry(member, window) is None
    member.test_expires_at = datetime(2021, 9, 18, 7, 30, 59, tzinfo=UTC)
    assert services.crew_expiry(member, window) == datetime(2021, 9, 18, 7, 30, tzinfo=UTC)


def test_a_revocation_reaches_stations_with_the_next_publication(
    factories: Factories, session: Session, app: Flask
) -> None:
    found = factories.vehicle_pass()
    services.revoke(session, None, found, RevocationReason.MISUSE, now())
    session.commit()
    before = published(app).generation
    assert trust.pending_changes(session)
    app.extensions["worker"].drain()
    after = published(app)
    assert after.generation == before + 1
    verdict = assess(found.text or "", after, Context(), now())
    assert (verdict.outcome, verdict.reasons) == (Outcome.REFUSE, (Reason.REVOKED,))
    with pytest.raises(services.IssuingError) as refused:
        services.revoke(session, None, found, RevocationReason.MISUSE, now())
    assert refused.value.code == "already_revoked"


def test_status_indices_are_never_given_twice_and_do_not_count_up(session: Session) -> None:
    shard = StatusShard(number=0, multiplier=7919, offset=11, used=0)
    session.add(shard)
    session.flush()
    given = [signing._next_status_index(session, now())[1] for _ in range(2000)]
    assert len(set(given)) == 2000
    assert given != sorted(given)
    shard.used = STATUS_LIST_SIZE
    assert signing._next_status_index(session, now())[0] == "status/1"


def test_an_unchanged_status_list_keeps_its_bytes(factories: Factories, session: Session, app: Flask) -> None:
    factories.vehicle_pass()
    repository = TrustRepository(app.extensions["instance"].trust_dir)
    before = repository.read_targets()["status/0"]
    app.extensions["worker"].publish_now()
    assert repository.read_targets()["status/0"] == before
    found = factories.vehicle_pass()
    services.revoke(session, None, found, RevocationReason.MISUSE, now())
    session.commit()
    app.extensions["worker"].drain()
    assert repository.read_targets()["status/0"] != before
    assert published(app).statuses["status/0"].get(found.status_index or 0) is Status.REVOKED


def test_after_a_restored_backup_every_status_list_is_signed_again(
    factories: Factories, session: Session, app: Flask
) -> None:
    factories.vehicle_pass()
    before = published(app).statuses_signed_at["status/0"]
    keys = InstanceKeys(app.extensions["instance"], app.config["KEYS_PASSPHRASE"])
    repository = TrustRepository(app.extensions["instance"].trust_dir)
    later = now() + timedelta(hours=1)
    publishing.publish(session, repository, keys.online, keys.signer_for, later, is_forced=True, min_version=500)
    assert published(app).statuses_signed_at["status/0"] == later.replace(microsecond=0) > before


def test_a_clock_set_back_does_not_date_a_status_list_back(factories: Factories, session: Session, app: Flask) -> None:
    found = factories.vehicle_pass()
    before = published(app).statuses_signed_at["status/0"]
    services.revoke(session, None, found, RevocationReason.MISUSE, now())
    keys = InstanceKeys(app.extensions["instance"], app.config["KEYS_PASSPHRASE"])
    repository = TrustRepository(app.extensions["instance"].trust_dir)
    publishing.publish(session, repository, keys.online, keys.signer_for, before - timedelta(seconds=1))
    assert published(app).statuses["status/0"].get(found.status_index or 0) is Status.REVOKED
    assert published(app).statuses_signed_at["status/0"] == before


def test_a_publication_that_no_station_would_accept_is_not_made(
    factories: Factories, session: Session, app: Flask
) -> None:
    factories.vehicle_pass()
    session.execute(sa.delete(StatusShard))  # as in a database restored without the trust repository beside it
    session.commit()
    with pytest.raises(TrustRepositoryError) as refused:
        app.extensions["worker"].publish_now()
    assert refused.value.code == "unacceptable"
    assert "status/0" in published(app).statuses


def test_publishing_without_a_change_happens_only_when_it_is_forced(session: Session, app: Flask) -> None:
    app.extensions["worker"].drain()
    keys = InstanceKeys(app.extensions["instance"], app.config["KEYS_PASSPHRASE"])
    repository = TrustRepository(app.extensions["instance"].trust_dir)
    assert publishing.publish(session, repository, keys.online, keys.signer_for, now()) is None
    first = published(app).generation
    assert publishing.publish(session, repository, keys.online, keys.signer_for, now(), is_forced=True) == first + 1
    assert publishing.publish(
        session, repository, keys.online, keys.signer_for, now(), is_forced=True, min_version=500
    ) == 500  # fmt: skip


def test_the_printed_sheet_says_what_was_signed_even_when_the_register_changed_since(
    factories: Factories, session: Session, app: Flask
) -> None:
    found = factories.vehicle_pass()
    before = sheet_of(session, found, letterhead(app.config))
    found.application_vehicle.vehicle.plate = "29C99999"
    found.crew[0].person.name = "Tên Khác"
    session.commit()
    assert sheet_of(session, found, letterhead(app.config)) == before


def test_every_signature_is_in_the_log(factories: Factories, session: Session) -> None:
    found = factories.vehicle_pass()
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.verb == "issuing.sign")).one()
    assert (entry.subject, entry.details, entry.actor_id) == (f"VehiclePass:{found.id}", {"kid": found.kid}, None)
    assert found.status is PassStatus.VALID
