"""Pages of the policy: what is in force, drafts of what shall be, mass extensions. Signing happens elsewhere."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from flask import abort, current_app, flash, redirect, render_template, send_file, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user

from passes import access
from passes.accounts.services import user_names
from passes.administration import texts
from passes.administration.blueprint import bp
from passes.administration.policy_forms import SEVERITIES, ExtensionForm, PolicyForm
from passes.db import db
from passes.form_errors import show_error
from passes.issuing.extensions import hit_by
from passes.lists import page_of
from passes.local_time import now
from passes.trust import drafts
from passes.trust.models import PolicyDraft
from passes.trust.publishing import current_trust
from passes.trust.repository import TrustRepository
from protocol import policy
from protocol.places import StationKind
from protocol.reasons import Reason
from protocol.texts import REASON_TEXTS

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from protocol.policy import Policy


def rules_in_force() -> Policy:
    """Return the policy that stations were told last."""
    return current_trust(TrustRepository(current_app.extensions["instance"].trust_dir)).policy


def _find(draft_id: int) -> PolicyDraft:
    return drafts.find_draft(db.session(), draft_id) or abort(404)


@bp.app_template_filter()
def reason_title(reason: str) -> str:
    """Return what a verdict's reason says, in the reader's language."""
    locale = get_locale()
    language = "en" if locale is not None and locale.language == "en" else "vi"
    return REASON_TEXTS[Reason(reason)][language].title


def _differences(rules: Policy, before: Policy) -> list[tuple[str, str, str]]:
    """Return what one policy says otherwise than another: what, before, after."""
    names = {
        "trust_stale_hours": _("Dữ liệu coi là cũ sau (giờ)"),
        "trust_expired_hours": _("Dữ liệu coi là quá hạn sau (giờ)"),
        "clock_tolerance_minutes": _("Cho phép lệch giờ bắt đầu (phút)"),
        "already_scanned_minutes": _("Coi là quét lặp trong vòng (phút)"),
    }
    found = [
        (words, str(getattr(before, name)), str(getattr(rules, name)))
        for name, words in names.items()
        if getattr(before, name) != getattr(rules, name)
    ]
    kinds = {StationKind.ROAD: _("chốt kiểm soát"), StationKind.FREIGHT: _("điểm tập kết, giao nhận")}
    for reason in Reason:
        for kind, where in kinds.items():
            old, new = before.severity(reason, kind), rules.severity(reason, kind)
            if old != new:
                found.append((f"{reason_title(reason)} ({where})", str(SEVERITIES[old]), str(SEVERITIES[new])))
    return found


@bp.get("/admin/policy")
@access.requires("administration.manage")
def policy_in_force() -> str:
    """Show the policy in force, and the drafts."""
    rules, rows = rules_in_force(), page_of(drafts.drafts())
    return render_template(
        "administration/policy.html",
        rules=rules,
        reasons=list(Reason),
        kinds=StationKind,
        severities=SEVERITIES,
        drafts=rows,
        in_force=policy.dump(rules),
        names=user_names(db.session(), [row.created_by_id for row in rows]),
    )


@bp.route("/admin/policy/new", methods=["GET", "POST"])
@access.requires("administration.manage")
def new_policy() -> str | Response:
    """Draft a policy, starting with the one in force."""
    rules = rules_in_force()
    form = PolicyForm.of(rules)
    if form.validate_on_submit():
        try:
            return _keep(form.rules(rules), form.reason.data or "")
        except drafts.DraftError as error:
            db.session.rollback()
            show_error(form, error, texts.ERRORS)
    return render_template("administration/policy_form.html", form=form)


@bp.route("/admin/policy/extend", methods=["GET", "POST"])
@access.requires("administration.manage")
def extend() -> str | Response:
    """Draft a mass extension: first a look at what it hits, then a draft of the whole policy with it."""
    form, hit = ExtensionForm(), None
    if form.validate_on_submit():
        extension = form.extension()
        try:
            rules = drafts.with_extension(rules_in_force(), extension)
            if form.is_meant():
                return _keep(rules, _("Gia hạn chung theo %(decision)s", decision=extension.decision))
            hit = hit_by(db.session(), extension, now())
        except drafts.DraftError as error:
            db.session.rollback()
            show_error(form, error, texts.ERRORS)
    return render_template("administration/extension_form.html", form=form, hit=hit)


def _keep(rules: Policy, reason: str) -> Response:
    draft = drafts.save_draft(db.session(), current_user, rules, reason, now())
    db.session.commit()
    flash(_("Đã lưu dự thảo. Quy định chỉ có hiệu lực khi được ký bằng khóa ngoại tuyến."), "success")
    return redirect(url_for("administration.policy_draft", draft_id=draft.id))


@bp.get("/admin/policy/<int:draft_id>")
@access.requires("administration.manage")
def policy_draft(draft_id: int) -> str:
    """Show a draft: what it changes, and how it is signed."""
    draft, rules = _find(draft_id), rules_in_force()
    drafted = drafts.rules_of(draft)
    return render_template(
        "administration/policy_draft.html",
        draft=draft,
        is_in_force=policy.dump(rules) == draft.content,
        differences=_differences(drafted, rules),
        added=[one for one in drafted.extensions if one not in rules.extensions],
        removed=[one for one in rules.extensions if one not in drafted.extensions],
        author=user_names(db.session(), [draft.created_by_id]).get(draft.created_by_id),
    )


@bp.post("/admin/policy/<int:draft_id>/file")
@access.requires("administration.manage")
def export_policy(draft_id: int) -> Response:
    """Send a draft as the file that is signed."""
    draft = _find(draft_id)
    drafts.note_export(db.session(), current_user, draft, now())
    db.session.commit()
    name = f"policy-{draft.id}.json"
    return send_file(io.BytesIO(draft.content), mimetype="application/json", as_attachment=True, download_name=name)
