"""Scans, movements, zones and exposures: what the rest of the issuer uses of them."""

from __future__ import annotations

from passes.movement.evidence import (
    as_published,
    exposed_people,
    exposures_of,
    latest_versions,
    movements_of,
    published_zones,
    waiting_rematches,
)
from passes.movement.exporting import count_movements, export_movements
from passes.movement.importing import import_movements
from passes.movement.ingest import IngestResult, has_waiting_records, ingest_records
from passes.movement.merging import merge_persons, split_person
from passes.movement.processing import process_records
from passes.movement.proposals import (
    discard_proposal,
    documents_by_id,
    draft_in,
    get_document,
    get_proposal,
    hand_over,
    keep_document,
    open_proposals,
    publish_proposal,
    save_proposal,
)
from passes.movement.rematching import rematch_zones
from passes.movement.scan_list import ScanFilters, scans_matching
from passes.movement.sightings import has_sightings_since, sightings_between
from passes.movement.turns import take_turn
from passes.movement.zone_files import read_zone_file
from passes.movement.zones import (
    Hits,
    ZoneDraft,
    ZoneError,
    ZonePreview,
    check_draft,
    draft_of,
    get_zone,
    lift_zone,
    preview_zone,
    publish_zone,
    withdraw_zone,
)

__all__ = [
    "Hits",
    "IngestResult",
    "ScanFilters",
    "ZoneDraft",
    "ZoneError",
    "ZonePreview",
    "as_published",
    "check_draft",
    "count_movements",
    "discard_proposal",
    "documents_by_id",
    "draft_in",
    "draft_of",
    "export_movements",
    "exposed_people",
    "exposures_of",
    "get_document",
    "get_proposal",
    "get_zone",
    "hand_over",
    "has_sightings_since",
    "has_waiting_records",
    "import_movements",
    "ingest_records",
    "keep_document",
    "latest_versions",
    "lift_zone",
    "merge_persons",
    "movements_of",
    "open_proposals",
    "preview_zone",
    "process_records",
    "publish_proposal",
    "publish_zone",
    "published_zones",
    "read_zone_file",
    "rematch_zones",
    "save_proposal",
    "scans_matching",
    "sightings_between",
    "split_person",
    "take_turn",
    "waiting_rematches",
    "withdraw_zone",
]
