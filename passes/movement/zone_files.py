"""A zone as a JSON file: `id, name, kind, areas, sites, starts_at, ends_at, passage, monitoring_days, decision`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from passes.local_time import NoMomentError, read_second
from passes.movement.zones import ZoneDraft, ZoneError
from protocol.times import to_rfc3339
from protocol.zones import DEFAULT_MONITORING_DAYS, ZoneKind

if TYPE_CHECKING:
    from datetime import datetime

_REQUIRED = ("id", "name", "kind", "starts_at", "decision")
_OPTIONAL = ("areas", "sites", "ends_at", "passage", "monitoring_days")


def read_zone_file(data: bytes) -> ZoneDraft:
    """Return the draft that a file describes; `passage` is true unless the file says otherwise.

    Args:
        data: UTF-8 JSON, one object; times in RFC 3339 with their offset.

    Raises:
        ZoneError: it is no such file; `field` names the part that is wrong.
    """
    try:
        said = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ZoneError("not_json", "file", f"not UTF-8 JSON: {error}") from error
    if not isinstance(said, dict):
        raise ZoneError("not_json", "file", "not one JSON object")
    for name in _REQUIRED:
        if said.get(name) in (None, ""):
            raise ZoneError("missing", name, "is missing")
    return read_zone(said)


def read_zone(said: dict[str, Any]) -> ZoneDraft:
    """Return the draft that the object of a file describes; one without an id gets its id when it is published.

    Raises:
        ZoneError: it describes none.
    """
    said = {name: value for name, value in said.items() if value is not None}
    if unknown := sorted(said.keys() - {*_REQUIRED, *_OPTIONAL}):
        raise ZoneError("unknown_field", unknown[0], "is not a field of a zone")
    try:
        kind = ZoneKind(said["kind"])
    except ValueError as error:
        raise ZoneError("kind_unknown", "kind", f"is {' or '.join(kind.value for kind in ZoneKind)}") from error
    return ZoneDraft(
        id=_typed(said, "id", str) if "id" in said else None,
        name=_typed(said, "name", str),
        kind=kind,
        areas=_texts(said, "areas"),
        sites=_texts(said, "sites"),
        starts_at=_moment(said["starts_at"], "starts_at"),
        ends_at=_moment(said["ends_at"], "ends_at") if "ends_at" in said else None,
        passage=_typed({"passage": True} | said, "passage", bool),
        monitoring_days=_typed({"monitoring_days": DEFAULT_MONITORING_DAYS} | said, "monitoring_days", int),
        decision=_typed(said, "decision", str),
    )


def write_zone(draft: ZoneDraft) -> dict[str, Any]:
    """Return a draft as the object of a file, without its id."""
    return {
        "name": draft.name,
        "kind": draft.kind.value,
        "areas": list(draft.areas),
        "sites": list(draft.sites),
        "starts_at": to_rfc3339(draft.starts_at),
        "ends_at": to_rfc3339(draft.ends_at) if draft.ends_at else None,
        "passage": draft.passage,
        "monitoring_days": draft.monitoring_days,
        "decision": draft.decision,
    }


def _typed(said: dict[str, Any], name: str, kind: type) -> Any:
    value = said[name]
    if type(value) is not kind:
        raise ZoneError("wrong_type", name, f"is not a JSON value of type {kind.__name__}")
    return value


def _texts(said: dict[str, Any], name: str) -> tuple[str, ...]:
    values = said.get(name, [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ZoneError("wrong_type", name, "is not a list of texts; codes are texts: “00355”")
    return tuple(values)


def _moment(value: Any, name: str) -> datetime:
    try:
        return read_second(_typed({name: value}, name, str))
    except NoMomentError as error:
        raise ZoneError("not_a_time", name, str(error)) from error
