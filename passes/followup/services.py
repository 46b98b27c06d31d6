"""Medical follow-up of exposed people: what the rest of the issuer uses of it."""

from __future__ import annotations

from passes.followup.access_rules import (
    FollowUpError,
    FollowUpUnknownError,
    followups_of,
    only_visible,
    sees_everything,
    visible_to,
)
from passes.followup.desk import DeskRow, desk_rows
from passes.followup.listing import (
    Filters,
    Work,
    choices_for,
    count_followed_up,
    count_people,
    followups_for,
    followups_in,
    people_on_list,
)
from passes.followup.lookups import lookers, lookups_matching, reason_of, say_why
from passes.followup.moving import move_deeds
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
    "Filters",
    "FollowUpError",
    "FollowUpUnknownError",
    "SaidAtScan",
    "SaidInFile",
    "Stay",
    "Work",
    "choices_for",
    "count_followed_up",
    "count_people",
    "desk_rows",
    "due_of",
    "followups_for",
    "followups_in",
    "followups_of",
    "keep_import_stays",
    "keep_scan_stays",
    "lookers",
    "lookups_matching",
    "move_deeds",
    "move_stays",
    "only_visible",
    "people_on_list",
    "reason_of",
    "refresh",
    "refresh_people",
    "say_why",
    "sees_everything",
    "stays_of",
    "stays_said_with",
    "visible_to",
]
