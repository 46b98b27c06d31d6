"""What the programs write for whoever runs them: to standard error, one line a happening, from INFO on."""

from __future__ import annotations

import logging

_LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"
# Libraries that tell at INFO what only their authors need.
_TALKATIVE = ("fontTools", "weasyprint", "huey", "alembic")


def configure() -> None:
    """Let this process write its log; the codes that error pages show stand in it."""
    logging.basicConfig(level=logging.INFO, format=_LINE)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
