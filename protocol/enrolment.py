"""Enrolling a station: the one-time code that an administrator hands over, and the proof that a device sends back."""

import base64
import hashlib
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from protocol import cbor, fields
from protocol.cose import Signer

_PREFIX: Final = "EN1-"
_PROOF_CONTEXT: Final = b"vehicle-pass enrol"
_ROLL_CONTEXT: Final = b"vehicle-pass roll key"
_CHECKSUM_BYTES: Final = 4
_SHA256_BYTES: Final = 32
_MIN_SECRET_BYTES: Final = 16
_MAX_SECRET_BYTES: Final = 32
_MAX_URL_CHARS: Final = 300
_MAX_STATION_CHARS: Final = 64
_MAX_CODE_CHARS: Final = 1_000
_KEY_BYTES: Final = 32


class EnrolmentError(ValueError):
    """Not an enrolment code, mistyped, or not proven."""


@dataclass(frozen=True, slots=True)
class EnrolmentCode:
    """What a station needs to enrol.

    Attributes:
        url: Where the issuer answers.
        station: The id of the station.
        secret: 16 to 32 random bytes, good for one enrolment.
        root_sha256: The SHA-256 of the trust repository's root metadata, 32 bytes; the anchor of all trust.
    """

    url: str
    station: str
    secret: bytes
    root_sha256: bytes

    def to_text(self) -> str:
        """Give the code as printed: `EN1-`, then Base32 without padding, a checksum of 4 bytes at its end."""
        content = cbor.dumps([self.url, self.station, self.secret, self.root_sha256])
        coded = base64.b32encode(content + _checksum(content)).decode().rstrip("=")
        return _PREFIX + coded

    @classmethod
    def from_text(cls, text: str) -> "EnrolmentCode":
        """Read a code as typed or scanned; case, spaces and hyphens do not matter.

        Raises:
            EnrolmentError: If it is no enrolment code, or mistyped.
        """
        typed = "".join(text.split()).upper()
        if not typed.startswith(_PREFIX) or len(typed) > _MAX_CODE_CHARS:
            raise EnrolmentError("not an enrolment code")
        coded = typed.removeprefix(_PREFIX).replace("-", "")
        try:
            decoded = base64.b32decode(coded + "=" * (-len(coded) % 8))
            content, checksum = decoded[:-_CHECKSUM_BYTES], decoded[-_CHECKSUM_BYTES:]
            if checksum != _checksum(content):
                raise EnrolmentError("the enrolment code is mistyped")
            url, station, secret, root_sha256 = fields.array(cbor.loads(content), 4, at_least=4)
            return cls(
                url=fields.text(url, _MAX_URL_CHARS),
                station=fields.text(station, _MAX_STATION_CHARS),
                secret=fields.byte_string(secret, _MAX_SECRET_BYTES, at_least=_MIN_SECRET_BYTES),
                root_sha256=fields.byte_string(root_sha256, _SHA256_BYTES),
            )
        except ValueError as error:
            raise EnrolmentError("the enrolment code is mistyped") from error


def make_proof(signer: Signer, secret: bytes, encryption_key: bytes = b"") -> bytes:
    """Prove that a device holds its key and the secret, and that an encryption key is its own.

    The signature is over `vehicle-pass enrol`, the secret and the encryption key. Secrets are shorter than secret and
    key together, so no proof passes for another.

    Args:
        signer: The device's new key.
        secret: The secret of the enrolment code.
        encryption_key: The X25519 key that the device opens its station's box with, 32 raw bytes; empty for a device
            without one.
    """
    return signer.sign(_PROOF_CONTEXT + secret + encryption_key)


def check_proof(public_key: bytes, secret: bytes, proof: bytes, encryption_key: bytes = b"") -> None:
    """Check what `make_proof` gave.

    Args:
        public_key: The device's key, 32 raw bytes.
        secret: The secret that the issuer handed out.
        proof: The signature, 64 bytes.
        encryption_key: The device's encryption key, if it sent one.

    Raises:
        EnrolmentError: If the proof is not this key's for this secret and encryption key, or nothing can be
            encrypted to that key.
    """
    if len(encryption_key) not in (0, _KEY_BYTES):
        raise EnrolmentError("not an X25519 key")
    _check_possession(public_key, proof, _PROOF_CONTEXT + secret + encryption_key, encryption_key)


def make_roll_proof(signer: Signer, old_kid: bytes, encryption_key: bytes) -> bytes:
    """Prove that a device holds the key that is to follow its present one.

    The signature is over `vehicle-pass roll key`, the id of the present key and the new encryption key, both of fixed
    length. The request around it is signed with the present key.

    Args:
        signer: The new key.
        old_kid: The id of the device's present key.
        encryption_key: The new X25519 key, 32 raw bytes.
    """
    return signer.sign(_ROLL_CONTEXT + old_kid + encryption_key)


def check_roll_proof(public_key: bytes, old_kid: bytes, proof: bytes, encryption_key: bytes) -> None:
    """Check what `make_roll_proof` gave.

    Args:
        public_key: The new key, 32 raw bytes.
        old_kid: The id of the device's present key.
        proof: The signature, 64 bytes.
        encryption_key: The new X25519 key, 32 raw bytes.

    Raises:
        EnrolmentError: If the proof is not this key's, or nothing can be encrypted to the encryption key.
    """
    if len(encryption_key) != _KEY_BYTES:
        raise EnrolmentError("not an X25519 key")
    _check_possession(public_key, proof, _ROLL_CONTEXT + old_kid + encryption_key, encryption_key)


def _check_possession(public_key: bytes, proof: bytes, signed: bytes, encryption_key: bytes) -> None:
    if len(public_key) != _KEY_BYTES:
        raise EnrolmentError("not an Ed25519 key")
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(proof, signed)
        if encryption_key:
            # A point of small order is refused here, not when something is to be encrypted to it.
            X25519PrivateKey.generate().exchange(X25519PublicKey.from_public_bytes(encryption_key))
    except InvalidSignature as error:
        raise EnrolmentError("the proof does not match") from error
    except ValueError as error:
        raise EnrolmentError("nothing can be encrypted to this key") from error


def _checksum(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()[:_CHECKSUM_BYTES]
