"""Putting what a service refused beside the field of a form that it is about."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask_wtf import FlaskForm

    from passes.errors import RefusedError

_SAME: Mapping[str, str] = MappingProxyType({})


def show_error(
    form: FlaskForm, error: RefusedError, texts: Mapping[str, Any], fields: Mapping[str, str] = _SAME
) -> None:
    """Say at its field what is wrong with a value; at the head of the form when no field is to blame.

    Args:
        form: what was filled in.
        error: tells the code, and may name a value in its `field`.
        texts: sentences by code.
        fields: the form's field for a value, where they have other names.
    """
    value = getattr(error, "field", None)
    name, text = fields.get(value, value), str(texts[error.code])
    if name in form:
        form[name].errors = [*form[name].errors, text]
    else:
        form.form_errors.append(text)
