"""An event as the officer's page shows it: words, names, and nothing that was not signed."""

from dataclasses import dataclass
from datetime import datetime

from checkpoint import areas
from checkpoint.chiefs_only import needs_chief
from checkpoint.events import Code, Event
from checkpoint.i18n import current_language
from checkpoint.i18n import gettext as _
from checkpoint.moments import show_end, show_time
from checkpoint.station import UNDO_WINDOW, asks_where_from
from protocol.claims import Amendment, Credential, CrewCard, VehiclePass
from protocol.plates import format_plate
from protocol.reasons import Finding, Outcome, Reason
from protocol.scan_record import Action, RecordKind
from protocol.texts import CARGO_CLASS_TEXTS, OUTCOME_TEXTS, REASON_TEXTS, ROLE_TEXTS, VEHICLE_CLASS_TEXTS

MAX_REASONS = 3
SHAPES = {Outcome.ADMIT: "tick", Outcome.REFER: "question", Outcome.REFUSE: "bar"}


@dataclass(frozen=True, slots=True)
class Person:
    """One person on the pass: the row that the officer ticks."""

    index: int
    role: str
    name: str
    id_last4: str
    expires: str
    is_expired: bool
    is_present: bool
    lodging: str | None
    lodging_name: str


@dataclass(frozen=True, slots=True)
class ReasonShown:
    """One reason: what is wrong, whom or where it concerns, what to do."""

    code: str
    severity: str
    title: str
    concerns: str
    instruction: str


@dataclass(frozen=True, slots=True)
class Panel:
    """Everything that a verdict's page says."""

    event_id: str
    outcome: str
    shape: str
    phrase: str
    plate: str
    holder: str
    facts: tuple[str, ...]
    people: tuple[Person, ...]
    reasons: tuple[ReasonShown, ...]
    more_reasons: int
    is_pass: bool
    plate_mismatch: bool
    crew_mismatch: bool
    asks_where_from: bool
    coming_from: str | None
    coming_from_name: str
    is_void: bool
    is_waiting: bool
    is_chiefs: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list of recent scans; `plate` is the holder's name for a crew card alone."""

    event_id: str
    time: str
    outcome: str
    shape: str
    phrase: str
    why: str
    plate: str
    action: str
    is_open: bool
    is_void: bool


def action_name(action: Action | None) -> str:
    """Say what was done with a vehicle."""
    names = {
        Action.ADMITTED: _("Đã cho qua"),
        Action.SENT_ASIDE: _("Đã mời vào kiểm tra"),
        Action.TURNED_BACK: _("Đã cho quay lại"),
    }
    return names[action] if action else _("Chưa xử lý")


def panel_of(event: Event, zone_names: dict[str, str]) -> Panel:
    """Make the page of an event with a code.

    Args:
        event: one that has a code.
        zone_names: the zones' names by id.
    """
    if event.code is None:
        raise ValueError("an event without a code has no verdict")
    language, verdict = current_language(), event.code.verdict
    credential, statement = verdict.credential, event.statement
    people = _people(event)
    concerns = {person.index: person.name for person in people}
    reasons = _reasons(verdict.findings, zone_names, concerns, event.code)
    return Panel(
        event_id=event.id,
        outcome=str(verdict.outcome),
        shape=SHAPES[verdict.outcome],
        phrase=OUTCOME_TEXTS[verdict.outcome][language],
        plate=format_plate(credential.plate) if isinstance(credential, VehiclePass) else "",
        holder=_holder(credential),
        facts=_facts(event),
        people=people,
        reasons=tuple(reasons[:MAX_REASONS]),
        more_reasons=max(0, len(reasons) - MAX_REASONS),
        is_pass=isinstance(credential, VehiclePass),
        plate_mismatch=statement.plate_mismatch,
        crew_mismatch=statement.crew_mismatch,
        asks_where_from=asks_where_from(event),
        coming_from=statement.coming_from,
        coming_from_name=areas.name_of(statement.coming_from) if statement.coming_from else "",
        is_void=event.is_void,
        is_waiting=event.is_waiting,
        is_chiefs=needs_chief(event, Action.ADMITTED),
    )


