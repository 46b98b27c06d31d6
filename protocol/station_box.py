"""What only the enrolled devices of one station may read, inside a repository that everybody may read.

The content is encrypted under an epoch key that is made for it alone, and the epoch key is sealed to each device. Each
change makes a new epoch: a device that was revoked gets no next key. An issuing key signs the whole, so that whoever
holds an online key can neither write a box nor, because epochs never go back, bring an earlier one again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from protocol import cbor, cose, fields, sealing
from protocol.issuers import IssuerKey, signing_key

BOX_TYPE: Final = "application/vehicle-pass-box+cbor"
MARK_BYTES: Final = 16
MAX_DEVICES: Final = 1_000

_VERSION, _PATH, _EPOCH, _MARK, _KEYS, _CONTENT = range(6)
_FORMAT_VERSION: Final = 1
_MAX_PATH_CHARS: Final = 64
_MAX_CONTENT_BYTES: Final = 4 * 1024 * 1024
_MAX_WRAPPED_BYTES: Final = 256
_KEY_BITS: Final = 256
_NONCE: Final = bytes(12)
"""An epoch key encrypts one content, once; a nonce has nothing to tell apart."""
_KEY_INFO: Final = b"vehicle-pass box key"
_CONTENT_INFO: Final = b"vehicle-pass box"


class BoxError(ValueError):
    """Not a box of an issuer, or not for this device."""


@dataclass(frozen=True, slots=True)
class Box:
    """A box whose signature was verified.

    Attributes:
        kid: The issuing key that signed it.
        path: The target that it was made for.
        epoch: The generation of the publication that it was made for; of one path, this never goes back.
        mark: The issuer's own note of what is inside and for whom; it says nothing to others.
        keys: The epoch key, sealed to each device.
        content: The encrypted content.
    """

    kid: bytes
    path: str
    epoch: int
    mark: bytes
    keys: tuple[bytes, ...]
    content: bytes

    def open(self, private_key: X25519PrivateKey) -> bytes:
        """Decrypt the content with a device's key.

        Raises:
            BoxError: If the box is not for this device, or was not made for its path and epoch.
        """
        kid = cose.key_id(private_key.public_key().public_bytes_raw())
        try:
            wrapped = next(key for key in self.keys if sealing.sealing_kid(key) == kid)
            epoch_key = sealing.open_(wrapped, private_key, _bound(_KEY_INFO, self.path, self.epoch))
            return AESGCM(epoch_key).decrypt(_NONCE, self.content, _bound(_CONTENT_INFO, self.path, self.epoch))
        except StopIteration:
            raise BoxError("not for this device") from None
        except (sealing.SealingError, InvalidTag, ValueError) as error:
            raise BoxError("made for another path or epoch, or damaged") from error


def make_box(
    content: bytes, path: str, epoch: int, mark: bytes, devices: Iterable[bytes], signer: cose.Signer
) -> bytes:
    """Encrypt and sign content for the devices of one station.

    Args:
        content: What they may read.
        path: The target that it is published as.
        epoch: The generation of the publication.
        mark: `MARK_BYTES` bytes, as `Box.mark`.
        devices: Their X25519 keys, 32 raw bytes each.
        signer: The issuing key in use.
    """
    epoch_key = AESGCM.generate_key(_KEY_BITS)
    info = _bound(_KEY_INFO, path, epoch)
    payload = {
        _VERSION: _FORMAT_VERSION,
        _PATH: path,
        _EPOCH: epoch,
        _MARK: mark,
        _KEYS: [sealing.seal(epoch_key, device, info) for device in devices],
        _CONTENT: AESGCM(epoch_key).encrypt(_NONCE, content, _bound(_CONTENT_INFO, path, epoch)),
    }
    return cose.sign1(cbor.dumps(payload), signer, BOX_TYPE)


def parse_box(data: bytes, path: str, issuers: Mapping[bytes, tuple[IssuerKey, ...]]) -> Box:
    """Read a box, signed for this path by an issuing key that was not withdrawn.

    Args:
        data: What `make_box` gave.
        path: The target that it was found as.
        issuers: Keys by kid, as trust has them.

    Raises:
        BoxError: If it is anything else.
    """
    try:
        message = cose.parse_sign1(data, BOX_TYPE)
        key = signing_key(message, issuers)
        if key is None or key.retired_at is not None:
            raise BoxError("not signed by a good key of an issuer")
        said = fields.mapping(cbor.loads(message.payload))
        if fields.integer(said.get(_VERSION)) != _FORMAT_VERSION or said.get(_PATH) != path:
            raise BoxError("of another version, or made for another path")
        keys = fields.array(said.get(_KEYS), MAX_DEVICES)
        return Box(
            kid=message.kid,
            path=fields.text(said.get(_PATH), _MAX_PATH_CHARS),
            epoch=fields.integer(said.get(_EPOCH)),
            mark=fields.byte_string(said.get(_MARK), MARK_BYTES),
            keys=tuple(fields.byte_string(key, _MAX_WRAPPED_BYTES, at_least=cose.KID_BYTES) for key in keys),
            content=fields.byte_string(said.get(_CONTENT), _MAX_CONTENT_BYTES, at_least=1),
        )
    except (cose.CoseError, cbor.CborError, fields.FieldError) as error:
        raise BoxError(str(error)) from error


def _bound(context: bytes, path: str, epoch: int) -> bytes:
    return b"\0".join((context, path.encode(), str(epoch).encode()))
