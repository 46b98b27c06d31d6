"""Forms with which a carrier asks for slips and cards, and with which the authority answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import FieldList, Form, FormField, HiddenField
from wtforms.validators import ValidationError

from passes.areas.forms import AreaField
from passes.form_fields import ClockField, DayField, SelectField, WithinDays, clock_of, moment_of
from passes.labels import cargo_class_choices, crew_role
from passes.supplements.services import SlipDraft
from protocol.claims import CargoClass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from passes.fleet.models import CrewMember
    from passes.supplements.crews import Seat

_TEST_DAYS = 60
_ROUTE_DIGITS = (3, 5)
KEEP, LEAVE = "keep", "leave"


class _WithTest(Form):
    """Until when somebody's new test holds: a day and its hour, or neither."""

    test_day = DayField(_l("Xét nghiệm mới có giá trị đến ngày"), [WithinDays(_TEST_DAYS, _TEST_DAYS)])
    test_clock = ClockField(_l("Đến giờ"))

    def validate_test_clock(self, field: ClockField) -> None:
        """A day needs its hour, an hour its day."""
        if (field.data is None) is not (self.test_day.data is None) and not field.errors and not self.test_day.errors:
            raise ValidationError(_("Nhập cả ngày và giờ ghi trên phiếu xét nghiệm, hoặc bỏ trống cả hai."))

    @property
    def test_until(self) -> datetime | None:
        """The moment that was typed, or None."""
        if self.test_day.data is None or self.test_clock.data is None:
            return None
        return moment_of(self.test_day.data, self.test_clock.data)


class SeatForm(_WithTest):
    """What becomes of one person who rides today."""

    position = HiddenField()
    who = SelectField(_l("Ai đi từ nay"), coerce=str)


class JoinForm(_WithTest):
    """One more person."""

    who = SelectField(_l("Thêm người"), coerce=str)


@dataclass(frozen=True)
class Renewal:
    """A test to be written down: whose (person's row id), until when."""

    person_id: int
    until: datetime


class SlipForm(FlaskForm):
    """What changes under a pass: people, tests, the rest of the journey; all on one page."""

    seats = FieldList(FormField(SeatForm))
    join = FormField(JoinForm)
    leg = AreaField(_l("Đi tiếp đến"), digits=_ROUTE_DIGITS)
    cargo = SelectField(_l("Loại hàng từ nay"), coerce=str)

    def __init__(self, seats: Sequence[Seat], members: Mapping[int, CrewMember], now: datetime) -> None:
        """Offer everybody who does not ride yet; fill in tests on file that are newer than the papers say."""
        super().__init__(data={"seats": [_filled(seat, members.get(seat.person_id), now) for seat in seats]})
        riding = {seat.person_id for seat in seats}
        self.people = list(seats)
        self.members = members
        others = [
            (str(m.id), f"{m.person.name} ({crew_role(m.role)}, …{m.person.id_end})")
            for m in members.values()
            if m.person_id not in riding
        ]
        for seat, entry in zip(seats, self.seats, strict=False):
            replacing = [(value, _("Thay bằng %(who)s", who=words)) for value, words in others]
            entry.form.who.choices = [(KEEP, _("Vẫn là %(name)s", name=seat.name)), *replacing]
            entry.form.who.choices += [(LEAVE, _("Không ai thay %(name)s", name=seat.name))]
        self.join.form.who.choices = [("", _("Không thêm")), *others]
        self.cargo.choices = [("", _("Như cũ")), *cargo_class_choices()]

    def _choices(self) -> list[tuple[Seat | None, int | None, datetime | None]]:
        """Return who sat, who sits now (a member's row id; None: the same, 0: nobody), and the test that was typed."""
        found: list[tuple[Seat | None, int | None, datetime | None]] = []
        for seat, entry in zip(self.people, self.seats, strict=False):
            who = entry.form.who.data
            found.append(
                (seat, {KEEP: None, LEAVE: 0}.get(who) if who in {KEEP, LEAVE} else int(who), entry.form.test_until)
            )
        if self.join.form.who.data:
            found.append((None, int(self.join.form.who.data), self.join.form.test_until))
        return found

    def renewals(self) -> list[Renewal]:
        """Return the tests that were typed and are not on file yet."""
        by_id = {member.id: member for member in self.members.values()}
        found = []
        for seat, member_id, until in self._choices():
            member = by_id.get(member_id) if member_id else self.members.get(seat.person_id) if seat else None
            if until is not None and member_id != 0 and member is not None and member.test_expires_at != until:
                found.append(Renewal(member.person_id, until))
        return found

    def draft(self) -> SlipDraft:
        """Return the values of a form without errors."""
        choices = self._choices()
        return SlipDraft(
            leaving=tuple(seat.position for seat, member_id, _until in choices if seat and member_id is not None),
            joining=tuple(member_id for _seat, member_id, _until in choices if member_id),
            renewed=tuple(
                seat.position
                for seat, member_id, until in choices
                if seat and member_id is None and until is not None and until != seat.expires_at
            ),
            leg=(self.leg.data,) if self.leg.data else (),
            cargo=CargoClass(int(self.cargo.data)) if self.cargo.data else None,
        )


def _filled(seat: Seat, member: CrewMember | None, now: datetime) -> dict[str, Any]:
    found: dict[str, Any] = {"position": seat.position, "who": KEEP}
    end = member.test_expires_at if member else None
    if end is not None and seat.expires_at is not None and end > max(seat.expires_at, now):
        found["test_day"], found["test_clock"] = clock_of(end)
    return found


class CardForm(FlaskForm, _WithTest):
    """Until when the test on a person's new card holds."""

    @classmethod
    def of(cls, member: CrewMember) -> CardForm:
        """Return the form filled with the test on file; a posted form keeps what was posted."""
        day, clock = clock_of(member.test_expires_at) if member.test_expires_at else (None, None)
        return cls(test_day=day, test_clock=clock)
