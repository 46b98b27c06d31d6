"""On paper: the tracing slip of somebody with a positive result, and the daily form of a desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pypdfium2
import sqlalchemy as sa

from passes import audit
from passes.areas.services import labels
from passes.batches import in_batches
from passes.errors import RefusedError
from passes.followup.access_rules import followups_of
from passes.followup.desk import desk_rows
from passes.followup.events import LookupReason, Sample, SampleResult
from passes.followup.listing import Filters, Work, people_on_list
from passes.followup.lookups import look_at
from passes.followup.stays import stays_of
from passes.form_fields import national_phone
from passes.movement.companions import companions_of
from passes.movement.evidence import latest_versions, movements_of
from passes.people.services import people_by_id
from passes.printing import render_pdf
from passes.sites.services import sites_by_id
from passes.stations.services import stations_by_id
from protocol.plates import format_plate

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import User
    from passes.movement.models import Movement

SLIP_SPAN = timedelta(days=14)
_DENSITIES = 3
"""How many type sizes `documents.css` has for a slip; a crowded one takes the next smaller."""
_ROOM = ((60, 24), (40, 18), (28, 14), (18, 10), (10, 8))
"""How many places and companions are tried at the smallest size; the page says how many more there are."""
_PEOPLE_A_FORM = 600


class SlipError(RefusedError):
    """A paper cannot be printed as asked."""


@dataclass(frozen=True)
class Head:
    """The head of an official paper: who issues it, where.

    Args:
        parent: the agency above the issuing one, or empty.
        agency: who issues it.
        place: where.
    """

    parent: str
    agency: str
    place: str


def tracing_slip(session: Session, actor: User, person_id: int, head: Head, now: datetime) -> bytes:
    """Print where somebody with a positive result was in the last 14 days, and with whom, on one page.

    The days count back from the first positive sample. Who printed it is written down.

    Args:
        session: the caller's transaction.
        actor: who prints it.
        person_id: whose slip.
        head: of the paper.
        now: when.

    Raises:
        FollowUpUnknownError: this user follows up no such person.
        SlipError: no sample of theirs is positive.
    """
    rows = followups_of(session, actor, person_id)
    positive = session.scalars(
        sa.select(Sample)
        .where(Sample.person_id == person_id, Sample.result == SampleResult.POSITIVE)
        .order_by(Sample.taken_at)
    ).all()
    if not positive:
        raise SlipError("not_positive", "no sample of this person is positive")
    since = positive[0].taken_at - SLIP_SPAN
    movements = movements_of(session, person_id, since)
    companions = companions_of(session, person_id, since, now)
    people = people_by_id(session, [companion.person_id for companion in companions])
    stays = stays_of(session, [person_id, *people])
    names = labels(session, {m.area_code for m in movements} | {stay.code or stay.district for stay in stays.values()})
    values = {
        "head": head,
        "person": rows[0].person,
        "phone": national_phone(rows[0].person.phone) if rows[0].person.phone else "",
        "stay": _stay(stays[person_id].code, stays[person_id].district, names),
        "sample": positive[0],
        "since": since,
        "now": now,
        "zones": [latest_versions(session, {row.zone_id for row in rows})[row.zone_id].name for row in rows],
        "places": _places(session, movements, names),
        "companions": [
            {
                "name": people[c.person_id].name or "",
                "id_number": people[c.person_id].id_number or "",
                "phone": national_phone(people[c.person_id].phone or "") if people[c.person_id].phone else "",
                "stay": _stay(stays[c.person_id].code, stays[c.person_id].district, names),
                "plate": format_plate(c.plate) if c.plate else "",
                "last_at": c.last_at,
                "times": c.times,
            }
            for c in companions
        ],
        "printed_by": actor.name,
    }
    look_at(session, actor, person_id, LookupReason.TRACING, now)
    audit.record(session, actor, "followups.print_slip", rows[0].person, {"places": len(movements)}, now)
    return _on_one_page(values)


def _on_one_page(values: dict[str, Any]) -> bytes:
    """Print at the largest size that fits, then with as many of the newest places and companions as fit."""
    places, companions = values["places"], values["companions"]
    attempts = [(density, *_ROOM[0]) for density in range(_DENSITIES)]
    attempts += [(_DENSITIES - 1, *room) for room in _ROOM[1:]]
    for density, most_places, most_companions in attempts:
        cut = {
            "places": places[:most_places],
            "more_places": max(0, len(places) - most_places),
            "companions": companions[:most_companions],
            "more_companions": max(0, len(companions) - most_companions),
        }
        content = render_pdf("tracing_slip.html", density=density, **(values | cut))
        document = pypdfium2.PdfDocument(content)
        pages = len(document)
        document.close()
        if pages == 1:
            return content
    raise SlipError("slip_too_long", "the slip does not fit on one page")


def _stay(code: str | None, district: str | None, names: Mapping[str, str]) -> str:
    if code:
        return names.get(code, code)
    return f"chưa rõ; gần nhất tại {names.get(district, district)}" if district else "chưa rõ"


def _places(session: Session, movements: list[Movement], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return each place once, the one visited last on top, with every time there and the vehicles."""
    stations = stations_by_id(session)
    sites = sites_by_id(session, [move.site_id for move in movements])
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for move in movements:  # newest first
        where = stations.get(move.station_id or "") or sites.get(move.site_id or "")
        key = where.name if where is not None else "", names.get(move.area_code, move.area_code)
        place = found.setdefault(key, {"where": key[0], "area": key[1], "times": [], "plates": [], "sources": []})
        plate = format_plate(move.plate) if move.plate else None
        for name, value in (("times", move.at), ("plates", plate), ("sources", move.source.value)):
            if value is not None and value not in place[name]:
                place[name].append(value)
    return list(found.values())


def daily_form(session: Session, actor: User, filters: Filters, head: Head, now: datetime) -> bytes:
    """Print the visits that a desk has still to make today, with room to write down what is found.

    Args:
        session: the caller's transaction.
        actor: for whom.
        filters: what the list is narrowed to; only those to be visited today are printed.
        head: of the paper.
        now: today.

    Raises:
        SlipError: there are more people than are printed at once.
    """
    wanted = Filters(query=filters.query, zone=filters.zone, area=filters.area, work=Work.TODAY)
    ids = list(session.scalars(people_on_list(session, actor, wanted, now).limit(_PEOPLE_A_FORM + 1)))
    if len(ids) > _PEOPLE_A_FORM:
        raise SlipError("too_long", f"more than {_PEOPLE_A_FORM} people")
    rows = [row for batch in in_batches(ids) for row in desk_rows(session, actor, batch, now)]
    names = labels(session, {row.leading.stay_code or row.leading.district_code for row in rows})
    people = [
        {
            "name": row.person.name or "",
            "phone": national_phone(row.person.phone) if row.person.phone else "",
            "stay": _stay(row.leading.stay_code, row.leading.district_code, names),
            "due": row.leading.due,
            "missed": row.missed_days,
        }
        for row in sorted(rows, key=lambda row: (row.leading.stay_code or "", row.person.name or ""))
    ]
    audit.record(session, actor, "followups.print_form", "FollowUps:form", {"people": len(people)}, now)
    return render_pdf("daily_form.html", head=head, people=people, now=now)
