"""Zones: drafts and what must hold for them, publishing, lifting, withdrawing, and a look at what one would hit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes import audit
from passes.areas.services import labels
from passes.db import lock
from passes.errors import ValueRefusedError
from passes.followup import services as followup
from passes.identifiers import IDENTIFIER_RULE, is_identifier
from passes.local_time import local_date
from passes.movement.evidence import as_published
from passes.movement.matching import movements_in
from passes.movement.models import Zone, ZoneVersion
from passes.movement.rematching import request_rematch
from passes.names import tidy
from passes.sites.services import sites_by_id
from passes.trust import services as trust
from protocol.zones import DEFAULT_MONITORING_DAYS, MAX_MONITORING_DAYS, ZoneKind

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import User

_NAME_CHARS = 200
_DECISION_CHARS = 80


class ZoneError(ValueRefusedError):
    """A zone cannot be published or changed as asked; `field` is the part of the draft that is wrong."""


@dataclass(frozen=True)
class ZoneDraft:
    """What a zone is to be.

    Args:
        name: what people call it.
        kind: lockdown or outbreak.
        areas: area codes of any level.
        sites: ids of freight points that belong to it on their own.
        starts_at: from when it is in force; may be in the past.
        ends_at: exclusive end; None while nobody knows.
        passage: whether scans at road checkpoints in it count.
        monitoring_days: how long exposed people are followed up.
        decision: number of the health authority's decision.
        id: name for all versions; made from the day when None.
        document_id: the signed decision, where somebody attached it.
        proposed_by_id: who prepared it, where somebody else publishes it.
    """

    name: str
    kind: ZoneKind
    areas: tuple[str, ...]
    starts_at: datetime
    decision: str
    sites: tuple[str, ...] = ()
    ends_at: datetime | None = None
    passage: bool = True
    monitoring_days: int = DEFAULT_MONITORING_DAYS
    id: str | None = None
    document_id: int | None = None
    proposed_by_id: int | None = None


@dataclass(frozen=True)
class Hits:
    """How much a zone matches: movements, the people who made them, the districts where those stay."""

    movements: int
    people: int
    districts: int


@dataclass(frozen=True)
class ZonePreview:
    """What a draft would match, with scans at road checkpoints and without."""

    with_passage: Hits
    without_passage: Hits


def check_draft(session: Session, draft: ZoneDraft) -> ZoneDraft:
    """Return a draft in its normal form: trimmed, whole seconds, each area and site once.

    Raises:
        ZoneError: something is missing, unknown or contradictory.
    """
    draft = replace(
        draft,
        id=draft.id.strip() if draft.id else None,
        name=tidy(draft.name),
        decision=tidy(draft.decision),
        areas=tuple(sorted(set(draft.areas))),
        sites=tuple(sorted(set(draft.sites))),
        starts_at=draft.starts_at.replace(microsecond=0),
        ends_at=draft.ends_at.replace(microsecond=0) if draft.ends_at else None,
    )
    if draft.id is not None and not is_identifier(draft.id):
        raise ZoneError("id_invalid", "id", f"{draft.id!r} is no id: {IDENTIFIER_RULE}")
    if not 0 < len(draft.name) <= _NAME_CHARS:
        raise ZoneError("name_missing", "name", f"a name has 1 to {_NAME_CHARS} characters")
    if not 0 < len(draft.decision) <= _DECISION_CHARS:
        raise ZoneError("decision_missing", "decision", f"a decision's number has 1 to {_DECISION_CHARS} characters")
    if not draft.areas and not draft.sites:
        raise ZoneError("nowhere", "areas", "a zone needs at least one area or site")
    if unknown := sorted(set(draft.areas) - labels(session, draft.areas).keys()):
        raise ZoneError("area_unknown", "areas", f"no administrative division has the code {', '.join(unknown)}")
    if unknown := sorted(set(draft.sites) - sites_by_id(session, draft.sites).keys()):
        raise ZoneError("site_unknown", "sites", f"no site has the id {', '.join(unknown)}")
    if draft.ends_at is not None and draft.ends_at <= draft.starts_at:
        raise ZoneError("ends_before_start", "ends_at", "a zone ends after it starts")
    if not 0 < draft.monitoring_days <= MAX_MONITORING_DAYS:
        raise ZoneError("monitoring_days", "monitoring_days", f"monitoring takes 1 to {MAX_MONITORING_DAYS} days")
    return draft


def preview_zone(session: Session, actor: User | None, draft: ZoneDraft, now: datetime) -> ZonePreview:
    """Count what a draft would match today; nothing is published.

    Raises:
        ZoneError: the draft is wrong.
    """
    draft = check_draft(session, draft)
    matched = movements_in(as_published(session, _version(draft, "preview", 1, actor, now)), with_passage=True)
    rows = session.execute(
        sa.select(matched.c.person_id, matched.c.is_road_scan, sa.func.count()).group_by(
            matched.c.person_id, matched.c.is_road_scan
        )
    ).all()
    stays = followup.stays_of(session, {person_id for person_id, _, _ in rows})

    def hits(counted: list[tuple[int, int]]) -> Hits:
        people = {person_id for person_id, _ in counted}
        districts = {stays[person_id].district for person_id in people} - {None}
        return Hits(sum(count for _, count in counted), len(people), len(districts))

    preview = ZonePreview(
        with_passage=hits([(person_id, count) for person_id, _, count in rows]),
        without_passage=hits([(person_id, count) for person_id, is_road, count in rows if not is_road]),
    )
    details = {"areas": list(draft.areas), "sites": list(draft.sites), "people": preview.with_passage.people}
    audit.record(session, actor, "zones.preview", "Zone:preview", details, now)
    return preview


def publish_zone(session: Session, actor: User | None, draft: ZoneDraft, now: datetime) -> Zone:
    """Publish a zone, or a new version of it when its id is known.

    The worker matches it with all movements; stations learn of it with their next sync. A draft that says what the
    latest version says already changes nothing.

    Args:
        session: the caller's transaction.
        actor: who publishes; None for the command line.
        draft: what it is to be.
        now: when.

    Raises:
        ZoneError: the draft is wrong.
    """
    draft = check_draft(session, draft)
    zone = session.get(Zone, draft.id) if draft.id else None
    if zone is None:
        zone, number = Zone(id=draft.id or _next_id(session, now), created_at=now), 1
        session.add(zone)
        session.flush()
    else:
        lock(session, zone)
        number = zone.latest.version + 1
        if _says(zone.latest) == _says(_version(draft, zone.id, number, actor, now)):
            return zone
    _add_version(session, actor, zone, _version(draft, zone.id, number, actor, now), "zones.publish")
    return zone


def lift_zone(session: Session, actor: User | None, zone_id: str, at: datetime, now: datetime) -> Zone:
    """End a zone at a moment, past or future: what happened before stays in it.

    Raises:
        ZoneError: there is no such zone in force, or it would end before it starts.
    """
    zone, at = get_zone(session, zone_id), at.replace(microsecond=0)
    lock(session, zone)
    if zone.latest.is_withdrawn:
        raise ZoneError("withdrawn", "id", f"zone {zone_id} is withdrawn; there is nothing to lift")
    if at <= zone.latest.starts_at:
        raise ZoneError("ends_before_start", "at", "a zone ends after it starts; withdraw it instead")
    if zone.latest.ends_at != at:
        version = _copy(zone.latest, actor, now)
        version.ends_at = at
        _add_version(session, actor, zone, version, "zones.lift")
    return zone


def withdraw_zone(session: Session, actor: User | None, zone_id: str, now: datetime) -> Zone:
    """Take a zone back: as if it had never been published. Withdrawing it again changes nothing.

    Raises:
        ZoneError: there is no such zone.
    """
    zone = get_zone(session, zone_id)
    lock(session, zone)
    if not zone.latest.is_withdrawn:
        version = _copy(zone.latest, actor, now)
        version.is_withdrawn = True
        _add_version(session, actor, zone, version, "zones.withdraw")
    return zone


def get_zone(session: Session, zone_id: str) -> Zone:
    """Return one zone with all its versions.

    Raises:
        ZoneError: there is none with this id (`zone_unknown`).
    """
    zone = session.get(Zone, zone_id)
    if zone is None:
        raise ZoneError("zone_unknown", "id", f"no zone has the id {zone_id!r}")
    return zone


def _version(draft: ZoneDraft, zone_id: str, number: int, actor: User | None, now: datetime) -> ZoneVersion:
    return ZoneVersion(
        zone_id=zone_id,
        version=number,
        name=draft.name,
        kind=draft.kind,
        starts_at=draft.starts_at,
        ends_at=draft.ends_at,
        passage=draft.passage,
        monitoring_days=draft.monitoring_days,
        decision=draft.decision,
        areas=list(draft.areas),
        sites=list(draft.sites),
        is_withdrawn=False,
        published_at=now,
        published_by_id=actor.id if actor else None,
        proposed_by_id=draft.proposed_by_id,
        document_id=draft.document_id,
    )


def draft_of(version: ZoneVersion) -> ZoneDraft:
    """Return what a version says as a draft of the next one."""
    return ZoneDraft(
        id=version.zone_id,
        name=version.name,
        kind=version.kind,
        areas=tuple(version.areas),
        sites=tuple(version.sites),
        starts_at=version.starts_at,
        ends_at=version.ends_at,
        passage=version.passage,
        monitoring_days=version.monitoring_days,
        decision=version.decision,
        document_id=version.document_id,
    )


def _copy(version: ZoneVersion, actor: User | None, now: datetime) -> ZoneVersion:
    return ZoneVersion(
        zone_id=version.zone_id,
        version=version.version + 1,
        **_says(version),
        published_at=now,
        published_by_id=actor.id if actor else None,
    )


def _says(version: ZoneVersion) -> dict[str, object]:
    names = ("name", "kind", "starts_at", "ends_at", "passage", "monitoring_days", "decision", "areas", "sites")
    return {name: getattr(version, name) for name in (*names, "is_withdrawn", "document_id")}


def _add_version(session: Session, actor: User | None, zone: Zone, version: ZoneVersion, verb: str) -> None:
    """Write a version together with the work that it causes."""
    now = version.published_at
    zone.versions.append(version)
    request_rematch(session, zone.id, verb, now)
    trust.note_change(session, verb, now)
    details = {"version": version.version, "decision": version.decision, "areas": version.areas, "sites": version.sites}
    audit.record(session, actor, verb, zone, details, now)


def _next_id(session: Session, now: datetime) -> str:
    """Return the next free id of the day: `Z20210918-1`."""
    prefix = f"Z{local_date(now):%Y%m%d}-"
    taken = session.scalars(sa.select(Zone.id).where(Zone.id.startswith(prefix, autoescape=True))).all()
    numbers = (int(zone_id.removeprefix(prefix)) for zone_id in taken if zone_id.removeprefix(prefix).isdecimal())
    return f"{prefix}{max(numbers, default=0) + 1}"
