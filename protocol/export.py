"""A file that carries a station's records to the issuer where there is no network.

`VPX1`, then items: each its length as 4 bytes, big-endian, and its bytes. The first item is the manifest, signed by the
device: which batches follow. Each further item is one batch (`protocol.device.sign_batch`), as it would go over the
network. A file that was cut short still gives the batches that are whole; the manifest tells what is missing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from protocol import cbor, cose, fields, times
from protocol.device import MAX_BATCH_BYTES
from protocol.receipts import DIGEST_BYTES, batch_digest

MANIFEST_TYPE: Final = "application/vehicle-pass-export+cbor"
MAX_EXPORT_BYTES: Final = 512 * 1024 * 1024

_MAGIC: Final = b"VPX1"
_LENGTH_BYTES: Final = 4
_MAX_BATCHES: Final = 10_000
_MAX_STATION_CHARS: Final = 64
_VERSION, _STATION, _MADE_AT, _BATCHES, _RECORDS = range(5)
_FORMAT_VERSION: Final = 1


class ExportError(ValueError):
    """Not an export, or its manifest is not signed by this device."""


@dataclass(frozen=True, slots=True)
class Export:
    """A file as read; nothing is verified yet.

    Attributes:
        kid: The id of the key that signed the manifest.
        batches: The batches that are whole, in the order of the file.
        manifest: The manifest's message.
    """

    kid: bytes
    batches: tuple[bytes, ...]
    manifest: cose.Sign1

    def verify(self, public_key: bytes) -> "Manifest":
        """Read the manifest, once its signature was checked.

        Raises:
            ExportError: If this device did not sign it, or it is malformed.
        """
        try:
            self.manifest.verify(public_key)
            said = fields.mapping(cbor.loads(self.manifest.payload))
            if fields.integer(said.get(_VERSION)) != _FORMAT_VERSION:
                raise ExportError("of another version")
            listed = fields.array(said.get(_BATCHES), _MAX_BATCHES)
            return Manifest(
                station=fields.text(said.get(_STATION), _MAX_STATION_CHARS),
                made_at=times.from_microseconds(said.get(_MADE_AT)),
                batches=tuple(fields.byte_string(digest, DIGEST_BYTES) for digest in listed),
                records=fields.integer(said.get(_RECORDS)),
            )
        except (cose.CoseError, cbor.CborError, fields.FieldError, times.MomentError) as error:
            raise ExportError(str(error)) from error


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a file was made to hold.

    Attributes:
        station: The id of the station.
        made_at: The station's clock when it made the file.
        batches: The digest of each batch.
        records: How many records they hold together.
    """

    station: str
    made_at: datetime
    batches: tuple[bytes, ...]
    records: int


def make_export(
    batches: Sequence[bytes], records: int, station: str, made_at: datetime, signer: cose.Signer
) -> Iterator[bytes]:
    """Give the pieces of a file.

    Args:
        batches: Signed batches.
        records: How many records they hold together.
        station: The id of the station.
        made_at: The station's clock.
        signer: The device's key.
    """
    manifest = {
        _VERSION: _FORMAT_VERSION,
        _STATION: station,
        _MADE_AT: times.to_microseconds(made_at),
        _BATCHES: [batch_digest(batch) for batch in batches],
        _RECORDS: records,
    }
    yield _MAGIC
    for item in (cose.sign1(cbor.dumps(manifest), signer, MANIFEST_TYPE), *batches):
        yield len(item).to_bytes(_LENGTH_BYTES) + item


def parse_export(data: bytes) -> Export:
    """Take a file apart, as far as it goes.

    Raises:
        ExportError: If it is no export, or ends before the manifest does.
    """
    if not data.startswith(_MAGIC):
        raise ExportError("not an export of a station")
    items = _items(data)
    try:
        manifest = cose.parse_sign1(next(items), MANIFEST_TYPE)
    except (StopIteration, cose.CoseError) as error:
        raise ExportError("its manifest is missing or damaged") from error
    return Export(manifest.kid, tuple(items), manifest)


def _items(data: bytes) -> Iterator[bytes]:
    """Give the items that are whole; what comes after the first that is not cannot be told apart."""
    at = len(_MAGIC)
    while at + _LENGTH_BYTES <= len(data):
        start = at + _LENGTH_BYTES
        at = start + int.from_bytes(data[at:start])
        if at > len(data) or at - start > MAX_BATCH_BYTES:
            return
        yield data[start:at]
