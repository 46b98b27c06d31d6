"""Everything a station trusts, loaded from the targets of the trust repository.

The repository's own signatures (The Update Framework) are checked around this; here the targets become values.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final, TypeVar

from protocol import cose, documents, fields, policy, status, times
from protocol.issuers import IssuerKey, SealingKey, dump_issuers, parse_issuers, signing_key
from protocol.places import Direction, Position, StationInfo, StationKind, dump_stations, parse_stations
from protocol.policy import Policy
from protocol.status import StatusList, StatusToken
from protocol.zones import Zone, dump_zones, parse_zones

__all__ = [
    "Direction",
    "IssuerKey",
    "Position",
    "SealingKey",
    "StationInfo",
    "StationKind",
    "Trust",
    "TrustError",
    "dump_head",
    "dump_issuers",
    "dump_stations",
    "dump_zones",
    "load",
]

ISSUERS: Final = "issuers"
POLICY: Final = "policy"
ZONES: Final = "zones"
STATIONS: Final = "stations"
HEAD: Final = "live/head"
STATUS_PREFIX: Final = "status/"

_Parsed = TypeVar("_Parsed")


class TrustError(ValueError):
    """The targets are incomplete or malformed, or a status list is not signed by an issuer."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Everything a station trusts, at one moment of the issuer's publishing.

    Attributes:
        issuers: Keys by kid.
        sealing_key: Where to seal personal details to, if the issuer takes any.
        statuses: Status lists by the URI that credentials refer to.
        zones: The latest version of each zone.
        stations: Stations by id.
        policy: What each reason means.
        published_at: When the issuer last published; the age of the data is measured from here.
        generation: Counts the issuer's publishings.
        statuses_signed_at: When each status list was signed; of one list, this never goes back.
    """

    issuers: Mapping[bytes, tuple[IssuerKey, ...]]
    sealing_key: SealingKey | None
    statuses: Mapping[str, StatusList]
    zones: tuple[Zone, ...]
    stations: Mapping[str, StationInfo]
    policy: Policy
    published_at: datetime
    generation: int
    statuses_signed_at: Mapping[str, datetime] = field(default_factory=dict)


def load(targets: Mapping[str, bytes]) -> Trust:
    """Make values of the targets of a trust repository.

    Args:
        targets: Contents by target path: `issuers`, `policy`, `zones`, `stations`, `live/head`, and any number of
            `status/<n>`. Others are passed over.

    Raises:
        TrustError: If one is missing or malformed, or a status list is not signed by a good issuer key.
    """
    issuers, sealing_key = _parse(targets, ISSUERS, parse_issuers)
    published_at, generation = _parse(targets, HEAD, _parse_head)
    lists = {path: _status_list(targets, path, issuers) for path in targets if path.startswith(STATUS_PREFIX)}
    return Trust(
        issuers=issuers,
        sealing_key=sealing_key,
        statuses=MappingProxyType({path: token.statuses for path, token in lists.items()}),
        zones=_parse(targets, ZONES, parse_zones),
        stations=_parse(targets, STATIONS, parse_stations),
        policy=_parse(targets, POLICY, policy.parse),
        published_at=published_at,
        generation=generation,
        statuses_signed_at=MappingProxyType({path: token.issued_at for path, token in lists.items()}),
    )


def dump_head(published_at: datetime, generation: int) -> bytes:
    """Write the target `live/head`.

    Args:
        published_at: When this is published.
        generation: One more than the last publishing's.
    """
    return documents.dump({"published_at": times.to_rfc3339(published_at), "generation": generation})


def _parse(targets: Mapping[str, bytes], path: str, parse: Callable[[bytes], _Parsed]) -> _Parsed:
    if path not in targets:
        raise TrustError(f"the target {path} is missing")
    try:
        return parse(targets[path])
    except ValueError as error:
        raise TrustError(f"{path}: {error}") from error


def _parse_head(data: bytes) -> tuple[datetime, int]:
    return documents.parse(
        data,
        lambda head: (times.from_rfc3339(head.get("published_at")), fields.integer(head.get("generation"))),
    )


def _status_list(
    targets: Mapping[str, bytes], path: str, issuers: Mapping[bytes, tuple[IssuerKey, ...]]
) -> StatusToken:
    """Read one status list, signed by an issuer key that was not withdrawn, for this path and no other."""

    def parse(token: bytes) -> StatusToken:
        message = cose.parse_sign1(token, status.TOKEN_TYPE)
        key = signing_key(message, issuers)
        if key is None or key.retired_at is not None:
            raise TrustError("not signed by a good key of an issuer")
        parsed = status.read_token(message)
        if parsed.uri != path:
            raise TrustError("made for another path")
        return parsed

    return _parse(targets, path, parse)
