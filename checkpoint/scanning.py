"""`checkpoint scan`: what the texts in files come to, as documents and in words."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from checkpoint.camera import CameraError
from checkpoint.combining import choose
from checkpoint.describing import describe_event
from checkpoint.events import Event
from checkpoint.home import Home
from checkpoint.i18n import current_language
from checkpoint.i18n import gettext as _
from checkpoint.moments import parse_moment
from checkpoint.running import Running, open_station
from checkpoint.stills import FileTexts
from protocol.claims import Amendment, CrewCard, VehiclePass
from protocol.plates import format_plate
from protocol.reasons import Verdict
from protocol.texts import OUTCOME_TEXTS, REASON_TEXTS


@dataclass(frozen=True, slots=True)
class Line:
    """What is said about one picture.

    Attributes:
        document: for programs.
        events: what was recorded.
        error: why the picture could not be read, if it could not.
    """

    document: dict[str, Any]
    events: tuple[Event, ...] = ()
    error: CameraError | None = None


def read_only(found: Iterable[FileTexts]) -> Iterator[Line]:
    """Give the texts of each picture, and nothing else."""
    for one in found:
        yield Line(_document(one), error=one.error)


def decide(home: Home, found: Iterable[FileTexts], at: str | None, said: Mapping[str, Any]) -> Iterator[Line]:
    """Judge and record the codes of each picture.

    Args:
        home: the station's folder.
        found: the pictures' texts.
        at: when the pictures were taken, if not now.
        said: what the officer says of every code in them, as fields of `Statement`, and the `reason` of its action.

    Raises:
        StationError: the station is not ready, `at` is no time, a scan could not be recorded, or its action is the
            post chief's and nobody who is one is on duty. The scan itself is recorded then.
    """
    scanned_at = parse_moment(at) if at is not None else None
    running = open_station(home)
    for one in found:
        vehicles = choose(one.texts, running.station.trust)
        events = tuple(_decide_one(running, texts, scanned_at, said) for texts in vehicles)
        yield Line(_document(one) | {"scans": [describe_event(event) for event in events]}, events, one.error)


def _decide_one(
    running: Running, texts: tuple[str, ...], scanned_at: datetime | None, said: Mapping[str, Any]
) -> Event:
    station, action, reason = running.station, said.get("action"), said.get("reason", "")
    event = station.handle_scan(texts, running.clock.read(), scanned_at)
    if seen := {name: value for name, value in said.items() if name not in {"action", "reason"}}:
        event = station.restate(event.id, running.clock.read(), **seen)
    if action:
        event = station.act(event.id, action, running.clock.read(), running.duty.on_duty, reason)
    return event


def in_words(line: Line) -> str:
    """Say what a picture came to."""
    name = line.document["file"]
    if not line.events:
        return _("%(file)s: không có mã", file=name)
    return "\n".join(f"{name}: {verdict_in_words(event.code.verdict)}" for event in line.events if event.code)


def verdict_in_words(verdict: Verdict) -> str:
    """Say a verdict: its phrase, the plate if one was signed, and why."""
    language = current_language()
    parts = [OUTCOME_TEXTS[verdict.outcome][language]]
    match verdict.credential:
        case VehiclePass() as vehicle_pass:
            parts.append(format_plate(vehicle_pass.plate))
        case CrewCard() as card:
            parts.append(card.name)
        case Amendment():
            parts.append(_("Phiếu bổ sung"))
    parts += [REASON_TEXTS[reason][language].title for reason in dict.fromkeys(verdict.reasons)]
    return " · ".join(parts)


def _document(one: FileTexts) -> dict[str, Any]:
    document: dict[str, Any] = {"file": one.file, "texts": list(one.texts)}
    return document | {"error": one.error.code} if one.error else document
