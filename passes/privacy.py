"""Keys for personal data at rest: what is written can be read back, and found again, only with them.

Two keys that never meet: the data key encrypts columns (AES-256-GCM, a fresh 96-bit nonce each), the lookup key
makes the keyed hash (HMAC-SHA-256) by which an ID number or phone number is found without being readable.
"""

from __future__ import annotations

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_VERSION = b"\x01"
_NONCE_BYTES = 12


class PrivacyError(Exception):
    """A stored personal value cannot be read with this instance's data key."""


class Privacy:
    """Encrypts personal columns and hashes what they are looked up by.

    Args:
        data_key: 32 bytes, for AES-256-GCM.
        lookup_key: 32 bytes, for HMAC-SHA-256.
    """

    def __init__(self, data_key: bytes, lookup_key: bytes) -> None:
        """Keep both keys."""
        self._cipher = AESGCM(data_key)
        self._lookup_key = lookup_key

    def encrypt(self, text: str) -> bytes:
        """Return version byte, nonce and ciphertext of a text."""
        return self.seal(text.encode())

    def decrypt(self, stored: bytes) -> str:
        """Return the text of what `encrypt` made.

        Raises:
            PrivacyError: another key wrote it, or it was altered.
        """
        try:
            return self.unseal(stored).decode()
        except UnicodeDecodeError as error:
            raise PrivacyError("a personal value is no text") from error

    def seal(self, content: bytes) -> bytes:
        """Return version byte, nonce and ciphertext of bytes, for files."""
        nonce = os.urandom(_NONCE_BYTES)
        return _VERSION + nonce + self._cipher.encrypt(nonce, content, _VERSION)

    def unseal(self, stored: bytes) -> bytes:
        """Return the bytes of what `seal` made.

        Raises:
            PrivacyError: another key wrote it, or it was altered.
        """
        version, nonce, sealed = stored[:1], stored[1 : 1 + _NONCE_BYTES], stored[1 + _NONCE_BYTES :]
        try:
            if version != _VERSION:
                raise InvalidTag
            return self._cipher.decrypt(nonce, sealed, version)
        except (InvalidTag, ValueError) as error:  # ValueError: what is left of a value is shorter than a nonce
            raise PrivacyError("a personal value does not decrypt; are these the secrets of this database?") from error

    def lookup(self, kind: str, value: str) -> str:
        """Return the keyed hash (hex, 64 characters) that finds `value`; `kind` keeps columns apart."""
        return hmac.new(self._lookup_key, f"{kind}\0{value}".encode(), hashlib.sha256).hexdigest()
