"""Forms in which the policy is drafted."""

from __future__ import annotations

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import FieldList, Form, FormField, HiddenField, StringField
from wtforms.validators import Length, NumberRange

from passes.administration import texts
from passes.form_fields import CountField, DayField, Required, SelectField, WithinDays
from passes.local_time import end_of_day, start_of_day
from protocol.places import StationKind
from protocol.policy import MAX_HOURS, MAX_MINUTES, Extension, Policy
from protocol.reasons import VERIFICATION_REASONS, Reason, Severity

SEVERITIES = {Severity.NOTE: _l("Ghi nhận"), Severity.REFER: _l("Kiểm tra thêm"), Severity.REFUSE: _l("Không cho qua")}
"""What a policy makes of a reason, in words."""
_YEAR = 366


def _bounded(least: int, most: int) -> NumberRange:
    return NumberRange(least, most, _l("Ghi số từ %(min)s đến %(max)s."))


class ReasonForm(Form):
    """What one reason means at each kind of station."""

    reason = HiddenField()
    road = SelectField(_l("Chốt kiểm soát"), coerce=str)
    freight = SelectField(_l("Điểm tập kết, giao nhận"), coerce=str)


def reason_words() -> list[Reason]:
    """Return the reasons whose meaning is a matter of policy, in the order of checks."""
    return [reason for reason in Reason if reason not in VERIFICATION_REASONS]


class PolicyForm(FlaskForm):
    """The whole policy but its mass extensions."""

    trust_stale_hours = CountField(
        _l("Dữ liệu coi là cũ sau (giờ)"), [Required(_l("Nhập số giờ.")), _bounded(1, MAX_HOURS)]
    )
    trust_expired_hours = CountField(
        _l("Dữ liệu coi là quá hạn sau (giờ)"), [Required(_l("Nhập số giờ.")), _bounded(1, MAX_HOURS)]
    )
    clock_tolerance_minutes = CountField(
        _l("Cho phép lệch giờ bắt đầu (phút)"), [Required(_l("Nhập số phút.")), _bounded(0, MAX_MINUTES)]
    )
    already_scanned_minutes = CountField(
        _l("Coi là quét lặp trong vòng (phút)"), [Required(_l("Nhập số phút.")), _bounded(0, MAX_MINUTES)]
    )
    reasons = FieldList(FormField(ReasonForm))
    reason = StringField(
        _l("Căn cứ"),
        [Required(texts.ERRORS["reason_missing"]), Length(max=200, message=texts.ERRORS["reason_missing"])],
        description=_l("Số quyết định hoặc lý do sửa."),
    )

    @classmethod
    def of(cls, rules: Policy) -> PolicyForm:
        """Return the form with a policy's values; what was posted comes before them."""
        rows = [
            {
                "reason": reason.value,
                "road": rules.severity(reason, StationKind.ROAD).value,
                "freight": rules.severity(reason, StationKind.FREIGHT).value,
            }
            for reason in reason_words()
        ]
        form = cls(
            data={
                "trust_stale_hours": rules.trust_stale_hours,
                "trust_expired_hours": rules.trust_expired_hours,
                "clock_tolerance_minutes": rules.clock_tolerance_minutes,
                "already_scanned_minutes": rules.already_scanned_minutes,
                "reasons": rows,
            }
        )
        choices = [(severity.value, words) for severity, words in SEVERITIES.items()]
        for row in form.reasons:
            row.form.road.choices = row.form.freight.choices = choices
        return form

    def rules(self, before: Policy) -> Policy:
        """Return the policy of a form without errors; mass extensions stay those of `before`."""
        severities = {reason: dict(before.severities[reason]) for reason in Reason}
        known = {reason.value: reason for reason in reason_words()}
        for row in self.reasons:
            if reason := known.get(row.form.reason.data):
                severities[reason] = {
                    StationKind.ROAD: Severity(row.form.road.data),
                    StationKind.FREIGHT: Severity(row.form.freight.data),
                }
        return Policy(
            severities,
            trust_stale_hours=self.trust_stale_hours.data,
            trust_expired_hours=self.trust_expired_hours.data,
            clock_tolerance_minutes=self.clock_tolerance_minutes.data,
            already_scanned_minutes=self.already_scanned_minutes.data,
            extensions=before.extensions,
        )


class ExtensionForm(FlaskForm):
    """A mass extension: passes issued in a period hold longer than they say."""

    issued_from = DayField(
        _l("Giấy cấp từ ngày"),
        [Required(_l("Nhập ngày.")), WithinDays(_YEAR, _YEAR)],
        description=_l("Ví dụ: 18/07/2021"),
    )
    issued_until = DayField(_l("đến hết ngày"), [Required(_l("Nhập ngày.")), WithinDays(_YEAR, _YEAR)])
    until = DayField(_l("Được dùng đến hết ngày"), [Required(_l("Nhập ngày.")), WithinDays(_YEAR, _YEAR)])
    decision = StringField(
        _l("Số quyết định"),
        [Required(_l("Nhập số quyết định.")), Length(max=200, message=texts.ERRORS["reason_missing"])],
        description=_l("Ví dụ: 2434/QĐ-BGTVT"),
    )

    def is_meant(self) -> bool:
        """Say whether what the extension hits was looked at, and it is to be drafted."""
        return "confirm" in request.form

    def extension(self) -> Extension:
        """Return the extension of a form whose days can be read; both last days are included."""
        return Extension(
            issued_from=start_of_day(self.issued_from.data),
            issued_before=end_of_day(self.issued_until.data),
            until=end_of_day(self.until.data),
            decision=self.decision.data or "",
        )
