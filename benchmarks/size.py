"""How long the texts of 1,000 passes are that did not shape the dictionary, beside other ways to write the same passes.

Every line of a table is about the same passes. The EU's figure is the median of 580 published certificates, which hold
about as much.
"""

import statistics
import sys
import zlib

import segno
from _realistic import passes, words_unknown_to

from protocol import base45, claims, cose, deflate
from protocol.claims import VehiclePass
from protocol.dictionaries import DICTIONARIES, NEWEST
from protocol.envelope import FORM_PLAIN, Prefix, pack

COUNT = 1_000
GOAL_MEDIAN, GOAL_MOST = 260, 310
EU_MEDIAN = 555
DICTIONARY = DICTIONARIES[NEWEST]
SIGNER = cose.SoftwareSigner.from_seed(b"a key to measure sizes with.....")
FRAME = b"\x58\x40\xd2\x84\x4d\xa2\x01\x27\x04\x48"


def whole_messages(corpus: list[VehiclePass]) -> list[bytes]:
    """The plain COSE messages."""
    return [cose.sign1(claims.encode(one), SIGNER) for one in corpus]


def chars(message: bytes) -> int:
    """The length of the text of a message and its form byte."""
    return len(pack(Prefix.VEHICLE_PASS, FORM_PLAIN, message))


def version(length: int) -> int:
    """The version of the QR code of a text, error correction Q."""
    return int(segno.make("A" * length, error="q", mode="alphanumeric", boost_error=False, micro=False).version)


def line(name: str, sizes: list[int]) -> tuple[float, int]:
    """Print one way to write the passes; give median and greatest length."""
    ordered = sorted(sizes)
    median, p95, most = statistics.median(ordered), ordered[int(0.95 * len(ordered))], ordered[-1]
    versions = f"{version(int(median))}, {version(most)}"
    print(f"  {name:42} {ordered[0]:4} {median:6.0f} {p95:6} {most:6}   {versions:8} {median / EU_MEDIAN:7.2f}")
    return median, most


def measure(title: str, corpus: list[VehiclePass]) -> tuple[float, int]:
    """Print a table; give median and greatest length of the texts that are issued."""
    persons = sum(len(one.crew) for one in corpus) / len(corpus)
    company = statistics.median(len(one.carrier) for one in corpus)
    of_all, of_different = words_unknown_to(DICTIONARY, corpus)
    print(
        f"\n{title}: {len(corpus):,} passes, {persons:.2f} persons each, company of {company:.0f} characters (median)"
    )
    print(f"  not in the dictionary: {of_all:.0%} of the words, {of_different:.0%} of the different words")
    print(f"  {'':42} {'least':>4} {'median':>5} {'p95':>6} {'most':>6}   {'QR (Q)':8} {'to EU':>7}")
    messages = whole_messages(corpus)
    line("none", [chars(message) for message in messages])
    line("zlib, whole message", [chars(zlib.compress(message, 9)) for message in messages])
    framed = DICTIONARY + FRAME
    line("dictionary, whole message", [chars(deflate.compress(message, framed)) for message in messages])
    issued = [claims.issue(one, SIGNER) for one in corpus]
    assert [claims.peek(text) for text in issued] == corpus
    assert all(set(text) <= set(base45.ALPHABET.decode()) for text in issued)
    return line("as issued: dictionary under the signature", [len(text) for text in issued])


def main() -> int:
    """Print the tables; 1 if the goal is missed."""
    print(f"characters; EU Digital COVID Certificates: median {EU_MEDIAN}, version {version(EU_MEDIAN)}")
    median, most = measure("As on the road", passes(COUNT, seed=2021))
    measure("Two persons each", passes(COUNT, seed=2022, crew=2))
    measure("Three persons each", passes(COUNT, seed=2023, crew=3))
    is_met = median <= GOAL_MEDIAN and most <= GOAL_MOST
    print(f"\ngoal: median <= {GOAL_MEDIAN}, most <= {GOAL_MOST}: {'met' if is_met else 'MISSED'}")
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
