"""How many bytes revocations cost a station: every byte of its HTTP requests and answers, metadata included.

A real publisher, a web server on this machine, and the station's own import. The peers say the same revocations in
other ways, and would be fetched whole. Italy's list of hashes had 10.2 MB for 193,786 certificates, 52.6 bytes each.
"""

import gzip
import hashlib
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from checkpoint.trust import TrustStore
from passes.trust.keys import OfflineKeys, OnlineKeys, generate_issuing_key, new_passphrase
from passes.trust.repository import TrustRepository
from protocol.policy import default_policy, dump
from protocol.status import STATUS_LIST_SIZE, Status, StatusList, build_token
from protocol.trust import (
    IssuerKey,
    StationInfo,
    StationKind,
    dump_head,
    dump_issuers,
    dump_stations,
    dump_zones,
)
from tests.answering import answering

KB = 1_000
START = datetime(2021, 9, 11, tzinfo=UTC)
POSTS = 22
GOAL_UPDATE, GOAL_FULL = 64_000, 200_000
ITALY_BYTES = 10_200_000 / 193_786
Revoked = dict[int, set[int]]


class Publisher:
    """An authority with real keys whose passes fill a number of status lists."""

    def __init__(self, directory: Path) -> None:
        """Make keys and the first publication, with no pass yet."""
        passphrase = new_passphrase()
        self.online = OnlineKeys.generate(directory / "online", passphrase)
        self.signer = generate_issuing_key(directory / "issuing", passphrase)
        self.repository = TrustRepository(directory / "trust")
        self.lists: dict[str, bytes] = {}
        key = IssuerKey("VN-HN", self.signer.kid, self.signer.public_key)
        fixed = {"issuers": dump_issuers([key], None), "policy": dump(default_policy())}
        offline = OfflineKeys.generate(directory / "offline", passphrase)
        self.repository.initialise(offline, self.online, fixed, START, self._live(START))

    def publish(self, revoked: Revoked, changed: set[int], now: datetime) -> None:
        """Publish the lists; those that did not change keep their bytes, as the worker keeps them."""
        for shard in changed:
            statuses = StatusList.from_entries(dict.fromkeys(revoked[shard], Status.REVOKED))
            self.lists[f"status/{shard}"] = build_token(statuses, f"status/{shard}", now, self.signer)
        self.repository.publish_live(self._live(now), self.online, now)

    def _live(self, now: datetime) -> dict[str, bytes]:
        posts = (StationInfo(f"chot-{n}", f"Chốt kiểm soát số {n}", StationKind.ROAD, "00337") for n in range(POSTS))
        head = dump_head(now, self.repository.next_version())
        return {"zones": dump_zones([]), "stations": dump_stations(posts), "live/head": head, **self.lists}


class CountingHandler(SimpleHTTPRequestHandler):
    """Serves files and counts what goes over the socket in both directions."""

    sent = received = 0

    def do_GET(self) -> None:
        """Answer, after counting the request."""
        type(self).received += len(self.raw_requestline) + len(bytes(self.headers))
        super().do_GET()

    def setup(self) -> None:
        """Count what is written."""
        super().setup()
        write = self.wfile.write

        def counted(data: Any) -> int:
            type(self).sent += len(data)
            return write(data)

        self.wfile.write = counted

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served(directory: Path) -> Iterator[str]:
    """Serve a repository until the block ends; give its address."""
    with answering(ThreadingHTTPServer(("127.0.0.1", 0), partial(CountingHandler, directory=str(directory)))) as where:
        yield where


def fetch(store: TrustStore, address: str, now: datetime, what: str) -> int:
    """Let a station import; print and give how many bytes that moved."""
    CountingHandler.sent = CountingHandler.received = 0
    began = time.perf_counter()
    store.import_from(address, now)
    seconds = time.perf_counter() - began
    moved = CountingHandler.sent + CountingHandler.received
    print(f"  {what:52} {moved / KB:9.1f} kB   {seconds:5.2f} s")
    return moved


