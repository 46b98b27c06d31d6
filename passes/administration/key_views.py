"""Pages of the keys that sign passes: what each has signed, and signing again what a retired one did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from passes import access, jobs
from passes.administration import texts
from passes.administration.blueprint import bp
from passes.administration.policy_views import rules_in_force
from passes.db import db
from passes.issuing import reissue
from passes.local_time import now
from passes.moments import grouped
from passes.trust import services as trust

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from passes.trust.models import IssuerKey


def _find(kid: str) -> IssuerKey:
    return trust.find_issuer_key(db.session(), kid) or abort(404)


@bp.get("/admin/keys")
@access.requires("administration.manage")
def keys() -> str:
    """List the keys that sign passes, the newest first."""
    session, moment, rules = db.session(), now(), rules_in_force()
    found = list(reversed(trust.issuer_keys(session)))
    return render_template(
        "administration/keys.html",
        keys=found,
        states={one.kid: texts.KEYS[trust.state_of_key(session, one, moment)] for one in found},
        hits={one.kid: reissue.preview_reissue(session, one.kid, rules, moment) for one in found},
    )


@bp.get("/admin/keys/<kid>")
@access.requires("administration.manage")
def key(kid: str) -> str:
    """Show a key: what it signed that holds, and how far signing that again is."""
    session, found, moment = db.session(), _find(kid), now()
    return render_template(
        "administration/key.html",
        key=found,
        state=texts.KEYS[trust.state_of_key(session, found, moment)],
        hit=reissue.preview_reissue(session, kid, rules_in_force(), moment),
        progress=reissue.progress_of(session, kid),
    )


@bp.post("/admin/keys/<kid>/reissue")
@access.requires("administration.manage")
def reissue_papers(kid: str) -> Response:
    """Have what a retired key signed signed again by the key in use."""
    if _find(kid).retired_at is None:
        flash(_("Khóa này chưa bị thu hồi nên không phải ký lại."), "error")
        return redirect(url_for("administration.key", kid=kid))
    count = reissue.request_reissue(db.session(), current_user, kid, rules_in_force(), now())
    db.session.commit()
    jobs.wake()
    words = ngettext("%(count)s bản đang được ký lại.", "%(count)s bản đang được ký lại.", count, count=grouped(count))
    flash(words, "success")
    return redirect(url_for("administration.key", kid=kid))
