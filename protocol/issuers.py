"""The target `issuers`: who may sign credentials, who no longer may, and where personal details are sealed to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from types import MappingProxyType

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from protocol import cose, documents, fields

_KEY_BYTES = 32


@dataclass(frozen=True)
class IssuerKey:
    """A key that signs, or once signed, credentials.

    Attributes:
        iss: The issuer's name, as credentials say it.
        kid: The key's id, 8 bytes; a hint, two keys may share one.
        public_key: The Ed25519 key, 32 raw bytes.
        retired_at: When it was withdrawn for ever, None while it is good.
        reason: Why it was withdrawn.
    """

    iss: str
    kid: bytes
    public_key: bytes
    retired_at: datetime | None = None
    reason: str | None = None

    @cached_property
    def verifier(self) -> Ed25519PublicKey:
        """The key, ready to verify with."""
        return Ed25519PublicKey.from_public_bytes(self.public_key)


@dataclass(frozen=True, slots=True)
class SealingKey:
    """The issuer's key that stations seal personal details to.

    Attributes:
        kid: The key's id, 8 bytes.
        public_key: The X25519 key, 32 raw bytes.
    """

    kid: bytes
    public_key: bytes


def signing_key(message: cose.Sign1, issuers: Mapping[bytes, tuple[IssuerKey, ...]]) -> IssuerKey | None:
    """Find the key that signed a message among all that have its kid, withdrawn ones included; None if none did."""
    for key in issuers.get(message.kid, ()):
        try:
            message.verify(key.verifier)
        except cose.SignatureInvalidError:
            continue
        return key
    return None


def dump_issuers(keys: Iterable[IssuerKey], sealing_key: SealingKey | None) -> bytes:
    """Write the target `issuers`.

    Args:
        keys: Every key that ever signed, withdrawn ones included.
        sealing_key: Where stations seal personal details to.
    """
    sealing = {"kid": sealing_key.kid.hex(), "public_key": sealing_key.public_key.hex()} if sealing_key else None
    ordered = sorted(keys, key=lambda key: (key.iss, key.kid, key.public_key))
    return documents.dump({"issuers": [_write(key) for key in ordered], "sealing_key": sealing})


def parse_issuers(data: bytes) -> tuple[Mapping[bytes, tuple[IssuerKey, ...]], SealingKey | None]:
    """Read the target `issuers`: keys by kid, and the sealing key.

    Raises:
        documents.DocumentError: If it is malformed, or names a key twice.
    """
    return documents.parse(data, _read)


def _write(key: IssuerKey) -> dict[str, object]:
    return {
        "iss": key.iss,
        "kid": key.kid.hex(),
        "public_key": key.public_key.hex(),
        "retired_at": documents.write_moment(key.retired_at),
        "reason": key.reason,
    }


def _read(document: fields.Map) -> tuple[Mapping[bytes, tuple[IssuerKey, ...]], SealingKey | None]:
    keys = documents.items(document, "issuers", _read_key)
    if len({key.public_key for key in keys}) != len(keys):
        raise documents.DocumentError("a key is named twice; one that was withdrawn never returns")
    by_kid: dict[bytes, tuple[IssuerKey, ...]] = {}
    for key in keys:
        by_kid[key.kid] = (*by_kid.get(key.kid, ()), key)
    sealing = document.get("sealing_key")
    return MappingProxyType(by_kid), None if sealing is None else _read_sealing_key(fields.mapping(sealing))


def _read_key(item: fields.Map) -> IssuerKey:
    key = IssuerKey(
        iss=fields.text(item.get("iss"), documents.MAX_ID_CHARS),
        kid=documents.raw_bytes(item.get("kid"), cose.KID_BYTES),
        public_key=documents.raw_bytes(item.get("public_key"), _KEY_BYTES),
        retired_at=documents.optional_moment(item.get("retired_at")),
        reason=documents.optional_text(item.get("reason"), documents.MAX_TEXT_CHARS),
    )
    _ = key.verifier  # a key that cannot be one is refused here, not at the first scan
    return key


def _read_sealing_key(item: fields.Map) -> SealingKey:
    return SealingKey(
        kid=documents.raw_bytes(item.get("kid"), cose.KID_BYTES),
        public_key=documents.raw_bytes(item.get("public_key"), _KEY_BYTES),
    )
