"""Sealing personal details to the issuer, so that a station can write them and never read them again.

HPKE (RFC 9180) in base mode: X25519, HKDF-SHA256, ChaCha20-Poly1305. What is sealed is bound to the record that it
belongs to, so that it cannot be moved to another.
"""

from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from protocol import cose

_SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_RECORD: Final = b"vehicle-pass scan"


class SealingError(ValueError):
    """It was not sealed to this key for this record, or was changed since."""


def record_info(record_id: str, station: str) -> bytes:
    """Give the context that binds sealed details to one record of one station."""
    return b"\0".join((_RECORD, record_id.encode(), station.encode()))


def seal(plaintext: bytes, public_raw: bytes, info: bytes) -> bytes:
    """Seal bytes to a key: the key's id, 8 bytes, then HPKE's encapsulated key and ciphertext.

    Args:
        plaintext: What only the holder of the private key may read.
        public_raw: The X25519 public key, 32 raw bytes.
        info: The context, as `record_info` gives it.
    """
    public_key = X25519PublicKey.from_public_bytes(public_raw)
    return cose.key_id(public_raw) + _SUITE.encrypt(plaintext, public_key, info)


def sealing_kid(sealed: bytes) -> bytes:
    """Give the id of the key that something is sealed to."""
    return sealed[: cose.KID_BYTES]


def open_(sealed: bytes, private_key: X25519PrivateKey, info: bytes) -> bytes:
    """Open what `seal` gave.

    Args:
        sealed: The sealed bytes.
        private_key: The key that they are sealed to.
        info: The context that they were sealed with.

    Raises:
        SealingError: If the key or the context is another, or a byte was changed.
    """
    if sealing_kid(sealed) != cose.key_id(private_key.public_key().public_bytes_raw()):
        raise SealingError("sealed to another key")
    try:
        return _SUITE.decrypt(sealed[cose.KID_BYTES :], private_key, info)
    except InvalidTag as error:
        raise SealingError("sealed for another record, or changed") from error
