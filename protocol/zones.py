"""Zones: areas and sites under lockdown or with an outbreak, and the rule that says what is in one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from protocol import documents, fields, times

DEFAULT_MONITORING_DAYS: Final = 14
MAX_MONITORING_DAYS: Final = 365


class ZoneKind(StrEnum):
    """Why an area is a zone."""

    LOCKDOWN = "lockdown"
    OUTBREAK = "outbreak"


@dataclass(frozen=True, slots=True)
class Zone:
    """One version of a zone, published by the health authority.

    Attributes:
        id: The zone's name, the same for all its versions.
        version: Counts up; only the latest counts.
        name: What it is called.
        kind: Lockdown or outbreak.
        areas: The area codes that were decided.
        covers: Those and every area below them, written out by the publisher so that a verifier needs no tree.
        sites: The ids of freight points that belong to it on their own.
        starts_at: From when it is in force.
        ends_at: When it ends, exclusive; None while nobody knows.
        passage: Whether passing a road checkpoint in it counts.
        monitoring_days: How long its people are followed up.
        decision: The number of the authority's decision.
    """

    id: str
    version: int
    name: str
    kind: ZoneKind
    areas: tuple[str, ...]
    covers: frozenset[str]
    sites: frozenset[str]
    starts_at: datetime
    ends_at: datetime | None
    passage: bool
    monitoring_days: int
    decision: str


def is_in_zone(zone: Zone, *, area: str | None, site: str | None, is_road_checkpoint_scan: bool, at: datetime) -> bool:
    """Tell whether a movement is in a zone.

    It is when its area is covered by the zone or its site is one of the zone's, and the zone is in force: from
    `starts_at` on, and before `ends_at`. An area coarser than the zone's is not covered. A scan at a road
    checkpoint counts only if the zone counts passage.

    Args:
        zone: The latest version of the zone.
        area: The area code of the movement, if known.
        site: The id of the freight point, if it was at one.
        is_road_checkpoint_scan: Whether the movement is known from a scan at a road checkpoint.
        at: When.
    """
    if at < zone.starts_at or (zone.ends_at is not None and at >= zone.ends_at):
        return False
    if is_road_checkpoint_scan and not zone.passage:
        return False
    return area in zone.covers or site in zone.sites


def dump_zones(zones: Iterable[Zone]) -> bytes:
    """Write the target `zones`."""
    return documents.dump({"zones": [_write(zone) for zone in sorted(zones, key=lambda zone: (zone.id, zone.version))]})


def parse_zones(data: bytes) -> tuple[Zone, ...]:
    """Read the target `zones`: the latest version of each zone, ordered by id.

    Raises:
        documents.DocumentError: If it is malformed.
    """
    latest: dict[str, Zone] = {}
    for zone in documents.parse(data, lambda document: documents.items(document, "zones", _read)):
        if zone.id not in latest or latest[zone.id].version < zone.version:
            latest[zone.id] = zone
    return tuple(latest[zone_id] for zone_id in sorted(latest))


def _write(zone: Zone) -> dict[str, object]:
    return {
        "id": zone.id,
        "version": zone.version,
        "name": zone.name,
        "kind": zone.kind,
        "areas": list(zone.areas),
        "covers": sorted(zone.covers),
        "sites": sorted(zone.sites),
        "starts_at": times.to_rfc3339(zone.starts_at),
        "ends_at": documents.write_moment(zone.ends_at),
        "passage": zone.passage,
        "monitoring_days": zone.monitoring_days,
        "decision": zone.decision,
    }


def _read(item: fields.Map) -> Zone:
    areas = documents.area_codes(item.get("areas"))
    return Zone(
        id=fields.text(item.get("id"), documents.MAX_ID_CHARS),
        version=fields.integer(item.get("version")),
        name=fields.text(item.get("name"), documents.MAX_TEXT_CHARS),
        kind=ZoneKind(fields.text(item.get("kind"), documents.MAX_ID_CHARS)),
        areas=areas,
        covers=frozenset(documents.area_codes(item.get("covers"))) | frozenset(areas),
        sites=frozenset(documents.texts(item.get("sites"))),
        starts_at=times.from_rfc3339(item.get("starts_at")),
        ends_at=documents.optional_moment(item.get("ends_at")),
        passage=fields.boolean(item.get("passage")),
        monitoring_days=fields.integer(item.get("monitoring_days"), MAX_MONITORING_DAYS + 1),
        decision=fields.text(item.get("decision"), documents.MAX_TEXT_CHARS, at_least=0),
    )
