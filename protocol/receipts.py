"""Receipts for batches that came on a stick: the content of the target `receipts/<station>`, in a box for its devices.

A batch that comes over the network is answered at once. One that is carried is answered with the next trust archive
that is carried back.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from protocol import cbor, fields, times

RECEIPTS_PREFIX: Final = "receipts/"
DIGEST_BYTES: Final = 16
MAX_RECEIPTS: Final = 1_000
"""The newest; a post that hands over once an hour is answered for six weeks."""

_VERSION, _RECEIPTS = range(2)
_FORMAT_VERSION: Final = 1
_MAX_REFUSED: Final = 500
_MAX_CODE_CHARS: Final = 64


class ReceiptsError(ValueError):
    """Not receipts."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The issuer's answer for one batch.

    Attributes:
        batch: What `batch_digest` gives for it.
        received_at: When the issuer took it in.
        refused: What it did not take: a record's id, or `#n` for the n-th record of the batch, and a code.
    """

    batch: bytes
    received_at: datetime
    refused: Mapping[str, str] = field(default_factory=dict)


def receipts_path(station: str) -> str:
    """Give the target that holds a station's receipts."""
    return RECEIPTS_PREFIX + station


def batch_digest(batch: bytes) -> bytes:
    """Give what a batch is named by: the first 16 bytes of the SHA-256 of its bytes, signature included."""
    return hashlib.sha256(batch).digest()[:DIGEST_BYTES]


def dump_receipts(receipts: Iterable[Receipt]) -> bytes:
    """Write receipts; of more than `MAX_RECEIPTS`, the newest."""
    newest = sorted(receipts, key=lambda one: (one.received_at, one.batch), reverse=True)[:MAX_RECEIPTS]
    rows = [[one.batch, times.to_microseconds(one.received_at), dict(one.refused)] for one in newest]
    return cbor.dumps({_VERSION: _FORMAT_VERSION, _RECEIPTS: rows})


def parse_receipts(data: bytes) -> tuple[Receipt, ...]:
    """Read receipts, newest first.

    Raises:
        ReceiptsError: If they are malformed.
    """
    try:
        said = fields.mapping(cbor.loads(data))
        if fields.integer(said.get(_VERSION)) != _FORMAT_VERSION:
            raise ReceiptsError("of another version")
        return tuple(_read(row) for row in fields.array(said.get(_RECEIPTS), MAX_RECEIPTS))
    except (cbor.CborError, fields.FieldError, times.MomentError) as error:
        raise ReceiptsError(str(error)) from error


def _read(row: object) -> Receipt:
    batch, received_at, refused = fields.array(row, 3, at_least=3)
    said = fields.mapping(refused)
    if len(said) > _MAX_REFUSED:
        raise ReceiptsError("more refusals than a batch has records")
    return Receipt(
        batch=fields.byte_string(batch, DIGEST_BYTES),
        received_at=times.from_microseconds(received_at),
        refused={fields.text(item, _MAX_CODE_CHARS): fields.text(code, _MAX_CODE_CHARS) for item, code in said.items()},
    )
