"""What a post has seen, as values: one event for each vehicle that came to it."""

from dataclasses import dataclass, field
from datetime import datetime

from protocol.assess import Context
from protocol.claims import Credential
from protocol.reasons import Outcome, Reason, Verdict
from protocol.scan_record import Action, PersonSeen, RecordKind
from protocol.trust import Trust


@dataclass(frozen=True, slots=True)
class Statement:
    """Everything that the officer has said about an event so far.

    Attributes:
        action: what was done with the vehicle; None while nothing was.
        plate_mismatch: the vehicle has another plate than the pass.
        crew_present: indexes of the pass's crew entries who are on board; None if nobody was ticked.
        crew_mismatch: somebody on board is not on the pass.
        coming_from: code of the area that the vehicle comes from, as the driver says.
        lodging: wards where people will stay, by index of the crew entry.
    """

    action: Action | None = None
    plate_mismatch: bool = False
    crew_present: tuple[int, ...] | None = None
    crew_mismatch: bool = False
    coming_from: str | None = None
    lodging: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Code:
    """A code that was read, and what it was judged with; the same at every restatement.

    Attributes:
        text: the code's text.
        trust: what the station trusted when it was read.
        context: what the station knew beside the code, without the officer's entries.
        verdict: what it comes to, with the officer's entries so far.
    """

    text: str
    trust: Trust
    context: Context
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Event:
    """One vehicle at the post, from the first record about it to the newest.

    Attributes:
        id: the id of the first record.
        kind: code, or no paper.
        scanned_at: when it happened.
        statement: what the officer has said so far.
        newest_id: the id of the newest record.
        newest_at: when that was recorded.
        code: the code, unless there was none.
        plate: the plate as the officer wrote it, when there was no code.
        people: the people as the officer wrote them, when there was no code.
        is_void: whether the officer has taken the event back.
    """

    id: str
    kind: RecordKind
    scanned_at: datetime
    statement: Statement
    newest_id: str
    newest_at: datetime
    code: Code | None = None
    plate: str | None = None
    people: tuple[PersonSeen, ...] = field(default=())
    is_void: bool = False

    @property
    def credential(self) -> Credential | None:
        """What was signed, if a signature was verified."""
        return self.code.verdict.credential if self.code else None

    @property
    def outcome(self) -> Outcome | None:
        """What the verdict comes to; None without a code."""
        return self.code.verdict.outcome if self.code else None

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why, gravest first, each once."""
        return tuple(dict.fromkeys(self.code.verdict.reasons)) if self.code else ()

    @property
    def is_open(self) -> bool:
        """Whether the officer has not yet said what was done."""
        return self.statement.action is None or self.is_void
