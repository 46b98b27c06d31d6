"""What there is to say about papers whose signatures were verified: window, status, crew, route, zones, data."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

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


@dataclass(frozen=True, slots=True)
class Observation:
    """A reason, before the policy says what it means, with the crew entries or the zone that it concerns."""

    reason: Reason
    crew: tuple[int, ...] = ()
    zone: str | None = None


def observe(papers: Papers, trust: Trust, context: Context, now: datetime) -> Iterator[Observation]:
    """Make every observation about the papers of a vehicle, in the order of checks.

    Args:
        papers: Their signatures have been verified.
        trust: What the station trusts.
        context: What the station knows beside the codes.
        now: The station's clock, aware.
    """
    main, journey = papers.main, papers.journey
    is_over = False
    if now >= main.expires_at:
        is_over = not is_extended(main, trust, now)
        yield Observation(Reason.EXPIRED if is_over else Reason.EXTENDED)
    elif is_early(main, trust, now):
        yield Observation(Reason.NOT_YET_VALID)
    yield from _status(main, trust)
    yield from _seen_by_officer(context)
    if journey is None:
        yield Observation(Reason.PASS_MISSING)
    else:
        if not is_over:  # an expired pass has nobody left to judge
            yield from _crew(journey, context, now)
        if papers.unusable:
            yield Observation(Reason.SUPPLEMENT_UNUSABLE)
        yield from _route(journey, context)
    yield from _zones(journey, trust, context, now)
    yield from _history(trust, context, now)
    yield from _freshness(papers, trust, context, now)


def _status(credential: Credential, trust: Trust) -> Iterator[Observation]:
    status = status_of(credential, trust)
    if status is Status.REVOKED:
        yield Observation(Reason.REVOKED)
    elif status is Status.SUSPENDED:
        yield Observation(Reason.SUSPENDED)


def _seen_by_officer(context: Context) -> Iterator[Observation]:
    if context.plate_mismatch:
        yield Observation(Reason.PLATE_MISMATCH)
    if context.crew_mismatch:
        yield Observation(Reason.CREW_MISMATCH)


def _crew(journey: Journey, context: Context, now: datetime) -> Iterator[Observation]:
    """Judge the people on board: all of the journey's if nobody was ticked."""
    present = [
        (index, entry) for index, entry in journey.crew if not context.crew_present or index in context.crew_present
    ]
    expired = tuple([index for index, entry in present if entry.expires_at is not None and now >= entry.expires_at])
    if expired:
        yield Observation(Reason.CREW_EXPIRED, crew=expired)
    if not any(entry.role is Role.DRIVER and index not in expired for index, entry in present):
        yield Observation(Reason.NO_VALID_DRIVER)


def _route(journey: Journey, context: Context) -> Iterator[Observation]:
    """Ask that a journey begins, stops or ends around the freight point that it calls at.

    That can be told only of a point whose ward is known, with the district and province above it.
    """
    station = context.station
    if station is None or station.kind is not StationKind.FREIGHT or not station.within:
        return
    if level(station.area) is not AreaLevel.WARD:
        return
    if not any(code == station.area or code in station.within for code in journey.route):
        yield Observation(Reason.OFF_ROUTE)


def _zones(journey: Journey | None, trust: Trust, context: Context, now: datetime) -> Iterator[Observation]:
    route = journey.route if journey else ()
    behind = {*route[:1], context.coming_from}
    ahead = route[1:]
    for zone in trust.zones:
        if any(is_in_zone(zone, area=area, site=None, is_road_checkpoint_scan=False, at=now) for area in behind):
            yield Observation(Reason.ARRIVED_FROM_ZONE, zone=zone.id)
        if any(is_in_zone(zone, area=area, site=None, is_road_checkpoint_scan=False, at=now) for area in ahead):
            yield Observation(Reason.ENTERING_ZONE, zone=zone.id)


def _history(trust: Trust, context: Context, now: datetime) -> Iterator[Observation]:
    if context.last_seen_here is not None:
        window = timedelta(minutes=trust.policy.already_scanned_minutes)
        if abs(now - context.last_seen_here) < window:
            yield Observation(Reason.ALREADY_SCANNED)
    if context.impossible_travel:
        yield Observation(Reason.IMPOSSIBLE_TRAVEL)


def _freshness(papers: Papers, trust: Trust, context: Context, now: datetime) -> Iterator[Observation]:
    """Judge the station's own data. A status list that it does not have yet was begun after its data: it is behind."""
    age_seconds = (now - trust.published_at).total_seconds()
    if age_seconds >= trust.policy.trust_expired_hours * 3600:
        yield Observation(Reason.TRUST_EXPIRED)
    elif age_seconds >= trust.policy.trust_stale_hours * 3600 or any(
        paper.status.uri not in trust.statuses for paper in papers.all
    ):
        yield Observation(Reason.TRUST_STALE)
    if context.clock_in_doubt or -age_seconds > trust.policy.clock_tolerance_minutes * 60:
        yield Observation(Reason.CLOCK_DOUBT)
