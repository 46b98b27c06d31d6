"""Pages of the log: who did what to what; narrowed, and taken away as a table."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from flask import render_template, request, send_file
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import StringField

from passes import access, audit
from passes.accounts.managing import users as matching_users
from passes.accounts.models import User
from passes.accounts.services import user_names
from passes.administration.blueprint import bp
from passes.audit_texts import SUBJECTS, VERBS, audit_subject, audit_verb
from passes.db import db
from passes.form_fields import DayField
from passes.lists import page_of
from passes.local_time import LOCAL, end_of_day, local_date, now, start_of_day
from passes.reports.tables import MIME_TYPES, Column, FileKind, Table, write_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkzeug.wrappers import Response

    from passes.audit import AuditEntry

MOST_EXPORTED = 100_000
_CHUNK = 1000


class AuditFilterForm(FlaskForm):
    """What the log is narrowed to; a day that cannot be read narrows nothing."""

    class Meta:
        """Looking needs no token."""

        csrf = False

    who = StringField()
    verb = StringField()
    subject = StringField()
    number = StringField()
    since = DayField()
    until = DayField()


def _wanted(form: AuditFilterForm) -> audit.AuditFilter:
    who, kind, verb = (form.who.data or "").strip(), form.subject.data or "", form.verb.data or ""
    actors = None
    if who:
        ids = db.session().scalars(matching_users(who).with_only_columns(User.id).order_by(None)).all()
        actors = tuple(ids)
    return audit.AuditFilter(
        actor_ids=actors,
        verb=verb if verb in VERBS else "",
        subject=f"{kind}:{(form.number.data or '').strip()}" if kind in SUBJECTS else "",
        since=start_of_day(form.since.data) if form.since.data else None,
        before=end_of_day(form.until.data) if form.until.data else None,
    )


@bp.get("/audit")
@access.requires("audit.view")
def audit_log() -> str:
    """Show who did what, newest first."""
    rows = page_of(audit.entries(_wanted(AuditFilterForm(request.args))), is_capped=True)
    names = user_names(db.session(), [entry.actor_id for entry in rows])
    verbs = sorted(((verb, str(words)) for verb, words in VERBS.items()), key=lambda pair: pair[1].casefold())
    subjects = sorted(((kind, str(words)) for kind, words in SUBJECTS.items()), key=lambda pair: pair[1].casefold())
    shown = ("who", "verb", "subject", "number", "since", "until")
    return render_template(
        "audit/index.html",
        entries=rows,
        names=names,
        verbs=[("", _("Tất cả")), *verbs],
        subjects=[("", _("Tất cả")), *subjects],
        asked={name: request.args.get(name, "") for name in shown},
        most=MOST_EXPORTED,
    )


def _rows(wanted: audit.AuditFilter) -> Iterator[tuple[int | str, ...]]:
    """Yield the entries as a table's rows, a thousand from the database at a time."""
    session, last, left = db.session(), None, MOST_EXPORTED
    while left > 0:
        statement = audit.entries(wanted).limit(min(_CHUNK, left))
        if last is not None:
            statement = statement.where(audit.AuditEntry.id < last)
        found = session.scalars(statement).all()
        if not found:
            return
        names = user_names(session, [entry.actor_id for entry in found])
        yield from (_row(entry, names) for entry in found)
        last, left = found[-1].id, left - len(found)


def _row(entry: AuditEntry, names: dict[int, str]) -> tuple[int | str, ...]:
    at = entry.at.astimezone(LOCAL).isoformat(sep=" ", timespec="seconds")
    details = ", ".join(f"{key}: {value}" for key, value in sorted(entry.details.items()))
    who = names.get(entry.actor_id or 0) or _("Hệ thống")
    return entry.id, at, who, audit_verb(entry.verb), audit_subject(entry.subject), details


@bp.get("/audit.<any(csv, xlsx):kind>")
@access.requires("audit.view")
def export_audit(kind: str) -> Response:
    """Send what the filter finds as a table; that it was taken is written down too."""
    session, moment, file = db.session(), now(), FileKind(kind)
    rows = list(_rows(_wanted(AuditFilterForm(request.args))))
    audit.record(session, current_user, "administration.export_audit", f"Audit:{kind}", {"rows": len(rows)}, moment)
    session.commit()
    columns = (
        Column("#", 10),
        Column(_("Lúc"), 26),
        Column(_("Ai"), 26),
        Column(_("Việc"), 36),
        Column(_("Đối tượng"), 26),
        Column(_("Chi tiết"), 60),
    )
    table = write_table(Table(_("Nhật ký hệ thống"), columns, rows), file)
    name = f"nhat-ky-{local_date(moment):%Y%m%d}.{kind}"
    return send_file(io.BytesIO(table), mimetype=MIME_TYPES[file], as_attachment=True, download_name=name)