def row_of(event: Event) -> Row:
    """Make the line of an event in the list of recent scans."""
    outcome, credential = event.outcome, event.credential
    plate = credential.plate if isinstance(credential, VehiclePass) else event.plate or ""
    without = _("MÃ KHÔNG ĐỌC ĐƯỢC") if event.kind is RecordKind.TYPED else _("KHÔNG CÓ GIẤY")
    phrase = OUTCOME_TEXTS[outcome][current_language()] if outcome else without
    why = REASON_TEXTS[event.reasons[0]]["en" if current_language() == "en" else "vi"].title if event.reasons else ""
    return Row(
        event_id=event.id,
        time=show_time(event.scanned_at),
        outcome=str(outcome) if outcome else "NO_PAPER",
        shape=SHAPES[outcome] if outcome else "paper",
        phrase=phrase,
        why=why,
        plate=_holder(credential) or format_plate(plate),
        action=_("Đã hoàn tác") if event.is_void else action_name(event.statement.action),
        is_open=event.is_open,
        is_void=event.is_void,
    )


def undo_seconds(event: Event, now: datetime) -> int:
    """Return how long the last action can still be taken back, seconds; 0 when it cannot."""
    if event.is_open:
        return 0
    return max(0, int((event.newest_at + UNDO_WINDOW - now).total_seconds()))


def _people(event: Event) -> tuple[Person, ...]:
    statement = event.statement
    lodging = dict(statement.lodging)
    return tuple(
        Person(
            index=index,
            role=ROLE_TEXTS[entry.role][current_language()],
            name=entry.name,
            id_last4=entry.id_last4,
            expires=show_end(entry.expires_at) if entry.expires_at else "",
            is_expired=entry.expires_at is not None and event.scanned_at >= entry.expires_at,
            is_present=index in (statement.crew_present or ()),
            lodging=lodging.get(index),
            lodging_name=areas.name_of(lodging[index]) if index in lodging else "",
        )
        for index, entry in event.crew
    )


def _facts(event: Event) -> tuple[str, ...]:
    language, credential = current_language(), event.credential
    if credential is None:
        return ()
    until = _("Hiệu lực đến %(end)s", end=show_end(credential.expires_at))
    if isinstance(credential, CrewCard):
        return (ROLE_TEXTS[credential.role][language], areas.name_of(credential.district), until)
    journey = event.code.verdict.journey if event.code else None
    if not isinstance(credential, VehiclePass) or journey is None:
        return (*(entry.name for _index, entry in event.crew), until)
    tonnes = f"{credential.payload_tonnes.normalize():f}".replace(".", "," if language == "vi" else ".")
    return (
        credential.carrier,
        f"{VEHICLE_CLASS_TEXTS[credential.vehicle_class][language]}, " + _("%(tonnes)s tấn", tonnes=tonnes),
        CARGO_CLASS_TEXTS[journey.cargo][language],
        f"{areas.short_name_of(journey.route[0])} → {areas.short_name_of(journey.route[-1])}",
        *([_("Có phiếu bổ sung")] if journey.amendments else []),
        until,
    )


def _holder(credential: Credential | None) -> str:
    """Say whose paper it is, or which, where it names no plate."""
    if isinstance(credential, CrewCard):
        return credential.name
    return _("Phiếu bổ sung") if isinstance(credential, Amendment) else ""


def _reasons(
    findings: tuple[Finding, ...], zone_names: dict[str, str], crew: dict[int, str], code: Code
) -> list[ReasonShown]:
    language, shown = current_language(), []
    for reason in dict.fromkeys(finding.reason for finding in findings):
        same = [finding for finding in findings if finding.reason == reason]
        names = [zone_names.get(finding.zone, finding.zone) for finding in same if finding.zone]
        names += [crew[index] for finding in same for index in finding.crew if index in crew]
        if reason is Reason.ALREADY_SCANNED and code.context.last_seen_here:
            names.append(_("lúc %(time)s", time=show_time(code.context.last_seen_here)))
        if reason is Reason.IMPOSSIBLE_TRAVEL and code.elsewhere:
            names.append(_("%(place)s lúc %(time)s", place=code.elsewhere.place, time=show_time(code.elsewhere.at)))
        text = REASON_TEXTS[reason][language]
        shown.append(ReasonShown(str(reason), str(same[0].severity), text.title, ", ".join(names), text.instruction))
    return shown
