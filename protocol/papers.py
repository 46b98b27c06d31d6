"""The papers of one vehicle: which is the main one, and which of those beside it count."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from protocol.credentials import Amendment, Credential, CrewCard, VehiclePass
from protocol.journey import Journey, amends, is_of, journey_of
from protocol.status import Status
from protocol.trust import Trust


class Papers(NamedTuple):
    """Verified credentials of one vehicle, put in order.

    Attributes:
        main: The newest pass; without one the newest slip; else the newest card.
        journey: What they come to; None without a pass.
        unusable: Those beside a pass that do not count for it.
        all: Every one of them.
    """

    main: Credential
    journey: Journey | None
    unusable: Sequence[Credential]
    all: Sequence[Credential]


def arrange(credentials: Sequence[Credential], trust: Trust, now: datetime) -> Papers:
    """Put the papers of one vehicle in order, whichever was shown first.

    Args:
        credentials: At least one; their signatures have been verified.
        trust: What the station trusts.
        now: The station's clock, aware.
    """
    main = credentials[0] if len(credentials) == 1 else main_of(credentials)
    if not isinstance(main, VehiclePass):
        return Papers(main, None, (), credentials)
    if len(credentials) == 1:
        return Papers(main, journey_of(main), (), credentials)
    beside = [one for one in credentials if (one.iss, one.cti) != (main.iss, main.cti)]
    valid = [one for one in beside if is_in_force(one, trust, now)]
    slips = [one for one in valid if isinstance(one, Amendment) and amends(one, main)]
    people = [entry for _, entry in journey_of(main, slips).crew]
    cards = [
        one
        for one in valid
        if isinstance(one, CrewCard) and one.iss == main.iss and any(is_of(one, entry) for entry in people)
    ]
    unusable = [one for one in beside if one not in slips and one not in cards]
    return Papers(main, journey_of(main, slips, cards), unusable, credentials)


def main_of(credentials: Sequence[Credential]) -> Credential:
    """Give the main one of some papers: the newest pass; without one the newest slip; else the newest card."""
    return max(credentials, key=_rank)


def belong_together(one: Credential, other: Credential) -> bool:
    """Tell whether two different papers are of one vehicle, as far as one of them names the other or its people."""
    return one.iss == other.iss and (_names(one, other) or _names(other, one))


def is_in_force(credential: Credential, trust: Trust, now: datetime) -> bool:
    """Tell whether a credential holds now: within its window or extended, and neither revoked nor suspended."""
    if now >= credential.expires_at and not is_extended(credential, trust, now):
        return False
    return not is_early(credential, trust, now) and status_of(credential, trust) is Status.VALID


def is_early(credential: Credential, trust: Trust, now: datetime) -> bool:
    """Tell whether a credential begins later than the tolerance for clocks allows."""
    return now < credential.not_before - timedelta(minutes=trust.policy.clock_tolerance_minutes)


def is_extended(credential: Credential, trust: Trust, now: datetime) -> bool:
    """Tell whether a mass extension covers a credential: passes and their slips are, cards are not."""
    return not isinstance(credential, CrewCard) and any(
        extension.covers(credential.issued_at, now) for extension in trust.policy.extensions
    )


def status_of(credential: Credential, trust: Trust) -> Status:
    """Give the status of a credential; valid if its list was begun after the station's data was published."""
    statuses = trust.statuses.get(credential.status.uri)
    return Status.VALID if statuses is None else statuses.get(credential.status.idx)


def _rank(credential: Credential) -> tuple[bool, bool, datetime, bytes]:
    is_slip = isinstance(credential, Amendment)
    return isinstance(credential, VehiclePass), is_slip, credential.issued_at, credential.cti


def _names(one: Credential, other: Credential) -> bool:
    match one, other:
        case Amendment(), VehiclePass():
            is_named = one.pass_cti == other.cti
        case Amendment(), Amendment():
            is_named = one.pass_cti == other.pass_cti
        case VehiclePass(), CrewCard():
            is_named = any(is_of(other, entry) for entry in one.crew)
        case Amendment(), CrewCard():
            is_named = any(is_of(other, entry) for _, entry in one.joining)
        case _:
            is_named = False
    return is_named
