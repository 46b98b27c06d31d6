"""Records of scans and their sealed details."""

from dataclasses import fields as fields_of
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.claims import Role
from protocol.reasons import Outcome, Reason
from protocol.scan_record import (
    Action,
    DetailsError,
    PersonSeen,
    RecordError,
    RecordKind,
    ScanRecord,
    SealedDetails,
)
from tests.protocol.samples import NOW, PASS

MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))  # noqa: DTZ001 - naive bounds
IDS = st.binary(min_size=16, max_size=16).map(bytes.hex)
RECORD = ScanRecord(
    id="0123456789abcdef" * 2,
    station="chot-1",
    seq=1,
    at=NOW + timedelta(microseconds=123_456),
    scanned_at=NOW,
    of="fedcba9876543210" * 2,
    kind=RecordKind.CODE,
    outcome=Outcome.REFER,
    reasons=(Reason.CREW_EXPIRED, Reason.TRUST_STALE),
    action=Action.SENT_ASIDE,
    iss=PASS.iss,
    cti=PASS.cti,
    crew_present=(0, 1),
    plate_mismatch=True,
    crew_mismatch=True,
    coming_from="001",
    trust_generation=7,
    officer="o-1",
    sealed=b"sealed",
)
SMALLEST = ScanRecord(id="00" * 16, station="s", seq=0, at=NOW, scanned_at=NOW, kind=RecordKind.NO_PAPER)
DETAILS = SealedDetails(
    text="VP1:...",
    plate="29C12345",
    people=(
        PersonSeen(
            id_number="001090012345",
            name="Nguyễn Văn Bình",
            role=Role.DRIVER,
            phone="+84912345678",
            lodging="10354",
            crew_index=0,
        ),
        PersonSeen(),
    ),
    note="xe hỏng đèn\nđã nhắc",
)


def test_a_record_with_everything_or_next_to_nothing_is_read_back() -> None:
    assert ScanRecord.decode(RECORD.encode()) == RECORD
    assert ScanRecord.decode(SMALLEST.encode()) == SMALLEST


@given(
    IDS,
    st.none() | IDS,
    st.sampled_from(RecordKind),
    st.none() | st.sampled_from(Outcome),
    st.none() | st.sampled_from(Action),
    st.lists(st.sampled_from(Reason), max_size=5),
    MOMENTS,
    st.none() | st.binary(min_size=1, max_size=100),
)
def test_any_record_is_read_back(
    id_: str, of: str | None, kind: RecordKind, outcome: Outcome | None, action: Action | None,
    reasons: list[Reason], at: datetime, sealed: bytes | None,
) -> None:  # fmt: skip
    record = replace(
        RECORD, id=id_, of=of, kind=kind, outcome=outcome, action=action, reasons=tuple(reasons), at=at, sealed=sealed
    )
    assert ScanRecord.decode(record.encode()) == record


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "0123"},
        {"id": "ABCDEFABCDEFABCD" * 2},
        {"id": "x" * 32},
        {"station": ""},
        {"seq": -1},
        {"at": NOW.replace(tzinfo=None)},
        {"of": "1"},
        {"reasons": ["EXPIRED"]},
        {"kind": "code of another kind"},
        {"cti": b"123"},
        {"crew_present": [0]},
        {"crew_present": (64,)},
        {"crew_present": (-1,)},
        {"plate_mismatch": None},
        {"coming_from": "1"},
        {"officer": "\x00"},
        {"sealed": b""},
        {"sealed": bytes(100_000)},
        {"iss": object()},
    ],
)
def test_what_a_record_cannot_carry_is_not_written(changes: dict[str, object]) -> None:
    with pytest.raises(RecordError):
        replace(RECORD, **changes).encode()


@pytest.mark.parametrize(
    "change",
    [{0: 2}, {1: b"1"}, {4: "now"}, {5: -1}, {7: "else"}, {8: "MAYBE"}, {10: "waved"}, {14: 1}, {16: "1"}, {17: "7"}],
)
def test_a_record_from_elsewhere_is_not_trusted_to_be_well_formed(change: dict[int, object]) -> None:
    with pytest.raises(RecordError):
        ScanRecord.decode(cbor2.dumps(cbor2.loads(RECORD.encode()) | change))


@given(st.binary(max_size=80))
def test_random_bytes_are_neither_records_nor_details(data: bytes) -> None:
    with pytest.raises(RecordError):
        ScanRecord.decode(data)
    try:
        SealedDetails.decode(data)
    except DetailsError:
        return


def test_every_field_but_the_empty_ones_has_its_own_label() -> None:
    assert len(cbor2.loads(RECORD.encode())) == len(fields_of(ScanRecord)) + 1
    assert len(cbor2.loads(SMALLEST.encode())) == 11


def test_details_are_read_back_whatever_the_reader_saw() -> None:
    assert SealedDetails.decode(DETAILS.encode()) == DETAILS
    assert SealedDetails.decode(SealedDetails().encode()) == SealedDetails()
    noise = SealedDetails(text="\x00\x1f\u202e" + "x" * 7_000)
    assert SealedDetails.decode(noise.encode()) == noise


@pytest.mark.parametrize(
    "details",
    [
        SealedDetails(text="x" * 8_001),
        SealedDetails(text="x", beside=("x" * 2_001,)),
        SealedDetails(text="x", beside=("x",) * 6),
        SealedDetails(text="\ud800"),
        SealedDetails(plate="x" * 301),
        SealedDetails(people=(PersonSeen(lodging="1"),)),
        SealedDetails(people=(PersonSeen(crew_index=-1),)),
        SealedDetails(people=(PersonSeen(),) * 65),
    ],
)
def test_details_that_cannot_be_carried_are_not_written(details: SealedDetails) -> None:
    with pytest.raises(DetailsError):
        details.encode()
