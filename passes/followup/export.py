"""Lists of follow-ups for other programs and for paper."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from passes import audit
from passes.areas.services import labels
from passes.followup.listing import Filters, followups_for
from passes.form_fields import national_phone
from passes.movement.evidence import latest_versions
from passes.reports.tables import Column, FileKind, Table, write_table
from protocol.areas import AreaLevel

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import User
    from passes.followup.models import FollowUp, FollowUpStatus

_WIDTHS = (26, 25, 22, 36, 24, 16, 26, 18, 18, 18, 18)
"""On paper an ID number or a phone number stays on one line."""


def as_fields(row: FollowUp) -> dict[str, str | None]:
    """Return a follow-up as the command line prints it: times in RFC 3339, UTC; `stay` a ward's code or None."""
    stay = row.stay_code
    return {
        "person": row.person.id_number,
        "zone": row.zone_id,
        "first_at": _rfc3339(row.first_at),
        "last_at": _rfc3339(row.last_at),
        "due": _rfc3339(row.due),
        "status": row.status.value,
        "stay": stay if stay and len(stay) == AreaLevel.WARD else None,
    }


def _rfc3339(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def export_list(
    session: Session,
    actor: User,
    filters: Filters,
    headings: Sequence[str],
    statuses: Mapping[FollowUpStatus, str],
    now: datetime,
    kind: FileKind = FileKind.XLSX,
) -> bytes:
    """Return the list that this user may see as a file; who took it is written down.

    Args:
        session: the caller's transaction.
        actor: for whom.
        filters: what the list is narrowed to.
        headings: title of the sheet, then of each of the eleven columns.
        statuses: words for the statuses.
        now: when.
        kind: spreadsheet, comma-separated values or paper.

    Raises:
        passes.reports.tables.TableError: the list is too long for paper.
    """
    rows = followups_for(session, actor, filters, now=now)
    names = labels(session, {code for row in rows for code in (row.stay_code, row.district_code)})
    zones = {zone_id: version.name for zone_id, version in latest_versions(session).items()}
    columns = tuple(Column(heading, width) for heading, width in zip(headings[1:], _WIDTHS, strict=True))
    cells = [
        (
            row.person.name,
            row.person.id_number,
            national_phone(row.person.phone) if row.person.phone else None,
            names.get(row.stay_code or ""),
            names.get(row.district_code or ""),
            row.zone_id,
            zones[row.zone_id],
            row.first_at,
            row.last_at,
            row.due,
            str(statuses[row.status]),
        )
        for row in rows
    ]
    content = write_table(Table(headings[0], columns, cells, (actor.organisation.name,)), kind)
    audit.record(session, actor, "followups.export", f"FollowUps:{kind.value}", {"rows": len(rows)}, now)
    return content
