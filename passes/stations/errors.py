"""Why something about a station is refused."""

from __future__ import annotations

from passes.errors import RefusedError


class StationError(RefusedError):
    """A station, a code or a device is refused.

    Attributes:
        field: the argument that is wrong, where there is one.
    """

    def __init__(self, code: str, message: str, field: str | None = None) -> None:
        """Keep code and field beside the English message."""
        super().__init__(code, message)
        self.field = field
