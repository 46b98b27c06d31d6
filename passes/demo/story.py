"""The whole story on a throw-away instance: apply, approve, sign, print, scan without network, sync, revoke, follow up.

Every step runs the real part: the issuer serves over HTTP, the stations are their own programs, pictures are made from
the printed PDF. A step returns its evidence, or raises `StoryError`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from passes.demo import at_the_district, at_the_office, on_the_road

if TYPE_CHECKING:
    from collections.abc import Callable

    from passes.demo.stage import Stage

STEPS: tuple[tuple[str, Callable[[Stage], str]], ...] = (
    ("Carriers apply, the authority approves", at_the_office.apply),
    ("The worker signs what was approved", at_the_office.await_signatures),
    ("The windscreen sheet is printed", at_the_office.print_sheet),
    ("A slip takes the assistant whose test is over off a pass", at_the_office.amend),
    ("The carrier is told, in the application and by e-mail", at_the_office.tell),
    ("Two stations enrol and take in trust data", on_the_road.enrol),
    ("An inspector signs in at each station", on_the_road.sign_in),
    ("The issuer is switched off", on_the_road.switch_off),
    ("A picture of the print is admitted", on_the_road.scan_genuine),
    ("The same print on another truck is refused", on_the_road.scan_photocopy),
    ("An altered character is refused", on_the_road.scan_altered),
    ("A self-signed code is refused", on_the_road.scan_self_signed),
    ("An expired pass is refused", on_the_road.scan_expired),
    ("One expired occupant is named", on_the_road.scan_expired_occupant),
    ("With the slip that takes him off, the same sheet is admitted", on_the_road.judge_slip),
    ("A code from the web is no pass", on_the_road.scan_web_code),
    ("A truck without paper is recorded with plate and people", on_the_road.record_no_paper),
    ("The driver is scanned at a depot and says where he lodges", on_the_road.scan_at_depot),
    ("The issuer is back; both stations sync, twice", at_the_district.sync_twice),
    ("A pass is revoked; the station knows after its next sync", at_the_district.revoke),
    ("Health staff publish the depot's ward as a zone", at_the_district.publish_zone),
    ("The driver is on the list of the district where he lodges, on no other", at_the_district.check_lists),
    ("A truck from the zone is sent aside", at_the_district.scan_from_zone),
    ("Every text of the story is judged again from the exported trust data", at_the_district.judge_all),
)
"""What each step is called, and what runs it."""
