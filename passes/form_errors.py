"""Putting what a service refused beside the field of a form that it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask_wtf import FlaskForm

    from passes.errors import ValueRefusedError


def show_error(form: FlaskForm, error: ValueRefusedError, texts: Mapping[str, Any]) -> None:
    """Say at its field what is wrong with a value; at the head of the form when no field is to blame.

    Args:
        form: what was filled in.
        error: names the field and the code.
        texts: sentences by code.
    """
    if error.field in form:
        field = form[error.field]
        field.errors = [*field.errors, str(texts[error.code])]
    else:
        form.form_errors.append(str(texts[error.code]))
