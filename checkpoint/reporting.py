"""How the station is: for `checkpoint status`, `sync` and `trust status`, and for the officer's page."""

from datetime import datetime, timedelta
from typing import Any

from checkpoint.clock import Clock
from checkpoint.home import Home
from checkpoint.i18n import gettext as _
from checkpoint.messages import refusal_sentence, sentence
from checkpoint.moments import show_age, show_moment
from checkpoint.roster import RosterError, read_roster
from checkpoint.sync import SyncResult
from checkpoint.trust import TrustStatus, TrustStoreError
from protocol.issuers import IssuerKey
from protocol.policy import Policy
from protocol.trust import Trust

PENDING_AMBER, PENDING_RED = timedelta(hours=1), timedelta(hours=24)


def data_light(age: timedelta | None, policy: Policy | None) -> str:
    """Return the traffic light of the data's age: `green`, `amber`, `red`."""
    if age is None or policy is None or age >= timedelta(hours=policy.trust_expired_hours):
        return "red"
    return "amber" if age >= timedelta(hours=policy.trust_stale_hours) else "green"


def pending_light(since: datetime | None, refused: int, now: datetime) -> str:
    """Return the traffic light of what the issuer does not have yet: `green`, `amber`, `red`.

    Args:
        since: how long the oldest record has waited; None if none waits.
        refused: how many records the issuer refused.
        now: the station's clock.
    """
    waited = now - since if since else timedelta()
    if refused or waited >= PENDING_RED:
        return "red"
    return "amber" if waited >= PENDING_AMBER else "green"


def station_condition(home: Home) -> dict[str, Any]:
    """Look at everything that `checkpoint status` says.

    Raises:
        HomeError: the station is not enrolled.
        ScanLogError: the log cannot be read, or was changed.
    """
    enrolment, store, log = home.enrolment(), home.trust_store(), home.scan_log()
    counts = log.counts()
    clock = Clock(lambda: store.clock_floor, log.last_recorded_at).read()
    try:
        trust = store.load_current()
    except TrustStoreError:
        trust = None
    age = clock.now - trust.published_at if trust else None
    last = log.last_recorded_at()
    return {
        "station": enrolment.station,
        "url": enrolment.url,
        "trust_generation": trust.generation if trust else None,
        "trust_age_seconds": int(age.total_seconds()) if age is not None else None,
        "trust_light": data_light(age, trust.policy if trust else None),
        "records": log.check_chain(),
        "pending": counts.pending,
        "pending_since": _iso(log.waiting_since()),
        "pending_light": pending_light(log.waiting_since(), counts.refused, clock.now),
        "is_disk_full": not home.reserve.hold(),
        "accepted": counts.accepted,
        "refused": {refusal.id: refusal.code for refusal in log.refusals()},
        "last_scan": last.isoformat() if last else None,
        "clock_in_doubt": clock.is_in_doubt,
        "roster": _describe_roster(home),
    }


def _describe_roster(home: Home) -> dict[str, Any]:
    """Return how many officers this device knows of, or what keeps it from knowing."""
    try:
        roster = read_roster(home)
    except (RosterError, TrustStoreError) as error:
        return {"problem": error.code}
    return {"epoch": roster.epoch, "officers": len(roster.officers)}


def condition_in_words(condition: dict[str, Any]) -> str:
    """Say what `station_condition` found."""
    age = condition["trust_age_seconds"]
    lines = [
        _("Máy chốt: %(station)s, cơ quan cấp: %(url)s", station=condition["station"], url=condition["url"]),
        _("Dữ liệu: cách đây %(age)s", age=show_age(timedelta(seconds=age)))
        if age is not None
        else _("Dữ liệu: chưa có"),
        _(
            "Bản ghi: %(records)s (chuỗi nguyên vẹn), chờ gửi %(pending)s, đã gửi %(accepted)s, bị từ chối %(refused)s",
            records=condition["records"],
            pending=condition["pending"],
            accepted=condition["accepted"],
            refused=len(condition["refused"]),
        ),
    ]
    if condition["trust_light"] != "green":
        lines.append(_data_are_old())
    lines += [
        _("  bị từ chối: %(id)s: %(why)s", id=i, why=refusal_sentence(code)) for i, code in condition["refused"].items()
    ]
    if condition["clock_in_doubt"]:
        lines.append(_("Đồng hồ của máy có thể sai."))
    if condition["is_disk_full"]:
        lines.append(_("Ổ đĩa sắp đầy: không còn phần dự trữ cho nhật ký. Hãy dọn chỗ trống ngay."))
    return "\n".join(lines)


