"""The blueprint of administration, its front page, and what its templates need."""

from __future__ import annotations

from flask import Blueprint, render_template

from passes import access
from passes.accounts.managing import count_waiting_organisations
from passes.administration import texts
from passes.db import db

bp = Blueprint("administration", __name__)

bp.add_app_template_filter(lambda kind: texts.KINDS[kind], "organisation_kind")
bp.add_app_template_filter(lambda name: texts.ROLES.get(name, name), "role_name")
bp.add_app_template_filter(lambda permission: texts.PERMISSIONS[permission], "permission_words")


@bp.get("/admin")
@access.requires("administration.manage")
def index() -> str:
    """Lead to everything that an administrator keeps in order."""
    return render_template("administration/index.html", waiting=count_waiting_organisations(db.session()))
