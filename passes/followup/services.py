"""Medical follow-up of exposed people: what the rest of the issuer uses of it."""

from __future__ import annotations

from passes.followup.access_rules import sees_everything, visible_to
from passes.followup.desk import (
    DeskRow,
    Evidence,
    Filters,
    FollowUpUnknownError,
    PersonFile,
    choices_for,
    count_followed_up,
    desk_rows,
    followups_for,
    followups_in,
    people_on_list,
    person_file,
)
from passes.followup.refreshing import ZONE_CHANGED, due_of, refresh, refresh_people
from passes.followup.stays import (
    SaidAtScan,
    SaidInFile,
    Stay,
    keep_import_stays,
    keep_scan_stays,
    move_stays,
    stays_of,
    stays_said_with,
)

__all__ = [
    "ZONE_CHANGED",
    "DeskRow",
    "Evidence",
    "Filters",
    "FollowUpUnknownError",
    "PersonFile",
    "SaidAtScan",
    "SaidInFile",
    "Stay",
    "choices_for",
    "count_followed_up",
    "desk_rows",
    "due_of",
    "followups_for",
    "followups_in",
    "keep_import_stays",
    "keep_scan_stays",
    "move_stays",
    "people_on_list",
    "person_file",
    "refresh",
    "refresh_people",
    "sees_everything",
    "stays_of",
    "stays_said_with",
    "visible_to",
]
