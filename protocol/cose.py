"""COSE_Sign1 (RFC 9052 §4.2) with Ed25519, in the one form that this protocol accepts.

A message is `D2 84`, the protected header as a byte string, the empty unprotected map `A0`, the payload as a byte
string with the shortest possible length, and 64 bytes of signature. The protected header is exactly the map of
`alg` (EdDSA) and an 8-byte `kid`; messages that one key signs beside credentials add the `typ` header of RFC 9596,
so that none can pass for another. Every byte but the payload is fixed or counted: parsing needs no CBOR decoder.

The short form of a message leaves out what is the same in all of them: kid, payload and signature remain. A byte that
says how to read the payload is signed with it, as external data (RFC 9052 §4.3): a payload that was signed to be read
in one way does not verify in another.
"""

import hashlib
from functools import cache
from typing import Final, NamedTuple, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from protocol import cbor

KID_BYTES: Final = 8
SIGNATURE_BYTES: Final = 64

_ALG, _KID, _TYP = 1, 4, 16
_EDDSA: Final = -8
_START: Final = b"\xd2\x84"
_NO_UNPROTECTED: Final = b"\xa0"
_SIGNATURE_HEAD: Final = b"\x58\x40"
_CONTEXT: Final = b"\x84\x6aSignature1"
_NO_EXTERNAL_AAD: Final = b"\x40"
_ONE_BYTE: Final = b"\x41"
_BEFORE_CREDENTIAL_KID: Final = _CONTEXT + b"\x4d\xa2\x01\x27\x04\x48"
"""What stands before the kid in what is signed, without `typ`: the context, and the protected header's beginning."""
_LONG_HEADS: Final = {0x58: (1, 24), 0x59: (2, 1 << 8), 0x5A: (4, 1 << 16)}
"""Heads of byte strings of 24 bytes and more: how many bytes of length follow, and the least length that needs them."""


class CoseError(ValueError):
    """The bytes are not a message of the accepted form."""


class SignatureInvalidError(CoseError):
    """The message was not signed by this key, or was changed since."""


class Signer(Protocol):
    """Something that signs with one Ed25519 key, wherever that key lives."""

    @property
    def kid(self) -> bytes:
        """The key's id, 8 bytes."""

    def sign(self, message: bytes) -> bytes:
        """Give the 64-byte Ed25519 signature of a message."""


class SoftwareSigner:
    """A signer that holds its private key in memory."""

    def __init__(self, private_key: Ed25519PrivateKey) -> None:
        """Sign with `private_key`."""
        self._private_key = private_key
        self._public_raw = private_key.public_key().public_bytes_raw()
        self._kid = key_id(self._public_raw)

    @classmethod
    def from_seed(cls, seed: bytes) -> "SoftwareSigner":
        """Make the signer of a 32-byte Ed25519 seed."""
        return cls(Ed25519PrivateKey.from_private_bytes(seed))

    @property
    def kid(self) -> bytes:
        """The key's id, 8 bytes."""
        return self._kid

    @property
    def public_raw(self) -> bytes:
        """The public key, 32 raw bytes."""
        return self._public_raw

    def sign(self, message: bytes) -> bytes:
        """Give the 64-byte Ed25519 signature of a message."""
        return self._private_key.sign(message)


def key_id(public_raw: bytes) -> bytes:
    """Give the id of a public key: the first 8 bytes of the SHA-256 of its 32 raw bytes."""
    return hashlib.sha256(public_raw).digest()[:KID_BYTES]


class Sign1(NamedTuple):
    """A parsed message, its signature not yet checked."""

    kid: bytes
    payload: bytes
    signature: bytes
    to_be_signed: bytes

    def verify(self, public_key: bytes | Ed25519PublicKey) -> None:
        """Check the signature.

        Args:
            public_key: The key, or its 32 raw bytes.

        Raises:
            SignatureInvalidError: If the signature is not this key's for this message.
        """
        key = Ed25519PublicKey.from_public_bytes(public_key) if isinstance(public_key, bytes) else public_key
        try:
            key.verify(self.signature, self.to_be_signed)
        except InvalidSignature as error:
            raise SignatureInvalidError("the signature does not match") from error


