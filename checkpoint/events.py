"""What a post has seen, as values: one event for each vehicle that came to it."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from protocol.assess import Context, assess
from protocol.claims import Amendment, Credential, CrewCard, CrewEntry
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
        note: why it was done, where that has to be said.
    """

    action: Action | None = None
    plate_mismatch: bool = False
    crew_present: tuple[int, ...] | None = None
    crew_mismatch: bool = False
    coming_from: str | None = None
    lodging: tuple[tuple[int, str], ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Where a credential was seen besides here.

    Attributes:
        place: the other station's name.
        at: when it was scanned there.
    """

    place: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Code:
    """The codes of a vehicle that were read, and what they were judged with; the same at every restatement.

    Attributes:
        texts: the codes' texts in the order in which they were shown, at least one.
        trust: what the station trusted when the first was read.
        context: what the station knew beside the codes, without the officer's entries.
        verdict: what they come to, with the officer's entries so far.
        elsewhere: where and when the credential was seen from where nobody can have come so fast, if it was.
    """

    texts: tuple[str, ...]
    trust: Trust
    context: Context
    verdict: Verdict
    elsewhere: Elsewhere | None = None

    @property
    def crew(self) -> tuple[tuple[int, CrewEntry], ...]:
        """Crew index and person of everybody on the papers; a card's person has the index 0."""
        if self.verdict.journey:
            return self.verdict.journey.crew
        match self.verdict.credential:
            case CrewCard() as card:
                return ((0, CrewEntry(card.role, card.name, card.id_last4, card.expires_at)),)
            case Amendment() as slip:
                return slip.joining
        return ()

    def judge(self, statement: Statement, at: datetime) -> "Code":
        """Judge the codes again, with what the officer says.

        Args:
            statement: what the officer has said so far.
            at: when they were scanned.
        """
        context = replace(
            self.context,
            plate_mismatch=statement.plate_mismatch,
            crew_present=statement.crew_present,
            crew_mismatch=statement.crew_mismatch,
            coming_from=statement.coming_from,
        )
        return replace(self, verdict=assess(self.texts, self.trust, context, at))


@dataclass(frozen=True, slots=True)
class Event:
    """One vehicle at the post, from the first record about it to the newest.

    Attributes:
        id: the id of the first record.
        kind: code, no paper, or a paper that could not be read.
        scanned_at: when it happened.
        statement: what the officer has said so far.
        newest_id: the id of the newest record.
        newest_at: when that was recorded.
        code: the codes, unless there was none.
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
    def crew(self) -> tuple[tuple[int, CrewEntry], ...]:
        """Crew index and person of everybody on the papers."""
        return self.code.crew if self.code else ()

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

    @property
    def is_waiting(self) -> bool:
        """Whether the vehicle waits aside until the post chief decides."""
        return self.statement.action is Action.SENT_ASIDE and not self.is_void
