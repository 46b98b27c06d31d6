"""What of an officer's work only a post chief may do."""

from checkpoint.events import Event
from protocol.reasons import Outcome
from protocol.scan_record import Action


def overrules(event: Event, action: Action) -> bool:
    """Whether letting the vehicle through goes against a refusal, or there was no paper to judge: a reason is due."""
    return action is Action.ADMITTED and (event.code is None or event.outcome is Outcome.REFUSE)


def needs_chief(event: Event, action: Action) -> bool:
    """Whether an action is the chief's: overruling, and deciding about a vehicle that waits aside."""
    return overrules(event, action) or event.is_waiting
