"""Lists, forms and slips of the offices as PDF/UA: laid out by WeasyPrint, each by itself.

The same values give the same bytes: a reprint is the same document. Papers that are printed by the thousand, passes,
slips and cards, are made by `passes.press`.
"""

from __future__ import annotations

import hashlib
from typing import Any

from passes.press.templates import fill


def render_pdf(template: str, **values: Any) -> bytes:
    """Print one document into PDF/UA; the same values give the same bytes.

    Args:
        template: its name in `templates/print/`; `documents.css` is its style.
        **values: plain values for it.
    """
    from passes.press.layout import PDF_VARIANT, lay_out

    source = fill(template, **values)
    identifier = hashlib.sha256(source.encode()).hexdigest()[:32].encode()
    return lay_out(source, "documents.css").write_pdf(pdf_identifier=identifier, pdf_variant=PDF_VARIANT)
