"""What never goes back from one publication to the next, whatever signatures the later one carries.

The repository's version numbers keep a mirror from going back. Whoever stole an online key, or restored an old backup,
signs new versions around old content; these are the checks that see through it. A station makes them before it
accepts a publication, an issuer before it gives one out.
"""

from collections.abc import Mapping

from protocol.issuers import IssuerKey
from protocol.trust import Trust

_ByKid = Mapping[bytes, tuple[IssuerKey, ...]]


class WentBackError(ValueError):
    """A publication takes back what an earlier one had established."""


def require_progress(before: Trust, after: Trust) -> None:
    """Refuse a publication that goes back behind an earlier one.

    Args:
        before: What was accepted last.
        after: What is to follow it.

    Raises:
        WentBackError: If its generation is smaller, a key that was retired is missing or in use again, or a status
            list is missing or was signed before the one that it replaces.
    """
    if after.generation < before.generation:
        raise WentBackError(f"generation {after.generation} is older than {before.generation}")
    if lost := lost_tombstones(before.issuers, after.issuers):
        raise WentBackError(f"issuer key {lost[0].hex()} was retired; it must stay in the list, and stay retired")
    for uri, signed_at in before.statuses_signed_at.items():
        newer = after.statuses_signed_at.get(uri)
        if newer is None:
            raise WentBackError(f"{uri} is missing")
        if newer < signed_at:
            raise WentBackError(f"{uri} was signed {newer.isoformat()}, before {signed_at.isoformat()}")


def lost_tombstones(before: _ByKid, after: _ByKid) -> tuple[bytes, ...]:
    """Give the kids of keys that are retired in an earlier list of issuers, but not in a later one."""
    # Within one list no key is named twice, so one that is retired there is not in use there.
    retired = {key.public_key for keys in after.values() for key in keys if key.retired_at is not None}
    return tuple(
        key.kid for keys in before.values() for key in keys if key.retired_at and key.public_key not in retired
    )
