"""Trust data at the station: what is accepted, what is refused, and what stays in force whatever happens."""

import hashlib
import io
import json
import os
import shutil
import socket
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tuf.api.metadata import Metadata
from tuf.ngclient._internal.trusted_metadata_set import TrustedMetadataSet

from checkpoint import messages
from checkpoint.reporting import trust_in_words
from checkpoint.trust import Limits, TrustImportError, TrustStore, TrustStoreError
from checkpoint.trust.once import Anchor, load_once
from checkpoint.trust.updating import updater_config
from passes.trust.keys import OfflineKeys, OnlineKeys
from protocol.status import Status
from tests.answering import answering
from tests.counts import count
from tests.killing import SWITCH
from tests.trust_authority import DAY, HOUR, PASSPHRASE, START, Authority

BREAKS = count("bytes after which a source of trust is gone", reduced=60, full=4_000)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "issuer")


@pytest.fixture
def store(authority: Authority, tmp_path: Path) -> TrustStore:
    return TrustStore(tmp_path / "station" / "trust", authority.repository.root_sha256())


@pytest.fixture
def address(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The repository behind a real web server on this machine."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    handler = partial(_QuietHandler, directory=str(authority.repository.directory))
    with answering(ThreadingHTTPServer(("127.0.0.1", 0), handler)) as where:
        yield where


class _QuietHandler(SimpleHTTPRequestHandler):
    asked_for: list[str] = []  # noqa: RUF012 - one list for all requests of a test is its purpose

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name for it
        del format
        self.asked_for.append(str(args[0]))


def refusal_of(action: Callable[..., object], *arguments: object) -> str:
    with pytest.raises(TrustImportError) as caught:
        action(*arguments)
    assert caught.value.params["detail"]
    assert str(caught.value.params["source"]) in messages.sentence(caught.value) or caught.value.code in {
        "trust_busy",
        "trust_unwritable",
    }
    return caught.value.code


def copy_of(authority: Authority, name: str) -> Path:
    """The repository's directory as it stands, to be tampered with."""
    path = authority.directory / name
    shutil.copytree(authority.repository.directory, path)
    return path


def files_below(directory: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in directory.rglob("*") if path.is_file() and path.name != "lock"}


def tar_of(path: Path, *members: tuple[tarfile.TarInfo, bytes]) -> Path:
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as tar:
        for member, data in members:
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return path


# Accepting


@pytest.fixture(params=["directory", "archive", "address"])
def source(request: pytest.FixtureRequest, authority: Authority) -> Callable[[], str | Path]:
    """The issuer's newest publication, each way a station can get it."""
    if request.param == "address":
        address = request.getfixturevalue("address")
        return lambda: address
    return authority.export if request.param == "archive" else lambda: authority.repository.directory


def test_a_publication_is_imported_and_loaded(
    source: Callable[[], str | Path], authority: Authority, store: TrustStore
) -> None:
    authority.revoked = {5}
    authority.publish(START + HOUR)
    imported = store.import_from(source(), START + 2 * HOUR)
    assert (imported.generation, imported.published_at, imported.is_new) == (2, START + HOUR, True)
    trust = store.load_current()
    assert trust.generation == 2
    assert trust.statuses["status/0"].get(5) is Status.REVOKED
    assert store.clock_floor == START + HOUR

    authority.revoked = {5, 6}
    authority.publish(START + 3 * HOUR)
    assert store.import_from(source(), START + 4 * HOUR).is_new
    assert store.load_current().statuses["status/0"].get(6) is Status.REVOKED


def test_the_same_publication_again_changes_nothing(authority: Authority, store: TrustStore, tmp_path: Path) -> None:
    store.import_from(authority.export(), START)
    before = files_below(tmp_path / "station")
    assert not store.import_from(authority.repository.directory, START).is_new
    assert files_below(tmp_path / "station") == before


def test_loading_needs_neither_network_nor_the_source(
    authority: Authority, store: TrustStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.import_from(authority.export(), START)
    shutil.rmtree(authority.directory)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    assert store.load_current().generation == 1


def test_over_the_network_only_what_changed_is_fetched(authority: Authority, store: TrustStore, address: str) -> None:
    store.import_from(address, START)
    _QuietHandler.asked_for.clear()
    authority.publish(START + HOUR)
    store.import_from(address, START + HOUR)
    targets = [request for request in _QuietHandler.asked_for if "/targets/" in request]
    assert len(targets) == 1
    assert "/targets/live/" in targets[0]


def test_two_generations_are_kept(authority: Authority, store: TrustStore, tmp_path: Path) -> None:
    for hour in range(5):
        authority.publish(START + hour * HOUR)
        store.import_from(authority.repository.directory, START + hour * HOUR)
    (folder,) = (tmp_path / "station" / "trust").glob("*/generations")
    assert sorted(path.name[:10] for path in folder.iterdir()) == ["0000000005", "0000000006"]


def test_a_running_program_sees_that_something_new_is_in_force(authority: Authority, store: TrustStore) -> None:
    assert store.current_id() is None
    store.import_from(authority.repository.directory, START)
    first = store.current_id()
    authority.publish(START + HOUR)
    store.import_from(authority.repository.directory, START + HOUR)
    assert first is not None
    assert store.current_id() not in {None, first}


def test_the_status_tells_what_is_in_force(authority: Authority, store: TrustStore) -> None:
    empty = store.status()
    assert (empty.generation, empty.published_at, empty.clock_floor, empty.root_version) == (None, None, None, None)
    assert not empty.is_damaged
    store.import_from(authority.repository.directory, START)
    status = store.status()
    assert (status.generation, status.published_at, status.root_version) == (1, START, 1)
    assert status.expires["timestamp"] == START + 10 * DAY
    assert not status.is_fallback
    soon, late = (trust_in_words(status, START + later) for later in (HOUR, 12 * DAY))
    assert "nhập được đến" in soon
    assert "đã cũ" not in soon
    assert "quá hạn nhập từ" in late
    assert "đã cũ" in late
    assert "Khóa ký giấy: 1 dùng được, 0 đã thu hồi" in soon
    assert authority.repository.root_sha256().hex() in soon


def test_an_empty_store_says_so(store: TrustStore) -> None:
    with pytest.raises(TrustStoreError) as caught:
        store.load_current()
    assert caught.value.code == "trust_empty"


# The anchor


def test_another_authority_is_refused(authority: Authority, tmp_path: Path) -> None:
    store = TrustStore(tmp_path / "station", bytes(32))
    assert refusal_of(store.import_from, authority.export(), START) == "trust_wrong_anchor"
    assert refusal_of(store.import_from, authority.repository.directory, START) == "trust_wrong_anchor"


def test_another_authority_does_not_get_in_later_either(
    authority: Authority, store: TrustStore, tmp_path: Path
) -> None:
    store.import_from(authority.repository.directory, START)
    other = Authority(tmp_path / "other")
    for version in range(20):
        other.publish(START + version * HOUR)
    assert refusal_of(store.import_from, other.repository.directory, START + DAY) == "trust_signature_invalid"
    assert store.load_current().generation == 1


def test_a_station_enrolled_after_a_rotation_is_anchored_in_the_newer_root(
    authority: Authority, tmp_path: Path
) -> None:
    fresh = OfflineKeys.generate(tmp_path / "fresh", PASSPHRASE)
    authority.repository.rotate_root(authority.offline, authority.online, START, fresh)
    store = TrustStore(tmp_path / "station", authority.repository.root_sha256())
    assert hashlib.sha256(authority.repository.read_root(2)).digest() == authority.repository.root_sha256()
    store.import_from(authority.export(), START)
    assert store.status().root_version == 2


def test_stores_of_two_anchors_do_not_mix(authority: Authority, store: TrustStore, tmp_path: Path) -> None:
    store.import_from(authority.repository.directory, START)
    other = Authority(tmp_path / "other")
    enrolled_anew = TrustStore(tmp_path / "station" / "trust", other.repository.root_sha256())
    with pytest.raises(TrustStoreError):
        enrolled_anew.load_current()
    enrolled_anew.import_from(other.repository.directory, START)
    assert store.load_current().issuers.keys() != enrolled_anew.load_current().issuers.keys()


@pytest.mark.parametrize("rotations", [1, 3])
def test_a_station_that_slept_follows_the_roots(
    authority: Authority, store: TrustStore, tmp_path: Path, rotations: int
) -> None:
    store.import_from(authority.repository.directory, START)
    offline, online = authority.offline, authority.online
    for number in range(rotations):
        fresh = OfflineKeys.generate(tmp_path / f"offline-{number}", PASSPHRASE)
        online = OnlineKeys.generate(tmp_path / f"online-{number}", PASSPHRASE)
        authority.repository.rotate_root(offline, online, START + HOUR, fresh)
        offline = fresh
    authority.online = online
    authority.publish(START + 2 * HOUR)
    store.import_from(authority.export(), START + 2 * HOUR)
    assert store.status().root_version == 1 + rotations
    assert store.load_current().published_at == START + 2 * HOUR


def test_stolen_online_keys_cannot_add_an_issuer(authority: Authority, store: TrustStore) -> None:
    store.import_from(authority.repository.directory, START)
    honest = store.load_current().issuers
    # The thief signs an `issuers` of his own below the role he holds the key of; the honest tools would refuse to.
    source = copy_of(authority, "thief")
    forged = b'{"issuers":[],"sealing_key":null}'
    live: Metadata[Any] = Metadata.from_file(str(source / "metadata/1.live.json"))
    live.signed.targets["issuers"] = live.signed.targets["zones"].from_data("issuers", forged)
    (source / "targets" / live.signed.targets["issuers"].get_prefixed_paths()[0]).write_bytes(forged)
    _sign_up(source, authority.online, live)
    store.import_from(source, START)
    assert store.load_current().issuers == honest


def _sign_up(source: Path, online: OnlineKeys, live: Metadata[Any]) -> None:
    """Sign a changed `live`, and snapshot and timestamp over it, all as version 2."""
    live.signed.version = 2
    live.sign(online.live)
    live.to_file(str(source / "metadata/2.live.json"))
    snapshot: Metadata[Any] = Metadata.from_file(str(source / "metadata/1.snapshot.json"))
    snapshot.signed.version = 2
    snapshot.signed.meta["live.json"] = snapshot.signed.meta["live.json"].from_data(2, live.to_bytes(), ["sha256"])
    snapshot.sign(online.snapshot)
    snapshot.to_file(str(source / "metadata/2.snapshot.json"))
    timestamp: Metadata[Any] = Metadata.from_file(str(source / "metadata/timestamp.json"))
    timestamp.signed.version = 2
    meta = timestamp.signed.snapshot_meta
    timestamp.signed.snapshot_meta = meta.from_data(2, snapshot.to_bytes(), ["sha256"])
    timestamp.sign(online.timestamp)
    timestamp.to_file(str(source / "metadata/timestamp.json"))


# Time


def test_pythontuf_still_keeps_its_clock_where_the_adapter_sets_it(authority: Authority) -> None:
    trusted_set = TrustedMetadataSet(authority.repository.read_root(), updater_config(Limits()).envelope_type)
    assert isinstance(trusted_set.reference_time, datetime)


def test_an_expired_publication_is_refused_but_what_was_accepted_stays(authority: Authority, store: TrustStore) -> None:
    store.import_from(authority.repository.directory, START)
    late = START + 10 * DAY
    assert refusal_of(store.import_from, authority.repository.directory, late) == "trust_expired"
    authority.publish(START + HOUR)
    assert refusal_of(store.import_from, authority.export(), late + DAY) == "trust_expired"
    assert store.load_current().generation == 1
    authority.publish(late)
    assert store.import_from(authority.repository.directory, late + DAY).generation == 3


def test_a_frozen_mirror_is_noticed_when_its_signatures_run_out(authority: Authority, store: TrustStore) -> None:
    mirror = copy_of(authority, "mirror")
    store.import_from(mirror, START)
    authority.publish(START + DAY)
    assert not store.import_from(mirror, START + 9 * DAY).is_new
    assert refusal_of(store.import_from, mirror, START + 10 * DAY) == "trust_expired"


def test_a_clock_set_back_does_not_bring_expired_signatures_back(authority: Authority, store: TrustStore) -> None:
    old = copy_of(authority, "old")
    authority.publish(START + 11 * DAY)
    store.import_from(authority.repository.directory, START + 11 * DAY)
    assert refusal_of(store.import_from, old, START - 500 * DAY) == "trust_rollback"
    shutil.rmtree(next(iter((store._generations.directory).glob("generations/*"))))
    # Even without the metadata to compare with, the floor holds: the clock is not believed below it.
    assert refusal_of(store.import_from, old, START - 500 * DAY) == "trust_expired"


def test_data_from_the_future_are_refused(authority: Authority, store: TrustStore) -> None:
    authority.publish(START, published_at=START + 25 * HOUR)
    assert refusal_of(store.import_from, authority.repository.directory, START) == "trust_in_future"
    assert store.clock_floor is None
    store.import_from(authority.repository.directory, START + HOUR)
    assert store.clock_floor == START + 25 * HOUR


def test_the_clock_floor_never_sinks(authority: Authority, store: TrustStore) -> None:
    authority.publish(START, published_at=START + 20 * HOUR)
    store.import_from(authority.repository.directory, START)
    authority.publish(START + HOUR)
    store.import_from(authority.repository.directory, START + HOUR)
    assert store.load_current().published_at == START + HOUR
    assert store.clock_floor == START + 20 * HOUR


# Attacks on what is published


def test_going_back_is_refused(authority: Authority, store: TrustStore) -> None:
    old = authority.export("old.tar")
    authority.publish(START + HOUR)
    store.import_from(authority.export(), START + HOUR)
    assert refusal_of(store.import_from, old, START + HOUR) == "trust_rollback"
    assert store.load_current().generation == 2


def test_an_older_generation_under_newer_signatures_is_refused(authority: Authority, store: TrustStore) -> None:
    authority.publish(START + HOUR)
    store.import_from(authority.repository.directory, START + HOUR)
    authority.repository.publish_live(authority.live_targets(START + 2 * HOUR, 1), authority.online, START + 2 * HOUR)
    assert refusal_of(store.import_from, authority.repository.directory, START + 2 * HOUR) == "trust_rollback"


def test_an_older_status_list_under_newer_signatures_is_refused(authority: Authority, store: TrustStore) -> None:
    unrevoked = authority.live_targets(START, 1)["status/0"]
    authority.revoked, authority.lists_signed_at = {5}, START + HOUR
    authority.publish(START + HOUR)
    store.import_from(authority.repository.directory, START + HOUR)
    # The thief of the online keys cannot sign a list, but has every list that was ever published.
    for status in ({"status/0": unrevoked}, {}):
        live = {k: v for k, v in authority.live_targets(START + 2 * HOUR, 3).items() if k != "status/0"} | status
        authority.repository.publish_live(live, authority.online, START + 2 * HOUR)
        assert refusal_of(store.import_from, authority.repository.directory, START + 2 * HOUR) == "trust_rollback"
    assert store.load_current().statuses["status/0"].get(5) is Status.REVOKED
    authority.publish(START + 3 * HOUR)
    assert store.import_from(authority.repository.directory, START + 3 * HOUR).is_new


def test_a_tombstone_that_is_gone_is_refused_even_from_the_offline_keys(
    authority: Authority, store: TrustStore, tmp_path: Path
) -> None:
    backup = tmp_path / "backup"
    shutil.copytree(authority.repository.directory, backup)
    stolen = authority.retire_key("stolen", START + HOUR)
    store.import_from(authority.repository.directory, START + HOUR)
    # Restored from before the retirement, the issuer has forgotten it; its version numbers say otherwise.
    shutil.rmtree(authority.repository.directory)
    shutil.copytree(backup, authority.repository.directory)
    authority.issuers = [replace(key, retired_at=None, reason=None) for key in authority.issuers]
    authority.republish_offline(START + 2 * HOUR, min_version=100)
    assert refusal_of(store.import_from, authority.repository.directory, START + 2 * HOUR) == "trust_rollback"
    assert store.load_current().issuers[stolen][0].retired_at == START + HOUR


def test_an_issuer_restored_from_a_backup_is_accepted_after_a_jump(
    authority: Authority, store: TrustStore, tmp_path: Path
) -> None:
    backup = tmp_path / "backup"
    shutil.copytree(authority.repository.directory, backup)
    for hour in range(1, 6):
        authority.publish(START + hour * HOUR)
    store.import_from(authority.repository.directory, START + 5 * HOUR)
    shutil.rmtree(authority.repository.directory)
    shutil.copytree(backup, authority.repository.directory)
    authority.publish(START + 6 * HOUR)
    assert refusal_of(store.import_from, authority.repository.directory, START + 6 * HOUR) == "trust_rollback"
    authority.publish(START + 6 * HOUR, min_version=100)
    assert store.import_from(authority.repository.directory, START + 6 * HOUR).generation == 100


def test_pieces_of_two_publications_do_not_make_one(authority: Authority, store: TrustStore) -> None:
    old = copy_of(authority, "old")
    authority.revoked = {1}
    authority.publish(START + HOUR)
    for name, code in (
        ("live.json", "trust_altered"),
        ("snapshot.json", "trust_altered"),
    ):
        mixed = copy_of(authority, f"mixed-{name}")
        (mixed / f"metadata/2.{name}").write_bytes((old / f"metadata/1.{name}").read_bytes())
        assert refusal_of(store.import_from, mixed, START + HOUR) == code
    mixed = copy_of(authority, "mixed-target")
    (new,) = {path.name for path in (mixed / "targets/status").iterdir()} - {
        path.name for path in (old / "targets/status").iterdir()
    }
    (previous,) = (old / "targets/status").iterdir()
    (mixed / "targets/status" / new).write_bytes(
        previous.read_bytes().ljust((mixed / "targets/status" / new).stat().st_size)
    )
    assert refusal_of(store.import_from, mixed, START + HOUR) in {"trust_altered", "trust_too_large"}


def test_one_wrong_byte_anywhere_is_refused_and_changes_nothing(
    authority: Authority, store: TrustStore, tmp_path: Path
) -> None:
    store.import_from(authority.repository.directory, START)
    authority.publish(START + HOUR)
    honest = authority.export().read_bytes()
    home = tmp_path / "station"
    before = files_below(home)
    shutil.copytree(home, tmp_path / "backup", symlinks=True)
    archive = tmp_path / "altered.tar"
    codes = set()
    with tarfile.open(fileobj=io.BytesIO(honest)) as tar:
        places = [(member.offset_data + member.size * part // 7, member.name) for member in tar for part in range(7)]
    for offset, name in places:
        if "/1.root.json" in name:
            continue  # the station does not read it: it has its own
        altered = bytearray(honest)
        altered[offset] ^= 0x01
        archive.write_bytes(altered)
        try:
            store.import_from(archive, START + HOUR)
        except TrustImportError as error:
            codes.add(error.code)
            assert files_below(home) == before, name
        else:
            # A target that has not changed since is not read again, so its altered copy does no harm either.
            assert store.load_current().generation == 2
            shutil.rmtree(home)
            shutil.copytree(tmp_path / "backup", home, symlinks=True)
    assert codes <= {"trust_altered", "trust_metadata_invalid", "trust_signature_invalid", "trust_rollback"}
    assert "trust_altered" in codes


def test_oversized_files_are_refused_whoever_signed_them(
    authority: Authority, tmp_path: Path, store: TrustStore
) -> None:
    longer = copy_of(authority, "longer")
    (timestamp := longer / "metadata/timestamp.json").write_bytes(timestamp.read_bytes().ljust(64_000))
    assert refusal_of(store.import_from, longer, START) == "trust_too_large"

    longer = copy_of(authority, "longer-target")
    (zones,) = (longer / "targets").glob("*.zones")
    zones.write_bytes(zones.read_bytes() + b" ")
    assert refusal_of(store.import_from, longer, START) == "trust_too_large"

    live = authority.live_targets(START, 2) | {"officers/chot-1": bytes(200_000)}
    authority.repository.publish_live(live, authority.online, START)

    def refused(limits: Limits) -> str:
        small = TrustStore(tmp_path / "small", authority.repository.root_sha256(), limits, station="chot-1")
        assert refusal_of(small.import_from, authority.repository.directory, START) == "trust_too_large"
        return refusal_of(small.import_from, authority.export(), START)

    for limits in (
        replace(Limits(), target_bytes=100_000),
        replace(Limits(), total_bytes=100_000),
        replace(Limits(), metadata_bytes=500),
        replace(Limits(), targets=3),
    ):
        assert refused(limits) == "trust_too_large"
    store.import_from(authority.repository.directory, START)


def test_an_endless_answer_is_cut_off(authority: Authority, tmp_path: Path) -> None:
    limits = replace(Limits(), duration_seconds=0.0)
    store = TrustStore(tmp_path / "station", authority.repository.root_sha256(), limits)
    assert refusal_of(store.import_from, authority.repository.directory, START) == "trust_unreachable"


def test_signed_but_meaningless_data_are_refused(authority: Authority, store: TrustStore) -> None:
    store.import_from(authority.repository.directory, START)
    live = authority.live_targets(START + HOUR, 2) | {"zones": b"[]"}
    authority.repository.publish_live(live, authority.online, START + HOUR)
    assert refusal_of(store.import_from, authority.repository.directory, START + HOUR) == "trust_content_invalid"
    assert store.load_current().generation == 1


# Sources that are no good


def test_a_source_that_is_not_there_is_named(store: TrustStore, tmp_path: Path) -> None:
    for path in (tmp_path / "absent.tar", tmp_path):
        with pytest.raises(TrustImportError) as caught:
            store.import_from(path, START)
        assert caught.value.code == "trust_source_missing"
        assert caught.value.params["source"] == str(path)


def test_a_network_that_is_not_there_is_told_from_a_server_without_the_data(
    store: TrustStore, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with socket.socket() as placeholder:
        placeholder.bind(("127.0.0.1", 0))
        silent = f"http://127.0.0.1:{placeholder.getsockname()[1]}"
        assert refusal_of(store.import_from, silent, START) == "trust_unreachable"
    assert refusal_of(store.import_from, f"{address}/nowhere", START) == "trust_incomplete"


def test_a_connection_that_breaks_off_is_unreachable(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, store: TrustStore
) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")

    class Liar(_QuietHandler):
        def send_header(self, keyword: str, value: str) -> None:
            super().send_header(keyword, str(int(value) + 10) if keyword == "Content-Length" else value)

    handler = partial(Liar, directory=str(authority.repository.directory))
    with answering(ThreadingHTTPServer(("127.0.0.1", 0), handler)) as where:
        code = refusal_of(store.import_from, where, START)
    assert code == "trust_unreachable"


class _Stick:
    """Answers of a web server, of which only so many bytes arrive in all; then the line is dead."""

    def __init__(self, authority: Authority) -> None:
        self.left = 0
        stick = self

        class Handler(_QuietHandler):
            def copyfile(self, source: Any, outputfile: Any) -> None:
                data = source.read()
                arriving = data[: max(stick.left, 0)]
                stick.left -= len(data)  # before they arrive: the next request may come while this one is still ending
                outputfile.write(arriving)
                if stick.left < 0:
                    self.close_connection = True

        self.handler = partial(Handler, directory=str(authority.repository.directory))


def test_a_source_that_is_gone_after_any_byte_leaves_the_last_good_generation(
    authority: Authority, store: TrustStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    store.import_from(authority.repository.directory, START)
    authority.revoked, authority.lists_signed_at = {5}, START + HOUR
    authority.republish_offline(START + HOUR)
    before = files_below(tmp_path / "station")
    stick = _Stick(authority)
    with answering(ThreadingHTTPServer(("127.0.0.1", 0), stick.handler)) as address:
        stick.left = needed = 10**9
        shutil.copytree(tmp_path / "station", tmp_path / "copy", symlinks=True)
        TrustStore(tmp_path / "copy" / "trust", authority.repository.root_sha256()).import_from(address, START + HOUR)
        needed -= stick.left
        for place in range(0, needed, -(-needed // BREAKS)):
            stick.left = place
            refusal_of(store.import_from, address, START + HOUR)
            assert files_below(tmp_path / "station") == before, place
        stick.left = needed
        assert store.import_from(address, START + HOUR).generation == 2


def test_an_archive_cut_at_any_byte_is_refused_and_changes_nothing(
    authority: Authority, store: TrustStore, tmp_path: Path
) -> None:
    store.import_from(authority.repository.directory, START)
    authority.publish(START + HOUR)
    whole = authority.export().read_bytes()
    before = files_below(tmp_path / "station")
    cut = tmp_path / "cut.tar"
    end = len(whole.rstrip(b"\0"))
    for length in [*range(0, end, 97), *range(0, end, 512), end - 1]:
        cut.write_bytes(whole[:length])
        assert refusal_of(store.import_from, cut, START + HOUR) in {"trust_archive_damaged", "trust_incomplete"}
    assert files_below(tmp_path / "station") == before
    cut.write_bytes(whole)
    assert store.import_from(cut, START + HOUR).generation == 2


def test_random_bytes_are_no_archive(store: TrustStore, tmp_path: Path) -> None:
    archive = tmp_path / "noise.tar"
    for content in (b"", b"A" * 10_000, bytes(range(256)) * 40, b"\x1f\x8b" + bytes(600), b"\0" * 100):
        archive.write_bytes(content)
        assert refusal_of(store.import_from, archive, START) == "trust_archive_damaged"
    archive.write_bytes(b"\0" * 10_240)
    assert refusal_of(store.import_from, archive, START) == "trust_incomplete"


def _link(kind: bytes) -> tarfile.TarInfo:
    member = tarfile.TarInfo("metadata/timestamp.json")
    member.type = kind
    member.linkname = "/etc/passwd"
    return member


@pytest.mark.parametrize(
    "member",
    [
        tarfile.TarInfo("../../outside"),
        tarfile.TarInfo("metadata/../../outside"),
        tarfile.TarInfo("/outside"),
        tarfile.TarInfo("..\\outside"),
        _link(tarfile.SYMTYPE),
        _link(tarfile.LNKTYPE),
        _link(tarfile.CHRTYPE),
        _link(tarfile.FIFOTYPE),
        _link(tarfile.GNUTYPE_SPARSE),
        _link(tarfile.GNUTYPE_LONGNAME),
        _link(tarfile.XHDTYPE),
    ],
    ids=lambda member: f"{member.name}-{member.type.decode()}",
)
def test_an_archive_that_would_reach_outside_is_refused(
    authority: Authority, store: TrustStore, tmp_path: Path, member: tarfile.TarInfo
) -> None:
    store.import_from(authority.repository.directory, START)
    before = files_below(tmp_path)
    archive = tar_of(tmp_path / "hostile.tar", (member, b""))
    assert refusal_of(store.import_from, archive, START) == "trust_archive_unsafe"
    archive.unlink()
    assert files_below(tmp_path) == before


def test_an_archive_with_a_name_twice_or_too_many_names_is_refused(store: TrustStore, tmp_path: Path) -> None:
    twice = tar_of(tmp_path / "twice.tar", *[(tarfile.TarInfo("metadata/1.root.json"), b"{}")] * 2)
    assert refusal_of(store.import_from, twice, START) == "trust_archive_unsafe"
    many = tar_of(tmp_path / "many.tar", *[(tarfile.TarInfo(f"metadata/{n}"), b"") for n in range(20)])
    crowded = TrustStore(tmp_path / "s", bytes(32), replace(Limits(), archive_members=10))
    assert refusal_of(crowded.import_from, many, START) == "trust_too_large"
    huge = TrustStore(tmp_path / "s", bytes(32), replace(Limits(), archive_bytes=1000))
    assert refusal_of(huge.import_from, many, START) == "trust_too_large"


def test_an_archive_packed_again_by_hand_is_read(authority: Authority, store: TrustStore, tmp_path: Path) -> None:
    archive = tmp_path / "by-hand.tar"
    with tarfile.open(archive, "w", format=tarfile.USTAR_FORMAT) as tar:
        for part in ("metadata", "targets"):
            tar.add(authority.repository.directory / part, f"./{part}")
    assert store.import_from(archive, START).generation == 1


def test_links_and_pipes_in_a_directory_are_not_followed(authority: Authority, store: TrustStore) -> None:
    source = copy_of(authority, "linked")
    timestamp = source / "metadata/timestamp.json"
    timestamp.rename(source / "elsewhere")
    timestamp.symlink_to(source / "elsewhere")
    assert refusal_of(store.import_from, source, START) == "trust_incomplete"
    timestamp.unlink()
    os.mkfifo(timestamp)
    assert refusal_of(store.import_from, source, START) == "trust_incomplete"
    timestamp.unlink()
    (source / "elsewhere").rename(timestamp)
    (source / "targets/live").rename(source / "live-elsewhere")
    (source / "targets/live").symlink_to(source / "live-elsewhere")
    assert refusal_of(store.import_from, source, START) == "trust_incomplete"


# What stays, whatever happens


def test_a_station_killed_at_any_moment_of_an_import_has_the_old_or_the_new_generation(
    authority: Authority, store: TrustStore, tmp_path: Path
) -> None:
    store.import_from(authority.repository.directory, START)
    home = tmp_path / "station" / "trust"
    deaths = 0
    while True:
        newest = authority.publish(START + HOUR)
        before = store.load_current().generation
        was_killed = SWITCH.kill_at(deaths, home, store.import_from, authority.repository.directory, START + HOUR)
        assert TrustStore(home, authority.repository.root_sha256()).load_current().generation in {before, newest}
        if not was_killed:
            break
        deaths += 1
    assert deaths > 30
    assert not list(home.glob("*/staging"))
    assert len(list(home.glob("*/generations/*"))) == 2


def test_a_disk_that_refuses_leaves_everything_as_it_was(
    authority: Authority, store: TrustStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.import_from(authority.repository.directory, START)
    authority.publish(START + HOUR)
    before = files_below(tmp_path / "station")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    for module, name in ((os, "fsync"), (shutil, "copy2")):  # at the end, and with the first file of many
        with monkeypatch.context() as patched:
            patched.setattr(module, name, full)
            with pytest.raises(TrustImportError) as caught:
                store.import_from(authority.repository.directory, START + HOUR)
        assert caught.value.code == "trust_unwritable"
        assert str(caught.value.params["detail"]).count("No space left") == 1
        assert files_below(tmp_path / "station") == before


def test_a_damaged_generation_is_stood_in_for_by_the_one_before(
    authority: Authority, store: TrustStore, tmp_path: Path
) -> None:
    store.import_from(authority.repository.directory, START)
    authority.publish(START + HOUR)
    store.import_from(authority.repository.directory, START + HOUR)
    zones = next((tmp_path / "station").glob("trust/*/current/targets/zones"))
    zones.write_bytes(zones.read_bytes() + b" ")
    assert store.load_current().generation == 1
    assert store.status().is_fallback
    assert store.clock_floor == START + HOUR
    # The same publication again repairs it.
    assert store.import_from(authority.repository.directory, START + HOUR).generation == 2
    assert store.load_current().generation == 2
    assert not store.status().is_fallback


def test_a_store_without_a_sound_generation_says_so_and_recovers(
    authority: Authority, store: TrustStore, tmp_path: Path
) -> None:
    store.import_from(authority.repository.directory, START)
    (manifest,) = (tmp_path / "station").glob("trust/*/generations/*/manifest.json")
    manifest.write_bytes(json.dumps({}).encode())
    with pytest.raises(TrustStoreError) as caught:
        store.load_current()
    assert caught.value.code == "trust_damaged"
    assert (store.status().generation, store.status().is_damaged) == (None, True)
    assert "bị hỏng" in trust_in_words(store.status(), START)
    store.import_from(authority.repository.directory, START)
    assert store.load_current().generation == 1


def test_two_imports_at_once_do_not_meet(authority: Authority, store: TrustStore, tmp_path: Path) -> None:
    with store._exclusively("another"):
        rival = TrustStore(tmp_path / "station" / "trust", authority.repository.root_sha256())
        assert refusal_of(rival.import_from, authority.repository.directory, START) == "trust_busy"
    store.import_from(authority.repository.directory, START)


# Reading once, without a store


def test_an_archive_alone_is_its_own_anchor_and_says_so(authority: Authority) -> None:
    loaded = load_once(authority.export(), None)
    trust, anchor = loaded.trust, loaded.anchor
    assert (trust.generation, anchor, anchor == "archive") == (1, Anchor.ARCHIVE, True)


def test_a_root_file_anchors_an_archive_also_after_a_rotation(authority: Authority, tmp_path: Path) -> None:
    first = authority.repository.read_root()
    fresh = OfflineKeys.generate(tmp_path / "fresh", PASSPHRASE)
    authority.repository.rotate_root(authority.offline, authority.online, START, fresh)
    for root in (first, authority.repository.read_root()):
        for source in (authority.export(), authority.repository.directory):
            assert load_once(source, root).anchor is Anchor.ROOT


def test_the_root_of_another_authority_is_refused(authority: Authority, tmp_path: Path) -> None:
    other = Authority(tmp_path / "other")
    archive = authority.export()
    assert refusal_of(load_once, archive, other.repository.read_root()) == "trust_wrong_anchor"
    assert refusal_of(load_once, archive, b"no root") == "trust_wrong_anchor"


def test_an_archive_says_until_when_its_signatures_are_good(authority: Authority) -> None:
    loaded = load_once(authority.export(), None)
    assert loaded.trust.published_at == START
    assert loaded.expires_at == START + 10 * DAY


def test_an_archive_published_with_expired_signatures_is_refused(authority: Authority) -> None:
    authority.publish(START + 91 * DAY)  # the offline targets were not signed again in time
    assert refusal_of(load_once, authority.export(), None) == "trust_expired"


def test_reading_once_leaves_nothing_behind(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = authority.export()
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    load_once(archive, None)
    archive.write_bytes(archive.read_bytes()[:5000])
    refusal_of(load_once, archive, None)
    assert list(scratch.iterdir()) == []
