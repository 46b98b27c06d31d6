"""What there is to say about papers whose signatures were verified: window, status, crew, route, zones, data."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from protocol.areas import AreaLevel, level
from protocol.credentials import Credential, Role
from protocol.journey import Journey
from protocol.papers import Papers, is_early, is_extended, status_of
from protocol.places import StationInfo, StationKind
from protocol.reasons import Reason
from protocol.status import Status
from protocol.trust import Trust
from protocol.zones import is_in_zone


@dataclass(frozen=True, slots=True)
class Context:
    """What a station knows beside the code.

    Attributes:
        station: Which station this is, if any.
        plate_mismatch: The officer sees another plate on the vehicle.
        crew_present: The indexes of the crew entries who are on board; None or empty if nobody was ticked.
        crew_mismatch: The officer sees somebody on board who is not on the pass.
        coming_from: The area code where the officer was told that the vehicle comes from.
        last_seen_here: When this station last scanned the same credential.
        impossible_travel: The credential was seen elsewhere, too far away for the time between.
        clock_in_doubt: The station has reason to doubt its clock.
    """

    station: StationInfo | None = None
    plate_mismatch: bool = False
    crew_present: tuple[int, ...] | None = None
    crew_mismatch: bool = False
    coming_from: str | None = None
    last_seen_here: datetime | None = None
    impossible_travel: bool = False
    clock_in_doubt: bool = False


class Observation(NamedTuple):
    """A reason, before the policy says what it means, with the crew entries or the zone that it concerns."""

    reason: Reason
    crew: tuple[int, ...] = ()
    zone: str | None = None


def observe(papers: Papers, trust: Trust, context: Context, now: datetime) -> list[Observation]:
    """Make every observation about the papers of a vehicle.

    Args:
        papers: Their signatures have been verified.
        trust: What the station trusts.
        context: What the station knows beside the codes.
        now: The station's clock, aware.
    """
    main, journey = papers.main, papers.journey
    window = _window(main, trust, now)
    reasons = (
        window,
        _status(main, trust),
        Reason.PLATE_MISMATCH if context.plate_mismatch else None,
        Reason.CREW_MISMATCH if context.crew_mismatch else None,
        Reason.PASS_MISSING if journey is None else None,
        Reason.SUPPLEMENT_UNUSABLE if papers.unusable else None,
        _route(journey, context.station),
        _history(trust, context, now),
        Reason.IMPOSSIBLE_TRAVEL if context.impossible_travel else None,
        _freshness(papers, trust, now),
        _clock(trust, context, now),
    )
    found = [Observation(reason) for reason in reasons if reason]
    if journey is not None and window is not Reason.EXPIRED:  # an expired pass has nobody left to judge
        found += _crew(journey, context, now)
    if trust.zones:
        found += _zones(journey, trust, context, now)
    return found


def _window(credential: Credential, trust: Trust, now: datetime) -> Reason | None:
    if now >= credential.expires_at:
        return Reason.EXTENDED if is_extended(credential, trust, now) else Reason.EXPIRED
    return Reason.NOT_YET_VALID if now < credential.not_before and is_early(credential, trust, now) else None


def _status(credential: Credential, trust: Trust) -> Reason | None:
    status = status_of(credential, trust)
    if status is Status.VALID:
        return None
    return Reason.REVOKED if status is Status.REVOKED else Reason.SUSPENDED


def _crew(journey: Journey, context: Context, now: datetime) -> list[Observation]:
    """Judge the people on board: all of the journey's if nobody was ticked."""
    expired: list[int] = []
    has_driver = False
    for index, entry in journey.crew:
        if context.crew_present and index not in context.crew_present:
            continue
        if entry.expires_at is not None and now >= entry.expires_at:
            expired.append(index)
        elif entry.role is Role.DRIVER:
            has_driver = True
    found = [Observation(Reason.CREW_EXPIRED, crew=tuple(expired))] if expired else []
    if not has_driver:
        found.append(Observation(Reason.NO_VALID_DRIVER))
    return found


def _route(journey: Journey | None, station: StationInfo | None) -> Reason | None:
    """Ask that a journey begins, stops or ends around the freight point that it calls at.

    That can be told only of a point whose ward is known, with the district and province above it.
    """
    if journey is None or station is None or station.kind is not StationKind.FREIGHT or not station.within:
        return None
    if level(station.area) is not AreaLevel.WARD:
        return None
    is_near = any(code == station.area or code in station.within for code in journey.route)
    return None if is_near else Reason.OFF_ROUTE


def _zones(journey: Journey | None, trust: Trust, context: Context, now: datetime) -> Iterator[Observation]:
    route = journey.route if journey else ()
    behind = {*route[:1], context.coming_from}
    ahead = route[1:]
    for zone in trust.zones:
        if any(is_in_zone(zone, area=area, site=None, is_road_checkpoint_scan=False, at=now) for area in behind):
            yield Observation(Reason.ARRIVED_FROM_ZONE, zone=zone.id)
        if any(is_in_zone(zone, area=area, site=None, is_road_checkpoint_scan=False, at=now) for area in ahead):
            yield Observation(Reason.ENTERING_ZONE, zone=zone.id)


def _history(trust: Trust, context: Context, now: datetime) -> Reason | None:
    if context.last_seen_here is None:
        return None
    window = timedelta(minutes=trust.policy.already_scanned_minutes)
    return Reason.ALREADY_SCANNED if abs(now - context.last_seen_here) < window else None


def _freshness(papers: Papers, trust: Trust, now: datetime) -> Reason | None:
    """Judge the station's own data. A status list that it does not have yet was begun after its data: it is behind."""
    age_seconds = (now - trust.published_at).total_seconds()
    if age_seconds >= trust.policy.trust_expired_hours * 3600:
        return Reason.TRUST_EXPIRED
    if age_seconds >= trust.policy.trust_stale_hours * 3600:
        return Reason.TRUST_STALE
    for paper in papers.all:
        if paper.status.uri not in trust.statuses:
            return Reason.TRUST_STALE
    return None


def _clock(trust: Trust, context: Context, now: datetime) -> Reason | None:
    if context.clock_in_doubt:
        return Reason.CLOCK_DOUBT
    if now >= trust.published_at:
        return None
    tolerance = timedelta(minutes=trust.policy.clock_tolerance_minutes)
    return Reason.CLOCK_DOUBT if trust.published_at - now > tolerance else None
