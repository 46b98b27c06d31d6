"""The trust repository on the issuer's side: keys, publications, what a killed writer leaves."""

import hashlib
import logging
import stat
import tarfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from flask.testing import FlaskClient
from tuf.api.metadata import Metadata, Root, Snapshot, Targets, Timestamp

from passes.trust import keys as key_files
from passes.trust.keys import KeyFileError, OfflineKeys, OnlineKeys
from passes.trust.repository import TrustRepository
from passes.trust.roles import LIVE_PATHS, TrustRepositoryError, is_live
from passes.trust.storage import KEEP_PUBLICATIONS
from protocol import trust
from tests.killing import SWITCH
from tests.trust_authority import DAY, HOUR, PASSPHRASE, START, Authority


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def metadata_of(authority: Authority, name: str) -> Metadata[Any]:
    return Metadata.from_file(str(authority.repository.metadata_dir / name))


def snapshot_of(repository: TrustRepository) -> dict[str, bytes]:
    files = [*repository.metadata_dir.rglob("*"), *repository.targets_dir.rglob("*")]
    return {str(path): path.read_bytes() for path in files if path.is_file()}


def refusal_of(action: Callable[..., object], *arguments: object) -> str:
    with pytest.raises(TrustRepositoryError) as caught:
        action(*arguments)
    return caught.value.code


# Key files


def test_a_key_file_is_encrypted_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    signer = key_files.generate_issuing_key(tmp_path / "issuing", PASSPHRASE)
    (path,) = (tmp_path / "issuing").iterdir()
    assert path.name == f"{signer.kid.hex()}.pem"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert b"ENCRYPTED PRIVATE KEY" in path.read_bytes()


def test_an_issuing_key_signs_after_it_was_read_back(tmp_path: Path) -> None:
    made = key_files.generate_issuing_key(tmp_path, PASSPHRASE)
    read = key_files.load_issuing_key(tmp_path, made.kid, PASSPHRASE)
    assert read.kid == made.kid == hashlib.sha256(made.public_key).digest()[:8]
    assert read.sign(b"message") == made.sign(b"message")
    assert len(read.sign(b"message")) == 64


def test_a_key_file_is_never_overwritten(tmp_path: Path) -> None:
    OnlineKeys.generate(tmp_path, PASSPHRASE)
    before = (tmp_path / "snapshot.pem").read_bytes()
    with pytest.raises(KeyFileError) as caught:
        OnlineKeys.generate(tmp_path, PASSPHRASE)
    assert caught.value.code == "exists"
    assert (tmp_path / "snapshot.pem").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["live.pem", "snapshot.pem", "timestamp.pem"]


def test_a_short_passphrase_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError) as caught:
        OfflineKeys.generate(tmp_path / "offline", "short")
    assert caught.value.code == "passphrase_weak"
    assert not (tmp_path / "offline").exists()


def test_each_way_a_key_file_can_be_wrong_has_its_own_code(tmp_path: Path) -> None:
    signer = key_files.generate_issuing_key(tmp_path, PASSPHRASE)
    path = tmp_path / f"{signer.kid.hex()}.pem"
    pem = path.read_bytes()
    plain = X25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    foreign = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(PASSPHRASE.encode())
    )

    def code_for(content: bytes | None, passphrase: str = PASSPHRASE) -> str:
        path.unlink(missing_ok=True)
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(KeyFileError) as caught:
            key_files.load_ed25519(path, passphrase)
        assert caught.value.path == path
        assert PASSPHRASE not in str(caught.value)
        return caught.value.code

    assert code_for(None) == "missing"
    assert code_for(pem, "another passphrase") == "passphrase_wrong"
    assert code_for(plain) == "not_encrypted"
    assert code_for(b"") == "damaged"
    assert code_for(pem[:60] + b"\n-----END ENCRYPTED PRIVATE KEY-----\n") == "damaged"
    assert code_for(foreign) == "wrong_kind"


def test_an_issuing_key_under_another_name_is_refused(tmp_path: Path) -> None:
    signer = key_files.generate_issuing_key(tmp_path, PASSPHRASE)
    other = bytes(8)
    (tmp_path / f"{signer.kid.hex()}.pem").rename(tmp_path / f"{other.hex()}.pem")
    with pytest.raises(KeyFileError) as caught:
        key_files.load_issuing_key(tmp_path, other, PASSPHRASE)
    assert caught.value.code == "wrong_kind"


def test_earlier_sealing_keys_stay_usable(tmp_path: Path) -> None:
    first = key_files.generate_sealing_key(tmp_path, PASSPHRASE)
    second = key_files.generate_sealing_key(tmp_path, PASSPHRASE)
    opened = key_files.load_sealing_keys(tmp_path, PASSPHRASE)
    assert {kid: key.public_key().public_bytes_raw() for kid, key in opened.items()} == dict([first, second])


