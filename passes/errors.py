"""What the errors of every area have in common: a code that pages, commands and interfaces turn into words."""

from __future__ import annotations


class RefusedError(Exception):
    """Something cannot be done as asked.

    Attributes:
        code: stable word that views turn into a sentence.
    """

    def __init__(self, code: str, message: str) -> None:
        """Keep the code beside the English message."""
        super().__init__(message)
        self.code = code


class ValueRefusedError(RefusedError):
    """Something cannot be kept as given.

    Attributes:
        field: the name of the value that is wrong.
    """

    def __init__(self, code: str, field: str, message: str) -> None:
        """Keep code and field beside the English message."""
        super().__init__(code, message)
        self.field = field
