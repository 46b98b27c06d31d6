"""Pages on which provisional persons become known ones, and are split off again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from passes import access
from passes.db import db
from passes.lists import page_of
from passes.local_time import now
from passes.movement import services
from passes.movement.blueprint import bp
from passes.people.merging import MergeError, merged, provisional
from passes.people.services import keep_person, people_by_id
from protocol.people import IdNumberError, normalise_id_number

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

_MOST_MERGED = 200


@bp.get("/people/provisional")
@access.requires("people.merge")
def provisional_people() -> str:
    """List who is known by a record only, and who was merged."""
    return _list()


def _list(typed: str = "", error: str | None = None, person_id: int | None = None) -> str:
    session = db.session()
    page = page_of(provisional())
    gone = session.scalars(merged().limit(_MOST_MERGED)).all()
    into = people_by_id(session, {person.merged_into_id for person in gone if person.merged_into_id})
    seen = services.last_movements(session, [person.id for person in page.items])
    return render_template(
        "movement/provisional.html",
        page=page,
        merged=gone,
        into=into,
        seen=seen,
        typed=typed,
        error=error,
        error_person=person_id,
    )


@bp.post("/people/<int:person_id>/merge")
@access.requires("people.merge")
def merge_person(person_id: int) -> str | Response:
    """Say which person it was, by ID number; one who is not known yet is made known."""
    typed, session = request.form.get("id_number", ""), db.session()
    try:
        into = keep_person(session, id_number=normalise_id_number(typed), name=None, now=now())
        services.merge_persons(session, current_user, person_id, into.id, now())
    except IdNumberError:
        session.rollback()
        return _list(
            typed, _("Nhập 12 chữ số của căn cước công dân, hoặc 9 chữ số của chứng minh nhân dân."), person_id
        )
    except MergeError:
        session.rollback()
        abort(404)
    session.commit()
    flash(_("Đã gộp. Di biến động, nơi lưu trú và việc theo dõi chuyển sang người này."), "success")
    return redirect(url_for("movement.provisional_people"))


@bp.post("/people/<int:person_id>/split")
@access.requires("people.merge")
def split_person(person_id: int) -> Response:
    """Take a merge back."""
    try:
        services.split_person(db.session(), current_user, person_id, now())
    except MergeError:
        abort(404)
    db.session.commit()
    flash(_("Đã tách. Mọi thứ trở về như trước khi gộp."), "success")
    return redirect(url_for("movement.provisional_people"))
