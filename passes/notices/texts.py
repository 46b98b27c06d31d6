"""The words of notices, the same on the page and in the letter: made in the reader's language when they are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from flask_babel import ngettext

from passes.applications.blueprint import refusal_words
from passes.db import db
from passes.fleet.services import crew_names
from passes.issuing.models import RevocationReason, SupplementKind
from passes.issuing.texts import REVOCATIONS
from passes.moments import grouped, spoken_end
from passes.notices.models import NoticeKind
from passes.supplements.texts import KINDS
from protocol.plates import format_plate

if TYPE_CHECKING:
    from passes.notices.models import Notice

Details = Mapping[str, Any]


@dataclass(frozen=True)
class Words:
    """What a notice says.

    Args:
        title: one line.
        lines: what else there is to say.
        endpoint: the page of what it tells of.
        values: the values of that page's address.
    """

    title: str
    lines: tuple[str, ...]
    endpoint: str
    values: dict[str, Any]


def words_of(notice: Notice) -> Words:
    """Return what a notice says, in the reader's language."""
    return _WORDS[notice.kind](notice.details)


def _application(title: str, details: Details, *lines: str) -> Words:
    return Words(title, lines, "applications.show", {"reference": details["reference"]})


def _note(details: Details) -> tuple[str, ...]:
    note = details.get("note")
    return (_("Ghi chú của cơ quan cấp giấy: %(note)s", note=note),) if note else ()


def _refusal(code: str) -> str:
    return _("Lý do: %(reason)s.", reason=refusal_words(code).rstrip("."))


def _organisation_approved(details: Details) -> Words:
    title = _("%(name)s đã được phê duyệt", name=details["name"])
    following = _("Nộp được hồ sơ từ bây giờ. Hồ sơ đã lập trong lúc chờ vẫn còn.")
    return Words(title, (following,), "applications.index", {})


def _organisation_refused(details: Details) -> Words:
    title = _("%(name)s chưa được phê duyệt", name=details["name"])
    reason = _("Lý do: %(reason)s.", reason=details["reason"].rstrip("."))
    following = _("Sửa thông tin cho đúng rồi gửi lại để được xem xét.")
    return Words(title, (reason, following), "accounts.organisation", {})


def _received(details: Details) -> Words:
    count = details["vehicles"]
    asked = ngettext(
        "Hồ sơ xin cấp giấy cho %(count)s xe đang chờ duyệt.",
        "Hồ sơ xin cấp giấy cho %(count)s xe đang chờ duyệt.",
        count,
        count=grouped(count),
    )
    following = _("Vị trí trong hàng chờ và lúc có thể đến lượt có ở trang hồ sơ.")
    return _application(_("Đã nhận hồ sơ %(reference)s", reference=details["reference"]), details, asked, following)


def _approved(details: Details) -> Words:
    count, title = details["passes"], _("Đã duyệt hồ sơ %(reference)s", reference=details["reference"])
    approved = ngettext(
        "%(count)s giấy đã được duyệt và đang được ký; in được sau ít phút.",
        "%(count)s giấy đã được duyệt và đang được ký; in được sau ít phút.",
        count,
        count=grouped(count),
    )
    return _application(title, details, approved, *_refused(details), *_note(details))


def _refused(details: Details) -> Iterator[str]:
    """Name the vehicles that were refused, each with its reason."""
    for plate, code, note in details["refused"]:
        reason = refusal_words(code).rstrip(".")
        yield _("Xe %(plate)s không được duyệt: %(reason)s.", plate=format_plate(plate), reason=reason)
        if note:
            yield note
    yield from _others(details["refused_count"] - len(details["refused"]))


def _others(count: int) -> tuple[str, ...]:
    return (_("và %(count)s phương tiện nữa", count=grouped(count)),) if count else ()


def _returned(details: Details) -> Words:
    title = _("Hồ sơ %(reference)s cần bổ sung", reference=details["reference"])
    following = _("Sửa rồi nộp lại; hồ sơ giữ nguyên thứ tự trong danh sách chờ.")
    return _application(title, details, *_note(details), following)


def _rejected(details: Details) -> Words:
    title = _("Hồ sơ %(reference)s không được duyệt", reference=details["reference"])
    following = _("Khi đã khắc phục, lập hồ sơ mới.")
    return _application(title, details, _refusal(details["code"]), *_note(details), following)


def _passes(title: str, details: Details, *lines: str) -> Words:
    """Say something of passes, which are named; the link leads to the pass, or to all of them."""
    named, count = details["passes"], details["count"]
    plates = _("Xe: %(plates)s.", plates=", ".join(format_plate(plate) for _number, plate in named))
    values = {"q": named[0][0]} if count == 1 else {}
    return Words(title, (plates, *_others(count - len(named)), *lines), "issuing.index", values)


def _because(details: Details) -> str:
    return _("Lý do: %(reason)s.", reason=str(REVOCATIONS[RevocationReason(details["reason"])]))


def _revoked(details: Details) -> Words:
    count = details["count"]
    title = ngettext("%(count)s giấy bị thu hồi", "%(count)s giấy bị thu hồi", count, count=grouped(count))
    effect = _("Chốt kiểm soát không cho xe qua bằng giấy đã thu hồi. Khi cần, nộp hồ sơ mới.")
    return _passes(title, details, _because(details), effect)


def _suspended(details: Details) -> Words:
    count = details["count"]
    title = ngettext("%(count)s giấy bị tạm dừng", "%(count)s giấy bị tạm dừng", count, count=grouped(count))
    effect = _("Chốt kiểm soát không nhận giấy này cho đến khi giấy được khôi phục.")
    return _passes(title, details, _because(details), effect)


