"""From the database to the trust repository: what stations are told, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from passes import audit
from passes.issuing import services as issuing
from passes.movement import services as movement
from passes.stations import services as stations
from passes.trust import services
from passes.trust.boxes import BoxMaker, station_boxes
from passes.trust.roles import TrustRepositoryError, is_live
from protocol import policy
from protocol import trust as targets
from protocol.cose import parse_sign1
from protocol.issuers import parse_issuers
from protocol.progress import WentBackError, require_progress
from protocol.status import TOKEN_TYPE, build_token

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.trust.instance_keys import InstanceKeys
    from passes.trust.keys import OfflineKeys, OnlineKeys
    from passes.trust.models import TrustChange
    from passes.trust.repository import TrustRepository
    from protocol.cose import Signer
    from protocol.policy import Policy
    from protocol.trust import SealingKey, Trust

SIGHTINGS_WAIT = timedelta(minutes=2)
"""Between publications that only say where passes were seen: each of them costs every post some bytes."""


@dataclass(frozen=True)
class OfflineChange:
    """What a publication that the offline targets key signs changes beside the list of issuer keys.

    Args:
        rules: the new policy; None keeps the one in force.
        keys_sign_from: from when keys that this publication tells stations of may sign; None is at once.
    """

    rules: Policy | None = None
    keys_sign_from: datetime | None = None


def offline_targets(session: Session, sealing_key: SealingKey | None, rules: bytes | None = None) -> dict[str, bytes]:
    """Return the targets that only the offline key signs: issuer keys with their tombstones, and the policy.

    Args:
        session: an open session.
        sealing_key: where stations seal personal details to.
        rules: the target `policy`; None is the default policy.
    """
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
    return {
        "issuers": targets.dump_issuers(keys, sealing_key),
        "policy": rules if rules is not None else policy.dump(policy.default_policy()),
    }


def live_targets(
    session: Session,
    signer: Signer,
    previous: Mapping[str, bytes],
    generation: int,
    now: datetime,
    *,
    is_anew: bool = False,
) -> dict[str, bytes]:
    """Return the targets that the online role signs.

    A status list that did not change keeps its bytes, so that stations do not fetch it again.

    Args:
        session: an open session.
        signer: issuing key; signs the status lists.
        previous: targets of the publication before, by name.
        generation: of this publication.
        now: becomes `published_at` of the head, in whole seconds.
        is_anew: sign everything again. After a restored backup stations have seen newer lists than the ones here.
    """
    now = now.replace(microsecond=0)
    made = {
        "zones": targets.dump_zones(movement.published_zones(session)),
        "stations": targets.dump_stations(stations.published_stations(session)),
        "live/head": targets.dump_head(now, generation),
    }
    before = _load_if_sound(previous)
    made |= station_boxes(session, BoxMaker(signer, previous, before, generation, is_anew), now)
    for uri, statuses in issuing.status_lists(session).items():
        signed_at = None if before is None else before.statuses_signed_at.get(uri)
        is_said = (
            not is_anew
            and before is not None
            and before.statuses.get(uri) == statuses
            and parse_sign1(previous[uri], TOKEN_TYPE).kid == signer.kid
        )
        # Stations refuse a list that was signed before the one they have, whatever this machine's clock says now.
        made[uri] = previous[uri] if is_said else build_token(statuses, uri, max(now, signed_at or now), signer)
    return made


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
        TrustRepositoryError: the repository cannot be read or written, or no station would accept the publication
            (`unacceptable`); nothing changed.
        NoIssuerKeyError: no key is in use.
    """
    changes = services.pending_changes(session)
    if not changes and not is_forced:
        return None
    if min_version is not None:
        issuing.close_status_lists(session)
    with repository.lock():
        previous = repository.read_targets()
        unchanged = {name: content for name, content in previous.items() if not is_live(name)}
        generation = repository.next_version(min_version)
        signer = signer_for(bytes.fromhex(services.current_issuer_key(session, now).kid))
        made = live_targets(session, signer, previous, generation, now, is_anew=min_version is not None)
        _require_acceptable(previous, unchanged | made)
        repository.publish_live(made, online, now, min_version)
    _note_published(session, changes, generation, now)
    return generation


