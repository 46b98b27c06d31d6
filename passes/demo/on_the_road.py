"""Second part of the story: two stations without network, honest papers and every kind of bad one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from passes.db import db
from passes.demo import papers, seed
from passes.demo.processes import StoryError
from passes.demo.stage import Text
from passes.issuing import services as issuing
from passes.local_time import now
from passes.officers import services as officers
from passes.stations import services as stations
from passes.trust.keys import FileSigner
from protocol import claims
from protocol.roster import OfficerRole

if TYPE_CHECKING:
    from passes.demo.stage import Stage


def enrol(stage: Stage) -> str:
    """Enrol both stations with one-time codes."""
    for station_id, program in ((seed.ROAD_STATION, stage.road), (seed.DEPOT_ENTRY, stage.depot)):
        with stage.app.app_context():
            code = stations.issue_enrolment_code(
                db.session(), None, station_id, stage.issuer.url, stage.repository.root_sha256(), now()
            )
            db.session.commit()
        program.run("enroll", code.to_text())
    generation = stage.road.run("trust", "status", "--json")[0]["generation"]
    return f"{seed.ROAD_STATION} and {seed.DEPOT_ENTRY}, trust generation {generation}"


def sign_in(stage: Stage) -> str:
    """Give an inspector at each station a PIN, let the stations hear of it, and sign both in."""
    signed_in = []
    for station_id, program in ((seed.ROAD_STATION, stage.road), (seed.DEPOT_ENTRY, stage.depot)):
        with stage.app.app_context():
            officer = seed.officer_at(db.session(), station_id, OfficerRole.INSPECTOR)
            pin = officers.give_pin(db.session(), None, officer.id, now())
            db.session.commit()
            signed_in.append(f"{officer.name} at {station_id}")
            officer_id = officer.id
        stage.await_publication()
        program.run("sync")
        program.run("officers", "sign-in", officer_id, texts=[pin])
    return ", ".join(signed_in)


def switch_off(stage: Stage) -> str:
    """Stop the issuer and make sure that nobody answers."""
    stage.issuer.stop()
    if stage.issuer.is_answering():
        raise StoryError("somebody still answers at the issuer's address")
    return f"nothing answers at {stage.issuer.url}"


def scan_genuine(stage: Stage) -> str:
    """Photograph the print at the roadside."""
    expected = ("ADMIT", [])
    scan = stage.scan(stage.road, stage.print_frame(seed_number=1), "genuine", expected, "--action", "admitted")
    stage.texts.append(Text("genuine", stage.text_of("genuine"), "ADMIT", ()))
    return f"{scan['outcome']} {scan['pass']['plate']}, from scan-genuine.jpg (150 dpi print, tilted, blurred)"


def scan_photocopy(stage: Stage) -> str:
    """The officer compares the plate: another truck."""
    frame = stage.print_frame(seed_number=2)
    entries = ("--wrong-plate", "--action", "turned_back")
    # The paper was here minutes ago, and the station remembers that too.
    scan = stage.scan(stage.road, frame, "photocopy", ("REFUSE", ["PLATE_MISMATCH", "ALREADY_SCANNED"]), *entries)
    return f"{scan['outcome']} {', '.join(scan['reasons'])}"


def scan_altered(stage: Stage) -> str:
    """Change one character of the genuine code."""
    text = stage.text_of("genuine")
    middle = len(text) // 2
    altered = text[:middle] + ("A" if text[middle] != "A" else "B") + text[middle + 1 :]
    return stage.scan_text("altered", altered, "REFUSE", "SIGNATURE_INVALID")


def scan_self_signed(stage: Stage) -> str:
    """Sign the genuine claims with a key of one's own."""
    with stage.app.app_context():
        found = papers.signed_pass(db.session(), stage.passes["genuine"])
        if found is None:
            raise StoryError("the pass is not signed")
        forged = claims.issue(issuing.credential_of(found, now()), FileSigner(Ed25519PrivateKey.generate()))
    return stage.scan_text("self-signed", forged, "REFUSE", "ISSUER_UNKNOWN")


def scan_expired(stage: Stage) -> str:
    """Show a pass whose window is over."""
    return stage.scan_text("expired", stage.text_of("expired"), "REFUSE", "EXPIRED")


def scan_expired_occupant(stage: Stage) -> str:
    """Show a pass on which only the assistant's test has run out."""
    return stage.scan_text("expired-occupant", stage.text_of("occupant"), "REFER", "CREW_EXPIRED")


def judge_slip(stage: Stage) -> str:
    """Judge the sheet of the expired occupant together with the slip, as when both are held before the camera."""
    texts = (stage.text_of("occupant"), stage.await_slip().text or "")
    found = stage.road.run("verify", "--together", "--json", texts=texts)[0]
    if (found["outcome"], found["reasons"]) != ("ADMIT", []):
        raise StoryError(f"sheet and slip together: {found['outcome']} {found['reasons']}")
    return f"{found['outcome']} {stage.slip}"


def scan_web_code(stage: Stage) -> str:
    """Show a QR code from a menu."""
    return stage.scan_text("web-code", "https://example.com/thuc-don?ban=7", "REFUSE", "NOT_A_PASS")


def record_no_paper(stage: Stage) -> str:
    """Record a truck that has nothing, with what its driver says."""
    done = stage.road.run(
        "no-paper", "--plate", "30F-555.12", "--person", "001088099887|Ngô Văn Không", "--action", "turned_back",
        "--json",
    )  # fmt: skip
    return f"record {done[0]['id'][:8]}…"


def scan_at_depot(stage: Stage) -> str:
    """Scan the genuine pass at the freight point; only the driver is on board, he lodges in Vân Đình."""
    entries = ("--present", "0", "--lodging", f"0={seed.LODGING_WARD}", "--action", "admitted")
    stage.scan(stage.depot, stage.print_frame(seed_number=7), "depot", ("ADMIT", ["OFF_ROUTE"]), *entries)
    return f"ward {seed.DEPOT_WARD}, lodging in ward {seed.LODGING_WARD}"
