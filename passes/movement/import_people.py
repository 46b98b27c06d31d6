"""Who the lines of a file name: persons of the register, of a pass's crew, or provisional ones."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from passes.issuing import services as issuing
from passes.people import services as people

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.movement.import_lines import Line

_PASS = re.compile(r"([^:]{1,16}):([0-9a-f]{16})(?::(\d{1,2}))?", re.ASCII)
_CACHED = 500_000

Key = tuple[str, str]
"""How a person is named: `id` and the ID number, or `key` and the name of a provisional person."""


class Passengers:
    """Finds the persons whom lines name, for many lines at once.

    Args:
        session: the transaction of the current batch; persons that were found once are remembered beyond it.
    """

    def __init__(self, session: Session) -> None:
        """Know nobody yet."""
        self._session = session
        self._ids: dict[Key, int] = {}
        self._nameless: set[int] = set()
        self._passes: dict[str, issuing.CrewedPass] = {}

    def find_passes(self, lines: Iterable[Line]) -> None:
        """Look up the passes that these lines name."""
        matches = {text: _PASS.fullmatch(text) for text in {line.pass_id for line in lines if line.pass_id}}
        named = {text: (match[1], match[2]) for text, match in matches.items() if match}
        known = issuing.crewed_passes(self._session, set(named.values()))
        self._passes = {text: known[identity] for text, identity in named.items() if identity in known}

    def pass_of(self, line: Line) -> int | None:
        """Return the row id of the pass that a line names, if it is registered."""
        found = self._passes.get(line.pass_id or "")
        return found.id if found else None

    def key_of(self, line: Line) -> Key | int:
        """Return how a line names its person, or the person's row id where a registered pass tells it.

        Somebody with no ID number is named by their place on the pass, as in a station's record; else by pass, plate
        and name together; else only by the line itself.
        """
        if line.person is not None:
            return "id", line.person
        match = _PASS.fullmatch(line.pass_id or "")
        if match is not None and match[3]:
            found = self._passes.get(line.pass_id or "")
            crew = found.crew if found else {}
            return crew.get(int(match[3])) or ("key", f"{match[1]}:{match[2]}:{int(match[3])}")
        if line.name and (line.pass_id or line.plate):
            said = f"{line.pass_id or ''}\0{line.plate or ''}\0{line.name.casefold()}"
            return "key", f"import:{people.private_key('passenger', said)}"
        return "key", f"import:{line.id}"

    def find(self, keys: Collection[Key | int]) -> None:
        """Look up everybody who is named like that and not known yet."""
        if len(self._ids) > _CACHED:
            self._ids.clear()
            self._nameless.clear()
        unknown = [key for key in set(keys) if isinstance(key, tuple) and key not in self._ids]
        for key, person_id, is_nameless in people.find_people(self._session, unknown):
            self._ids[key] = person_id
            if is_nameless:
                self._nameless.add(person_id)

    def get(self, key: Key | int) -> int | None:
        """Return the person who is named like that, if known."""
        return key if isinstance(key, int) else self._ids.get(key)

    def keep(self, named: Iterable[tuple[Key | int, Line]], now: datetime) -> None:
        """Make persons of those who are not known yet; a name that comes now fills in one that was missing."""
        new: dict[Key, str | None] = {}
        for key, line in named:
            person_id = self.get(key)
            if person_id is None and isinstance(key, tuple):
                new[key] = new.get(key) or line.name
            elif line.name and person_id in self._nameless:
                people.keep_name(self._session, person_id, line.name)
                self._nameless.discard(person_id)
        for key, person_id in people.keep_people(self._session, new, now).items():
            self._ids[key] = person_id
            if not new[key]:
                self._nameless.add(person_id)

    def today(self) -> dict[int, int]:
        """Return whom merged persons stand for; who is not in it stands for themselves."""
        return people.persons_today(self._session, people.merged_persons(self._session))
