"""Records on a stick, and the receipts that come back: whole, cut short, altered."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import cbor
from protocol.cose import SoftwareSigner
from protocol.device import open_batch, sign_batch
from protocol.export import ExportError, make_export, parse_export
from protocol.receipts import (
    MAX_RECEIPTS,
    Receipt,
    ReceiptsError,
    batch_digest,
    dump_receipts,
    parse_receipts,
    receipts_path,
)

NOW = datetime(2021, 9, 14, 2, 0, 0, 123456, tzinfo=UTC)
DEVICE = SoftwareSigner.from_seed(b"a device key of these tests.....")
OTHER = SoftwareSigner.from_seed(b"another key of these tests......")
BATCHES = [sign_batch([b"one", b"two"], DEVICE), sign_batch([b"three"], DEVICE)]
FILE = b"".join(make_export(BATCHES, 3, "chot-1", NOW, DEVICE))


def test_a_file_is_read_as_it_was_written() -> None:
    export = parse_export(FILE)
    manifest = export.verify(DEVICE.public_raw)
    assert (manifest.station, manifest.made_at, manifest.records) == ("chot-1", NOW, 3)
    assert manifest.batches == tuple(map(batch_digest, BATCHES))
    assert [open_batch(batch, DEVICE.public_raw) for batch in export.batches] == [[b"one", b"two"], [b"three"]]
    assert export.kid == DEVICE.kid


def test_a_file_of_another_device_is_not_this_ones() -> None:
    with pytest.raises(ExportError):
        parse_export(FILE).verify(OTHER.public_raw)


@pytest.mark.parametrize("length", range(len(FILE)))
def test_a_file_that_was_cut_short_gives_whole_batches_or_nothing(length: int) -> None:
    try:
        export = parse_export(FILE[:length])
    except ExportError:
        return
    assert list(export.batches) == BATCHES[: len(export.batches)]
    assert len(export.batches) < 2
    assert len(export.verify(DEVICE.public_raw).batches) == 2


@given(st.binary(max_size=200))
def test_no_bytes_make_the_reader_fail_in_another_way(data: bytes) -> None:
    for attempt in (data, b"VPX1" + data):
        try:
            parse_export(attempt).verify(DEVICE.public_raw)
        except ExportError:
            continue


RECEIPTS = [
    Receipt(batch_digest(b"a"), NOW, {"00" * 16: "conflict", "#1": "malformed"}),
    Receipt(batch_digest(b"b"), NOW - timedelta(hours=1)),
]


def test_receipts_are_read_as_they_were_written_newest_first() -> None:
    assert parse_receipts(dump_receipts(reversed(RECEIPTS))) == tuple(RECEIPTS)
    assert receipts_path("chot-1") == "receipts/chot-1"


def test_of_too_many_receipts_the_newest_are_kept() -> None:
    many = [Receipt(n.to_bytes(16), NOW + timedelta(seconds=n)) for n in range(MAX_RECEIPTS + 7)]
    assert parse_receipts(dump_receipts(many))[-1].received_at == NOW + timedelta(seconds=7)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        cbor.dumps({0: 2, 1: []}),
        cbor.dumps({0: 1, 1: [[]]}),
        cbor.dumps({0: 1, 1: [[bytes(15), 0, {}]]}),
        cbor.dumps({0: 1, 1: [[bytes(16), "then", {}]]}),
        cbor.dumps({0: 1, 1: [[bytes(16), 0, {"a": 1}]]}),
        cbor.dumps({0: 1, 1: [[bytes(16), 0, {str(n): "x" for n in range(501)}]]}),
    ],
)
def test_what_are_no_receipts_is_refused(data: bytes) -> None:
    with pytest.raises(ReceiptsError):
        parse_receipts(data)
