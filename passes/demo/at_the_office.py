"""First part of the story: carriers apply, the authority approves, the worker signs, prints, and tells."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

from passes.applications.sending import sending_rules
from passes.db import db
from passes.demo import papers, seed
from passes.demo.processes import StoryError
from passes.issuing.pdf import render_windscreen
from passes.issuing.sheets import letterhead, sheet_of
from passes.issuing.small_papers import render_small
from passes.issuing.supplement_papers import paper_of
from passes.local_time import local_date, now
from passes.notices.services import count_unread
from passes.supplements import deciding
from passes.supplements.services import SlipDraft, request_slip

if TYPE_CHECKING:
    from passes.demo.stage import Stage

_MAIL_SECONDS = 120


def apply(stage: Stage) -> str:
    """Hand in and approve five applications, one of them long ago."""
    moment = now()
    today = local_date(moment)
    week = today + timedelta(days=6)
    with stage.app.app_context():
        session = db.session()
        cast = seed.cast_of(session)
        papers.set_test_expiry(
            session, cast.carriers[2], "Vũ Ngọc Hải", moment - timedelta(hours=2), moment - timedelta(days=1)
        )
        trips = {
            "genuine": papers.Trip(
                0, "29C-123.45", ("Nguyễn Văn Bình", "Lê Quang Huy"), ("11410", "00544", "00337"), today, week
            ),
            "revoked": papers.Trip(0, "29H-567.89", ("Trần Đức Anh",), ("00544", "00301"), today, week),
            "expired": papers.Trip(
                1, "30E-246.80", ("Phạm Hồng Sơn",), ("00526", "00295"), today - timedelta(4), today - timedelta(1)
            ),
            "occupant": papers.Trip(
                2, "15C-333.21", ("Bùi Thế Dũng", "Vũ Ngọc Hải"), ("11311", "00337"), today - timedelta(1), week
            ),
            "from-zone": papers.Trip(1, "29C-987.65", ("Phạm Hồng Sơn",), (seed.DEPOT_WARD, "00526"), today, week),
        }
        earlier = {"expired": timedelta(days=4), "occupant": timedelta(days=1)}
        for name, trip in trips.items():
            when = moment - earlier.get(name, timedelta())
            made = papers.apply_for(session, cast, trip, stage.app.config["ISSUER_ID"], when)
            session.flush()
            stage.passes[name] = made.id
        session.commit()
    stage.issuer.start()
    return f"{len(stage.passes)} applications approved; issuer at {stage.issuer.url}"


def await_signatures(stage: Stage) -> str:
    """Wait for the worker process; nobody else holds the issuing key."""
    kids = {stage.await_pass(name).kid for name in stage.passes}
    return f"{len(stage.passes)} passes signed by key {', '.join(str(kid) for kid in kids)}"


def print_sheet(stage: Stage) -> str:
    """Print the sheet of the genuine pass."""
    with stage.app.app_context():
        found = papers.signed_pass(db.session(), stage.passes["genuine"])
        if found is None:
            raise StoryError("the pass is not signed")
        pdf = render_windscreen([sheet_of(db.session(), found, letterhead(stage.app.config))])
    (stage.out / "pass.pdf").write_bytes(pdf)
    return f"pass.pdf, {len(pdf) / 1000:.0f} kB; QR text of {len(stage.text_of('genuine'))} characters"


def amend(stage: Stage) -> str:
    """Ask for a slip without the assistant, approve it, and print it."""
    moment, iss = now(), stage.app.config["ISSUER_ID"]
    with stage.app.app_context():
        session = db.session()
        cast = seed.cast_of(session)
        found = papers.signed_pass(session, stage.passes["occupant"])
        if found is None:
            raise StoryError("the pass is not signed")
        draft, rules = SlipDraft(leaving=(1,)), sending_rules(session, iss)
        slip = request_slip(session, cast.carriers[2], found, draft, rules, moment)
        deciding.approve(session, cast.reviewer, slip, moment)
        stage.slip = slip.number
        session.commit()
        stage.app.extensions["drain"]()
        signed = db.session.merge(stage.await_slip())
        pdf = render_small([paper_of(db.session(), signed, letterhead(stage.app.config))])
    (stage.out / "slip.pdf").write_bytes(pdf)
    return f"slip.pdf, {len(pdf) / 1000:.0f} kB; {stage.slip}: the sheet is not printed again"


def tell(stage: Stage) -> str:
    """Look at what the carrier has not read yet, and wait for the e-mails."""
    mail = stage.app.extensions["instance"].mail_dir
    deadline = time.monotonic() + _MAIL_SECONDS
    while not any(mail.glob("*")) and time.monotonic() < deadline:
        time.sleep(0.2)
    with stage.app.app_context():
        session = db.session()
        clerk = seed.cast_of(session).carriers[2]
        unread, letters = count_unread(session, clerk), len(list(mail.glob("*")))
        if not unread or not letters:
            raise StoryError(f"{unread} unread notices, {letters} e-mails")
        return f"{clerk.name} has {unread} unread notices; {letters} e-mails in the instance's mail folder"
