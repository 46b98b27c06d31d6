"""Who is at the post: signing in with name and PIN, without network, and what only a post chief may do.

A PIN says who did something; it opens nothing. Without a list of officers nobody can sign in, and whoever is at the
page has the chief's rights (docs/adr/0010-officers-and-pins.md).
"""

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from checkpoint.errors import StationError
from checkpoint.post_book import PostBook
from checkpoint.roster import Roster, RosterError
from protocol.pins import SALT_BYTES, PinError, is_guessable, is_pin_of, make_verifier, normalise_pin
from protocol.roster import Officer, OfficerRole

FREE_FAILURES = 5
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)


class SignInError(StationError):
    """Nobody was signed in, or may do this.

    `officer_gone` (not on the list), `pin_missing` (none given yet), `pin_invalid` (not six digits), `pin_wrong`,
    `pin_wait` (too many failures), `pin_guessable`, `chief_needed`, `reason_needed`.
    """


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Somebody at the post.

    Attributes:
        id: as it stands in records: the officer's id, or the name as typed where there is no list; None for nobody.
        name: as shown.
        role: what they may do.
    """

    id: str | None
    name: str
    role: OfficerRole

    @property
    def is_chief(self) -> bool:
        """Whether they may overrule a refusal, close what waits aside, set the clock."""
        return self.role is OfficerRole.CHIEF


class DutyDesk:
    """Signs officers in and out.

    Args:
        current_roster: gives the list of officers; None while there is none. May raise `RosterError` when there is
            one that this device cannot open: then nobody can sign in, and nobody is a chief.
        book: where failures, reset PINs and who is on duty are kept.
    """

    def __init__(self, current_roster: Callable[[], Roster | None], book: PostBook) -> None:
        self._roster = current_roster
        self._book = book
        self._lock = threading.Lock()

    @property
    def officers(self) -> tuple[Officer, ...] | None:
        """Who can sign in, by name; None at a station without a list, nobody where it cannot be opened."""
        try:
            roster = self._roster()
        except RosterError:
            return ()
        if roster is None or not roster.officers:
            return None
        return tuple(sorted(roster.officers, key=lambda officer: (officer.name, officer.id)))

    @property
    def problem(self) -> RosterError | None:
        """Why the list cannot be opened, if it cannot."""
        try:
            self._roster()
        except RosterError as error:
            return error
        return None

    @property
    def on_duty(self) -> OnDuty:
        """Who is signed in now; nobody, if the one who was is not on the list any more."""
        noted = self._book.note("duty")
        officers = self.officers
        if officers is None:
            name = noted["name"] if noted and noted["id"] is None else ""
            return OnDuty(name or None, name, OfficerRole.CHIEF)
        for officer in officers:
            if noted and officer.id == noted["id"]:
                return OnDuty(officer.id, officer.name, officer.role)
        return OnDuty(None, "", OfficerRole.INSPECTOR)

    def sign_in(self, officer_id: str, pin: str, now: datetime) -> OnDuty:
        """Put an officer on duty.

        Args:
            officer_id: one of `officers`.
            pin: as typed.
            now: the station's clock.

        Raises:
            SignInError: the PIN is not the officer's, or not to be tried now.
        """
        officer = self.check(officer_id, pin, now)
        self._book.put_note("duty", {"id": officer.id, "name": officer.name})
        return officer

    def name(self, name: str) -> None:
        """Note who is there, at a station without a list; an empty name is nobody."""
        self._book.put_note("duty", {"id": None, "name": name} if name else None)

    def sign_out(self) -> None:
        """Leave the post to nobody in particular."""
        self._book.put_note("duty", None)

    def check(self, officer_id: str, pin: str, now: datetime) -> OnDuty:
        """Make sure that a PIN is an officer's, without putting them on duty.

        Each try is counted, on the disk, before the PIN is looked at.

        Raises:
            SignInError: it is not, or not to be tried now.
        """
        try:
            digits = normalise_pin(pin)
        except PinError as error:
            raise SignInError("pin_invalid", field="pin") from error
        with self._lock:
            officer, pepper = self._find(officer_id)
            verifier = self._verifier(officer)
            if verifier is None or pepper is None:
                raise SignInError("pin_missing", field="pin", name=officer.name)
            failures = self._begin_try(officer.id, now)
            if not is_pin_of(digits, officer.id, pepper, verifier):
                wait = _wait_after(failures)
                if wait:
                    raise SignInError("pin_wait", field="pin", seconds=int(wait.total_seconds()))
                raise SignInError("pin_wrong", field="pin", left=FREE_FAILURES - failures)
            self._book.put_note(f"failures:{officer.id}", None)
        return OnDuty(officer.id, officer.name, officer.role)

    def reset_pin(self, officer_id: str, pin: str) -> Officer:
        """Give an officer another PIN at this device; it holds until the issuer gives a newer one.

        Args:
            officer_id: one of `officers`.
            pin: as the officer typed it.

        Raises:
            SignInError: it is no PIN, or one that people try first.
        """
        try:
            digits = normalise_pin(pin)
        except PinError as error:
            raise SignInError("pin_invalid", field="pin") from error
        if is_guessable(digits):
            raise SignInError("pin_guessable", field="pin")
        with self._lock:
            officer, pepper = self._find(officer_id)
            if pepper is None:
                raise SignInError("pin_missing", field="pin", name=officer.name)
            verifier = make_verifier(digits, officer.id, pepper, secrets.token_bytes(SALT_BYTES))
            self._book.put_note(f"pin:{officer.id}", {"verifier": verifier, "serial": officer.pin_serial})
            self._book.put_note(f"failures:{officer.id}", None)
        return officer

    def _find(self, officer_id: str) -> tuple[Officer, bytes | None]:
        roster = self._roster()
        for officer in roster.officers if roster else ():
            if officer.id == officer_id:
                return officer, roster.pepper if roster else None
        raise SignInError("officer_gone", field="officer")

    def _verifier(self, officer: Officer) -> str | None:
        reset = self._book.note(f"pin:{officer.id}")
        return reset["verifier"] if reset and reset["serial"] == officer.pin_serial else officer.pin

    def _begin_try(self, officer_id: str, now: datetime) -> int:
        """Count a try as a failure until it has turned out to be none; refuse it if it comes too early."""
        noted = self._book.note(f"failures:{officer_id}") or {"count": 0, "at": now.isoformat()}
        # Where the clock went back in between, the wait begins anew, but it is never longer than its own length.
        last = min(datetime.fromisoformat(noted["at"]), now)
        left = last + _wait_after(noted["count"]) - now
        if left > timedelta(0):
            self._book.put_note(f"failures:{officer_id}", {"count": noted["count"], "at": last.isoformat()})
            raise SignInError("pin_wait", field="pin", seconds=int(left.total_seconds()) + 1)
        count = noted["count"] + 1
        self._book.put_note(f"failures:{officer_id}", {"count": count, "at": now.isoformat()})
        return count


def _wait_after(failures: int) -> timedelta:
    if failures < FREE_FAILURES:
        return timedelta(0)
    return min(FIRST_WAIT * 2 ** min(failures - FREE_FAILURES, 10), LONGEST_WAIT)


def require_reason(text: str) -> str:
    """Return a reason as it is recorded.

    Raises:
        SignInError: there is none (`reason_needed`).
    """
    reason = " ".join(text.split())
    if not reason:
        raise SignInError("reason_needed", field="reason")
    return reason
