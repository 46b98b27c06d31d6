"""What is published for the devices of one station only: who gets the next key, and when there is one."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from passes.stations import services as stations
from passes.trust import publishing
from passes.trust.instance_keys import InstanceKeys
from passes.trust.keys import OfflineKeys
from passes.trust.lifecycle import Ceremony, retire_key, rotate_issuer_key
from passes.trust.repository import TrustRepository
from passes.trust.services import current_issuer_key
from protocol import cbor
from protocol.enrolment import make_proof
from protocol.roster import parse_roster, roster_path
from protocol.station_box import Box, BoxError, parse_box
from protocol.trust import StationKind
from tests.issuers import OFFLINE_PASSPHRASE
from tests.passes.post import ENROL, new_signer

STATION = "road-1"
PATH = roster_path(STATION)


@pytest.fixture
def station(session: Session) -> str:
    now = datetime.now(UTC)
    stations.create_station(
        session, None, station_id=STATION, name="Chốt", kind=StationKind.ROAD, area_code="00337", now=now
    )
    session.commit()
    return STATION


def enrol(session: Session, client: FlaskClient, station: str, key: X25519PrivateKey | None) -> int:
    """Enrol a device over the wire; return its number."""
    code = stations.issue_enrolment_code(session, None, station, "https://issuer.example", bytes(32), datetime.now(UTC))
    session.commit()
    signer, sent = new_signer(), key.public_key().public_bytes_raw() if key else None
    said = {
        "secret": code.secret,
        "public_key": signer.public_raw,
        "proof": make_proof(signer, code.secret, sent or b""),
    }
    body = cbor.dumps(said | ({"encryption_key": sent} if sent else {}))
    assert client.post(ENROL, data=body, content_type="application/cbor").status_code == 200
    device = stations.device_for(session, signer.kid.hex())
    assert device is not None
    return device.id


def contents(app: Flask) -> dict[str, bytes]:
    return TrustRepository(app.extensions["instance"].trust_dir).read_targets()


def box(app: Flask) -> Box:
    found = contents(app)
    return parse_box(found[PATH], PATH, publishing.targets.load(found).issuers)


def test_an_enrolled_device_reads_its_stations_officers_and_another_stations_does_not(
    app: Flask, session: Session, client: FlaskClient, station: str
) -> None:
    assert PATH not in contents(app)
    mine, stranger = X25519PrivateKey.generate(), X25519PrivateKey.generate()
    enrol(session, client, station, mine)
    assert parse_roster(box(app).open(mine)).officers == ()
    with pytest.raises(BoxError):
        box(app).open(stranger)


def test_a_box_keeps_its_bytes_until_what_is_inside_or_who_may_read_it_changes(
    app: Flask, session: Session, client: FlaskClient, station: str
) -> None:
    first, second = X25519PrivateKey.generate(), X25519PrivateKey.generate()
    enrol(session, client, station, first)
    before = contents(app)[PATH]
    app.extensions["worker"].publish_now()
    assert contents(app)[PATH] == before
    enrol(session, client, station, second)
    assert contents(app)[PATH] != before
    assert box(app).open(first) == box(app).open(second)


def test_a_revoked_device_gets_no_next_key(app: Flask, session: Session, client: FlaskClient, station: str) -> None:
    lost, kept = X25519PrivateKey.generate(), X25519PrivateKey.generate()
    device = enrol(session, client, station, lost)
    enrol(session, client, station, kept)
    epoch = box(app).epoch
    box(app).open(lost)
    stations.revoke_device(session, None, device, datetime.now(UTC))
    session.commit()
    app.extensions["worker"].drain()
    assert box(app).epoch > epoch
    box(app).open(kept)
    with pytest.raises(BoxError):
        box(app).open(lost)


def test_a_station_whose_devices_are_all_revoked_has_no_box(
    app: Flask, session: Session, client: FlaskClient, station: str
) -> None:
    device = enrol(session, client, station, X25519PrivateKey.generate())
    stations.revoke_device(session, None, device, datetime.now(UTC))
    session.commit()
    app.extensions["worker"].drain()
    assert PATH not in contents(app)


def test_a_device_of_an_older_program_enrols_without_an_encryption_key_and_is_left_out(
    app: Flask, session: Session, client: FlaskClient, station: str
) -> None:
    enrol(session, client, station, None)
    assert PATH not in contents(app)


def test_a_box_is_signed_anew_by_the_next_issuing_key_and_after_a_restored_backup(
    app: Flask, session: Session, client: FlaskClient, station: str
) -> None:
    mine = X25519PrivateKey.generate()
    enrol(session, client, station, mine)
    instance = app.extensions["instance"]
    repository, keys = TrustRepository(instance.trust_dir), InstanceKeys(instance, app.config["KEYS_PASSPHRASE"])
    now = datetime.now(UTC)
    first, stolen = box(app).epoch, current_issuer_key(session, now).kid
    offline = OfflineKeys.load(instance.path.parent / "offline", OFFLINE_PASSPHRASE)
    ceremony = Ceremony(repository, keys, offline)
    fresh = rotate_issuer_key(session, None, ceremony, "VN-HN", now)
    retire_key(session, None, ceremony, stolen, "stolen", now)
    session.commit()
    assert box(app).kid.hex() == fresh.kid
    assert box(app).epoch > first
    publishing.publish(
        session, repository, keys.online, keys.signer_for, now + timedelta(hours=1), is_forced=True, min_version=500
    )
    assert box(app).epoch == 500
    box(app).open(mine)


@pytest.mark.parametrize("sent", [b"", bytes(31), bytes(32), b"\x01" + bytes(31)])
def test_an_encryption_key_that_is_none_is_refused(
    session: Session, client: FlaskClient, station: str, sent: bytes
) -> None:
    code = stations.issue_enrolment_code(session, None, station, "https://issuer.example", bytes(32), datetime.now(UTC))
    session.commit()
    signer = new_signer()
    said = {"secret": code.secret, "public_key": signer.public_raw, "encryption_key": sent}
    body = cbor.dumps(said | {"proof": make_proof(signer, code.secret, sent)})
    assert client.post(ENROL, data=body, content_type="application/cbor").status_code in {400, 403}
    assert stations.devices_of(session) == {}