def describe_sync(done: SyncResult) -> dict[str, Any]:
    """Return what a sync came to, for programs."""
    return {
        "accepted": done.accepted,
        "refused": done.refused,
        "trust_generation": done.imported.generation if done.imported else None,
        "problems": [problem.code for problem in done.problems],
    }


def sync_in_words(done: SyncResult) -> str:
    """Say what a sync came to."""
    lines = [_("Đã gửi %(accepted)s bản ghi, bị từ chối %(refused)s.", accepted=done.accepted, refused=done.refused)]
    if done.imported:
        published = show_moment(done.imported.published_at)
        lines.append(
            _("Bản dữ liệu số %(number)s, công bố lúc %(time)s.", number=done.imported.generation, time=published)
        )
    return "\n".join(lines)


def describe_trust(condition: TrustStatus, now: datetime) -> dict[str, Any]:
    """Return the condition of the trust store, for programs."""
    trust = condition.trust
    return {
        "generation": condition.generation,
        "published_at": _iso(condition.published_at),
        "trust_light": _trust_light(condition, now),
        "clock_floor": _iso(condition.clock_floor),
        "is_fallback": condition.is_fallback,
        "is_damaged": condition.is_damaged,
        "root_version": condition.root_version,
        "root_sha256": condition.root_sha256,
        "expires": {role: _iso(moment) for role, moment in condition.expires.items()},
        "issuing_keys": [
            {"iss": key.iss, "kid": key.kid.hex(), "retired_at": _iso(key.retired_at), "reason": key.reason}
            for key in _issuing_keys(trust)
        ],
        "status_lists": len(trust.statuses) if trust else 0,
        "zones": len(trust.zones) if trust else 0,
    }


def trust_in_words(condition: TrustStatus, now: datetime) -> str:
    """Say the condition of the trust store."""
    trust = condition.trust
    if trust is None:
        return sentence(TrustStoreError("trust_damaged" if condition.is_damaged else "trust_empty"))
    lines = [
        _(
            "Bản dữ liệu số %(number)s, công bố lúc %(time)s (cách đây %(age)s), gốc phiên bản %(root)s.",
            number=trust.generation,
            time=show_moment(trust.published_at),
            age=show_age(now - trust.published_at),
            root=condition.root_version,
        )
    ]
    if _trust_light(condition, now) != "green":
        lines.append(_data_are_old())
    if condition.is_fallback:
        lines.append(_("Bản mới nhất bị hỏng, đang dùng bản trước; hãy đồng bộ hoặc nhập lại."))
    if condition.expires:
        role, first = min(condition.expires.items(), key=lambda item: item[1])
        lines.append(
            _("Gói này nhập được đến %(time)s (%(role)s), dùng được cả sau đó.", time=show_moment(first), role=role)
            if now < first
            else _(
                "Gói này quá hạn nhập từ %(time)s (%(role)s), vẫn dùng được; hãy lấy gói mới.",
                time=show_moment(first),
                role=role,
            )
        )
    retired = sum(key.retired_at is not None for key in _issuing_keys(trust))
    lines += [
        _(
            "Khóa ký giấy: %(good)s dùng được, %(retired)s đã thu hồi; danh sách thu hồi giấy: %(lists)s; "
            "khu vực: %(zones)s.",
            good=len(_issuing_keys(trust)) - retired,
            retired=retired,
            lists=len(trust.statuses),
            zones=len(trust.zones),
        ),
        _("SHA-256 của gốc, để so với cơ quan cấp: %(digest)s", digest=condition.root_sha256),
    ]
    return "\n".join(lines)


def _issuing_keys(trust: Trust | None) -> list[IssuerKey]:
    return [key for keys in trust.issuers.values() for key in keys] if trust else []


def _trust_light(condition: TrustStatus, now: datetime) -> str:
    trust = condition.trust
    return data_light(now - trust.published_at, trust.policy) if trust else "red"


def _data_are_old() -> str:
    return _("Dữ liệu đã cũ: hãy đồng bộ, hoặc nhập từ USB: checkpoint trust import TỆP.")


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
