"""Scans, movements, zones and exposures: what the rest of the issuer uses of them."""

from __future__ import annotations

from passes.movement.assessing import (
    FindingUnknownError,
    assess_again,
    has_scans_to_assess,
    mark_alert_seen,
    mark_findings_seen,
    unseen_alerts,
    unseen_findings,
)
from passes.movement.clocks import ClockError, all_corrections, correct_clock, take_back_correction
from passes.movement.evidence import (
    as_published,
    exposed_people,
    exposures_of,
    last_movements,
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
from passes.movement.redacting import Whom, mentions, redact
from passes.movement.rematching import rematch_zones
from passes.movement.scan_list import ScanFilters, scans_by_id, scans_matching
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
    "ClockError",
    "FindingUnknownError",
    "Hits",
    "IngestResult",
    "ScanFilters",
    "Whom",
    "ZoneDraft",
    "ZoneError",
    "ZonePreview",
    "all_corrections",
    "as_published",
    "assess_again",
    "check_draft",
    "correct_clock",
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
    "has_scans_to_assess",
    "has_sightings_since",
    "has_waiting_records",
    "import_movements",
    "ingest_records",
    "keep_document",
    "last_movements",
    "latest_versions",
    "lift_zone",
    "mark_alert_seen",
    "mark_findings_seen",
    "mentions",
    "merge_persons",
    "movements_of",
    "open_proposals",
    "preview_zone",
    "process_records",
    "publish_proposal",
    "publish_zone",
    "published_zones",
    "read_zone_file",
    "redact",
    "rematch_zones",
    "save_proposal",
    "scans_by_id",
    "scans_matching",
    "sightings_between",
    "split_person",
    "take_back_correction",
    "take_turn",
    "unseen_alerts",
    "unseen_findings",
    "waiting_rematches",
    "withdraw_zone",
]