def revoke(dice: random.Random, revoked: Revoked, passes: int, count: int) -> set[int]:
    """Revoke that many passes of those issued, at the places that their order gives them; give the shards touched."""
    touched = set()
    while count:
        shard, place = divmod(dice.randrange(passes), STATUS_LIST_SIZE)
        if place not in revoked.setdefault(shard, set()):
            revoked[shard].add(place)
            touched.add(shard)
            count -= 1
    return touched


def peers(revoked: Revoked, moved: int) -> None:
    """Print what the same revocations are in other forms, and how many times as much that is."""
    serials = [hashlib.sha256(f"{shard}/{place}".encode()).digest() for shard in revoked for place in revoked[shard]]
    ids = json.dumps([serial[:8].hex() for serial in serials]).encode()
    hashes = json.dumps([serial.hex() for serial in serials]).encode()
    forms = {
        "status lists, not compressed": len(revoked) * STATUS_LIST_SIZE // 4,
        "JSON list of 8-byte serials, gzip": len(gzip.compress(ids, 9)),
        "JSON list of SHA-256, gzip": len(gzip.compress(hashes, 9)),
        "Italy's bytes per certificate": round(len(serials) * ITALY_BYTES),
    }
    for name, size in forms.items():
        print(f"    {name:50} {size / KB:9.1f} kB   {size / moved:6.1f} ×")


def measure(directory: Path, passes: int, share: float, news: int) -> tuple[int, int, int]:
    """Publish and fetch; give the bytes of all lists, of a first import, and of the update."""
    dice, revoked = random.Random(2021), {}  # type: tuple[random.Random, Revoked]
    publisher = Publisher(directory)
    shards = set(range(-(-passes // STATUS_LIST_SIZE)))
    revoke(dice, revoked, passes, round(passes * share))
    publisher.publish(revoked, shards, START)
    lists = sum(map(len, publisher.lists.values()))
    print(f"\n{passes:,} passes in {len(shards)} lists, {share:.0%} of them revoked: {lists / KB:.1f} kB of lists")
    with served(publisher.repository.directory) as address:
        store = TrustStore(directory / "station", publisher.repository.root_sha256())
        first = fetch(store, address, START, "first import, everything")
        peers(revoked, first)
        publisher.publish(revoked, set(), START + timedelta(hours=1))
        fetch(store, address, START + timedelta(hours=1), "an hour later, nothing new")
        touched = revoke(dice, revoked, passes, news)
        publisher.publish(revoked, touched, START + timedelta(hours=2))
        what = f"{news:,} new revocations, {len(touched)} lists changed"
        update = fetch(store, address, START + timedelta(hours=2), what)
        peers(revoked, update)
    loaded = store.load_current().statuses
    for shard, places in revoked.items():
        found = loaded[f"status/{shard}"]
        assert sum(found.get(place) is Status.REVOKED for place in places) == len(places)
    return lists, first, update


def main() -> int:
    """Print both cases; 1 if a goal is missed."""
    print("bytes over HTTP in both directions, headers included; the peers are fetched whole each time")
    with tempfile.TemporaryDirectory() as scratch:
        _, _, update = measure(Path(scratch) / "million", 1_000_000, 0.01, 1_000)
        lists, first, _ = measure(Path(scratch) / "ten-million", 10_000_000, 0.01, 1_000)
    is_met = update <= GOAL_UPDATE and lists <= GOAL_FULL
    print(
        f"\ngoals: 1,000 new revocations among 1,000,000 passes move {update / KB:.1f} of {GOAL_UPDATE // KB} kB; "
        f"10,000,000 with 1 % revoked are {lists / KB:.1f} of {GOAL_FULL // KB} kB ({first / KB:.1f} with all "
        f"metadata): {'met' if is_met else 'MISSED'}"
    )
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
