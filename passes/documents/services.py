"""Attaching documents, and who may read which."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes import audit
from passes.applications.models import Application, ApplicationCrew, ApplicationVehicle
from passes.batches import in_batches
from passes.documents.contents import DocumentError, inspect
from passes.documents.models import Document, DocumentKind
from passes.fleet.models import CrewMember, Vehicle
from passes.names import tidy

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.orm import InstrumentedAttribute, Session

    from passes.accounts.models import Organisation, User
    from passes.sealed_files import SealedFiles

MOST_OF_ONE = 12
MOST_UNAPPROVED_BYTES = 100 * 1024 * 1024
"""Of all documents of a carrier that nobody approved: whoever has an e-mail address can make one."""
_NAME_CHARS = 120
Subject = Vehicle | CrewMember | Application

KINDS: dict[type[Subject], tuple[DocumentKind, ...]] = {
    Vehicle: (DocumentKind.INSPECTION, DocumentKind.REGISTRATION, DocumentKind.OTHER),
    CrewMember: (
        DocumentKind.TEST,
        DocumentKind.LICENCE,
        DocumentKind.ID_CARD,
        DocumentKind.VACCINATION,
        DocumentKind.OTHER,
    ),
    Application: (DocumentKind.TRANSPORT_ORDER, DocumentKind.OTHER),
}
"""Which documents each subject may have."""


def attach(
    session: Session,
    files: SealedFiles,
    actor: User,
    subject: Subject,
    kind: DocumentKind,
    file_name: str,
    data: bytes,
    now: datetime,
) -> Document:
    """Keep a file with a vehicle, a person or an application of the actor's organisation.

    Args:
        session: the caller's transaction.
        files: where documents are kept; a file whose transaction fails stays there unnamed and unread.
        actor: whose organisation the subject is of.
        subject: what it belongs to.
        kind: out of `KINDS` of the subject.
        file_name: as the carrier calls it; shown, never used as a path.
        data: the file.
        now: when.

    Raises:
        DocumentError: the file is none of ours (`inspect`), the subject has enough (`too_many`), or the carrier has as
            much as is kept before it is approved (`unapproved_full`).
    """
    if subject.carrier_id != actor.organisation_id or kind not in KINDS[type(subject)]:
        raise ValueError("a document belongs to a subject of the carrier, and fits it")
    if len(documents_of(session, subject)) >= MOST_OF_ONE:
        raise DocumentError("too_many", "file", f"{MOST_OF_ONE} documents are enough")
    content = inspect(data)
    if actor.organisation.is_preparing and _bytes_of(session, actor.organisation) + len(content.data) > (
        MOST_UNAPPROVED_BYTES
    ):
        raise DocumentError("unapproved_full", "file", f"{MOST_UNAPPROVED_BYTES} bytes are enough before approval")
    made = Document(
        carrier_id=subject.carrier_id,
        kind=kind,
        file_name=tidy(file_name)[-_NAME_CHARS:] or kind.value,
        media_type=content.media_type,
        bytes=len(content.data),
        stored_as=secrets.token_hex(16),
        uploaded_at=now,
        uploaded_by_id=actor.id,
        **{_column(subject): subject.id},
    )
    files.write(made.stored_as, content.data)
    session.add(made)
    audit.record(session, actor, "documents.attach", made, {"kind": kind.value, "bytes": made.bytes}, now)
    return made


def _bytes_of(session: Session, carrier: Organisation) -> int:
    statement = sa.select(sa.func.sum(Document.bytes)).where(Document.carrier_id == carrier.id)
    return session.scalar(statement) or 0


def _column(subject: Subject) -> str:
    return {Vehicle: "vehicle_id", CrewMember: "crew_member_id", Application: "application_id"}[type(subject)]


def documents_of(session: Session, subject: Subject) -> list[Document]:
    """Return the documents of a subject, newest first."""
    column = getattr(Document, _column(subject))
    return list(session.scalars(sa.select(Document).where(column == subject.id).order_by(Document.id.desc())))


def documents_of_application(session: Session, application: Application) -> list[Document]:
    """Return everything that belongs to an application: its own documents, those of its vehicles and of its people."""
    vehicles = [item.vehicle_id for item in application.vehicles]
    people = [entry.crew_member_id for item in application.vehicles for entry in item.crew]
    found = documents_of(session, application)
    for column, ids in ((Document.vehicle_id, vehicles), (Document.crew_member_id, people)):
        found += _where_in(session, column, ids)
    return found


def _where_in(session: Session, column: InstrumentedAttribute[int | None], ids: Iterable[int]) -> list[Document]:
    statement = sa.select(Document).order_by(Document.id)
    return [row for batch in in_batches(ids) for row in session.scalars(statement.where(column.in_(batch)))]


def find_own(session: Session, carrier: Organisation, document_id: int) -> Document | None:
    """Return one of the carrier's documents, or None."""
    found = session.get(Document, document_id)
    return found if found and found.carrier_id == carrier.id else None


def find_for_review(session: Session, document_id: int) -> Document | None:
    """Return a document that belongs to an application that was sent, or None: what was never handed in is private."""
    found = session.get(Document, document_id)
    return found if found and _is_handed_in(session, found) else None


def _is_handed_in(session: Session, document: Document) -> bool:
    statement = sa.select(Application.id).where(Application.submitted_at.is_not(None))
    if document.application_id is not None:
        statement = statement.where(Application.id == document.application_id)
    else:
        statement = statement.join(ApplicationVehicle, ApplicationVehicle.application_id == Application.id)
        if document.vehicle_id is not None:
            statement = statement.where(ApplicationVehicle.vehicle_id == document.vehicle_id)
        else:
            statement = statement.join(
                ApplicationCrew, ApplicationCrew.application_vehicle_id == ApplicationVehicle.id
            ).where(ApplicationCrew.crew_member_id == document.crew_member_id)
    return session.scalar(statement.limit(1)) is not None


def reference_of(session: Session, document: Document) -> str:
    """Return the reference of the application that a document belongs to; nothing for one of a vehicle or person."""
    application = session.get(Application, document.application_id) if document.application_id else None
    return application.reference if application else ""


def detach(session: Session, files: SealedFiles, actor: User, document: Document, now: datetime) -> None:
    """Remove a document that nobody was given yet.

    Raises:
        DocumentError: it belongs to an application that was sent (`handed_in`).
    """
    if _is_handed_in(session, document):
        raise DocumentError("handed_in", "file", "what the authority was given stays")
    audit.record(session, actor, "documents.detach", document, {"kind": document.kind.value}, now)
    session.delete(document)
    session.flush()
    files.delete(document.stored_as)
