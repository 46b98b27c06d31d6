"""Builds the preset dictionary of form 1: `python script/dictionary/build.py`, always the same bytes.

A dictionary is a number of strings one after another. Those that save most in made-up passes are kept, and stand the
nearer to the end the more they save a byte, because near repetitions cost fewer bits. What all passes share, in its
few variants, stands last.

The dictionary is in use: this script is kept to show where it comes from, and writes only what is there already. A
better one gets the next number, its own words, and a script of its own.
"""

import base64
import hashlib
import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import examples
import words

from protocol import areas, cbor, claims, deflate
from protocol.claims import VehiclePass

TARGET = Path(__file__).parents[2] / "protocol" / "dictionary_1.py"
MODULE = '''"""Preset dictionary 1. Built by script/dictionary/build.py, in use, and never to be changed."""

import base64
from typing import Final

SHA256: Final = "{digest}"

CONTENT: Final = base64.b64decode(
{lines}
)
"""{size:,} bytes."""
'''
MOST_BYTES = 8_000
TRAINING_PASSES = 4_000
MEASURED_PASSES = 700
ROUNDS = 6
KEPT_A_ROUND = 0.75
SEED = 1
NAME_HEAD = b"\x19"  # the number after a name, nearly always
TIME_BYTES = range(0x70, 0x5F, -1)  # first byte of a NumericDate, from the end of 2029 back to the beginning of 2021
SHARDS = (4, 3, 2, 1, 0)
PASS, CARD, SLIP = b"\x3a\x00\x01\x00\x00\xa8", b"\x3a\x00\x01\x00\x01\xa5", b"\x3a\x00\x01\x00\x03\xa3"
VERSION = b"\x00\x01\x01"


def skeleton() -> list[bytes]:
    """What the claims of all credentials share, the most frequent last."""
    times = [b"\x05\x1a%c" % byte + b"\x06\x1a%c" % byte for byte in TIME_BYTES]
    starts = [b"\xa7\x01\x65VN-HN\x04\x1a%c" % byte for byte in TIME_BYTES]
    lists = [b"\x63uri\x68status/%d" % shard for shard in SHARDS]
    others = [uri + kind + VERSION + b"\x48" * (kind == SLIP) for uri in lists[-3:] for kind in (SLIP, CARD)]
    passes = [uri + PASS + VERSION + plate for uri in lists for plate in (b"\x46", b"\x45")]
    index = [b"\x19\xff\xff\xa1\x6bstatus_list\xa2\x63idx" + head for head in (b"\x1a\x00\x01", b"\x19")]
    return [*others, *times, *starts, *passes, *index]


def phrases(passes: Iterable[VehiclePass]) -> Counter[bytes]:
    """Runs of whole words of names and companies, with how often they occur."""
    found: Counter[str] = Counter()
    for one in passes:
        for person in one.crew:
            surname, *rest = person.name.split()
            found[surname] += 1
            found[f"{surname} {rest[0]}"] += 1
            for place, word in enumerate(rest[:-1]):
                found[f" {word}"] += 1
                found[f" {word} {rest[place + 1]}"] += 1
            found[f" {rest[-1]}{NAME_HEAD.decode()}"] += 1
        parts = one.carrier.split()
        for first in range(len(parts)):
            for end in range(first + 1, min(first + 5, len(parts)) + 1):
                found[(" " if first else "") + " ".join(parts[first:end])] += 1
    coded = {phrase.encode(): count for phrase, count in found.items() if count > 1}
    return Counter({phrase: count for phrase, count in coded.items() if len(phrase) >= 3})


