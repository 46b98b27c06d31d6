"""Keeping officers: where they work, as what, their PINs, and what of it goes to their stations."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes import audit
from passes.db import insert_if_new
from passes.errors import ValueRefusedError
from passes.names import tidy
from passes.officers.models import Officer, Posting, StationPepper
from passes.stations.services import stations_by_id
from passes.trust import services as trust
from protocol.pins import MIN_PIN_DIGITS, PEPPER_BYTES, SALT_BYTES, is_guessable, make_verifier
from protocol.roster import Officer as RosterOfficer
from protocol.roster import OfficerRole, RosterContent

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import User

_NAME_CHARS = 120
_ID_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that is mistaken for another when read aloud
_ID_CHARS = 6


class OfficerError(ValueRefusedError):
    """An officer cannot be kept as given; `field` is the value that is wrong."""


def add_officer(
    session: Session, actor: User | None, *, name: str, role: OfficerRole, station_ids: Collection[str], now: datetime
) -> Officer:
    """Keep a new officer, who has no PIN yet.

    Args:
        session: the caller's transaction.
        actor: who adds the officer; None for the command line.
        name: the full name, as it stands in the list to sign in from.
        role: what the officer may do.
        station_ids: where the officer works.
        now: when.

    Raises:
        OfficerError: the name is missing (`name_missing`), or a station unknown (`station_unknown`).
    """
    name = _checked_name(name)
    _check_stations(session, station_ids)
    officer = Officer(id=_new_id(session), name=name, role=role, created_at=now)
    session.add(officer)
    _post(session, officer, station_ids)
    details = {"role": role.value, "stations": officer.station_ids}
    audit.record(session, actor, "officers.add", officer, details, now)
    trust.note_change(session, "officer.added", now)
    return officer


def change_officer(
    session: Session,
    actor: User | None,
    officer_id: str,
    *,
    name: str,
    role: OfficerRole,
    station_ids: Collection[str],
    now: datetime,
) -> Officer:
    """Change an officer's name, role or stations. At a station that is new the officer needs a new PIN.

    Raises:
        OfficerError: as `add_officer`; or there is no such officer (`officer_unknown`), or no more (`officer_left`).
    """
    officer, name = _serving(session, officer_id), _checked_name(name)
    _check_stations(session, station_ids)
    officer.name, officer.role = name, role
    _post(session, officer, station_ids)
    details = {"role": role.value, "stations": officer.station_ids}
    audit.record(session, actor, "officers.change", officer, details, now)
    trust.note_change(session, "officer.changed", now)
    return officer


def give_pin(session: Session, actor: User | None, officer_id: str, now: datetime) -> str:
    """Make an officer's PIN, the same for every station where they work; it replaces the one before.

    Returns:
        The PIN, to be shown once; it is kept nowhere.

    Raises:
        OfficerError: there is no such officer (`officer_unknown`), or no more (`officer_left`), or they work nowhere
            (`stations_missing`).
    """
    officer = _serving(session, officer_id)
    if not officer.postings:
        raise OfficerError("stations_missing", "stations", "this officer works at no station")
    pin = _new_pin()
    for posting in officer.postings:
        pepper = _pepper(session, posting.station_id)
        posting.pin_verifier = make_verifier(pin, officer.id, pepper, secrets.token_bytes(SALT_BYTES))
    officer.pin_serial += 1
    officer.pin_given_at = now
    audit.record(session, actor, "officers.give_pin", officer, {"stations": officer.station_ids}, now)
    trust.note_change(session, "officer.pin", now)
    return pin


def dismiss_officer(session: Session, actor: User | None, officer_id: str, now: datetime) -> Officer:
    """Take an officer off every station's list. The name stays beside the scans that the officer recorded.

    Raises:
        OfficerError: there is no such officer (`officer_unknown`).
    """
    officer = get_officer(session, officer_id)
    if officer.left_at is None:
        stations = officer.station_ids
        officer.left_at = now
        officer.postings = []
        audit.record(session, actor, "officers.dismiss", officer, {"stations": stations}, now)
        trust.note_change(session, "officer.left", now)
    return officer


def get_officer(session: Session, officer_id: str) -> Officer:
    """Return one officer.

    Raises:
        OfficerError: there is none with this id (`officer_unknown`).
    """
    officer = session.get(Officer, officer_id)
    if officer is None:
        raise OfficerError("officer_unknown", "officer", f"no officer has the id {officer_id!r}")
    return officer


def list_officers(session: Session, station_id: str | None = None) -> list[Officer]:
    """Return the officers who serve, at one station or anywhere, by name."""
    statement = sa.select(Officer).where(Officer.left_at.is_(None)).order_by(Officer.name, Officer.id)
    if station_id:
        statement = statement.where(Officer.postings.any(Posting.station_id == station_id))
    return list(session.scalars(statement))


def stations_without_chief(session: Session) -> list[str]:
    """Return the ids of stations that have officers, but nobody who may overrule a refusal or set the clock."""
    statement = (
        sa.select(Posting.station_id)
        .join(Officer)
        .where(Officer.left_at.is_(None))
        .group_by(Posting.station_id)
        .having(sa.func.count().filter(Officer.role == OfficerRole.CHIEF) == 0)
    )
    return sorted(session.scalars(statement))


def names_of(session: Session, officer_ids: Iterable[str | None]) -> dict[str, str]:
    """Return the names of officers by id, of those who left as well; whoever is unknown is left out."""
    wanted = {officer_id for officer_id in officer_ids if officer_id}
    found = session.execute(sa.select(Officer.id, Officer.name).where(Officer.id.in_(wanted)))
    return {row.id: row.name for row in found}


def roster_of(session: Session, station_id: str) -> RosterContent:
    """Return what the devices of a station are told of its officers."""
    statement = (
        sa.select(Officer, Posting.pin_verifier)
        .join(Posting)
        .where(Posting.station_id == station_id, Officer.left_at.is_(None))
        .order_by(Officer.id)
    )
    officers = tuple(
        RosterOfficer(officer.id, officer.name, officer.role, pin, officer.pin_serial if pin else 0)
        for officer, pin in session.execute(statement)
    )
    kept = session.get(StationPepper, station_id)
    return RosterContent(officers, bytes.fromhex(kept.pepper) if kept else None)


def _serving(session: Session, officer_id: str) -> Officer:
    officer = get_officer(session, officer_id)
    if officer.left_at is not None:
        raise OfficerError("officer_left", "officer", f"{officer_id} serves no more")
    return officer


def _checked_name(name: str) -> str:
    name = tidy(name)
    if not 0 < len(name) <= _NAME_CHARS:
        raise OfficerError("name_missing", "name", f"a name has 1 to {_NAME_CHARS} characters")
    return name


def _check_stations(session: Session, station_ids: Collection[str]) -> None:
    if unknown := set(station_ids) - stations_by_id(session).keys():
        raise OfficerError("station_unknown", "stations", f"no station has the id {min(unknown)!r}")


def _post(session: Session, officer: Officer, station_ids: Collection[str]) -> None:
    wanted = set(station_ids)
    kept = [posting for posting in officer.postings if posting.station_id in wanted]
    new = wanted - {posting.station_id for posting in kept}
    officer.postings = [*kept, *(Posting(station_id=station_id) for station_id in sorted(new))]
    session.flush()


def _pepper(session: Session, station_id: str) -> bytes:
    insert_if_new(session, StationPepper, station_id=station_id, pepper=secrets.token_hex(PEPPER_BYTES))
    return bytes.fromhex(session.get_one(StationPepper, station_id).pepper)


def _new_id(session: Session) -> str:
    while True:
        made = "cb-" + "".join(secrets.choice(_ID_ALPHABET) for _ in range(_ID_CHARS))
        if session.get(Officer, made) is None:
            return made


def _new_pin() -> str:
    while is_guessable(pin := f"{secrets.randbelow(10**MIN_PIN_DIGITS):0{MIN_PIN_DIGITS}}"):
        pass
    return pin
