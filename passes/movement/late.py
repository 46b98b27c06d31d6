"""Late findings: what we would have said at the scan, had we known then what we know now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from protocol.assess import Context, assess
from protocol.reasons import Reason

if TYPE_CHECKING:
    from passes.movement.readings import Reading
    from protocol.trust import StationInfo, Trust

_ABOUT_THE_DATA = frozenset({Reason.TRUST_STALE, Reason.TRUST_EXPIRED})
"""What a station said about the age of its own data is no finding about the pass."""


@dataclass(frozen=True)
class LateFinding:
    """Outcome and reasons with today's knowledge, where the reasons differ from those of then."""

    outcome: str
    reasons: list[str]


def find_late(
    reading: Reading, trust: Trust, station: StationInfo | None, *, is_too_soon: bool = False
) -> LateFinding | None:
    """Judge a scan again, at its own time; return what is different, or None.

    Args:
        reading: the scan.
        trust: what is known today.
        station: where it was scanned.
        is_too_soon: the same pass was seen elsewhere, sooner than any road allows.
    """
    record = reading.record
    if not reading.details.texts or record.outcome is None:
        return None
    context = Context(
        station=station,
        plate_mismatch=record.plate_mismatch,
        crew_present=record.crew_present,
        crew_mismatch=record.crew_mismatch,
        coming_from=record.coming_from,
        # What only the station could know is taken from it.
        last_seen_here=record.scanned_at if Reason.ALREADY_SCANNED in record.reasons else None,
        impossible_travel=is_too_soon or Reason.IMPOSSIBLE_TRAVEL in record.reasons,
        clock_in_doubt=Reason.CLOCK_DOUBT in record.reasons,
    )
    # Today's data, as fresh as it is: seen from the time of the scan it would count as published in the future.
    verdict = assess(reading.details.texts, replace(trust, published_at=record.scanned_at), context, record.scanned_at)
    said = set(record.reasons) - _ABOUT_THE_DATA
    if set(verdict.reasons) - _ABOUT_THE_DATA == said:
        return None
    return LateFinding(verdict.outcome.value, [reason.value for reason in verdict.reasons])
