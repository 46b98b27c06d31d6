"""The report of a shift, on the screen and on paper."""

from datetime import datetime

from flask import Blueprint, abort, render_template

from checkpoint import areas
from checkpoint.counting import Report, known_reason
from checkpoint.i18n import current_language
from checkpoint.i18n import gettext as _
from checkpoint.messages import sentence
from checkpoint.moments import LOCAL, show_day, show_moment, show_time
from checkpoint.post_book import Deed
from checkpoint.shifts import Shift
from checkpoint.web.desk import desk
from protocol.reasons import Reason
from protocol.scan_record import Action
from protocol.texts import REASON_TEXTS

bp = Blueprint("shift_page", __name__)


@bp.get("/shift")
def current() -> str:
    """Show the report of the shift that lasts, as far as it has come."""
    running = desk().running
    return _page(running.shifts.current(running.clock.read().now))


@bp.get("/shift/<int:number>")
def one(number: int) -> str:
    """Show the report of one shift."""
    running = desk().running
    return _page(running.shifts.shift(number, running.clock.read().now) or abort(404))


def _page(shift: Shift) -> str:
    running = desk().running
    station, now = running.station, running.clock.read()
    report, names = running.shifts.report(shift), _names()
    checked = desk().log_check.last
    return render_template(
        "shift.html",
        shift=shift,
        report=report,
        station=station.info,
        station_id=station.id,
        place=areas.name_of(station.info.area) if station.info else "",
        printed_at=show_moment(now.now),
        reasons=[(_title(reason), count) for reason, count in report.reasons],
        officers=[(_name(names, officer), count) for officer, count in report.officers],
        closed_by=_name(names, shift.closed_by) if shift.closed_by else "",
        deeds=[(show_moment(deed.at), _name(names, deed.officer), *_deed_words(deed, names)) for deed in _deeds(shift)],
        without_paper=_without_paper(report),
        counts=station.log.counts(),
        log_check=checked,
        log_problem=sentence(checked.problem) if checked and checked.problem else "",
        show_moment=show_moment,
        show_hour=lambda moment: f"{moment.astimezone(LOCAL):%H}:00",
        show_day=lambda moment: show_day(moment.astimezone(LOCAL).date()),
        show_time=show_time,
    )


def _deeds(shift: Shift) -> list[Deed]:
    return desk().running.shifts.deeds(shift)


def _names() -> dict[str, str]:
    return {officer.id: officer.name for officer in desk().running.duty.officers or ()}


def _name(names: dict[str, str], officer: str | None) -> str:
    if officer is None:
        return _("Không đăng nhập")
    return f"{names[officer]} ({officer})" if officer in names else officer


def _title(reason: Reason | None) -> str:
    return REASON_TEXTS[reason][current_language()].title if reason else _("Lý do khác")


def _without_paper(report: Report) -> list[tuple[str, int]]:
    words = {
        Action.ADMITTED: _("cho qua"),
        Action.SENT_ASIDE: _("mời vào kiểm tra"),
        Action.TURNED_BACK: _("cho quay lại"),
        None: _("chưa xử lý"),
    }
    return [(words[action], count) for action, count in report.without_paper.items()]


def _deed_words(deed: Deed, names: dict[str, str]) -> tuple[str, str]:
    """Say what a chief did, and why."""
    match deed.kind:
        case "overruled":
            titles = [_title(known_reason(code)) for code in deed.details["reasons"]]
            what = _("Cho qua khi máy báo không cho qua") if titles else _("Cho qua xe không có giấy đọc được")
            return f"{what}: {', '.join(titles)}" if titles else what, deed.reason
        case "clock_set":
            before, after = (show_moment(datetime.fromisoformat(deed.details[key])) for key in ("before", "after"))
            return _("Chỉnh đồng hồ từ %(before)s thành %(after)s", before=before, after=after), deed.reason
        case "clock_released":
            return _("Dùng lại đồng hồ của máy"), deed.reason
        case "pin_reset":
            return _("Đặt lại mã PIN của %(name)s", name=_name(names, deed.details["officer"])), deed.reason
        case "automatic_on":
            return _("Bật tự động cho qua"), deed.reason
    return _("Tắt tự động cho qua"), deed.reason
