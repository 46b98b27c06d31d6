"""Taking in a file of movements: as a stream, batch by batch, and on from where an interrupted import stopped."""

from __future__ import annotations

import gc
import hashlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from passes import audit
from passes.movement import bulk
from passes.movement.import_batch import CONFLICT, BatchResult, keep_batch
from passes.movement.import_lines import LineError, LineReader, Register
from passes.movement.import_people import Passengers
from passes.movement.models import MovementImport

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from typing import BinaryIO

    from sqlalchemy.orm import Session

    from passes.accounts.models import User
    from passes.movement.import_lines import Line

BATCH_LINES = 20_000
MAX_LINE_BYTES = 64 * 1024
_CHUNK_BYTES = 1 << 20
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class RefusedLine:
    """A line that was not taken in: its number, counted from 1, a code, the field, and why."""

    line: int
    code: str
    field: str
    reason: str


@dataclass(frozen=True)
class Progress:
    """How far an import is.

    Args:
        position_bytes: how much of the file is done.
        lines: how many lines that is.
        added: movements that are new.
        known: lines that were here already.
        refused: how many lines were refused so far, those before an interruption included.
        refusals: the lines refused since the last report.
        resumed_at: the number of lines that an earlier run had done.
    """

    position_bytes: int
    lines: int
    added: int
    known: int
    refused: int
    refusals: tuple[RefusedLine, ...]
    resumed_at: int


def import_movements(
    session: Session, actor: User | None, file: BinaryIO, now: datetime, batch_lines: int = BATCH_LINES
) -> Iterator[Progress]:
    """Take in a file of movements (`import_lines` says what a line holds), however large.

    After each batch the caller commits and goes on; where it is interrupted in between, the next import of the same
    file goes on from there. Lines that are known already change nothing.

    Args:
        session: the caller's transactions.
        actor: who imports; None for the command line.
        file: open for reading bytes, and seekable.
        now: for what is written.
        batch_lines: at most so many lines in one transaction.

    Yields:
        How far it is, after each batch; at least once.
    """
    run, digest = _begin(session, file, now)
    started_at = run.lines
    passengers, reader = Passengers(session), _Reader(file, LineReader(Register.of(session)), digest, batch_lines)
    is_done = False
    with _no_collection(), ThreadPoolExecutor(1, "read-ahead") as ahead:
        # While the database takes in one batch, the next one is read.
        coming = ahead.submit(reader.read_batch, run.lines)
        while not is_done:
            batch = coming.result()
            is_done = batch.count < batch_lines
            if not is_done:
                coming = ahead.submit(reader.read_batch, run.lines + batch.count)
            bulk.prepare(session)
            result = keep_batch(session, passengers, batch.lines, now) if batch.lines else BatchResult()
            for number, line_id in result.conflicts:
                batch.refusals.append(
                    RefusedLine(number, CONFLICT, "id", f"{line_id!r} is known and says something else")
                )
            _note(run, batch, result, now)
            if is_done:
                session.delete(run)
                bulk.note_statistics(session)
                counts = {"lines": run.lines, "added": run.added, "known": run.known, "refused": run.refused}
                audit.record(session, actor, "movements.import", "Movements", counts, now)
            session.flush()
            yield Progress(
                run.position_bytes,
                run.lines,
                run.added,
                run.known,
                run.refused,
                tuple(sorted(batch.refusals, key=lambda refused: refused.line)),
                started_at,
            )


@dataclass(frozen=True)
class _Batch:
    """Lines that say something, with their numbers; those that cannot be read; how many; how far the file is then."""

    lines: list[tuple[int, Line]]
    refusals: list[RefusedLine]
    count: int
    position_bytes: int
    digest: str


def _note(run: MovementImport, batch: _Batch, result: BatchResult, now: datetime) -> None:
    """Write down how far an import is."""
    run.lines += batch.count
    run.position_bytes, run.digest, run.updated_at = batch.position_bytes, batch.digest, now
    run.added += result.added
    run.known += result.known
    run.refused += len(batch.refusals)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep Python from looking for cycles again and again among the many tuples of a batch, of which there are none."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _begin(session: Session, file: BinaryIO, now: datetime) -> tuple[MovementImport, hashlib._Hash]:
    """Return where this file's import stands (where an earlier one was interrupted, or at the beginning).

    The file is then at that position; the digest is that of what lies before it.
    """
    first_line = hashlib.sha256(file.readline(MAX_LINE_BYTES)).hexdigest()
    file.seek(0)
    run = session.get(MovementImport, first_line)
    if run is not None:
        digest = hashlib.sha256()
        for chunk in _chunks(file, run.position_bytes):
            digest.update(chunk)
        if digest.hexdigest() == run.digest:
            return run, digest
        session.delete(run)  # another file that begins like it
        session.flush()
        file.seek(0)
    run = MovementImport(
        first_line=first_line,
        digest="",
        position_bytes=0,
        lines=0,
        added=0,
        known=0,
        refused=0,
        updated_at=now,
    )
    session.add(run)
    session.flush()
    return run, hashlib.sha256()


def _chunks(file: BinaryIO, size: int) -> Iterator[bytes]:
    """Yield the next `size` bytes, or what there is of them."""
    while size > 0 and (chunk := file.read(min(size, _CHUNK_BYTES))):
        size -= len(chunk)
        yield chunk


@dataclass(frozen=True)
class _Reader:
    """Reads a file batch by batch, from where it stands."""

    file: BinaryIO
    lines: LineReader
    digest: hashlib._Hash
    batch_lines: int

    def read_batch(self, before: int) -> _Batch:
        """Read the next lines; `before` is how many there were before them."""
        lines: list[tuple[int, Line]] = []
        refusals: list[RefusedLine] = []
        count = 0
        while count < self.batch_lines and (raw := self.file.readline(MAX_LINE_BYTES)):
            self.digest.update(raw)
            count += 1
            number = before + count
            try:
                if len(raw) == MAX_LINE_BYTES and not raw.endswith(b"\n"):
                    self._skip_line()
                    raise LineError("too_long", "line", f"is longer than {MAX_LINE_BYTES} bytes")
                if text := (raw.removeprefix(_BOM) if number == 1 else raw).strip():
                    lines.append((number, self.lines.read(text)))
            except LineError as error:
                refusals.append(RefusedLine(number, error.code, error.field, str(error)))
        return _Batch(lines, refusals, count, self.file.tell(), self.digest.hexdigest())

    def _skip_line(self) -> None:
        while (rest := self.file.readline(MAX_LINE_BYTES)) and not rest.endswith(b"\n"):
            self.digest.update(rest)
        self.digest.update(rest)