def test_root_keys_may_have_keepers_of_their_own(tmp_path: Path) -> None:
    made = OfflineKeys.generate(tmp_path, PASSPHRASE)
    (tmp_path / "root-3.pem").unlink()
    read = OfflineKeys.load(tmp_path, {"root-1": PASSPHRASE, "root-2": PASSPHRASE})
    assert [key.public_key.keyid for key in read.root] == [key.public_key.keyid for key in made.root[:2]]
    assert read.targets is None


def test_an_empty_directory_of_offline_keys_says_so(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError) as caught:
        OfflineKeys.load(tmp_path, PASSPHRASE)
    assert caught.value.code == "missing"


# Roles and lifetimes


def test_the_roles_have_the_thresholds_lifetimes_and_paths_of_the_design(authority: Authority) -> None:
    root: Root = metadata_of(authority, "1.root.json").signed
    targets: Targets = metadata_of(authority, "1.targets.json").signed
    live: Targets = metadata_of(authority, "1.live.json").signed
    snapshot: Snapshot = metadata_of(authority, "1.snapshot.json").signed
    timestamp: Timestamp = metadata_of(authority, "timestamp.json").signed
    assert (root.roles["root"].threshold, len(root.roles["root"].keyids)) == (2, 3)
    assert root.consistent_snapshot
    assert [part.expires - START for part in (root, targets, live, snapshot, timestamp)] == [
        timedelta(days=days) for days in (365, 90, 10, 10, 10)
    ]
    assert set(targets.targets) == {"issuers", "policy"}
    assert targets.delegations is not None
    assert targets.delegations.roles is not None
    delegated = targets.delegations.roles["live"]
    boxes = ["officers/*", "receipts/*", "sightings/*"]
    assert delegated.paths == ["zones", "stations", "status/*", "live/*", *boxes] == list(LIVE_PATHS)
    assert delegated.terminating
    online = {authority.online.live, authority.online.snapshot, authority.online.timestamp}
    assert not {key.public_key.keyid for key in online} & {*root.roles["root"].keyids, *root.roles["targets"].keyids}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("zones", True),
        ("status/12", True),
        ("live/head", True),
        ("officers/chot-1", True),
        ("issuers", False),
        ("policy", False),
        ("status", False),
        ("status/1/2", False),
        ("zones/1", False),
    ],
)
def test_only_delegated_names_belong_to_the_online_role(name: str, expected: object) -> None:
    assert is_live(name) is expected


def test_what_was_published_loads_as_trust(authority: Authority) -> None:
    authority.revoked = {7}
    generation = authority.publish(START + HOUR)
    loaded = trust.load(authority.repository.read_targets())
    assert (loaded.generation, loaded.published_at) == (generation, START + HOUR) == (2, START + HOUR)
    assert loaded.statuses["status/0"].get(7) != loaded.statuses["status/0"].get(8)
    assert loaded.sealing_key == authority.sealing


def test_live_targets_cannot_carry_an_issuer_key(authority: Authority) -> None:
    live = authority.live_targets(START, 2) | {"issuers": b"mine"}
    before = snapshot_of(authority.repository)
    assert refusal_of(authority.repository.publish_live, live, authority.online, START) == "target_not_allowed"
    assert snapshot_of(authority.repository) == before


def test_offline_targets_cannot_carry_what_the_online_role_signs(authority: Authority) -> None:
    targets = authority.offline_targets() | {"zones": b""}
    assert (
        refusal_of(authority.repository.publish_offline, targets, authority.offline, authority.online, START)
        == "target_not_allowed"
    )


def test_live_targets_without_a_head_are_refused(authority: Authority) -> None:
    live = authority.live_targets(START, 2)
    del live["live/head"]
    assert refusal_of(authority.repository.publish_live, live, authority.online, START) == "head_missing"


def test_keys_that_stations_do_not_know_publish_nothing(authority: Authority, tmp_path: Path) -> None:
    strangers = OnlineKeys.generate(tmp_path / "strangers", PASSPHRASE)
    live = authority.live_targets(START, 2)
    before = snapshot_of(authority.repository)
    for role in ("live", "snapshot", "timestamp"):
        mixed = replace(authority.online, **{role: getattr(strangers, role)})
        assert refusal_of(authority.repository.publish_live, live, mixed, START) == "key_unknown"
    assert snapshot_of(authority.repository) == before


def test_a_naive_time_is_refused(authority: Authority) -> None:
    live = authority.live_targets(START, 2)
    with pytest.raises(ValueError, match="time zone"):
        authority.repository.publish_live(live, authority.online, START.replace(tzinfo=None))


