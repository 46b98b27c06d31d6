"""Lists of follow-ups for other programs: JSON fields and spreadsheets."""

from __future__ import annotations

from datetime import UTC
from io import BytesIO
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from passes import audit
from passes.areas.services import labels
from passes.followup.desk import Filters, followups_for
from passes.local_time import LOCAL
from passes.movement.evidence import latest_versions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from openpyxl.worksheet._write_only import WriteOnlyWorksheet
    from sqlalchemy.orm import Session

    from passes.accounts.models import User
    from passes.followup.models import FollowUp, FollowUpStatus

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WIDTHS = (26, 16, 16, 42, 32, 14, 28, 18, 18, 18, 18)
_MOMENT_FORMAT = "dd/mm/yyyy hh:mm"


def as_fields(row: FollowUp) -> dict[str, str | None]:
    """Return a follow-up as the command line prints it; times in RFC 3339, UTC."""
    return {
        "person": row.person.id_number,
        "zone": row.zone_id,
        "first_at": _rfc3339(row.first_at),
        "last_at": _rfc3339(row.last_at),
        "due": _rfc3339(row.due),
        "status": row.status.value,
        "stay": row.stay_code,
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
) -> bytes:
    """Return the list that this user may see as a spreadsheet (XLSX); who took it is written down.

    Every text is written as text: what a name begins with can never become a formula. Times are local.

    Args:
        session: the caller's transaction.
        actor: for whom.
        filters: what the list is narrowed to.
        headings: title of the sheet, then of each of the eleven columns.
        statuses: words for the statuses.
        now: when.
    """
    rows = followups_for(session, actor, filters)
    names = labels(session, {code for row in rows for code in (row.stay_code, row.district_code)})
    zones = {zone_id: version.name for zone_id, version in latest_versions(session).items()}
    book = Workbook(write_only=True)
    sheet = book.create_sheet(headings[0][:31])
    sheet.freeze_panes = "A2"
    for number, width in enumerate(_WIDTHS, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.append([_text(sheet, heading, is_bold=True) for heading in headings[1:]])
    for row in rows:
        texts = (
            row.person.name,
            row.person.id_number,
            row.person.phone,
            names.get(row.stay_code or ""),
            names.get(row.district_code or ""),
            row.zone_id,
            zones[row.zone_id],
        )
        moments = (row.first_at, row.last_at, row.due)
        sheet.append(
            [
                *(_text(sheet, text) for text in texts),
                *(_moment(sheet, moment) for moment in moments),
                _text(sheet, str(statuses[row.status])),
            ]
        )
    audit.record(session, actor, "followups.export", "FollowUps:xlsx", {"rows": len(rows)}, now)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _text(sheet: WriteOnlyWorksheet, text: str | None, *, is_bold: bool = False) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, "".join(c for c in text or "" if c.isprintable()))
    cell.data_type = "s"  # openpyxl would take a text that begins with "=" for a formula
    if is_bold:
        cell.font = Font(bold=True)
    return cell


def _moment(sheet: WriteOnlyWorksheet, moment: datetime) -> WriteOnlyCell:
    # Spreadsheets know no time zones: the local time goes in, as the heading says.
    cell = WriteOnlyCell(sheet, moment.astimezone(LOCAL).replace(tzinfo=None))
    cell.number_format = _MOMENT_FORMAT
    return cell
