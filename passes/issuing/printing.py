"""Many papers as one file, in the background: the rows are the work, and each turn of the worker prints a few."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes import audit
from passes.issuing.models import PassStatus, Supplement, VehiclePass
from passes.issuing.print_kinds import MAKING
from passes.issuing.print_models import PrintJob, PrintJobPaper, PrintKind, PrintState
from passes.issuing.services import IssuingError
from passes.issuing.sheets import Letterhead
from passes.press.binding import Title, bind
from passes.press.pages import SheetError
from passes.press.symbol import SymbolError
from protocol.plates import format_plate

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import Organisation, User
    from passes.press.pages import SetPage
    from passes.sealed_files import SealedFiles

SHEETS_A_TURN = 20
"""Half a second's work: the other steps of the worker wait for it."""
KEPT = timedelta(days=1)
_SHOWN_JOBS = 5


class PrintRefusedError(IssuingError):
    """There is nothing to print."""


def _printable(carrier: Organisation, now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(
        VehiclePass.carrier_id == carrier.id, VehiclePass.status == PassStatus.VALID, VehiclePass.expires_at > now
    )


def count_printable(session: Session, carrier: Organisation, now: datetime) -> int:
    """Return how many passes of a carrier hold, now or later."""
    statement = sa.select(sa.func.count()).select_from(VehiclePass).where(_printable(carrier, now))
    return session.scalar(statement) or 0


def printable_passes(session: Session, carrier: Organisation, now: datetime) -> list[int]:
    """Return the row ids of a carrier's passes that hold, now or later, by plate."""
    statement = sa.select(VehiclePass.id).where(_printable(carrier, now))
    return list(session.scalars(statement.order_by(VehiclePass.plate, VehiclePass.id)))


def _printable_supplement(carrier_id: int | None) -> sa.ColumnElement[bool]:
    is_usable = sa.and_(Supplement.status == PassStatus.VALID, Supplement.signed_at.is_not(None))
    return sa.and_(Supplement.carrier_id == carrier_id, is_usable)


def printable_supplements(session: Session, carrier: Organisation, now: datetime) -> list[int]:
    """Return the row ids of a carrier's slips and cards that hold, in the order of their numbers."""
    statement = sa.select(Supplement.id).where(_printable_supplement(carrier.id), Supplement.expires_at > now)
    return list(session.scalars(statement.order_by(Supplement.number)))


def start_printing(session: Session, actor: User, kind: PrintKind, ids: Collection[int], now: datetime) -> PrintJob:
    """Have papers of the actor's organisation printed as one file, in the order of their plates or numbers.

    Args:
        session: the caller's transaction.
        actor: whose file it is.
        kind: which papers.
        ids: row ids of passes, or of slips and cards.
        now: when.

    Raises:
        PrintRefusedError: none of them is the carrier's, or none is signed and holds (`nothing_to_print`).
    """
    if MAKING[kind].of is VehiclePass:
        own = sa.select(VehiclePass.id).where(VehiclePass.carrier_id == actor.organisation_id)
        own, column = own.order_by(VehiclePass.plate, VehiclePass.id), "pass_id"
    else:
        own = sa.select(Supplement.id).where(_printable_supplement(actor.organisation_id))
        own, column = own.order_by(Supplement.number), "supplement_id"
    wanted = set(ids)
    chosen = [own_id for own_id in session.scalars(own) if own_id in wanted]
    if not chosen:
        raise PrintRefusedError("nothing_to_print", "no paper of this carrier was chosen")
    job = PrintJob(
        carrier_id=actor.organisation_id,
        user_id=actor.id,
        kind=kind,
        state=PrintState.WAITING,
        total=len(chosen),
        done=0,
        created_at=now,
    )
    session.add(job)
    session.flush()
    session.add_all(PrintJobPaper(job_id=job.id, position=at, **{column: one}) for at, one in enumerate(chosen))
    audit.record(session, actor, "issuing.print", job, {"passes": len(chosen), "kind": kind.value}, now)
    return job


def recent_jobs(session: Session, carrier: Organisation) -> list[PrintJob]:
    """Return the carrier's last files that are printed or kept."""
    kept = PrintJob.state.in_((PrintState.WAITING, PrintState.DONE))
    statement = sa.select(PrintJob).where(PrintJob.carrier_id == carrier.id, kept)
    return list(session.scalars(statement.order_by(PrintJob.id.desc()).limit(_SHOWN_JOBS)))


def find_job(session: Session, carrier: Organisation, job_id: int) -> PrintJob | None:
    """Return one of the carrier's files, or None."""
    job = session.get(PrintJob, job_id)
    return job if job and job.carrier_id == carrier.id else None


def left_out(session: Session, job: PrintJob) -> list[str]:
    """Return the plates of the passes, or the numbers of the slips and cards, that could not be printed."""
    rows = session.scalars(
        sa.select(PrintJobPaper).where(PrintJobPaper.job_id == job.id, PrintJobPaper.is_left_out.is_(True))
    )
    return [format_plate(row.vehicle_pass.plate) if row.vehicle_pass else row.paper.number for row in rows]


def file_name(job: PrintJob, part: int | None = None) -> str:
    """Return the name of the sealed file of a job, or of one of its parts."""
    return f"job-{job.id}" if part is None else f"job-{job.id}-{part:05d}"


def work(session: Session, files: SealedFiles, letterhead: Letterhead, now: datetime) -> int:
    """Print the next papers of the file that waits longest; return how many were dealt with.

    Args:
        session: the worker's transaction.
        files: where parts and finished files are kept.
        letterhead: who issues.
        now: when.
    """
    _expire(session, files, now)
    job = session.scalar(sa.select(PrintJob).where(PrintJob.state == PrintState.WAITING).order_by(PrintJob.id).limit(1))
    if job is None:
        return 0
    rows = session.scalars(
        sa.select(PrintJobPaper)
        .where(PrintJobPaper.job_id == job.id, PrintJobPaper.position >= job.done)
        .order_by(PrintJobPaper.position)
        .limit(SHEETS_A_TURN)
    ).all()
    if any(_is_being_signed(row.paper) for row in rows):
        return 0  # the signing step comes first; the next turn looks again
    place = job.done // SHEETS_A_TURN
    if part := _render(session, job, rows, letterhead):
        files.write(file_name(job, place), part)
    job.done += len(rows)
    if job.done >= job.total:
        _finish(job, files, letterhead, now)
    return len(rows)


def _is_being_signed(paper: VehiclePass | Supplement) -> bool:
    is_wanted = paper.status is PassStatus.VALID and paper.signing_error is None
    return is_wanted and paper.signed_at is None


def _render(session: Session, job: PrintJob, rows: Sequence[PrintJobPaper], letterhead: Letterhead) -> bytes | None:
    """Print some papers; one that cannot be printed is left out, and does not take the others with it."""
    making = MAKING[job.kind]
    pages: list[SetPage] = []
    for row in rows:
        try:
            if row.paper.status is not PassStatus.VALID:
                row.is_left_out = True
            else:
                pages += making.pages(session, row.paper, letterhead)
        except (IssuingError, SheetError, SymbolError):
            row.is_left_out = True
    return making.folio(job.done // SHEETS_A_TURN, pages) if pages else None


def _finish(job: PrintJob, files: SealedFiles, letterhead: Letterhead, now: datetime) -> None:
    places = [place for place in range(_folios(job)) if files.has(file_name(job, place))]
    job.state, job.finished_at = PrintState.DONE if places else PrintState.EMPTY, now
    if places:
        about = Title(f"{MAKING[job.kind].title} ({job.total})", letterhead.agency)
        files.write(file_name(job), bind((files.read(file_name(job, place)) for place in places), about))
    for place in range(_folios(job)):
        files.delete(file_name(job, place))


def _folios(job: PrintJob) -> int:
    return -(-job.total // SHEETS_A_TURN)


def _expire(session: Session, files: SealedFiles, now: datetime) -> None:
    old = session.scalars(
        sa.select(PrintJob).where(PrintJob.state == PrintState.DONE, PrintJob.finished_at < now - KEPT)
    )
    for job in old:
        files.delete(file_name(job))
        job.state = PrintState.EXPIRED
