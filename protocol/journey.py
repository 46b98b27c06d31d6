"""Who rides along which route with what: a pass, as the slips and newer cards beside it change it."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from protocol.credentials import Amendment, CargoClass, CrewCard, CrewEntry, VehiclePass


class Journey(NamedTuple):
    """What a pass comes to.

    Attributes:
        crew: Crew index and person of everybody who rides, in the order of indexes.
        route: Area codes: origin, stops in order, destination.
        cargo: What is carried.
        amendments: The slips that count, the oldest first.
    """

    crew: tuple[tuple[int, CrewEntry], ...]
    route: tuple[str, ...]
    cargo: CargoClass
    amendments: tuple[Amendment, ...] = ()


def journey_of(vehicle_pass: VehiclePass, slips: Sequence[Amendment] = (), cards: Sequence[CrewCard] = ()) -> Journey:
    """Change a pass by slips, the oldest first, and then renew its people by their newer cards.

    Args:
        vehicle_pass: The pass.
        slips: Those that amend it and are in force, in any order.
        cards: Those of its issuer that are in force, in any order; whose they are is found out here.
    """
    if not slips and not cards:
        return Journey(tuple(enumerate(vehicle_pass.crew)), vehicle_pass.route, vehicle_pass.cargo)
    people = dict(enumerate(vehicle_pass.crew))
    signed_at = dict.fromkeys(people, vehicle_pass.issued_at)
    route, cargo = vehicle_pass.route, vehicle_pass.cargo
    ordered = sorted(slips, key=lambda slip: (slip.issued_at, slip.cti))
    for slip in ordered:
        for index in slip.leaving:
            people.pop(index, None)
        people |= dict(slip.joining)
        for index, moment in slip.renewed:
            if index in people:
                people[index] = _until(people[index], moment)
        signed_at |= dict.fromkeys([index for index, _ in (*slip.joining, *slip.renewed)], slip.issued_at)
        route += slip.leg
        cargo = cargo if slip.cargo is None else slip.cargo
    for index, entry in people.items():
        newer = [card.expires_at for card in cards if is_of(card, entry) and card.issued_at > signed_at[index]]
        if newer:
            people[index] = _until(entry, max(newer))
    return Journey(tuple(sorted(people.items())), route, cargo, tuple(ordered))


def amends(slip: Amendment, vehicle_pass: VehiclePass) -> bool:
    """Tell whether a slip is for a pass: it names it, and gives nobody the crew index of somebody on it."""
    is_named = (slip.iss, slip.pass_cti) == (vehicle_pass.iss, vehicle_pass.cti)
    return is_named and all(index >= len(vehicle_pass.crew) for index, _ in slip.joining)


def is_of(card: CrewCard, entry: CrewEntry) -> bool:
    """Tell whether a card is that of a person on a pass of the same issuer: role, name and last four digits agree."""
    return (card.role, card.name, card.id_last4) == (entry.role, entry.name, entry.id_last4)


def _until(entry: CrewEntry, moment: datetime) -> CrewEntry:
    """Give an entry whose own expiry is no earlier than a moment; one without its own lasts as long as the pass."""
    if entry.expires_at is None or entry.expires_at >= moment:
        return entry
    return entry._replace(expires_at=moment)
