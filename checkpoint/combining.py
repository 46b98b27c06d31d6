"""Which codes are the papers of one vehicle: those of one picture, and those that are shown one after another."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from checkpoint.events import Code, Statement
from protocol.assess import VerifyError, verify
from protocol.credentials import Credential, CrewCard
from protocol.details import MAX_BESIDE
from protocol.envelope import Prefix
from protocol.journey import is_of
from protocol.papers import belong_together
from protocol.trust import Trust

MAX_TOGETHER = 1 + MAX_BESIDE
OURS = tuple(Prefix)


def choose(texts: Sequence[str], trust: Trust) -> list[tuple[str, ...]]:
    """Choose which texts of one picture to decide on, those of one vehicle together.

    A shop's code on the windscreen must not hide a pass, so that others' texts count only where nothing is ours. What
    lies beside the only pass in a picture belongs to it, whatever it is; beside several, or none, each paper goes with
    those that it names.

    Args:
        texts: what was read in the picture.
        trust: what the station trusts; nothing else says what a paper names.
    """
    ours = [text for text in dict.fromkeys(texts) if text.startswith(OURS)]
    if not ours:
        return [(text,) for text in texts]
    ours.sort(key=lambda text: not text.startswith(Prefix.VEHICLE_PASS))
    passes = [text for text in ours if text.startswith(Prefix.VEHICLE_PASS)]
    if len(passes) == 1:
        return [tuple(ours[:MAX_TOGETHER])]
    groups: list[list[str]] = []
    for text in ours:
        named = [] if text in passes else [group for group in groups if are_of_one_vehicle([text], group, trust)]
        # The pass that a slip names counts for more than a card of somebody whom the slip names.
        named.sort(key=lambda group: not are_of_one_vehicle([text], group[:1], trust))
        if not named:
            groups.append([text])
        elif len(named[0]) < MAX_TOGETHER:
            named[0].append(text)
    return [tuple(group) for group in groups]


def are_of_one_vehicle(texts: Iterable[str], others: Iterable[str], trust: Trust) -> bool:
    """Tell whether one of some texts is a paper that belongs to one of the others, both signed by a known issuer."""
    known = _credentials(others, trust)
    return any(belong_together(one, other) for one in _credentials(texts, trust) for other in known)


def _credentials(texts: Iterable[str], trust: Trust) -> list[Credential]:
    found = []
    for text in texts:
        try:
            found.append(verify(text, trust))
        except VerifyError:
            continue
    return found


def carry_over(statement: Statement, before: Code, after: Code) -> Statement:
    """Say what the officer said of people with the crew indexes that they have once more papers were shown.

    A card's person gets the index that the pass gives them; who is on no paper any more is left out.
    """
    called = {index: index for index, _ in after.crew}
    if isinstance(card := before.verdict.credential, CrewCard) and after.verdict.credential != card:
        called = dict(zip([0], [index for index, entry in after.crew if is_of(card, entry)], strict=False))
    present = tuple(sorted(called[index] for index in statement.crew_present or () if index in called))
    lodging = tuple(sorted((called[index], ward) for index, ward in statement.lodging if index in called))
    return replace(statement, crew_present=present or None, lodging=lodging)
