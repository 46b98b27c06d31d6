"""Asking for slips and cards, and what the authority or policy says to them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes import audit
from passes.areas.services import district_of
from passes.db import lock
from passes.errors import RefusedError
from passes.fleet.models import LabResult
from passes.issuing.models import (
    CrewChange,
    PassStatus,
    Supplement,
    SupplementCrew,
    SupplementKind,
)
from passes.local_time import end_of_day
from passes.supplements.crews import Seat, members_by_person, next_position, seats_of, slips_of
from passes.supplements.deciding import settle
from protocol.claims import Role
from protocol.contents import MAX_CREW, MAX_CREW_INDEX

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import User
    from passes.applications.sending import SendingRules
    from passes.fleet.models import CrewMember
    from passes.issuing.models import VehiclePass
    from protocol.claims import CargoClass

LONGEST_CARD = timedelta(days=30)
"""A card without an earlier end lasts no longer: it is cheap to make a new one."""


class SupplementError(RefusedError):
    """A slip or card cannot be asked for."""


@dataclass(frozen=True)
class SlipDraft:
    """What is to change under a pass.

    Args:
        leaving: crew indexes of those who ride no longer.
        joining: row ids of the crew members who ride from now on.
        renewed: crew indexes of those whose papers on file are newer than what their paper says.
        leg: area codes behind the destination.
        cargo: what is carried from now on; None if that stays.
    """

    leaving: tuple[int, ...] = ()
    joining: tuple[int, ...] = ()
    renewed: tuple[int, ...] = ()
    leg: tuple[str, ...] = ()
    cargo: CargoClass | None = None


@dataclass
class _Lines:
    """The lines of a slip while they are put together."""

    seats: Mapping[int, Seat]
    members: Mapping[int, CrewMember]
    found: list[SupplementCrew] = field(default_factory=list)


def request_slip(
    session: Session, actor: User, vehicle_pass: VehiclePass, draft: SlipDraft, rules: SendingRules, now: datetime
) -> Supplement:
    """Ask for a slip to one of the actor's passes; what is clean may be approved at once by policy.

    Args:
        session: the caller's transaction; after an error it must be rolled back.
        actor: a clerk of the carrier.
        vehicle_pass: the pass.
        draft: what changes.
        rules: how the authority decides.
        now: the slip holds from then on, as long as the pass.

    Raises:
        SupplementError: the pass is not signed (`not_signed`), over (`pass_over`), revoked or suspended (`pass_void`);
            an earlier slip waits (`slip_waiting`); nothing changes (`nothing_changes`); no driver would be left
            (`no_driver`) or too many people ride (`crew_count`); somebody is none of the carrier's or rides already
            (`not_own`), has papers that are over (`papers_over`) or a positive test (`positive`); a renewal is not
            later than what is on the paper (`not_later`).
    """
    lock(session, vehicle_pass)  # two slips at once would not know of one another
    _require_amendable(session, vehicle_pass, now)
    members = {member.id: member for member in members_by_person(session, actor.organisation).values()}
    lines = _Lines({seat.position: seat for seat in seats_of(session, vehicle_pass)}, members)
    for position in draft.leaving:
        _leave(lines, position)
    for position in draft.renewed:
        _renew(lines, vehicle_pass, position, now)
    first = next_position(session, vehicle_pass)
    for position, member_id in enumerate(draft.joining, first):
        _join(lines, vehicle_pass, position, member_id, now)
    if not lines.found and not draft.leg and draft.cargo is None:
        raise SupplementError("nothing_changes", "a slip changes something")
    _require_crew(lines)
    count = len(slips_of(session, vehicle_pass))
    supplement = _keep(
        session,
        actor,
        Supplement(
            number=f"{vehicle_pass.number}-B{count + 1}",
            kind=SupplementKind.SLIP,
            iss=vehicle_pass.iss,
            vehicle_pass=vehicle_pass,
            leg=list(draft.leg),
            cargo=None if draft.cargo is None else int(draft.cargo),
            not_before=now.replace(second=0, microsecond=0),
            expires_at=vehicle_pass.expires_at,
            crew=lines.found,
        ),
        now,
    )
    settle(session, supplement, rules, now)
    return supplement


def _keep(session: Session, actor: User, supplement: Supplement, now: datetime) -> Supplement:
    supplement.carrier_id, supplement.requested_by_id = actor.organisation_id, actor.id
    supplement.cti, supplement.requested_at, supplement.status = secrets.token_hex(8), now, PassStatus.VALID
    session.add(supplement)
    audit.record(session, actor, "supplements.request", supplement, {"number": supplement.number}, now)
    return supplement


def _require_amendable(session: Session, vehicle_pass: VehiclePass, now: datetime) -> None:
    if vehicle_pass.signed_at is None:
        raise SupplementError("not_signed", "the pass is not signed yet")
    if vehicle_pass.expires_at <= now:
        raise SupplementError("pass_over", "the pass is over")
    if vehicle_pass.status is not PassStatus.VALID:
        raise SupplementError("pass_void", f"the pass is {vehicle_pass.status}")
    slips = [slip for slip in slips_of(session, vehicle_pass) if slip.status is PassStatus.VALID]
    if any(slip.decision is None or (slip.is_approved and slip.text is None) for slip in slips):
        raise SupplementError("slip_waiting", "an earlier slip waits to be decided or signed")


def _leave(lines: _Lines, position: int) -> None:
    seat = lines.seats.get(position)
    if seat is None:
        raise SupplementError("not_own", f"nobody rides at {position}")
    lines.found.append(_line(seat.position, CrewChange.LEAVES, seat.person_id, seat.role))


def _renew(lines: _Lines, vehicle_pass: VehiclePass, position: int, now: datetime) -> None:
    seat = lines.seats.get(position)
    member = next((m for m in lines.members.values() if seat and m.person_id == seat.person_id), None)
    if seat is None or member is None:
        raise SupplementError("not_own", f"nobody of the carrier rides at {position}")
    end = min(_end_of_papers(member, now) or vehicle_pass.expires_at, vehicle_pass.expires_at)
    if seat.expires_at is None or end <= seat.expires_at:
        raise SupplementError("not_later", "the papers on file end no later than what the paper says")
    lines.found.append(_line(seat.position, CrewChange.RENEWED, seat.person_id, seat.role, member, end))


def _join(lines: _Lines, vehicle_pass: VehiclePass, position: int, member_id: int, now: datetime) -> None:
    member = lines.members.get(member_id)
    leaving = {line.person_id for line in lines.found if line.change is CrewChange.LEAVES}
    riding = {seat.person_id for seat in lines.seats.values()} - leaving
    riding |= {line.person_id for line in lines.found if line.change is CrewChange.JOINS}
    if member is None or member.person_id in riding:
        raise SupplementError("not_own", "somebody is none of the carrier's, or rides already")
    end = _end_of_papers(member, now)
    own = end if end is not None and end < vehicle_pass.expires_at else None
    lines.found.append(_line(position, CrewChange.JOINS, member.person_id, member.role, member, own))


def _line(
    position: int,
    change: CrewChange,
    person_id: int,
    role: Role,
    member: CrewMember | None = None,
    expires_at: datetime | None = None,
) -> SupplementCrew:
    return SupplementCrew(
        position=position,
        change=change,
        person_id=person_id,
        crew_member_id=member.id if member else None,
        role=role,
        expires_at=expires_at,
    )


def _end_of_papers(member: CrewMember, now: datetime) -> datetime | None:
    """Return when a person's own papers end, to the minute; None when nothing on file ends.

    Raises:
        SupplementError: they have ended (`papers_over`), or the last test found the disease (`positive`).
    """
    if member.test_result is LabResult.POSITIVE:
        raise SupplementError("positive", "the last test was positive")
    ends = list(_ends(member))
    if any(end <= now for end in ends):
        raise SupplementError("papers_over", "test or licence have ended")
    return min(ends, default=None)


def _ends(member: CrewMember) -> Iterator[datetime]:
    if member.licence_expires_on is not None:
        yield end_of_day(member.licence_expires_on)
    if member.test_expires_at is not None:
        yield member.test_expires_at.replace(second=0, microsecond=0)


def _require_crew(lines: _Lines) -> None:
    gone = {line.position for line in lines.found if line.change is CrewChange.LEAVES}
    joining = [line for line in lines.found if line.change is CrewChange.JOINS]
    roles = [seat.role for seat in lines.seats.values() if seat.position not in gone]
    roles += [line.role for line in joining]
    if Role.DRIVER not in roles:
        raise SupplementError("no_driver", "nobody would be left to drive")
    if len(roles) > MAX_CREW or any(line.position > MAX_CREW_INDEX for line in joining):
        raise SupplementError("crew_count", "more people than a pass takes")


def request_card(session: Session, actor: User, member: CrewMember, rules: SendingRules, now: datetime) -> Supplement:
    """Ask for a card of one of the actor's crew, which holds as long as their licence and test.

    Args:
        session: the caller's transaction; after an error it must be rolled back.
        actor: a clerk of the carrier.
        member: whose card it is.
        rules: how the authority decides.
        now: the card holds from then on.

    Raises:
        SupplementError: their papers are over (`papers_over`), the last test was positive (`positive`), there is no
            test on file (`test_missing`), or no district of residence (`residence_missing`).
    """
    end = _end_of_papers(member, now)
    if member.test_expires_at is None or end is None:
        raise SupplementError("test_missing", "no test on file")
    if district_of(session, member.person.residence_code) is None:
        raise SupplementError("residence_missing", "no district of residence")
    made = sa.select(sa.func.count()).select_from(SupplementCrew).where(SupplementCrew.crew_member_id == member.id)
    count = session.scalar(made.where(SupplementCrew.change == CrewChange.HOLDER)) or 0
    supplement = _keep(
        session,
        actor,
        Supplement(
            number=f"{rules.iss.removeprefix('VN-')}-T{member.id:06d}-{count + 1}",
            kind=SupplementKind.CARD,
            iss=rules.iss,
            leg=[],
            not_before=now.replace(second=0, microsecond=0),
            expires_at=min(end, now.replace(second=0, microsecond=0) + LONGEST_CARD),
            crew=[_line(0, CrewChange.HOLDER, member.person_id, member.role, member, end)],
        ),
        now,
    )
    settle(session, supplement, rules, now)
    return supplement


def find_supplement(session: Session, number: str, carrier_id: int | None = None) -> Supplement | None:
    """Return the slip or card with this number, or None; with `carrier_id`, only one of that carrier's."""
    statement = sa.select(Supplement).where(Supplement.number == number)
    if carrier_id is not None:
        statement = statement.where(Supplement.carrier_id == carrier_id)
    return session.scalar(statement)


def supplements_of(carrier_id: int, kind: SupplementKind | None = None) -> sa.Select[tuple[Supplement]]:
    """Return a statement for a carrier's slips and cards, newest first."""
    statement = sa.select(Supplement).where(Supplement.carrier_id == carrier_id)
    if kind is not None:
        statement = statement.where(Supplement.kind == kind)
    return statement.order_by(Supplement.requested_at.desc(), Supplement.id.desc())