def sign1(payload: bytes, signer: Signer, typ: str | None = None) -> bytes:
    """Sign a payload.

    Args:
        payload: What to sign.
        signer: The key.
        typ: The kind of message, for the `typ` header; none for credentials, which need to be small.
    """
    before_kid, after_kid = _around_kid(typ)
    protected = before_kid + signer.kid + after_kid
    counted = cbor.dumps(payload)
    signature = signer.sign(_CONTEXT + protected + _NO_EXTERNAL_AAD + counted)
    return _START + protected + _NO_UNPROTECTED + counted + _SIGNATURE_HEAD + signature


def sign_short(payload: bytes, signer: Signer, form: int) -> bytes:
    """Sign a payload, and give the short form of the message.

    Args:
        payload: What to sign.
        signer: The key.
        form: How the payload is to be read, 1 to 255.
    """
    return signer.kid + payload + signer.sign(_short_to_be_signed(signer.kid, payload, form))


def parse_short(message: bytes, form: int) -> Sign1:
    """Take the short form of a message apart.

    Args:
        message: Kid, payload and signature.
        form: How the payload says that it is to be read.

    Raises:
        CoseError: If there is no payload.
    """
    kid, payload, signature = message[:KID_BYTES], message[KID_BYTES:-SIGNATURE_BYTES], message[-SIGNATURE_BYTES:]
    if not payload:
        raise CoseError("no payload")
    return Sign1(kid, payload, signature, _short_to_be_signed(kid, payload, form))


def parse_sign1(message: bytes, typ: str | None = None) -> Sign1:
    """Take a message apart, byte by byte.

    Args:
        message: The whole message.
        typ: The `typ` header that it must have.

    Raises:
        CoseError: If a byte differs from the accepted form.
    """
    before_kid, after_kid = _around_kid(typ)
    kid_at = len(_START) + len(before_kid)
    kid_end = kid_at + KID_BYTES
    unprotected_at = kid_end + len(after_kid)
    payload_at = unprotected_at + len(_NO_UNPROTECTED)
    if not message.startswith(_START + before_kid) or not message.startswith(after_kid + _NO_UNPROTECTED, kid_end):
        raise CoseError("the headers are not the accepted ones")
    signature_at = len(message) - SIGNATURE_BYTES
    payload_end = signature_at - len(_SIGNATURE_HEAD)
    if payload_end <= payload_at or not message.startswith(_SIGNATURE_HEAD, payload_end):
        raise CoseError("no signature of 64 bytes")
    counted = message[payload_at:payload_end]
    protected = message[len(_START) : unprotected_at]
    return Sign1(
        kid=message[kid_at:kid_end],
        payload=_uncounted(counted),
        signature=message[signature_at:],
        to_be_signed=_CONTEXT + protected + _NO_EXTERNAL_AAD + counted,
    )


def _short_to_be_signed(kid: bytes, payload: bytes, form: int) -> bytes:
    """Give the Sig_structure (RFC 9052 §4.4) of a short message."""
    size = len(payload)
    # Payloads have this size nearly always; it is spared the general encoder.
    head = bytes((0x58, size)) if 24 <= size < 1 << 8 else cbor.dumps(payload)[:-size]  # noqa: PLR2004 - _LONG_HEADS
    return b"".join((_BEFORE_CREDENTIAL_KID, kid, _ONE_BYTE, bytes((form,)), head, payload))


@cache
def _around_kid(typ: str | None) -> tuple[bytes, bytes]:
    """Give what stands before and after the kid in the protected header, the byte string's own head included."""
    kid = bytes(KID_BYTES)
    header: dict[int, object] = {_ALG: _EDDSA, _KID: kid}
    if typ is not None:
        header[_TYP] = typ
    before, after = cbor.dumps(cbor.dumps(header)).split(kid)
    return before, after


def _uncounted(counted: bytes) -> bytes:
    """Give the content of a CBOR byte string that fills `counted`, its length written the shortest way."""
    width, shortest = _LONG_HEADS.get(counted[0], (0, 0))
    length = int.from_bytes(counted[1 : 1 + width]) if width else counted[0] - 0x40
    content = counted[1 + width :]
    if length != len(content) or length < shortest or (not width and length > 23):  # noqa: PLR2004 - see _LONG_HEADS
        raise CoseError("the payload is not one byte string of the shortest form")
    return content
