"""Third part of the story: scans come home, a pass is revoked, a zone is published, a district gets its list."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from passes.db import db
from passes.demo import papers, scenes, seed
from passes.demo.processes import StationProgram, StoryError
from passes.demo.stage import poster
from passes.followup import services as followup
from passes.followup.export import export_list
from passes.followup.services import Filters
from passes.followup.texts import EXPORT_HEADINGS, STATUSES
from passes.issuing import services as issuing
from passes.issuing.models import RevocationReason
from passes.local_time import local_date, now, start_of_day
from passes.movement import services as movement
from protocol.zones import ZoneKind

if TYPE_CHECKING:
    from passes.demo.stage import Stage


ZONE_ID = "thanh-xuan-trung"


def sync_twice(stage: Stage) -> str:
    """Hand in the records twice; the second time there is nothing left to give."""
    stage.issuer.start()
    before = [program.run("sync", "--json")[0] for program in (stage.road, stage.depot)]
    again = [program.run("sync", "--json")[0] for program in (stage.road, stage.depot)]
    handed_in = sum(done["accepted"] for done in before)
    if not handed_in or any(done["accepted"] or done["refused"] for done in again):
        raise StoryError(f"sync: first {before}, then {again}")
    return f"{handed_in} records accepted, then none"


def revoke(stage: Stage) -> str:
    """Scan a pass, revoke it, sync, scan it again."""
    text = stage.text_of("revoked")
    path = stage.out / "scan-before-revocation.jpg"
    path.write_bytes(scenes.to_jpeg(scenes.roadside_frame(poster(text), seed=31, height=520)))
    before = stage.depot.run("scan", str(path), "--json")[0]["scans"][0]["outcome"]
    with stage.app.app_context():
        found = papers.signed_pass(db.session(), stage.passes["revoked"])
        if found is None:
            raise StoryError("the pass is not signed")
        issuing.revoke(db.session(), seed.cast_of(db.session()).reviewer, found, RevocationReason.LOST_OR_COPIED, now())
        db.session.commit()
    generation = stage.await_publication()
    stage.road.run("sync", "--json")
    after = stage.scan_text("revoked", text, "REFUSE", "REVOKED")
    return f"{before} before, {after} with trust generation {generation}"


def publish_zone(stage: Stage) -> str:
    """Publish the depot's ward, in force since a week ago."""
    with stage.app.app_context():
        stage.await_publication()
        draft = movement.ZoneDraft(
            id=ZONE_ID,
            name="Phường Thanh Xuân Trung",
            kind=ZoneKind.LOCKDOWN,
            areas=(seed.DEPOT_WARD,),
            starts_at=start_of_day(local_date(now()) - timedelta(days=7)),
            passage=False,
            decision="3642/QĐ-UBND",
        )
        preview = movement.preview_zone(db.session(), seed.cast_of(db.session()).health, draft, now())
        movement.publish_zone(db.session(), seed.cast_of(db.session()).health, draft, now())
        db.session.commit()
    generation = stage.await_publication()
    hits = preview.without_passage
    return f"{hits.movements} movements of {hits.people} person(s); trust generation {generation}"


def check_lists(stage: Stage) -> str:
    """Look at three lists: the district of stay, another district, a carrier."""
    with stage.app.app_context():
        session = db.session()
        cast = seed.cast_of(session)
        mine = followup.followups_for(session, cast.district, now=now())
        others = followup.followups_for(session, cast.other_district, now=now())
        carriers = followup.followups_for(session, cast.carriers[0], now=now())
        names = [row.person.name for row in mine]
        if names != ["Nguyễn Văn Bình"] or others or carriers:
            raise StoryError(f"lists: {names}, other district {len(others)}, carrier {len(carriers)}")
        headings = [str(heading) for heading in EXPORT_HEADINGS]
        statuses = {status: str(text) for status, text in STATUSES.items()}
        workbook = export_list(session, cast.district, Filters(), headings, statuses, now())
        session.commit()
        (stage.out / "followups.xlsx").write_bytes(workbook)
        due = mine[0].due
    return f"district {seed.DISTRICT_OF_STAY}: {names[0]}, due {due:%Y-%m-%dT%H:%M:%SZ}; others see nothing"


def scan_from_zone(stage: Stage) -> str:
    """After the next sync, a truck whose route begins in the zone is referred."""
    stage.road.run("sync", "--json")
    return stage.scan_text("from-zone", stage.text_of("from-zone"), "REFER", "ARRIVED_FROM_ZONE")


def judge_all(stage: Stage) -> str:
    """Export trust data and texts, and judge them the way a stranger would."""
    archive, root = stage.out / "trust.tar", stage.out / "root.json"
    archive.unlink(missing_ok=True)
    stage.repository.export(archive)
    root.write_bytes(stage.repository.read_root())
    at = now().replace(microsecond=0) + timedelta(seconds=1)
    moment = f"{at:%Y-%m-%dT%H:%M:%SZ}"
    arguments = ("verify", "--trust", str(archive), "--root", str(root), "--at", moment, "--json")
    verdicts = StationProgram(stage.homes / "stranger").run(*arguments, texts=[text.text for text in stage.texts])
    lines = []
    for text, verdict in zip(stage.texts, verdicts, strict=True):
        if (verdict["outcome"], verdict["reasons"]) != (text.outcome, list(text.reasons)):
            raise StoryError(f"{text.name}: expected {text.outcome} {text.reasons}, the verifier said {verdict}")
        expected = {"outcome": text.outcome, "reasons": list(text.reasons)}
        lines.append(json.dumps({"name": text.name, "text": text.text, "at": moment} | expected, ensure_ascii=False))
    (stage.out / "texts.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    return f"{len(lines)} texts agree, at {moment}"
