"""A retired issuer key stays in the list of issuers for ever, and stays retired.

Without its tombstone, passes that it signed would read as "issuer unknown" instead of "reprint"; published again as a
good key, it would bring every forged pass back to life. A database restored from a backup that is older than the
retirement would do exactly that, so the repository compares with what it published last.
"""

from __future__ import annotations

from passes.trust.roles import TrustRepositoryError
from protocol.issuers import parse_issuers
from protocol.progress import lost_tombstones


def require_tombstones(before: bytes, after: bytes) -> None:
    """Refuse a list of issuers in which a key that was retired is missing, or in use again.

    Args:
        before: target `issuers` as published last.
        after: target `issuers` as it is to be published.

    Raises:
        TrustRepositoryError: `tombstone_missing`; `target_malformed` when one of them is no list of issuers.
    """
    try:
        old, _ = parse_issuers(before)
        new, _ = parse_issuers(after)
    except ValueError as error:
        raise TrustRepositoryError("target_malformed", f"The target “issuers” is malformed: {error}.") from error
    if lost := lost_tombstones(old, new):
        message = f"Issuer key {lost[0].hex()} was retired; it must stay in the list, and stay retired."
        raise TrustRepositoryError("tombstone_missing", message)
