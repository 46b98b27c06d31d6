"""Issuing keys and root keys over their lifetime, with the commands that people type and real key files."""

import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from passes import jobs, local_time
from passes.accounts.models import User
from passes.audit import AuditEntry
from passes.doctor import examine
from passes.issuing import services as issuing
from passes.issuing.models import RevocationReason, VehiclePass
from passes.issuing.reissue import request_reissue
from passes.issuing.sheets import letterhead, sheet_of
from passes.movement.models import Movement, Scan
from passes.notices.models import Notice, NoticeKind
from passes.trust import lifecycle, publishing, services
from passes.trust.cli import group
from passes.trust.instance_keys import InstanceKeys
from passes.trust.keys import OfflineKeys
from passes.trust.models import IssuerKey
from passes.trust.repository import TrustRepository
from passes.trust.roles import TrustRepositoryError
from protocol import claims
from protocol.assess import Context, assess
from protocol.policy import Extension, default_policy, dump
from protocol.reasons import Outcome, Reason
from protocol.scan_record import RecordKind, SealedDetails
from protocol.trust import Trust
from tests.factories import Factories, now
from tests.issuers import OFFLINE_PASSPHRASE
from tests.passes.pages import words
from tests.passes.post import road_post


@pytest.fixture
def media(instance: Path) -> Path:
    """The medium with this instance's offline keys."""
    return instance.parent / "offline"


