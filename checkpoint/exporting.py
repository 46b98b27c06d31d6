"""Handing records over where there is no network: into a file, for a stick."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from checkpoint.errors import StationError
from checkpoint.home import Home
from checkpoint.scanlog import ScanLog
from protocol.cose import Signer
from protocol.device import BATCH_BODY_BYTES, MAX_BATCH_RECORDS, sign_batch
from protocol.export import make_export
from protocol.receipts import batch_digest

SUFFIX = ".vpx"


class ExportFileError(StationError):
    """The file cannot be written (`export_unwritable`), or there is nothing to hand over (`export_empty`)."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written.

    Attributes:
        path: the file.
        records: how many records are in it.
        size: bytes.
    """

    path: Path
    records: int
    size: int


def export_records(home: Home, log: ScanLog, path: Path, now: datetime, *, is_everything: bool = False) -> Exported:
    """Write the records that wait into a file. They go on waiting until their receipts come back.

    Args:
        home: the station's folder.
        log: the station's log.
        path: the file, replaced if it is there; or a folder, in which the file gets a name of its own.
        now: the station's clock.
        is_everything: also what the issuer has received, unless it was purged: for an issuer that lost something.

    Raises:
        HomeError: the station is not enrolled.
        ScanLogError: the log cannot be read, or it could not be noted what is in the file.
        ExportFileError: it cannot be written, or there is nothing to write.
    """
    station, signer = home.enrolment().station, home.device_key()
    batches: list[bytes] = []
    records = 0
    for group in _groups(log, is_everything=is_everything):
        batch = sign_batch([body for _, body in group], signer)
        log.note_handed(batch_digest(batch), [record_id for record_id, _ in group])
        batches.append(batch)
        records += len(group)
    if not batches:
        raise ExportFileError("export_empty")
    target = path / f"{station}-{now:%Y%m%d-%H%M%S}{SUFFIX}" if path.is_dir() else path
    size = _write(target, batches, records, station, now, signer)
    return Exported(target, records, size)


def _groups(log: ScanLog, *, is_everything: bool) -> Iterator[list[tuple[str, bytes]]]:
    """Give the records to hand over, as many at a time as a batch holds."""
    after = 0
    while rows := log.kept(after, MAX_BATCH_RECORDS, is_waiting_only=not is_everything):
        group: list[tuple[str, bytes]] = []
        size = 0
        for seq, record_id, body in rows:
            size += len(body)
            if group and size > BATCH_BODY_BYTES:
                break
            group.append((record_id, body))
            after = seq
        yield group


def _write(path: Path, batches: list[bytes], records: int, station: str, now: datetime, signer: Signer) -> int:
    """Write the file beside its place first: a stick that is pulled out leaves no half of it under its name."""
    scratch = path.with_name(f"{path.name}.part")
    try:
        with scratch.open("wb") as file:
            size = sum(file.write(piece) for piece in make_export(batches, records, station, now, signer))
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        with suppress(OSError):
            scratch.unlink(missing_ok=True)
        raise ExportFileError("export_unwritable", path=path, detail=error.strerror or str(error)) from error
    return size
