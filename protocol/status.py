"""Which credentials were revoked or suspended: Token Status List, in its CWT form, two bits a credential.

A list is a shard of 2^17 credentials, so that one new revocation moves little. The signed token has no expiry
of its own: how old data may be is decided by policy, from the trust repository's `live/head`.
"""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Final

from protocol import cbor, cose, fields, times

STATUS_LIST_SIZE: Final = 2**17
"""Credentials in one list."""

TOKEN_TYPE: Final = "application/statuslist+cwt"  # noqa: S105 - not a password
MAX_TOKEN_BYTES: Final = 64 * 1024
"""A full list of the least compressible content is 32 KiB."""

_BITS: Final = 2
_PER_BYTE: Final = 8 // _BITS
_LIST_BYTES: Final = STATUS_LIST_SIZE // _PER_BYTE
_SUB, _IAT, _STATUS_LIST = 2, 6, 65533


class StatusError(ValueError):
    """Not a status list of this form."""


class Status(IntEnum):
    """The status of a credential, as Token Status List registers it."""

    VALID = 0
    REVOKED = 1
    SUSPENDED = 2


_BY_VALUE: Final = (Status.VALID, Status.REVOKED, Status.SUSPENDED, Status.REVOKED)
"""What the two bits mean; the value that nothing was assigned to counts as revoked."""


class StatusList:
    """The statuses of 2^17 credentials; index 0 is in the lowest bits of the first byte."""

    __slots__ = ("_packed",)

    def __init__(self, packed: bytes = bytes(_LIST_BYTES)) -> None:
        """Hold the statuses of `packed`, 32 KiB, by default all valid.

        Raises:
            StatusError: If `packed` has another size.
        """
        if len(packed) != _LIST_BYTES:
            raise StatusError(f"a status list has {_LIST_BYTES} bytes")
        self._packed = bytearray(packed)

    @classmethod
    def from_entries(cls, entries: Mapping[int, Status]) -> "StatusList":
        """Make the list in which `entries` (index to status) are set and all others valid."""
        statuses = cls()
        for index, status in entries.items():
            statuses.set(index, status)
        return statuses

    def get(self, index: int) -> Status:
        """Give the status at an index. The unused fourth value reads as revoked.

        Raises:
            StatusError: If the index is outside the list.
        """
        byte, shift = self._place(index)
        return _BY_VALUE[self._packed[byte] >> shift & 0b11]

    def set(self, index: int, status: Status) -> None:
        """Set the status at an index.

        Raises:
            StatusError: If the index is outside the list.
        """
        byte, shift = self._place(index)
        self._packed[byte] = self._packed[byte] & ~(0b11 << shift) | status << shift

    def to_bytes(self) -> bytes:
        """Give the packed statuses, 32 KiB."""
        return bytes(self._packed)

    def __eq__(self, other: object) -> bool:
        """Tell whether the other is a list of the same statuses."""
        return isinstance(other, StatusList) and self._packed == other._packed

    __hash__ = None  # type: ignore[assignment]  # a mutable value has no hash; typeshed cannot say so

    @staticmethod
    def _place(index: int) -> tuple[int, int]:
        if not 0 <= index < STATUS_LIST_SIZE:
            raise StatusError(f"index {index} is outside the list")
        byte, place = divmod(index, _PER_BYTE)
        return byte, place * _BITS


@dataclass(frozen=True, slots=True)
class StatusToken:
    """A status list that an issuer signed.

    Attributes:
        uri: The list's name, as credentials refer to it.
        issued_at: When it was signed.
        statuses: The list.
    """

    uri: str
    issued_at: datetime
    statuses: StatusList


def build_token(statuses: StatusList, uri: str, iat: datetime, signer: cose.Signer) -> bytes:
    """Sign a status list (Token Status List §5.2).

    Args:
        statuses: The list.
        uri: The list's name, `status/0`.
        iat: When it is signed.
        signer: An issuing key.
    """
    claims = {
        _SUB: uri,
        _IAT: times.to_numeric_date(iat),
        _STATUS_LIST: {"bits": _BITS, "lst": zlib.compress(statuses.to_bytes(), 9)},
    }
    return cose.sign1(cbor.dumps(claims), signer, TOKEN_TYPE)


def read_token(message: cose.Sign1) -> StatusToken:
    """Read a status list whose signature has been verified.

    Args:
        message: What `build_token` gave, taken apart as a message of `TOKEN_TYPE`.

    Raises:
        StatusError: If its claims are not those of a status list of this form.
    """
    try:
        claims = fields.mapping(cbor.loads(message.payload))
        listed = fields.mapping(claims.get(_STATUS_LIST))
        if fields.integer(listed.get("bits")) != _BITS:
            raise StatusError("not two bits a credential")
        compressed = fields.byte_string(listed.get("lst"), MAX_TOKEN_BYTES, at_least=1)
        return StatusToken(
            uri=fields.text(claims.get(_SUB), 64),
            issued_at=times.from_numeric_date(claims.get(_IAT)),
            statuses=StatusList(_inflate(compressed)),
        )
    except (cbor.CborError, fields.FieldError, times.MomentError) as error:
        raise StatusError(str(error)) from error


def _inflate(compressed: bytes) -> bytes:
    """Inflate a list, never to more than one byte beyond its size."""
    inflater = zlib.decompressobj()
    try:
        packed = inflater.decompress(compressed, _LIST_BYTES + 1)
    except zlib.error as error:
        raise StatusError(str(error)) from error
    if not inflater.eof or inflater.unused_data:
        raise StatusError("the compressed list does not end where it should")
    return packed
