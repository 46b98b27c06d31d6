"""The PINs with which officers sign in at a station: what is kept of them, and how one is checked.

A PIN says who did something. It decrypts nothing, so that whoever guesses one can sign as an officer at a machine that
they hold in their hands, and nothing more. What is kept is Argon2id (RFC 9106) over HMAC-SHA-256 of the PIN under the
station's pepper: without the pepper, six digits cannot be tried out.
"""

import base64
import hashlib
import hmac
import unicodedata
from typing import Final

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

MIN_PIN_DIGITS: Final = 6
MAX_PIN_DIGITS: Final = 12
PEPPER_BYTES: Final = 32
SALT_BYTES: Final = 16
MAX_VERIFIER_CHARS: Final = 100

_VERSION: Final = "1"
"""Fixes the parameters below: a verifier states none, so that none has to be judged before it is worked through."""
_MEMORY_KIB: Final = 32 * 1024
_ITERATIONS: Final = 3
_HASH_BYTES: Final = 32
_SEPARATORS: Final = str.maketrans("", "", " .-")
_RUNS: Final = ("01234567890123456789", "98765432109876543210")


class PinError(ValueError):
    """Not a PIN."""


def normalise_pin(text: str) -> str:
    """Give a PIN as digits only.

    Args:
        text: As typed; spaces, dots and hyphens do not matter.

    Raises:
        PinError: If it has not `MIN_PIN_DIGITS` to `MAX_PIN_DIGITS` digits, or anything else in it.
    """
    digits = unicodedata.normalize("NFKC", text).translate(_SEPARATORS)
    if not (digits.isascii() and digits.isdecimal() and MIN_PIN_DIGITS <= len(digits) <= MAX_PIN_DIGITS):
        raise PinError(f"a PIN has {MIN_PIN_DIGITS} to {MAX_PIN_DIGITS} digits")
    return digits


def is_guessable(pin: str) -> bool:
    """Tell whether a PIN is one that people try first: one digit or one pair or triple again and again, or a run.

    Args:
        pin: As `normalise_pin` gives it.
    """
    repeats = any(pin == (pin[:size] * len(pin))[: len(pin)] for size in (1, 2, 3))
    return repeats or any(pin in run for run in _RUNS)


def make_verifier(pin: str, officer: str, pepper: bytes, salt: bytes) -> str:
    """Give what is kept of a PIN.

    Args:
        pin: As `normalise_pin` gives it.
        officer: The officer's id; a verifier is good for no other.
        pepper: The station's, `PEPPER_BYTES` bytes.
        salt: `SALT_BYTES` random bytes.
    """
    return f"{_VERSION}${_text(salt)}${_text(_derive(pin, officer, pepper, salt))}"


def is_pin_of(pin: str, officer: str, pepper: bytes, verifier: str) -> bool:
    """Tell whether a PIN is the one that a verifier was made of.

    Args:
        pin: As `normalise_pin` gives it.
        officer: The officer's id.
        pepper: The station's.
        verifier: What `make_verifier` gave; anything else fits no PIN.
    """
    try:
        version, salt, expected = verifier.split("$")
        if version != _VERSION:
            return False
        salt_bytes, expected_bytes = (base64.b64decode(part, validate=True) for part in (salt, expected))
    except ValueError:
        return False
    if len(salt_bytes) != SALT_BYTES:
        return False
    return hmac.compare_digest(_derive(pin, officer, pepper, salt_bytes), expected_bytes)


def _derive(pin: str, officer: str, pepper: bytes, salt: bytes) -> bytes:
    keyed = hmac.new(pepper, f"{officer}\0{pin}".encode(), hashlib.sha256).digest()
    work = Argon2id(salt=salt, length=_HASH_BYTES, iterations=_ITERATIONS, lanes=1, memory_cost=_MEMORY_KIB)
    return work.derive(keyed)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
