"""Keeping freight points and businesses, one at a time or from a file."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes import audit
from passes.areas.services import AreaUnknownError, get_area
from passes.errors import ValueRefusedError
from passes.identifiers import IDENTIFIER_RULE, is_identifier
from passes.sites.models import Site
from protocol.areas import AreaLevel

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import User

CSV_COLUMNS = ("id", "name", "kind", "ward")
_NAME_CHARS = 200
_KIND_CHARS = 40


class SiteError(ValueRefusedError):
    """A site cannot be kept as given; `field` is the column that is wrong."""


@dataclass(frozen=True)
class RefusedLine:
    """A line of a file that could not be taken in: its number, counted from 1 with the header, and why."""

    line: int
    code: str
    message: str


class SitesRefusedError(Exception):
    """A file of sites holds lines that cannot be taken in; nothing of it was kept.

    Attributes:
        lines: every refused line.
    """

    def __init__(self, lines: Iterable[RefusedLine]) -> None:
        """Keep the refused lines."""
        self.lines = tuple(lines)
        super().__init__(f"{len(self.lines)} lines were refused")


def create_site(
    session: Session, actor: User | None, *, site_id: str, name: str, kind: str, ward: str, now: datetime
) -> Site:
    """Keep a new site.

    Args:
        session: the caller's transaction.
        actor: who registers it; None for the command line.
        site_id: letters, digits, `.`, `_`, `-`; at most 40.
        name: as people call it.
        kind: what it is, in a word: `depot`, `market`, `warehouse` …
        ward: code of the ward it lies in.
        now: when.

    Raises:
        SiteError: a value is missing, malformed or taken.
    """
    site_id, name, kind, ward = site_id.strip(), name.strip(), kind.strip(), ward.strip()
    if not is_identifier(site_id):
        raise SiteError("id_invalid", "id", f"{site_id!r} is no id: {IDENTIFIER_RULE}")
    if not 0 < len(name) <= _NAME_CHARS:
        raise SiteError("name_missing", "name", f"a name has 1 to {_NAME_CHARS} characters")
    if not 0 < len(kind) <= _KIND_CHARS:
        raise SiteError("kind_missing", "kind", f"a kind has 1 to {_KIND_CHARS} characters")
    try:
        get_area(session, ward)
    except AreaUnknownError as error:
        raise SiteError("ward_unknown", "ward", f"no ward has the code {ward!r}") from error
    if len(ward) != AreaLevel.WARD:
        raise SiteError("ward_level", "ward", f"{ward} is no ward; a site lies in one")
    if session.get(Site, site_id) is not None:
        raise SiteError("id_taken", "id", f"{site_id} is registered already")
    site = Site(id=site_id, name=name, kind=kind, ward_code=ward)
    session.add(site)
    audit.record(session, actor, "sites.create", site, {"kind": kind, "ward": ward}, now)
    return site


def import_sites(session: Session, actor: User | None, lines: Iterable[str], now: datetime) -> int:
    """Keep every site of a CSV file with the columns `id,name,kind,ward`; return how many are new.

    A line that says what is known already is passed over.

    Args:
        session: the caller's transaction; on an error the caller rolls it back, and nothing is kept.
        actor: who imports; None for the command line.
        lines: the file's lines, the header first.
        now: when.

    Raises:
        SitesRefusedError: it names every bad line.
    """
    refused: list[RefusedLine] = []
    added = 0
    for number, row in _rows(lines):
        if isinstance(row, RefusedLine):
            refused.append(row)
            continue
        if _is_known(session, row):
            continue
        try:
            create_site(
                session, actor, site_id=row["id"], name=row["name"], kind=row["kind"], ward=row["ward"], now=now
            )
        except SiteError as error:
            refused.append(RefusedLine(number, error.code, str(error)))
        else:
            added += 1
    if refused:
        raise SitesRefusedError(refused)
    return added


def _rows(lines: Iterable[str]) -> Iterator[tuple[int, dict[str, str] | RefusedLine]]:
    reader = csv.DictReader(lines)
    header = reader.fieldnames or ()
    if missing := [column for column in CSV_COLUMNS if column not in header]:
        yield 1, RefusedLine(1, "header", f"the first line does not name the columns {', '.join(missing)}")
        return
    for row in reader:
        if None in row or None in row.values():
            yield reader.line_num, RefusedLine(reader.line_num, "columns", "more or fewer values than columns")
        else:
            yield reader.line_num, row


def _is_known(session: Session, row: dict[str, str]) -> bool:
    site = session.get(Site, row["id"].strip())
    given = tuple(row[column].strip() for column in CSV_COLUMNS[1:])
    return site is not None and (site.name, site.kind, site.ward_code) == given


def sites_by_id(session: Session, ids: Collection[str | None]) -> dict[str, Site]:
    """Return the sites that are known, by their id."""
    wanted = {site_id for site_id in ids if site_id}
    return {site.id: site for site in session.scalars(sa.select(Site).where(Site.id.in_(wanted)))}


def all_sites(session: Session) -> list[Site]:
    """Return every site, by name."""
    return list(session.scalars(sa.select(Site).order_by(Site.name, Site.id)))