# Publications


def test_publishing_offline_targets_keeps_the_live_ones(authority: Authority) -> None:
    authority.publish(START + HOUR)
    authority.repository.publish_offline(
        authority.offline_targets() | {"holidays": b"{}"}, authority.offline, authority.online, START + 2 * HOUR
    )
    targets = authority.repository.read_targets()
    assert targets["holidays"] == b"{}"
    assert trust.load(targets).published_at == START + HOUR


def expired(authority: Authority, at: datetime) -> set[str]:
    return {name for name, role in authority.repository.status(at).roles.items() if role.is_expired}


def test_the_status_says_what_has_expired_until_it_is_signed_again(authority: Authority) -> None:
    assert expired(authority, START + 9 * DAY) == set()
    assert expired(authority, START + 10 * DAY) == {"live", "snapshot", "timestamp"}
    assert expired(authority, START + 365 * DAY) == {"root", "targets", "live", "snapshot", "timestamp"}
    authority.publish(START + 9 * DAY)
    assert expired(authority, START + 12 * DAY) == set()
    assert authority.repository.status(START + 12 * DAY).roles["timestamp"].version == 2
    assert authority.repository.status(START).root_sha256 == authority.repository.root_sha256().hex()
    assert authority.repository.status(START).target_bytes["live/head"] > 0


def test_a_restored_backup_jumps_over_what_stations_have_seen(authority: Authority) -> None:
    assert authority.publish(START + HOUR, min_version=500) == 500
    status = authority.repository.status(START)
    assert [status.roles[role].version for role in ("live", "snapshot", "timestamp", "targets")] == [500, 500, 500, 1]
    assert authority.publish(START + HOUR) == 501
    authority.repository.publish_offline(
        authority.offline_targets(), authority.offline, authority.online, START, min_version=600
    )
    assert authority.repository.status(START).roles["targets"].version == 600


def test_old_publications_go_but_every_root_and_every_listed_file_stays(authority: Authority) -> None:
    authority.repository.rotate_root(authority.offline, authority.online, START)
    for hour in range(KEEP_PUBLICATIONS + 5):
        authority.publish(START + hour * HOUR)
    names = {path.name for path in authority.repository.metadata_dir.iterdir()}
    assert {"1.root.json", "2.root.json", "timestamp.json"} <= names
    for role in ("live", "snapshot"):
        kept = sorted(int(name.split(".")[0]) for name in names if name.endswith(f".{role}.json"))
        assert len(kept) == KEEP_PUBLICATIONS
        for version in kept if role == "live" else []:
            for file in metadata_of(authority, f"{version}.live.json").signed.targets.values():
                assert (authority.repository.targets_dir / file.get_prefixed_paths()[0]).is_file()
    heads = list((authority.repository.targets_dir / "live").iterdir())
    assert len(heads) == KEEP_PUBLICATIONS


def test_a_retired_key_cannot_be_left_out_or_used_again(authority: Authority) -> None:
    good = authority.issuers[0]
    retired = replace(good, retired_at=START + HOUR, reason="stolen")

    def publish(issuers: list[trust.IssuerKey]) -> None:
        targets = authority.offline_targets() | {"issuers": trust.dump_issuers(issuers, authority.sealing)}
        authority.repository.publish_offline(targets, authority.offline, authority.online, START + HOUR)

    publish([retired])
    assert refusal_of(publish, [good]) == "tombstone_missing"
    assert refusal_of(publish, []) == "tombstone_missing"
    publish([retired, replace(good, kid=bytes(8), public_key=authority.sealing.public_key)])


def test_issuers_that_no_station_could_read_are_refused(authority: Authority) -> None:
    targets = authority.offline_targets() | {"issuers": b"{"}
    assert (
        refusal_of(authority.repository.publish_offline, targets, authority.offline, authority.online, START)
        == "target_malformed"
    )


# Root


def test_two_of_three_root_keys_make_the_next_root(authority: Authority, tmp_path: Path) -> None:
    present = OfflineKeys(authority.offline.root[1:], None)
    authority.repository.rotate_root(present, authority.online, START + 300 * DAY)
    assert authority.repository.status(START + 400 * DAY).roles["root"].is_expired is False
    assert (tmp_path / "trust/metadata/1.root.json").exists()
    root: Root = metadata_of(authority, "2.root.json").signed
    assert set(root.roles["root"].keyids) == {key.public_key.keyid for key in authority.offline.root}


def test_one_root_key_is_not_enough(authority: Authority) -> None:
    alone = OfflineKeys(authority.offline.root[:1], authority.offline.targets)
    assert refusal_of(authority.repository.rotate_root, alone, authority.online, START) == "key_missing"
    assert authority.repository.status(START).roles["root"].version == 1


