"""From the database to the trust repository: what stations are told, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passes import audit
from passes.issuing import services as issuing
from passes.movement import services as movement
from passes.stations import services as stations
from passes.trust import services
from protocol import policy
from protocol import trust as targets
from protocol.cose import parse_sign1
from protocol.status import TOKEN_TYPE, StatusList, build_token, parse_token

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.trust.keys import OnlineKeys
    from passes.trust.repository import TrustRepository
    from protocol.cose import Signer
    from protocol.trust import SealingKey, Trust


def offline_targets(session: Session, sealing_key: SealingKey) -> dict[str, bytes]:
    """Return the targets that only the offline key signs: issuer keys with their tombstones, and the policy."""
    keys = [
        targets.IssuerKey(
            iss=key.iss,
            kid=bytes.fromhex(key.kid),
            public_key=key.public_key,
            retired_at=key.retired_at,
            reason=key.reason,
        )
        for key in services.issuer_keys(session)
    ]
    return {"issuers": targets.dump_issuers(keys, sealing_key), "policy": policy.dump(policy.default_policy())}


def live_targets(
    session: Session, signer: Signer, previous: dict[str, bytes], generation: int, now: datetime
) -> dict[str, bytes]:
    """Return the targets that the online role signs.

    A status list that did not change keeps its bytes, so that stations do not fetch it again.

    Args:
        session: an open session.
        signer: issuing key; signs the status lists.
        previous: targets of the publication before, by name.
        generation: of this publication.
        now: becomes `published_at` of the head, in whole seconds.
    """
    now = now.replace(microsecond=0)
    made = {
        "zones": targets.dump_zones(movement.published_zones(session)),
        "stations": targets.dump_stations(stations.published_stations(session)),
        "live/head": targets.dump_head(now, generation),
    }
    for uri, statuses in issuing.status_lists(session).items():
        unchanged = previous.get(uri)
        public_key = services.current_issuer_key(session, now).public_key
        if unchanged is None or not _says(unchanged, statuses, signer, public_key):
            unchanged = build_token(statuses, uri, now, signer)
        made[uri] = unchanged
    return made


def _says(token: bytes, statuses: StatusList, signer: Signer, public_key: bytes) -> bool:
    """Whether a status token says the same already, signed by the key in use."""
    if parse_sign1(token, TOKEN_TYPE).kid != signer.kid:
        return False
    return parse_token(token, public_key).statuses == statuses


def publish(
    session: Session,
    repository: TrustRepository,
    online: OnlineKeys,
    signer_for: Callable[[bytes], Signer],
    now: datetime,
    *,
    is_forced: bool = False,
    min_version: int | None = None,
) -> int | None:
    """Publish what changed; return the new generation, or None when there was nothing to tell.

    The work rows are marked in the caller's transaction after the repository has switched: a crash between the two
    publishes once more, never too little.

    Args:
        session: the worker's transaction.
        repository: of this instance.
        online: keys of the online roles.
        signer_for: gives the issuing signer of a `kid`.
        now: `published_at`.
        is_forced: publish although nothing changed (hourly, so that stations see fresh data).
        min_version: after a restored backup, a version above all that stations have seen.

    Raises:
        TrustRepositoryError: the repository cannot be read or written; nothing changed.
    """
    changes = services.pending_changes(session)
    if not changes and not is_forced:
        return None
    with repository.lock():
        generation = repository.next_version(min_version)
        signer = signer_for(bytes.fromhex(services.current_issuer_key(session, now).kid))
        made = live_targets(session, signer, repository.read_targets(), generation, now)
        repository.publish_live(made, online, now, min_version)
    for change in changes:
        change.generation = generation
    audit.record(session, None, "trust.publish", f"Trust:{generation}", {"changes": len(changes)}, now)
    return generation


def current_trust(repository: TrustRepository) -> Trust:
    """Return what a station with the newest publication knows.

    Raises:
        TrustRepositoryError: there is no readable publication.
    """
    return targets.load(repository.read_targets())