def publish_offline(
    session: Session,
    repository: TrustRepository,
    keys: InstanceKeys,
    offline: OfflineKeys,
    now: datetime,
    *,
    change: OfflineChange | None = None,
    min_version: int | None = None,
) -> int:
    """Publish everything in one publication, with the targets that only the offline key signs; return its generation.

    Args:
        session: the caller's transaction; its issuer keys, retired ones included, are what stations are told.
        repository: of this instance.
        keys: its online and issuing keys.
        offline: holds the targets key.
        now: `published_at`.
        change: what else changes.
        min_version: after a restored backup, a version above all that stations have seen.

    Raises:
        TrustRepositoryError: as `publish`, `key_missing`, or `tombstone_missing`.
        NoIssuerKeyError: no key is in use.
    """
    change = change or OfflineChange()
    changes = services.pending_changes(session)
    if min_version is not None:
        issuing.close_status_lists(session)
    with repository.lock():
        previous = repository.read_targets()
        _, sealing_key = parse_issuers(previous[targets.ISSUERS])
        rules = previous[targets.POLICY] if change.rules is None else policy.dump(change.rules)
        fixed = offline_targets(session, sealing_key, rules)
        generation = repository.next_version(min_version)
        signer = keys.signer_for(bytes.fromhex(services.current_issuer_key(session, now).kid))
        made = live_targets(session, signer, previous, generation, now, is_anew=min_version is not None)
        _require_acceptable(previous, fixed | made)
        repository.publish_offline(fixed, offline, keys.online, now, live_targets=made, min_version=min_version)
    services.note_published_keys(session, change.keys_sign_from or now)
    _note_published(session, changes, generation, now)
    return generation


def is_due(session: Session, repository: TrustRepository, now: datetime) -> bool:
    """Whether to publish now: something is urgent, or scans have waited for `SIGHTINGS_WAIT` to be told to other posts.

    Raises:
        TrustRepositoryError: there is no readable publication.
    """
    changes = services.pending_changes(session)
    if not changes or services.are_urgent(changes):
        return bool(changes)
    return now - current_trust(repository).published_at >= SIGHTINGS_WAIT


def is_tombstoned(repository: TrustRepository, kid: bytes) -> bool:
    """Whether stations were told that an issuing key is retired.

    Raises:
        TrustRepositoryError: there is no readable publication.
    """
    keys = parse_issuers(repository.read_targets()[targets.ISSUERS])[0].get(kid, ())
    return any(key.retired_at is not None for key in keys)


def require_published(repository: TrustRepository, kid: bytes) -> None:
    """Make sure that stations know an issuing key as a good one, before it signs a pass.

    Raises:
        TrustRepositoryError: they do not (`key_not_published`), or there is no readable publication.
    """
    keys = parse_issuers(repository.read_targets()[targets.ISSUERS])[0].get(kid, ())
    if not any(key.retired_at is None for key in keys):
        message = f"Stations do not know issuing key {kid.hex()} as a good one; it signs nothing."
        raise TrustRepositoryError("key_not_published", message)


def current_trust(repository: TrustRepository) -> Trust:
    """Return what a station with the newest publication knows.

    Raises:
        TrustRepositoryError: there is no readable publication.
    """
    return targets.load(repository.read_targets())


def _load_if_sound(contents: Mapping[str, bytes]) -> Trust | None:
    try:
        return targets.load(contents)
    except targets.TrustError:
        return None


def _require_acceptable(previous: Mapping[str, bytes], made: Mapping[str, bytes]) -> None:
    """Make the checks of a station that has the publication before.

    Raises:
        TrustRepositoryError: `unacceptable`.
    """
    try:
        after = targets.load(made)
        if (before := _load_if_sound(previous)) is not None:
            require_progress(before, after)
    except (targets.TrustError, WentBackError) as error:
        message = f"No station would accept this publication, so it was not made: {error}."
        raise TrustRepositoryError("unacceptable", message) from error


def _note_published(session: Session, changes: list[TrustChange], generation: int, now: datetime) -> None:
    """Mark the changes that were known before the publication was put together; later ones are for the next."""
    for change in changes:
        change.generation = generation
    audit.record(session, None, "trust.publish", f"Trust:{generation}", {"changes": len(changes)}, now)
