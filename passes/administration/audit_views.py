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
from passes.administration.subjects import names_of, subjects_called
from passes.areas.services import fold
from passes.audit_texts import SUBJECTS, VERBS, audit_details, audit_subject, audit_verb, nobody
from passes.db import db
from passes.form_fields import DayField
from passes.lists import page_of
from passes.local_time import LOCAL, end_of_day, local_date, now, start_of_day
from passes.reports.tables import MIME_TYPES, Column, FileKind, Table, write_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from werkzeug.wrappers import Response

    from passes.audit import AuditEntry

MOST_EXPORTED = 100_000
_CHUNK = 1000


class AuditFilterForm(FlaskForm):
    """What the log is narrowed to; a day that cannot be read narrows nothing, and the page says so."""

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
    who, verb = (form.who.data or "").strip(), form.verb.data or ""
    return audit.AuditFilter(
        actors=matching_users(who).with_only_columns(User.id).order_by(None) if who else None,
        is_system=fold(who) == fold(nobody()),
        verb=verb if verb in VERBS else "",
        subjects=_subjects(form.subject.data or "", (form.number.data or "").strip()),
        since=start_of_day(form.since.data) if form.since.data else None,
        before=end_of_day(form.until.data) if form.until.data else None,
    )


def _subjects(kind: str, typed: str) -> tuple[str, ...] | None:
    kind = kind if kind in SUBJECTS else ""
    if typed:
        return subjects_called(db.session(), kind, typed)
    return (f"{kind}:",) if kind else None


@bp.get("/audit")
@access.requires("audit.view")
def audit_log() -> str:
    """Show who did what, newest first."""
    form = AuditFilterForm(request.args)
    rows = page_of(audit.entries(_wanted(form)), is_capped=True)
    names = user_names(db.session(), [entry.actor_id for entry in rows])
    verbs = sorted(((verb, str(words)) for verb, words in VERBS.items()), key=lambda pair: pair[1].casefold())
    subjects = sorted(((kind, str(words)) for kind, words in SUBJECTS.items()), key=lambda pair: pair[1].casefold())
    shown = ("who", "verb", "subject", "number", "since", "until")
    return render_template(
        "audit/index.html",
        entries=rows,
        names=names,
        called=names_of(db.session(), [entry.subject for entry in rows]),
        misread=[field.raw_data[0] for field in (form.since, form.until) if field.process_errors],
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
        called = names_of(session, [entry.subject for entry in found])
        yield from (_row(entry, names, called) for entry in found)
        last, left = found[-1].id, left - len(found)


def _row(entry: AuditEntry, names: Mapping[int, str], called: Mapping[str, str]) -> tuple[int | str, ...]:
    at = entry.at.astimezone(LOCAL).isoformat(sep=" ", timespec="seconds")
    who, subject = names.get(entry.actor_id or 0) or nobody(), audit_subject(entry.subject, called)
    return entry.id, at, who, audit_verb(entry.verb), subject, audit_details(entry.details)


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