@pytest.fixture
def trust(app: Flask, media: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run a `passes trust` command; with `media=None` offline keys are not at hand."""
    monkeypatch.setenv("PASSES_OFFLINE_PASSPHRASE", OFFLINE_PASSPHRASE)

    def run(*arguments: str, offline: Path | None = media, fails: bool = False) -> Result:
        options = ("--offline-keys", str(offline)) if offline else ()
        done = app.test_cli_runner().invoke(group, [*arguments, *options])
        assert done.exit_code == (2 if fails else 0), (done.output, done.exception)
        return done

    return run


@pytest.fixture
def ceremony(app: Flask, media: Path) -> lifecycle.Ceremony:
    keys = InstanceKeys(app.extensions["instance"], app.config["KEYS_PASSPHRASE"])
    return lifecycle.Ceremony(repository_of(app), keys, OfflineKeys.load(media, OFFLINE_PASSPHRASE))


def repository_of(app: Flask) -> TrustRepository:
    return TrustRepository(app.extensions["instance"].trust_dir)


def told(app: Flask) -> Trust:
    """What a station knows that synced just now."""
    return publishing.current_trust(repository_of(app))


def in_use(session: Session) -> str:
    session.expire_all()
    return services.current_issuer_key(session, local_time.now()).kid


def reasons(app: Flask, text: str | None) -> tuple[Reason, ...]:
    return assess(text or "", told(app), Context(), now()).reasons


def told_by(text: str | None) -> claims.Credential:
    return claims.peek(text or "")


# The next issuing key


def test_the_next_key_signs_and_what_the_one_before_signed_stays_good(
    app: Flask, session: Session, factories: Factories, trust: Callable[..., Result]
) -> None:
    before = factories.vehicle_pass()
    trust("rotate-issuer-key")
    after = factories.vehicle_pass()
    assert in_use(session) == after.kid != before.kid
    assert reasons(app, before.text) == reasons(app, after.text) == ()
    written = {entry.verb: entry.subject for entry in session.scalars(sa.select(AuditEntry))}
    assert written["trust.add_key"] == f"IssuerKey:{after.kid}"
    assert "in use" in trust("status", offline=None).output


def test_a_key_signs_nothing_before_stations_were_told_of_it(
    app: Flask, session: Session, factories: Factories, ceremony: lifecycle.Ceremony
) -> None:
    first = in_use(session)
    signer = ceremony.keys.generate_issuing_key()
    services.add_issuer_key(session, None, "VN-HN", signer.public_key, now())
    session.commit()
    assert in_use(session) == first
    assert factories.vehicle_pass().kid == first
    lifecycle.publish_all(session, None, ceremony, now())
    assert in_use(session) == signer.kid.hex()
    assert signer.kid in told(app).issuers


def test_the_next_key_can_wait_until_posts_without_network_have_heard_of_it(
    session: Session, factories: Factories, trust: Callable[..., Result]
) -> None:
    first = in_use(session)
    trust("rotate-issuer-key", "--signs-after", "24")
    assert factories.vehicle_pass().kid == first
    assert "signs from" in trust("status", offline=None).output
    with time_machine.travel(now() + timedelta(hours=25)):
        assert factories.vehicle_pass().kid != first


def test_the_worker_signs_nothing_with_a_key_that_stations_know_as_retired(
    app: Flask, session: Session, factories: Factories, trust: Callable[..., Result]
) -> None:
    first = factories.vehicle_pass().kid or ""
    trust("rotate-issuer-key")
    trust("retire-key", first, "--reason", "lost")
    # A database from before the retirement, beside a trust repository from after it.
    session.execute(sa.update(IssuerKey).where(IssuerKey.kid == first).values(retired_at=None, signs_from=now()))
    session.execute(sa.update(IssuerKey).where(IssuerKey.kid != first).values(signs_from=now() - timedelta(days=1)))
    session.commit()
    assert in_use(session) == first
    assert factories.vehicle_pass().signed_at is None
    with pytest.raises(TrustRepositoryError) as refused:
        app.extensions["worker"].publish_now()
    assert refused.value.code == "unacceptable"
    trust("retire-key", first, "--reason", "lost")
    app.extensions["worker"].drain()
    assert set(session.scalars(sa.select(VehiclePass.kid))) == {in_use(session)}


# Retiring a key


def test_a_stolen_key_is_retired_and_its_honest_passes_are_signed_again(
    app: Flask, session: Session, factories: Factories, trust: Callable[..., Result]
) -> None:
    vehicle_pass = factories.vehicle_pass()
    paper, identity = vehicle_pass.text, (vehicle_pass.iss, vehicle_pass.cti, vehicle_pass.status_index)
    stolen = vehicle_pass.kid or ""
    generation = told(app).generation
    trust("rotate-issuer-key")
    done = trust("retire-key", stolen, "--reason", "Lộ  khóa ký")
    assert "1 papers are signed again" in done.output
    assert told(app).generation == generation + 2  # tombstone and lists in one publication
    (tombstone,) = told(app).issuers[bytes.fromhex(stolen)]
    assert tombstone.reason == "Lộ khóa ký"
    assert reasons(app, paper) == (Reason.ISSUER_KEY_REVOKED,)

    session.expire_all()
    assert (vehicle_pass.iss, vehicle_pass.cti, vehicle_pass.status_index) == identity
    assert told_by(vehicle_pass.text) == told_by(paper)
    assert vehicle_pass.kid == in_use(session) != stolen
    assert assess(vehicle_pass.text or "", told(app), Context(), now()).outcome is Outcome.ADMIT
    log = list(session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)))
    assert [e.details for e in log if e.verb == "trust.retire_key"] == [{"reason": "Lộ khóa ký"}]
    assert [e.details for e in log if e.verb == "issuing.request_reissue"] == [{"passes": 1, "supplements": 0}]
    assert [e.details for e in log if e.verb == "issuing.sign"][-1] == {"kid": vehicle_pass.kid, "replaces": stolen}


def test_the_carrier_prints_the_new_paper_and_never_the_void_one(
    app: Flask,
    session: Session,
    factories: Factories,
    trust: Callable[..., Result],
    login: Callable[[User], FlaskClient],
) -> None:
    user = factories.user()
    vehicle_pass = factories.vehicle_pass(user)
    stolen, url = vehicle_pass.kid or "", f"/passes/{vehicle_pass.number}.pdf"
    browser = login(user)
    assert browser.get(url).mimetype == "application/pdf"
    trust("rotate-issuer-key")
    trust("retire-key", stolen, "--reason", "stolen", "--no-reissue")
    assert browser.get(url).status_code == 302
    with pytest.raises(issuing.IssuingError) as refused:
        sheet_of(session, vehicle_pass, letterhead(app.config))
    assert refused.value.code == "key_retired"

    request_reissue(session, None, stolen, default_policy(), now())
    session.commit()
    assert browser.get(url).status_code == 302
    assert "Đang ký lại" in browser.get("/passes").get_data(as_text=True)
    app.extensions["worker"].drain()
    assert browser.get(url).mimetype == "application/pdf"
    assert "hãy in lại" in browser.get("/passes").get_data(as_text=True)
    assert sheet_of(session, vehicle_pass, letterhead(app.config)).qr_text == vehicle_pass.text


def test_an_administrator_sees_what_a_retired_key_signed_and_has_it_signed_again(
    app: Flask,
    session: Session,
    factories: Factories,
    trust: Callable[..., Result],
    login: Callable[[User], FlaskClient],
) -> None:
    carriers = [factories.user(), factories.user()]
    passes = [factories.vehicle_pass(user) for user in (*carriers, carriers[0])]
    stolen, office = passes[0].kid or "", login(factories.user("administrator"))
    page = words(office.get(f"/admin/keys/{stolen}"))
    assert "3 giấy, 0 phiếu, thẻ, của 2 đơn vị" in page
    assert f"passes trust retire-key {stolen}" in page, "first somebody with the offline keys retires it"
    assert "chưa bị thu hồi" in words(office.post(f"/admin/keys/{stolen}/reissue", follow_redirects=True))
    trust("rotate-issuer-key")
    trust("retire-key", stolen, "--reason", "Máy bị lấy cắp", "--no-reissue")
    page = words(office.get(f"/admin/keys/{stolen}"))
    assert "Máy bị lấy cắp" in page
    assert "Ký lại" in page
    app.config["JOBS_IMMEDIATE"] = False  # the worker comes later
    page = words(office.post(f"/admin/keys/{stolen}/reissue", follow_redirects=True))
    assert "3 bản đang được ký lại." in page
    assert "0 trong 3 đã ký lại." in page
    raw = office.get(f"/admin/keys/{stolen}").get_data(as_text=True)
    assert '<meta http-equiv="refresh"' in raw
    assert 'max="3" value="0"' in raw
    app.extensions["worker"].drain()
    page = words(office.get(f"/admin/keys/{stolen}"))
    assert "3 trong 3 đã ký lại." in page
    assert "Không còn giấy, phiếu, thẻ nào phải ký lại." in page
    session.expire_all()
    assert {one.kid for one in passes} == {in_use(session)}
    listed = words(office.get("/admin/keys"))
    assert listed.index(in_use(session)) < listed.index(stolen)
    assert f"{stolen} Đã thu hồi" in listed
    deed = session.scalars(sa.select(AuditEntry).where(AuditEntry.verb == "issuing.request_reissue")).one()
    assert (deed.subject, deed.actor_id is not None) == (f"IssuerKey:{stolen}", True)
    told_carrier = session.scalars(sa.select(Notice).where(Notice.kind == NoticeKind.PASSES_REISSUED)).all()
    assert sorted(notice.details["count"] for notice in told_carrier) == [1, 2]


def test_people_on_a_void_paper_leave_their_traces_and_those_on_a_forged_one_do_not(
    app: Flask,
    session: Session,
    factories: Factories,
    trust: Callable[..., Result],
    ceremony: lifecycle.Ceremony,
    client: FlaskClient,
) -> None:
    honest = factories.vehicle_pass()
    paper, stolen = honest.text or "", honest.kid or ""
    credential = told_by(paper)
    assert isinstance(credential, claims.VehiclePass)
    forged = claims.issue(credential._replace(plate="29C99999"), ceremony.keys.signer_for(bytes.fromhex(stolen)))
    trust("rotate-issuer-key")
    trust("retire-key", stolen, "--reason", "stolen")
    post = road_post(session, client)
    for text in (paper, forged):
        refused = {"outcome": Outcome.REFUSE, "reasons": (Reason.ISSUER_KEY_REVOKED,), "kind": RecordKind.CODE}
        assert post.send(post.record(now(), details=SealedDetails(text=text), **refused)).status_code == 200
    app.extensions["worker"].drain()
    scans = session.scalars(sa.select(Scan).order_by(Scan.pass_id.is_(None))).all()
    assert [scan.pass_id for scan in scans] == [honest.id, None]
    moved = session.execute(sa.select(Movement.scan_id, Movement.person_id).distinct()).all()
    assert {scan for scan, _ in moved} == {scans[0].id}
    assert {person for _, person in moved} == {entry.person_id for entry in honest.crew}


def test_only_passes_that_still_hold_are_signed_again(session: Session, factories: Factories) -> None:
    user = factories.user()
    holding, revoked, ended, extended = (factories.vehicle_pass(user) for _ in range(4))
    issuing.revoke(session, None, revoked, RevocationReason.MISUSE, now())
    for vehicle_pass in (ended, extended):
        vehicle_pass.expires_at = now() - timedelta(hours=1)
    ended.requested_at = now() - timedelta(days=30)
    session.commit()
    rules = default_policy()
    week = timedelta(days=7)
    extension = Extension(now() - week, now() + timedelta(seconds=1), now() + week, "1234/QĐ")
    rules = type(rules)(rules.severities, extensions=(extension,))
    assert request_reissue(session, None, holding.kid or "", rules, now()) == 2
    session.expire_all()
    waiting = session.scalars(sa.select(VehiclePass).where(VehiclePass.signed_at.is_(None))).all()
    assert set(waiting) == {holding, extended}


def test_a_pass_is_signed_again_as_it_was_whatever_the_register_says_now(
    app: Flask, session: Session, factories: Factories, trust: Callable[..., Result]
) -> None:
    vehicle_pass = factories.vehicle_pass()
    paper, stolen = vehicle_pass.text, vehicle_pass.kid or ""
    vehicle_pass.application_vehicle.vehicle.plate = "29C99999"
    vehicle_pass.crew[0].person.name = "x" * 200  # no credential has room for it
    session.commit()
    trust("rotate-issuer-key")
    trust("retire-key", stolen, "--reason", "stolen")
    session.expire_all()
    assert vehicle_pass.kid == in_use(session)
    assert told_by(vehicle_pass.text) == told_by(paper)
    assert reasons(app, vehicle_pass.text) == ()


def test_new_passes_do_not_queue_behind_those_that_are_signed_again(
    app: Flask, session: Session, factories: Factories, ceremony: lifecycle.Ceremony
) -> None:
    user = factories.user()
    old = [factories.vehicle_pass(user) for _ in range(3)]
    request_reissue(session, None, old[0].kid or "", default_policy(), now())
    app.config["JOBS_IMMEDIATE"] = False
    fresh = factories.vehicle_pass(user)
    assert issuing.sign_pending(session, ceremony.keys.signer_for, now(), limit=1) == 1
    assert fresh.signed_at is not None
    assert issuing.sign_pending(session, ceremony.keys.signer_for, now(), limit=10) == 3


def test_a_revocation_does_not_wait_until_all_passes_are_signed_again(app: Flask) -> None:
    worker, turns = app.extensions["worker"], []

    def sign() -> int:
        turns.append("sign")
        return int(turns.count("sign") < 4)

    def fail() -> int:
        turns.append("fail")
        raise TrustRepositoryError("damaged", "for this test")

    def publish() -> int:
        turns.append("publish")
        return int(turns.count("publish") < 2)

    worker._steps = (sign, fail, publish)
    assert worker.drain() == 4
    assert turns == ["sign", "fail", "publish", *["sign", "publish"] * 3]


def test_a_retired_key_never_returns(
    app: Flask, session: Session, factories: Factories, trust: Callable[..., Result], ceremony: lifecycle.Ceremony
) -> None:
    paper = factories.vehicle_pass().text
    first = in_use(session)
    trust("rotate-issuer-key")
    trust("retire-key", first, "--reason", "lost")
    key = session.get(IssuerKey, first)
    assert key is not None
    with pytest.raises(services.IssuerKeyError) as known:
        services.add_issuer_key(session, None, "VN-HN", key.public_key, now())
    assert known.value.code == "known"
    retired_at = key.retired_at
    key.retired_at = None
    with pytest.raises(TrustRepositoryError) as refused:
        lifecycle.publish_all(session, None, ceremony, now())
    assert refused.value.code == "unacceptable"
    session.rollback()
    trust("retire-key", first, "--reason", "another reason")
    assert reasons(app, paper) == (Reason.ISSUER_KEY_REVOKED,)
    assert told(app).issuers[bytes.fromhex(first)][0].retired_at == retired_at


def test_a_key_is_retired_even_if_the_next_one_was_to_wait(
    session: Session, factories: Factories, trust: Callable[..., Result]
) -> None:
    first = in_use(session)
    trust("rotate-issuer-key", "--signs-after", "24")
    trust("retire-key", first, "--reason", "stolen")
    assert factories.vehicle_pass().kid == in_use(session) != first


def test_a_process_that_dies_after_publishing_can_be_started_again(
    app: Flask, session: Session, trust: Callable[..., Result], ceremony: lifecycle.Ceremony
) -> None:
    first = in_use(session)
    lifecycle.rotate_issuer_key(session, None, ceremony, "VN-HN", now())
    session.rollback()  # its key is published and forgotten; it never signed anything
    trust("rotate-issuer-key")
    lifecycle.retire_key(session, None, ceremony, first, "stolen", now())
    session.rollback()
    assert told(app).issuers[bytes.fromhex(first)][0].retired_at is not None
    trust("retire-key", first, "--reason", "stolen")
    app.extensions["worker"].publish_now()
    assert services.is_retired(session, first)


def test_what_cannot_be_retired_is_refused_with_a_sentence(
    app: Flask, session: Session, trust: Callable[..., Result]
) -> None:
    first, generation = in_use(session), told(app).generation
    assert "the only one" in trust("retire-key", first, "--reason", "stolen", fails=True).stderr
    assert "no issuing key" in trust("retire-key", "0" * 16, "--reason", "stolen", fails=True).stderr
    trust("rotate-issuer-key")
    for reason in ("", "  ", "x" * 201, "tab\x07"):
        assert "reason" in trust("retire-key", first, "--reason", reason, fails=True).stderr
    assert told(app).generation == generation + 1
    assert not services.is_retired(session, first)


# Offline keys


def test_offline_keys_that_do_not_open_or_do_not_count_are_named(
    app: Flask, trust: Callable[..., Result], tmp_path: Path, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    strangers = tmp_path / "strangers"
    OfflineKeys.generate(strangers, OFFLINE_PASSPHRASE)
    (tmp_path / "empty").mkdir()
    before = told(app).generation
    assert "holds no offline key" in trust("publish", offline=tmp_path / "empty", fails=True).stderr
    assert "does not exist" in trust("publish", offline=tmp_path / "absent", fails=True).stderr
    assert "not those that stations trust" in trust("rotate-issuer-key", offline=strangers, fails=True).stderr
    (media / "targets.pem").unlink()
    assert "targets.pem" in trust("rotate-issuer-key", fails=True).stderr
    monkeypatch.setenv("PASSES_OFFLINE_PASSPHRASE", "not the passphrase")
    assert "passphrase does not open" in trust("publish", fails=True).stderr
    assert told(app).generation == before


def test_root_keys_come_together_from_several_media_and_their_passphrase_is_asked_for(
    app: Flask, trust: Callable[..., Result], tmp_path: Path, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("root-1", "root-2", "targets"):
        (tmp_path / name).mkdir()
        shutil.move(media / f"{name}.pem", tmp_path / name / f"{name}.pem")
    assert "1 was given" in trust("rotate-root", offline=tmp_path / "root-1", fails=True).stderr
    monkeypatch.delenv("PASSES_OFFLINE_PASSPHRASE")
    options = [part for name in ("root-1", "root-2") for part in ("--offline-keys", str(tmp_path / name))]
    answers = f"{OFFLINE_PASSPHRASE}\n" * 2
    done = app.test_cli_runner().invoke(group, ["rotate-root", *options], input=answers)
    assert done.exit_code == 0, done.output
    assert OFFLINE_PASSPHRASE not in done.output
    assert repository_of(app).status(now()).roles["root"].version == 2


def test_stolen_online_keys_are_replaced_while_the_worker_runs(
    app: Flask, session: Session, trust: Callable[..., Result], instance: Path, media: Path
) -> None:
    worker = app.extensions["worker"]
    worker.publish_now()
    stolen = {path.name: path.read_bytes() for path in (instance / "keys/online").iterdir()}
    (media / "targets.pem").rename(media / "elsewhere")
    assert "targets.pem" in trust("rotate-root", "--new-online-keys", fails=True).stderr
    (media / "elsewhere").rename(media / "targets.pem")
    trust("rotate-root", "--new-online-keys")
    worker.publish_now()
    assert not {path.read_bytes() for path in (instance / "keys/online").iterdir()} & set(stolen.values())
    assert sorted(path.name for path in (instance / "keys").iterdir()) == ["issuing", "online", "sealing"]
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.verb == "trust.rotate_root")).one()
    assert (entry.subject, entry.details) == ("Root:2", {"offline_keys": "kept", "online_keys": "replaced"})


def test_an_interrupted_change_of_online_keys_is_put_right_by_the_next_command(
    app: Flask, trust: Callable[..., Result], instance: Path, ceremony: lifecycle.Ceremony
) -> None:
    keys = instance / "keys"
    # Died before the root named the new keys: the old ones stay.
    ceremony.keys.stage_online_keys()
    trust("publish", offline=None)
    assert not (keys / "online.next").exists()
    (keys / "online.next").mkdir()
    trust("publish", offline=None)
    assert not (keys / "online.next").exists()
    # Died after it: the new ones count, wherever the renaming stopped.
    for is_half_renamed in (False, True):
        fresh = ceremony.keys.stage_online_keys()
        ceremony.repository.rotate_root(ceremony.offline, fresh, now())
        if is_half_renamed:
            (keys / "online").rename(keys / "online.replaced")
        trust("publish", offline=None)
    assert sorted(path.name for path in keys.iterdir()) == ["issuing", "online", "sealing"]
    app.extensions["worker"].publish_now()


def test_new_offline_keys_take_over_and_the_old_ones_sign_nothing_any_more(
    app: Flask, trust: Callable[..., Result], tmp_path: Path, instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PASSES_NEW_OFFLINE_PASSPHRASE", OFFLINE_PASSPHRASE)
    inside = instance / "keys" / "offline"
    assert "inside the instance" in trust("rotate-root", "--new-offline-keys", str(inside), fails=True).stderr
    fresh = tmp_path / "fresh"
    trust("rotate-root", "--new-offline-keys", str(fresh))
    assert "never overwritten" in trust("rotate-root", "--new-offline-keys", str(fresh), fails=True).stderr
    assert "not those" in trust("rotate-issuer-key", fails=True).stderr
    trust("rotate-issuer-key", offline=fresh)
    assert repository_of(app).status(now()).roles["root"].version == 2


# The policy, and signing again before signatures run out


def test_a_policy_is_published_with_the_offline_key_and_survives_the_next_issuing_key(
    app: Flask, session: Session, factories: Factories, trust: Callable[..., Result], tmp_path: Path
) -> None:
    rules, vehicle_pass = default_policy(), factories.vehicle_pass()
    extension = Extension(now() - timedelta(days=1), now() + timedelta(days=1), now() + timedelta(days=30), "1/QĐ")
    path = tmp_path / "policy.json"
    path.write_bytes(dump(type(rules)(rules.severities, trust_stale_hours=12, extensions=(extension,))))
    assert "--offline-keys" in trust("publish", "--policy", str(path), offline=None, fails=True).stderr
    trust("publish", "--policy", str(path))
    trust("rotate-issuer-key")
    assert told(app).policy.trust_stale_hours == 12
    (notice,) = session.scalars(sa.select(Notice).where(Notice.kind == NoticeKind.PASSES_EXTENDED))
    assert notice.details["passes"] == [[vehicle_pass.number, vehicle_pass.plate]], "carriers hear of an extension"
    weak = json.loads(path.read_bytes())
    weak["severities"]["SIGNATURE_INVALID"] = {"road": "note", "freight": "note"}
    path.write_text(json.dumps(weak))
    assert "must refuse" in trust("publish", "--policy", str(path), fails=True).stderr
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.verb == "trust.publish_offline")).one()
    assert entry.details == {"policy": "changed"}


def test_publishing_with_offline_keys_prolongs_what_only_they_sign(app: Flask, trust: Callable[..., Result]) -> None:
    before = repository_of(app).status(now()).roles["targets"]
    with time_machine.travel(now() + timedelta(days=80)):
        trust("publish", offline=None)
        assert repository_of(app).status(now()).roles["targets"] == before
        trust("publish")
        assert repository_of(app).status(now()).roles["targets"].expires - before.expires >= timedelta(days=79)


# Trust for an instance that has none


def test_trust_is_established_once_for_an_instance_that_has_a_database_only(
    app: Flask, session: Session, factories: Factories, trust: Callable[..., Result], tmp_path: Path, instance: Path
) -> None:
    before = factories.vehicle_pass()
    assert "already" in trust("init", offline=tmp_path / "again", fails=True).stderr
    assert not (tmp_path / "again").exists()
    shutil.rmtree(instance / "trust")
    assert "--offline-keys" in trust("init", offline=None, fails=True).stderr
    assert "inside the instance" in trust("init", offline=instance / "offline", fails=True).stderr
    trust("init", offline=tmp_path / "again")
    assert in_use(session) != before.kid
    assert reasons(app, factories.vehicle_pass().text) == ()
    assert reasons(app, before.text) == ()


# What the doctor says


def test_the_doctor_names_keys_that_stations_do_not_know(
    app: Flask, session: Session, factories: Factories, trust: Callable[..., Result], ceremony: lifecycle.Ceremony
) -> None:
    def wrong(part: str, later: timedelta = timedelta(0)) -> str:
        session.expire_all()
        return "".join(f.message for f in examine(app, local_time.now() + later) if f.part == part and not f.is_ok)

    first = in_use(session)
    trust("rotate-issuer-key")
    trust("retire-key", first, "--reason", "lost")
    assert wrong("keys") == ""
    session.execute(sa.update(IssuerKey).where(IssuerKey.kid == first).values(retired_at=None, signs_from=now()))
    session.execute(sa.update(IssuerKey).where(IssuerKey.kid != first).values(signs_from=now() - timedelta(days=1)))
    session.commit()
    assert "do not know issuing key" in wrong("keys")
    factories.vehicle_pass()
    assert wrong("signing") == ""
    assert "1 papers wait" in wrong("signing", timedelta(minutes=20))
    ceremony.repository.rotate_root(ceremony.offline, ceremony.keys.stage_online_keys(), now())
    assert "not those of the root" in wrong("keys")


def test_nothing_is_signed_in_another_issuers_name(app: Flask, session: Session, factories: Factories) -> None:
    vehicle_pass = factories.vehicle_pass()
    for iss in ("VN-HY", app.config["ISSUER_ID"]):
        vehicle_pass.text = vehicle_pass.kid = vehicle_pass.signed_at = None
        vehicle_pass.status_uri = vehicle_pass.status_index = None
        session.execute(sa.update(IssuerKey).values(iss=iss))
        session.commit()
        jobs.wake()
        session.refresh(vehicle_pass)
        (said,) = [one for one in examine(app, local_time.now()) if one.part == "keys"]
        assert (vehicle_pass.signed_at is not None) == said.is_ok == (iss == app.config["ISSUER_ID"])
        assert said.is_ok or "key in use signs for VN-HY" in said.message
    assert vehicle_pass.signing_error is None