def joints(passes: Iterable[VehiclePass]) -> Counter[bytes]:
    """What stands between the values: labels and heads, with values of which there are few."""
    found: Counter[bytes] = Counter()
    for one in passes:
        payload = b"\x04" + cbor.dumps(int(one.payload_tonnes * 10))[:1]
        kinds = bytes([2, one.vehicle_class, 3, one.cargo])
        found.update((kinds + payload[:1], kinds + payload))
        found[b"\x05" + _head(one.carrier) + one.carrier[:1].encode()] += 1
        persons = [bytes([0x82 + (person.expires_at is not None)]) + _head(person.name) for person in one.crew]
        found[bytes([6, 0x80 + len(persons)]) + persons[0]] += 1
        for person, head in zip(one.crew[1:], persons[1:], strict=True):
            found[head + person.name[:1].encode()] += 1
        found[bytes([7, 0x80 + len(one.route)]) + cbor.dumps(areas.to_number(one.route[0]))[:1]] += 1
    return found


def _head(text: str) -> bytes:
    size = len(text.encode())
    return cbor.dumps(text)[: 1 if size < 24 else 2]


def assemble(parts: Sequence[bytes]) -> tuple[bytes, dict[bytes, tuple[int, int]]]:
    """Put strings one after another, without those that a later one holds; give also where each stands."""
    needed: list[bytes] = []
    for place, part in enumerate(parts):
        if not any(part in later for later in parts[place + 1 :]):
            needed.append(part)
    whole, places = b"", {}
    for part in needed:
        shared = next(size for size in range(len(part), -1, -1) if whole.endswith(part[:size]))
        whole += part[shared:]
        places[part] = len(whole) - len(part), len(whole)
    return whole, places


def savings(payloads: Iterable[bytes], dictionary: bytes) -> list[float]:
    """Give for each byte of a dictionary how many bits it saves in the payloads."""
    saved = [0.0] * len(dictionary)
    for payload in payloads:
        at = 0
        for length, distance in deflate.shortest(payload, dictionary):
            place = len(dictionary) + at - distance
            if distance and place < len(dictionary):
                alone = sum(deflate.bits_of(payload[at : at + length]))
                gain = (alone - deflate.bits_of_repetition(length, distance)) / length
                for byte in range(place, min(place + length, len(dictionary))):
                    saved[byte] += gain
            at += length
    return saved


def build() -> bytes:
    """Build the dictionary."""
    passes = list(examples.passes(SEED, TRAINING_PASSES))
    payloads = [claims.encode(one) for one in passes[:MEASURED_PASSES]]
    fixed = skeleton()
    counted = phrases(passes) + joints(passes)
    chosen = sorted(counted, key=lambda part: (counted[part], part))
    chosen = [part for part in chosen if counted[part] * (8 * len(part) - 22) > TRAINING_PASSES // 40]
    for _ in range(ROUNDS):
        whole, places = assemble([*chosen, *fixed])
        saved = savings(payloads, whole)
        worth = {part: sum(saved[start:end]) / len(part) for part, (start, end) in places.items()}
        chosen = sorted((part for part in places if part not in fixed), key=lambda part: (worth[part], part))
        room = max(MOST_BYTES, int(len(whole) * KEPT_A_ROUND)) - sum(map(len, fixed))
        while sum(map(len, chosen)) > room or (chosen and not worth[chosen[0]]):
            chosen.pop(0)
    rimes = [rime for rime in map(str.encode, words.RIMES) if not any(rime in part for part in chosen)]
    return assemble([*rimes, *chosen, *fixed])[0]


def render(dictionary: bytes) -> str:
    """Write the dictionary as a Python module."""
    lines = textwrap.wrap(base64.b64encode(dictionary).decode(), 100)
    return MODULE.format(
        size=len(dictionary),
        digest=hashlib.sha256(dictionary).hexdigest(),
        lines="\n".join(f'    "{line}"' for line in lines),
    )


def main() -> None:
    """Write the module, and say size and digest."""
    dictionary = build()
    TARGET.write_text(render(dictionary), "utf-8")
    print(len(dictionary), "bytes, SHA-256", hashlib.sha256(dictionary).hexdigest())


if __name__ == "__main__":
    main()
