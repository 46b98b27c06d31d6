"""The task list of an application that is not sent: what is done, what is left, and where to do it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from passes.applications.drafts import Part, missing_parts, without_driver

if TYPE_CHECKING:
    from passes.applications.models import Application


@dataclass(frozen=True)
class Task:
    """One line of the list, as `ui.task_list` shows it."""

    title: str
    url: str | None
    status: str
    tone: str
    hint: str = ""

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do here."""
        return self.tone == "ok"


def tasks_of(application: Application) -> list[Task]:
    """Return what a carrier does before sending, in order; the last one is sending."""
    missing = set(missing_parts(application))
    done = [
        _task(_("Lộ trình, loại hàng và thời gian"), "trip", application, missing & {*Part} - {Part.VEHICLES}),
        _task(_("Chọn phương tiện"), "vehicles", application, missing & {Part.VEHICLES}, _count(application)),
        _crew_task(application),
    ]
    is_ready = all(task.is_done for task in done)
    last = _("Kiểm tra và nộp")
    if is_ready:
        return [*done, Task(last, _url("check", application), _("Làm được rồi"), "info")]
    is_checkable = not missing
    url = _url("check", application) if is_checkable else None
    return [*done, Task(last, url, _("Chưa đến bước này"), "neutral")]


def _url(endpoint: str, application: Application) -> str:
    return url_for(f"applications.{endpoint}", reference=application.reference)


def _task(title: str, endpoint: str, application: Application, missing: set[Any], hint: str = "") -> Task:
    word, tone = (_("Chưa xong"), "warn") if missing else (_("Đã xong"), "ok")
    return Task(title, _url(endpoint, application), word, tone, hint)


def _count(application: Application) -> str:
    count = len(application.vehicles)
    return ngettext("%(count)s phương tiện", "%(count)s phương tiện", count, count=count) if count else ""


def _crew_task(application: Application) -> Task:
    title, count = _("Người đi cùng xe"), len(without_driver(application))
    if not application.vehicles:
        return Task(title, None, _("Chưa đến bước này"), "neutral")
    hint = ngettext("%(count)s xe chưa có lái xe", "%(count)s xe chưa có lái xe", count, count=count) if count else ""
    return _task(title, "crews", application, set(without_driver(application)), hint)
