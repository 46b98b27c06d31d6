"""What stations hand over on sticks, what goes back to them in boxes, and how their keys are rolled."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from passes import jobs
from passes.audit import AuditEntry
from passes.movement.models import ScanRecord
from passes.stations import services
from passes.stations.cli import group as stations_cli
from passes.stations.handover import import_export
from passes.stations.models import Device
from passes.trust import publishing
from passes.trust import services as trust
from passes.trust.repository import TrustRepository
from protocol import cbor
from protocol.cose import SoftwareSigner
from protocol.device import make_request_token, sign_batch
from protocol.enrolment import make_proof, make_roll_proof
from protocol.export import make_export
from protocol.receipts import batch_digest, parse_receipts, receipts_path
from protocol.sightings import Sighting, parse_sightings, sightings_path
from protocol.station_box import BoxError, parse_box
from protocol.trust import StationKind
from tests.factories import Factories
from tests.passes.post import ENROL, Post, answer_of, new_signer, road_post

KEYS = "/api/v1/keys"


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def contents(app: Flask) -> dict[str, bytes]:
    return TrustRepository(app.extensions["instance"].trust_dir).read_targets()


def opened(app: Flask, path: str, key: X25519PrivateKey) -> bytes:
    found = contents(app)
    return parse_box(found[path], path, publishing.targets.load(found).issuers).open(key)


def sealed_post(session: Session, client: FlaskClient, station_id: str) -> tuple[Post, X25519PrivateKey]:
    """A road post with a device that can open boxes."""
    services.create_station(
        session, None, station_id=station_id, name="Chốt", kind=StationKind.ROAD, area_code="00337", now=now()
    )
    code = services.issue_enrolment_code(session, None, station_id, "https://issuer.example", bytes(32), now())
    session.commit()
    signer, key = new_signer(), X25519PrivateKey.generate()
    sent = key.public_key().public_bytes_raw()
    said = {"secret": code.secret, "public_key": signer.public_raw, "encryption_key": sent}
    body = cbor.dumps(said | {"proof": make_proof(signer, code.secret, sent)})
    assert client.post(ENROL, data=body, content_type="application/cbor").status_code == 200
    return Post(client, station_id, signer), key


def export(post: Post, *batches: bytes) -> bytes:
    return b"".join(make_export(batches, len(batches), post.station, now(), post.signer))


# Sticks


def test_a_stick_is_taken_in_like_the_network_and_answered_with_receipts(
    app: Flask, session: Session, client: FlaskClient, tmp_path: Path
) -> None:
    post, key = sealed_post(session, client, "road-1")
    sent, carried, foreign = (post.record(now()) for _ in range(3))
    post.send(sent)
    one = sign_batch([sent.encode(), carried.encode()], post.signer)
    two = sign_batch([b"\xff", post.record(now(), station="road-2").encode()], post.signer)
    stick = tmp_path / "stick.vpx"
    stick.write_bytes(export(post, one, two))
    del foreign
    done = app.test_cli_runner().invoke(stations_cli, ["import", str(stick)])
    assert done.exit_code == 0, done.output
    assert "1 records are new, 1 were here, 2 refused" in done.output
    assert {row.id for row in session.scalars(sa.select(ScanRecord))} == {sent.id, carried.id}
    receipts = {one.batch: one for one in parse_receipts(opened(app, receipts_path("road-1"), key))}
    assert receipts[batch_digest(one)].refused == {}
    assert sorted(receipts[batch_digest(two)].refused.values()) == ["malformed", "wrong_station"]
    again = app.test_cli_runner().invoke(stations_cli, ["import", str(stick)])
    assert "0 records are new, 2 were here, 2 refused" in again.output
    assert session.scalar(sa.select(sa.func.count()).select_from(ScanRecord)) == 2
    assert "stations.import" in set(session.scalars(sa.select(AuditEntry.verb)))


def test_receipts_of_one_station_are_not_for_another(app: Flask, session: Session, client: FlaskClient) -> None:
    post, _ = sealed_post(session, client, "road-1")
    _, stranger = sealed_post(session, client, "road-2")
    import_export(session, None, export(post, sign_batch([post.record(now()).encode()], post.signer)), now())
    session.commit()
    jobs.wake()
    with pytest.raises(BoxError):
        opened(app, receipts_path("road-1"), stranger)
    assert receipts_path("road-2") not in contents(app)


def test_receipts_are_told_for_two_months(session: Session, client: FlaskClient) -> None:
    post = road_post(session, client)
    import_export(session, None, export(post, sign_batch([post.record(now()).encode()], post.signer)), now())
    assert len(services.receipts_by_station(session, now() + timedelta(days=59))["road-1"]) == 1
    assert services.receipts_by_station(session, now() + timedelta(days=61)) == {}


def test_a_file_cut_short_gives_what_is_whole_and_says_what_is_missing(
    app: Flask, session: Session, client: FlaskClient, tmp_path: Path
) -> None:
    post = road_post(session, client)
    batches = [sign_batch([post.record(now()).encode()], post.signer) for _ in range(3)]
    stick = tmp_path / "stick.vpx"
    stick.write_bytes(export(post, *batches)[:-10])
    done = app.test_cli_runner().invoke(stations_cli, ["import", str(stick)])
    assert done.exit_code == 2
    assert "2 records are new" in done.output
    assert "1 batches are missing or damaged" in done.output


def test_batches_of_others_and_of_the_past_do_not_slip_into_a_file(session: Session, client: FlaskClient) -> None:
    post, other = road_post(session, client), road_post(session, client, "road-2")
    mine = sign_batch([post.record(now()).encode()], post.signer)
    theirs = sign_batch([other.record(now()).encode()], other.signer)
    unlisted = sign_batch([post.record(now()).encode()], post.signer)
    data = export(post, mine, theirs) + len(unlisted).to_bytes(4) + unlisted
    done = import_export(session, None, data, now())
    assert (done.accepted, done.batches, done.missing) == (1, 1, 1)


@pytest.mark.parametrize("what", ["garbage", "stranger", "revoked"])
def test_a_file_of_nobody_who_may_is_refused_whole(
    app: Flask, session: Session, client: FlaskClient, tmp_path: Path, what: str
) -> None:
    post = road_post(session, client)
    signer = new_signer() if what == "stranger" else post.signer
    batch = sign_batch([post.record(now()).encode()], signer)
    data = b"".join(make_export([batch], 1, "road-1", now(), signer))
    if what == "revoked":
        services.revoke_device(session, None, session.scalars(sa.select(Device)).one().id, now())
        session.commit()
    stick = tmp_path / "stick.vpx"
    stick.write_bytes(b"photographs" if what == "garbage" else data)
    done = app.test_cli_runner().invoke(stations_cli, ["import", str(stick)])
    assert done.exit_code == 2
    words = {"garbage": "no file that a station exported", "stranger": "was ever enrolled", "revoked": "was revoked"}
    assert words[what] in done.output
    assert "nothing was taken in" in done.output
    assert session.scalar(sa.select(sa.func.count()).select_from(ScanRecord)) == 0


# Sightings


def test_each_post_hears_where_passes_were_seen_lately_and_a_revoked_one_does_not(
    app: Flask, session: Session, client: FlaskClient, factories: Factories
) -> None:
    paper = factories.vehicle_pass()
    (first, first_key), (second, second_key) = (sealed_post(session, client, name) for name in ("road-1", "road-2"))
    at = now()
    first.send(first.scan(paper, at), first.scan(paper, at - timedelta(hours=30)), first.record(at))
    taken_back = second.scan(paper, at - timedelta(seconds=90))
    second.send(taken_back, second.void(taken_back, at))
    app.extensions["worker"].publish_now()
    path = sightings_path(at.replace(minute=0, second=0), 0)
    seen = (Sighting(paper.iss, bytes.fromhex(paper.cti), "road-1", at),)
    assert parse_sightings(opened(app, path, first_key)) == parse_sightings(opened(app, path, second_key)) == seen
    assert not any(name.startswith("sightings/") and name != path for name in contents(app))
    before = contents(app)[path]
    app.extensions["worker"].publish_now()
    assert contents(app)[path] == before  # nobody fetches again what did not change
    device = services.devices_of(session)["road-2"][0]
    services.revoke_device(session, None, device.id, now())
    session.commit()
    jobs.wake()
    assert path not in contents(app)  # one post alone has nobody to hear of


def test_sightings_wait_a_little_and_everything_else_does_not(
    app: Flask, session: Session, client: FlaskClient, factories: Factories
) -> None:
    post, _ = sealed_post(session, client, "road-1")
    app.extensions["worker"].publish_now()
    repository = TrustRepository(app.extensions["instance"].trust_dir)
    generation = publishing.current_trust(repository).generation
    paper = factories.vehicle_pass()
    generation = publishing.current_trust(repository).generation
    post.send(post.scan(paper, now()))
    post.send(post.scan(paper, now()))
    assert [change.cause for change in trust.pending_changes(session)] == ["scans.sighted"]
    assert publishing.current_trust(repository).generation == generation
    published_at = publishing.current_trust(repository).published_at
    assert not publishing.is_due(session, repository, published_at + timedelta(seconds=119))
    assert publishing.is_due(session, repository, published_at + timedelta(seconds=120))
    trust.note_change(session, "pass.revoked", now())
    session.commit()
    jobs.wake()
    assert publishing.current_trust(repository).generation == generation + 1
    assert trust.pending_changes(session) == []


# Keys


def roll(post: Post, new: SoftwareSigner, key: X25519PrivateKey, **wrong: object) -> tuple[int, dict[str, object]]:
    sent = key.public_key().public_bytes_raw()
    said: dict[str, object] = {
        "public_key": new.public_raw,
        "encryption_key": sent,
        "proof": make_roll_proof(new, post.signer.kid, sent),
    }
    body = cbor.dumps(said | wrong)
    token = make_request_token(post.signer, post.station, "POST", KEYS, body, secrets.token_bytes(16), now())
    headers = {"Authorization": f"CWT {token}"}
    answer = post.client.post(KEYS, data=body, content_type="application/cbor", headers=headers)
    return answer.status_code, answer_of(answer)


def test_new_keys_take_the_place_of_old_ones_also_when_the_answer_was_lost(
    app: Flask, session: Session, client: FlaskClient
) -> None:
    post, old_key = sealed_post(session, client, "road-1")
    new, key = new_signer(), X25519PrivateKey.generate()
    for _ in range(2):
        assert roll(post, new, key) == (200, {"station": "road-1"})
    assert roll(post, new_signer(), key)[1] == {"error": "device_replaced"}
    old, rolled = session.scalars(sa.select(Device).order_by(Device.id)).all()
    assert (old.replaced_by, rolled.revoked_at, rolled.station_id) == (new.kid.hex(), None, "road-1")
    refused = post.send(post.record(now()))
    assert (refused.status_code, answer_of(refused)) == (403, {"error": "device_replaced"})
    assert Post(client, "road-1", new).send(post.record(now())).status_code == 200
    opened(app, "officers/road-1", key)
    with pytest.raises(BoxError):
        opened(app, "officers/road-1", old_key)
    assert "stations.roll_key" in set(session.scalars(sa.select(AuditEntry.verb)))


def test_keys_that_nobody_proves_or_that_are_taken_replace_none(session: Session, client: FlaskClient) -> None:
    post, _ = sealed_post(session, client, "road-1")
    other = road_post(session, client, "road-2")
    key = X25519PrivateKey.generate()
    assert roll(post, new_signer(), key, public_key=new_signer().public_raw) == (403, {"error": "proof_invalid"})
    assert roll(post, new_signer(), key, encryption_key=bytes(32)) == (403, {"error": "proof_invalid"})
    assert roll(post, other.signer, key) == (409, {"error": "key_taken"})
    assert roll(post, new_signer(), key, proof=b"short") == (400, {"error": "malformed"})
    assert all(device.revoked_at is None for device in session.scalars(sa.select(Device)))


def test_a_revoked_device_rolls_no_keys(session: Session, client: FlaskClient) -> None:
    post, key = sealed_post(session, client, "road-1")
    services.revoke_device(session, None, session.scalars(sa.select(Device)).one().id, now())
    session.commit()
    assert roll(post, new_signer(), key) == (403, {"error": "device_revoked"})
