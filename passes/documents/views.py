"""Pages of documents: the carrier attaches and removes, the reviewer reads what was handed in."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from flask import Blueprint, abort, current_app, flash, redirect, render_template, send_file, url_for
from flask_babel import gettext as _
from flask_login import current_user

from passes import access, audit, local_time
from passes.applications.queue import find_application
from passes.db import db
from passes.documents import services, texts
from passes.documents.contents import PDF_TYPE, DocumentError
from passes.documents.forms import DocumentForm
from passes.fleet.services import find_crew_member, find_vehicle
from passes.sealed_files import SealedFiles
from passes.typed import read_row
from protocol.plates import format_plate

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from passes.documents.models import Document

bp = Blueprint("documents", __name__)
bp.add_app_template_filter(lambda kind: texts.KINDS[kind], "document_kind")


def _files() -> SealedFiles:
    return SealedFiles(current_app.extensions["instance"].documents_dir, current_app.extensions["privacy"])


def _subject(what: str, key: str) -> tuple[services.Subject, str, str]:
    """Return what documents are about, how it is called, and the address of its page."""
    session, carrier = db.session(), current_user.organisation
    number = read_row(key) or 0
    if what == "vehicle" and (vehicle := find_vehicle(session, carrier, number)):
        return vehicle, format_plate(vehicle.plate), url_for("fleet.edit_vehicle", vehicle_id=vehicle.id)
    if what == "person" and (member := find_crew_member(session, carrier, number)):
        return member, member.person.name or "", url_for("fleet.edit_crew", member_id=member.id)
    application = find_application(session, key, carrier) if what == "application" else None
    if application is None:
        abort(404)
    return application, application.reference, url_for("applications.show", reference=application.reference)


@bp.route("/documents/<what>/<key>", methods=["GET", "POST"])
@access.requires("fleet.manage")
def index(what: str, key: str) -> str | Response:
    """List the documents of a vehicle, a person or an application, and take another one."""
    subject, title, back = _subject(what, key)
    session, form = db.session(), DocumentForm()
    form.offer(services.KINDS[type(subject)])
    if form.validate_on_submit():
        upload, now = form.file.data, local_time.now()
        name, data = upload.filename or "", upload.read()
        try:
            services.attach(session, _files(), current_user, subject, form.chosen_kind(), name, data, now)
        except DocumentError as error:
            session.rollback()
            form.file.errors = [*form.file.errors, str(texts.ERRORS[error.code])]
        else:
            session.commit()
            flash(_("Đã lưu giấy tờ."), "success")
            return redirect(url_for("documents.index", what=what, key=key))
    return render_template(
        "documents/index.html",
        form=form,
        title=title,
        back=back,
        what=what,
        key=key,
        documents=services.documents_of(session, subject),
    )


def _send(document: Document) -> Response:
    """Send a document so that it runs nothing: pictures are shown, a PDF is saved."""
    try:
        content = _files().read(document.stored_as)
    except FileNotFoundError:  # a backup was restored without it
        abort(404)
    answer = send_file(
        io.BytesIO(content),
        mimetype=document.media_type,
        as_attachment=document.media_type == PDF_TYPE,
        download_name=document.file_name,
    )
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@bp.get("/documents/<int:document_id>")
@access.requires("fleet.manage")
def file(document_id: int) -> Response:
    """Send one of the carrier's documents."""
    return _send(services.find_own(db.session(), current_user.organisation, document_id) or abort(404))


@bp.post("/documents/<int:document_id>/remove")
@access.requires("fleet.manage")
def remove(document_id: int) -> Response:
    """Remove a document that was not handed in."""
    session = db.session()
    document = services.find_own(session, current_user.organisation, document_id) or abort(404)
    what, key = _place_of(document)
    try:
        services.detach(session, _files(), current_user, document, local_time.now())
    except DocumentError as error:
        session.rollback()
        flash(texts.ERRORS[error.code], "error")
    else:
        session.commit()
        flash(_("Đã xóa giấy tờ."), "success")
    return redirect(url_for("documents.index", what=what, key=key))


def _place_of(document: Document) -> tuple[str, str]:
    if document.vehicle_id is not None:
        return "vehicle", str(document.vehicle_id)
    if document.crew_member_id is not None:
        return "person", str(document.crew_member_id)
    return "application", services.reference_of(db.session(), document)


@bp.get("/queue/documents/<int:document_id>")
@access.requires("applications.review")
def for_review(document_id: int) -> Response:
    """Send a document that was handed in to whoever decides; who read it is written down."""
    session = db.session()
    document = services.find_for_review(session, document_id) or abort(404)
    audit.record(session, current_user, "documents.read", document, None, local_time.now())
    session.commit()
    return _send(document)
