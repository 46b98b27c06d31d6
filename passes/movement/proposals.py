"""Zones that are being prepared: kept, handed to a second person, published or thrown away."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.exc import NoResultFound

from passes import audit
from passes.db import lock
from passes.movement.models import ZoneDocument, ZoneProposal
from passes.movement.zone_files import read_zone, write_zone
from passes.movement.zones import ZoneDraft, ZoneError, check_draft, get_zone, publish_zone
from passes.names import tidy

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import User
    from passes.movement.models import Zone

MAX_DOCUMENT_BYTES = 10 * 1024 * 1024
_MAGIC = {b"%PDF-": "application/pdf", b"\x89PNG\r\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_NAME_CHARS = 200


def keep_document(session: Session, actor: User | None, name: str, content: bytes, now: datetime) -> ZoneDocument:
    """Keep a decision as it was signed.

    Args:
        session: the caller's transaction.
        actor: who attaches it.
        name: of the file.
        content: a PDF, or a picture of the paper (PNG, JPEG).
        now: when.

    Raises:
        ZoneError: `document_type` or `document_size`.
    """
    kind = next((kind for magic, kind in _MAGIC.items() if content.startswith(magic)), None)
    if kind is None:
        raise ZoneError("document_type", "document", "a document is a PDF, a PNG or a JPEG")
    if len(content) > MAX_DOCUMENT_BYTES:
        raise ZoneError("document_size", "document", f"a document has at most {MAX_DOCUMENT_BYTES} bytes")
    document = ZoneDocument(
        name=tidy(name)[-_NAME_CHARS:] or "document",
        media_type=kind,
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        uploaded_by_id=actor.id if actor else None,
        uploaded_at=now,
    )
    session.add(document)
    session.flush()
    audit.record(session, actor, "zones.attach", document, {"sha256": document.sha256}, now)
    return document


def get_document(session: Session, document_id: int) -> ZoneDocument:
    """Return one document.

    Raises:
        ZoneError: there is none with this number (`document_unknown`).
    """
    document = session.get(ZoneDocument, document_id)
    if document is None:
        raise ZoneError("document_unknown", "document", f"no document has the number {document_id}")
    return document


def documents_by_id(session: Session, ids: set[int | None]) -> dict[int, ZoneDocument]:
    """Return documents by their number, without their content."""
    return {row.id: row for row in session.scalars(sa.select(ZoneDocument).where(ZoneDocument.id.in_(ids - {None})))}


def open_proposals(session: Session) -> list[ZoneProposal]:
    """Return what is being prepared: what waits for a second person first, then what was changed last."""
    waits = sa.case((ZoneProposal.proposed_at.is_not(None), 0), else_=1)
    return list(session.scalars(sa.select(ZoneProposal).order_by(waits, ZoneProposal.changed_at.desc())))


def get_proposal(session: Session, proposal_id: int) -> ZoneProposal:
    """Return what is being prepared under a number.

    Raises:
        ZoneError: nothing is, or not any more (`proposal_unknown`).
    """
    proposal = session.get(ZoneProposal, proposal_id)
    if proposal is None:
        raise ZoneError("proposal_unknown", "id", f"no zone is being prepared under the number {proposal_id}")
    return proposal


def draft_in(proposal: ZoneProposal) -> ZoneDraft:
    """Return the draft that is being prepared."""
    draft = read_zone(proposal.content)
    passage = draft.passage if proposal.passage is None else proposal.passage
    return replace(draft, id=proposal.zone_id, passage=passage, document_id=proposal.document_id)


def save_proposal(
    session: Session, actor: User | None, draft: ZoneDraft, now: datetime, proposal: ZoneProposal | None = None
) -> ZoneProposal:
    """Keep a draft, new or changed; whoever changes it takes it back from the second person.

    Args:
        session: the caller's transaction.
        actor: who prepares it.
        draft: with the id of the zone that it changes; without one for a new zone.
        now: when.
        proposal: where it is kept already.

    Raises:
        ZoneError: the draft is wrong, or there is no such zone.
    """
    base = get_zone(session, draft.id).latest.version if draft.id else None
    draft = check_draft(session, draft)
    if proposal is None:
        proposal = ZoneProposal(zone_id=draft.id, created_at=now)
    proposal.base_version = base
    proposal.content = write_zone(draft)
    proposal.document_id = draft.document_id
    proposal.changed_at, proposal.changed_by_id = now, actor.id if actor else None
    proposal.proposed_at = proposal.proposed_by_id = None
    session.add(proposal)
    session.flush()
    audit.record(session, actor, "zones.save_draft", proposal, {"zone": draft.id, "decision": draft.decision}, now)
    return proposal


def hand_over(session: Session, actor: User, proposal: ZoneProposal, *, passage: bool, now: datetime) -> None:
    """Ask a second person to look at a draft and publish it."""
    proposal.passage = passage
    proposal.proposed_at, proposal.proposed_by_id = now, actor.id
    audit.record(session, actor, "zones.propose", proposal, {"passage": passage}, now)


def publish_proposal(
    session: Session, actor: User, proposal: ZoneProposal, *, passage: bool, needs_two: bool, now: datetime
) -> Zone:
    """Publish what was prepared.

    Args:
        session: the caller's transaction.
        actor: who publishes.
        proposal: what.
        passage: whether scans at road checkpoints count.
        needs_two: whether one person must have handed it over and another publishes it.
        now: when.

    Raises:
        ZoneError: `proposal_unknown` (somebody published it at once, or threw it away), `second_person` (nobody handed
            it over, or whoever did wants to publish it as well), `passage_changed` (two people must mean the same),
            `changed_meanwhile` (the zone has a newer version than the one that this changes), or the draft is wrong.
    """
    try:
        lock(session, proposal)
    except NoResultFound as error:
        raise ZoneError("proposal_unknown", "id", "it was published or thrown away meanwhile") from error
    if needs_two and proposal.proposed_by_id in {None, actor.id}:
        raise ZoneError("second_person", "id", "another person than the one who prepared it must publish a zone")
    if needs_two and passage != proposal.passage:
        raise ZoneError("passage_changed", "passage", "the second person publishes what the first one proposed")
    if proposal.zone_id and get_zone(session, proposal.zone_id).latest.version != proposal.base_version:
        raise ZoneError("changed_meanwhile", "id", f"zone {proposal.zone_id} was changed meanwhile")
    draft = replace(draft_in(proposal), passage=passage, proposed_by_id=proposal.proposed_by_id)
    zone = publish_zone(session, actor, draft, now)
    session.delete(proposal)
    return zone


def discard_proposal(session: Session, actor: User, proposal: ZoneProposal, now: datetime) -> None:
    """Throw a draft away."""
    audit.record(session, actor, "zones.discard_draft", proposal, None, now)
    session.delete(proposal)