def test_stolen_online_keys_are_replaced_by_the_next_root(authority: Authority, tmp_path: Path) -> None:
    fresh = OnlineKeys.generate(tmp_path / "fresh", PASSPHRASE)
    authority.repository.rotate_root(authority.offline, fresh, START + HOUR)
    live = authority.live_targets(START, 9)
    assert refusal_of(authority.repository.publish_live, live, authority.online, START) == "key_unknown"
    authority.repository.publish_live(live, fresh, START + HOUR)


def test_a_new_live_key_needs_the_targets_key(authority: Authority, tmp_path: Path) -> None:
    fresh = OnlineKeys.generate(tmp_path / "fresh", PASSPHRASE)
    without_targets = OfflineKeys(authority.offline.root, None)
    assert refusal_of(authority.repository.rotate_root, without_targets, fresh, START) == "key_unknown"


def test_a_root_needs_three_different_keys(tmp_path: Path) -> None:
    offline = OfflineKeys.generate(tmp_path / "offline", PASSPHRASE)
    online = OnlineKeys.generate(tmp_path / "online", PASSPHRASE)
    repository = TrustRepository(tmp_path / "trust")
    twice = OfflineKeys((*offline.root[:2], offline.root[0]), offline.targets)
    assert refusal_of(repository.initialise, twice, online, {}, START) == "key_missing"
    assert refusal_of(repository.initialise, replace(offline, targets=None), online, {}, START) == "key_missing"
    assert not repository.is_initialised


# Files


def test_a_repository_is_made_once(authority: Authority) -> None:
    assert (
        refusal_of(authority.repository.initialise, authority.offline, authority.online, {}, START)
        == "already_initialised"
    )


def test_an_empty_directory_is_no_repository(tmp_path: Path) -> None:
    repository = TrustRepository(tmp_path)
    assert not repository.is_initialised
    assert refusal_of(repository.read_targets) == "not_initialised"
    assert refusal_of(repository.read_root) == "not_initialised"
    assert repository.next_version() == 1


def test_a_changed_file_is_noticed_before_it_is_signed_again(authority: Authority) -> None:
    (path,) = authority.repository.targets_dir.glob("*.issuers")
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    assert refusal_of(authority.repository.read_targets) == "damaged"
    assert refusal_of(authority.repository.export, authority.directory / "t.tar") == "damaged"
    (authority.repository.metadata_dir / "1.snapshot.json").write_bytes(b"{}")
    assert refusal_of(authority.publish, START) == "damaged"


def test_an_archive_holds_every_root_and_what_is_in_force_and_always_has_the_same_bytes(authority: Authority) -> None:
    authority.repository.rotate_root(authority.offline, authority.online, START)
    authority.publish(START + HOUR)
    archive = authority.export()
    with tarfile.open(archive, "r:") as tar:
        names = tar.getnames()
        assert all(member.isreg() and member.uid == member.mtime == 0 for member in tar.getmembers())
    metadata = {"1.root.json", "2.root.json", "2.targets.json", "3.live.json", "3.snapshot.json", "timestamp.json"}
    assert {name for name in names if name.startswith("metadata/")} == {f"metadata/{name}" for name in metadata}
    assert len(names) == len(metadata) + len(authority.repository.read_targets())
    assert authority.export("again.tar").read_bytes() == archive.read_bytes()


def test_an_archive_that_cannot_be_written_says_so(authority: Authority) -> None:
    missing = authority.directory / "no" / "trust.tar"
    assert refusal_of(authority.repository.export, missing) == "unwritable"


def test_a_writer_killed_at_any_moment_leaves_the_publication_before_or_the_one_after(authority: Authority) -> None:
    authority.publish(START + HOUR)
    deaths = 0
    while True:
        repository = TrustRepository(authority.repository.directory)  # a new process
        generation = trust.load(repository.read_targets()).generation
        live = authority.live_targets(START + 2 * HOUR, generation + 1)
        now = START + 2 * HOUR
        was_killed = SWITCH.kill_at(deaths, repository.directory, repository.publish_live, live, authority.online, now)
        assert trust.load(TrustRepository(authority.repository.directory).read_targets()).generation in {
            generation,
            generation + 1,
        }
        if not was_killed:
            break
        deaths += 1
    assert deaths > 10
    assert not list(authority.repository.directory.rglob(".writing-*"))


def test_a_root_that_does_not_exist_yet_is_told_without_a_page_and_without_noise(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    answer = client.get("/trust/metadata/2.root.json")
    assert (answer.status_code, answer.data) == (404, b"")
    with client.get("/trust/metadata/1.root.json") as file_that_is_there:
        assert file_that_is_there.status_code == 200
    assert "2.root.json" not in caplog.text
