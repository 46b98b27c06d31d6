"""The one kind of error that the station shows to a person."""


class StationError(Exception):
    """Something that a person must know about, with a stable code that `checkpoint.messages` has a sentence for.

    Args:
        code: stable name of what is wrong.
        params: what the sentence fills in.
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code + "".join(f", {name}={value}" for name, value in params.items()))
        self.code = code
        self.params = params