def _resumed(details: Details) -> Words:
    count = details["count"]
    title = ngettext("%(count)s giấy được khôi phục", "%(count)s giấy được khôi phục", count, count=grouped(count))
    effect = _("Chốt kiểm soát nhận lại giấy kể từ lần đồng bộ kế tiếp. Không cần in lại.")
    return _passes(title, details, _because(details), effect)


def _extended(details: Details) -> Words:
    count, end, decision = details["count"], _end(details["until"]), details["decision"]
    title = ngettext(
        "%(count)s giấy được gia hạn chung", "%(count)s giấy được gia hạn chung", count, count=grouped(count)
    )
    effect = _("Được dùng đến %(end)s theo %(decision)s. Không cần in lại.", end=end, decision=decision)
    return _passes(title, details, effect)


def _reissued(details: Details) -> Words:
    count = details["count"]
    title = ngettext(
        "%(count)s giấy được ký lại, cần in lại",
        "%(count)s giấy được ký lại, cần in lại",
        count,
        count=grouped(count),
    )
    effect = _("Khóa đã ký bị thu hồi nên bản in cũ không còn giá trị. In lại khi ký xong, thường trong ít phút.")
    return _passes(title, details, effect)


def _supplement(title: str, details: Details, *lines: str) -> Words:
    return Words(title, lines, "supplements.show", {"number": details["number"]})


def _named_paper(details: Details) -> str:
    return f"{KINDS[SupplementKind(details['paper'])]} {details['number']}"


def _supplement_approved(details: Details) -> Words:
    title = _("%(paper)s đã được duyệt", paper=_named_paper(details))
    return _supplement(title, details, _("Đang được ký; ảnh và bản in có sau ít phút."))


def _supplement_refused(details: Details) -> Words:
    title = _("%(paper)s không được duyệt", paper=_named_paper(details))
    return _supplement(title, details, _refusal(details["code"]), *_note(details))


def _supplement_revoked(details: Details) -> Words:
    return _supplement(_("%(paper)s bị thu hồi", paper=_named_paper(details)), details, _because(details))


def _passes_end(details: Details) -> Words:
    count, days = details["count"], details["days"]
    title = ngettext(
        "%(count)s giấy hết hạn trong %(days)s ngày tới",
        "%(count)s giấy hết hạn trong %(days)s ngày tới",
        count,
        count=grouped(count),
        days=days,
    )
    ends = {format_plate(plate): end for plate, end in details["ends"]}
    return Words(title, (*_ends(ends, details), _("Gia hạn bằng một nút ở trang chủ.")), "home.index", {})


def _tests_end(details: Details) -> Words:
    count, days = details["count"], details["days"]
    title = ngettext(
        "Xét nghiệm của %(count)s người hết giá trị trong %(days)s ngày tới",
        "Xét nghiệm của %(count)s người hết giá trị trong %(days)s ngày tới",
        count,
        count=grouped(count),
        days=days,
    )
    names = crew_names(db.session(), [member_id for member_id, _end_of in details["ends"]])
    ends = {names.get(member_id) or _("người đã xóa tên"): end for member_id, end in details["ends"]}
    endpoint, values = "fleet.crew", {}
    if count == 1:
        endpoint, values = "fleet.edit_crew", {"member_id": details["ends"][0][0]}
    return Words(
        title,
        (*_ends(ends, details), _("Xét nghiệm mới thì thêm thẻ hoặc phiếu, không in lại giấy.")),
        endpoint,
        values,
    )


def _inspections_end(details: Details) -> Words:
    count, days = details["count"], details["days"]
    title = ngettext(
        "Đăng kiểm của %(count)s xe hết hạn trong %(days)s ngày tới",
        "Đăng kiểm của %(count)s xe hết hạn trong %(days)s ngày tới",
        count,
        count=grouped(count),
        days=days,
    )
    ends = {format_plate(plate): end for plate, end in details["ends"]}
    return Words(
        title, (*_ends(ends, details), _("Giấy không dùng được quá hạn đăng kiểm của xe.")), "fleet.vehicles", {}
    )


def _ends(ends: Mapping[str, str], details: Details) -> Iterator[str]:
    for name, end in ends.items():
        yield f"{name}: {_end(end)}"
    if more := details["count"] - len(details["ends"]):
        yield _("và %(count)s nữa", count=grouped(more))


def _end(moment: str) -> str:
    return spoken_end(datetime.fromisoformat(moment))


_WORDS: Mapping[NoticeKind, Callable[[Details], Words]] = {
    NoticeKind.ORGANISATION_APPROVED: _organisation_approved,
    NoticeKind.ORGANISATION_REFUSED: _organisation_refused,
    NoticeKind.RECEIVED: _received,
    NoticeKind.APPROVED: _approved,
    NoticeKind.RETURNED: _returned,
    NoticeKind.REJECTED: _rejected,
    NoticeKind.PASSES_REVOKED: _revoked,
    NoticeKind.PASSES_SUSPENDED: _suspended,
    NoticeKind.PASSES_RESUMED: _resumed,
    NoticeKind.PASSES_EXTENDED: _extended,
    NoticeKind.PASSES_REISSUED: _reissued,
    NoticeKind.SUPPLEMENT_APPROVED: _supplement_approved,
    NoticeKind.SUPPLEMENT_REFUSED: _supplement_refused,
    NoticeKind.SUPPLEMENT_REVOKED: _supplement_revoked,
    NoticeKind.PASSES_END: _passes_end,
    NoticeKind.TESTS_END: _tests_end,
    NoticeKind.INSPECTIONS_END: _inspections_end,
}
