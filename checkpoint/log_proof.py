r"""What makes the scan log provable: a chain of digests, each link signed by the device's key of that time.

`chain(n) = SHA-256(chain(n-1) ‖ SHA-256(body(n)))`, from 32 zero bytes. The device signs
`vehicle-pass log\0 ‖ n (8 bytes, big-endian) ‖ chain(n)`. Digest, chain and signature stay when a body is purged, so
the whole log can be followed for ever.

A device's key is rolled and, after a loss, replaced. Each key that begins to sign makes a statement about where it
begins and whom it follows: `vehicle-pass log key\0 ‖ n ‖ chain(n-1) ‖ the public key before it (32 bytes, or none)`.
So whoever knows the newest key can follow the log back through all of them.

The proof is for a log in other hands, and against a disk that errs: who may write the file on the station itself can
read the key beside it.
"""

import hashlib
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from protocol.cose import SoftwareSigner

GENESIS = bytes(32)
_LINK_CONTEXT = b"vehicle-pass log\0"
_KEY_CONTEXT = b"vehicle-pass log key\0"
_SEQ_BYTES = 8


@dataclass(frozen=True, slots=True)
class Link:
    """One record as the proof sees it.

    Attributes:
        seq: its number, from 1.
        body: its bytes; None after a purge.
        digest: SHA-256 of its bytes.
        chain: what the chain comes to with it.
        signature: the device's; None on records from before logs were signed.
    """

    seq: int
    body: bytes | None
    digest: bytes
    chain: bytes
    signature: bytes | None


@dataclass(frozen=True, slots=True)
class KeyStatement:
    """Where a device key begins to sign.

    Attributes:
        public_key: the key, 32 raw bytes.
        from_seq: the first record that it signs.
        chain: what the chain came to before that record.
        signature: of this key over all that, and over the key before it.
    """

    public_key: bytes
    from_seq: int
    chain: bytes
    signature: bytes


class ChainBrokenError(Exception):
    """The log is not what was written.

    Attributes:
        seq: the first record that does not fit.
    """

    def __init__(self, seq: int) -> None:
        super().__init__(f"record {seq}")
        self.seq = seq


def extend(chain: bytes, digest: bytes) -> bytes:
    """Return what a chain comes to with one more record."""
    return hashlib.sha256(chain + digest).digest()


def sign_link(signer: SoftwareSigner, seq: int, chain: bytes) -> bytes:
    """Sign what the chain comes to with a record."""
    return signer.sign(_LINK_CONTEXT + seq.to_bytes(_SEQ_BYTES) + chain)


def state_key(signer: SoftwareSigner, from_seq: int, chain: bytes, previous: bytes) -> KeyStatement:
    """Make a key's statement that it signs from now on.

    Args:
        signer: the key.
        from_seq: the first record that it will sign.
        chain: what the chain comes to before it.
        previous: the public key that signed before; empty if none did.
    """
    public_key = signer.public_raw
    return KeyStatement(public_key, from_seq, chain, signer.sign(_about_key(from_seq, chain, previous)))


def follow(links: Iterable[Link], keys: Sequence[KeyStatement], device_key: bytes | None) -> int:
    """Follow the chain from the first record to the last.

    Args:
        links: every record, in the order of the log.
        keys: every statement, in the order in which they were made.
        device_key: the device's own public key, 32 raw bytes; None follows the digests only, which is much quicker.

    Returns:
        The number of records.

    Raises:
        ChainBrokenError: a record was changed, taken out or put in, or signed by nobody who may.
    """
    seq, chain = 0, GENESIS
    coming = deque(keys if device_key is not None else ())
    signed_by: KeyStatement | None = None
    for link in links:
        seq += 1
        while coming and coming[0].from_seq <= seq:
            signed_by = _next_key(coming.popleft(), signed_by, chain, seq)
        if link.body is not None and hashlib.sha256(link.body).digest() != link.digest:
            raise ChainBrokenError(seq)
        chain = extend(chain, link.digest)
        if link.seq != seq or link.chain != chain:
            raise ChainBrokenError(seq)
        if signed_by is not None:
            _check(signed_by.public_key, link.signature, _LINK_CONTEXT + seq.to_bytes(_SEQ_BYTES) + chain, seq)
        elif device_key is not None and link.signature is not None:
            raise ChainBrokenError(seq)
    for statement in coming:
        signed_by = _next_key(statement, signed_by, chain, seq + 1)
    if signed_by is not None and signed_by.public_key != device_key:
        raise ChainBrokenError(seq + 1)
    return seq


def _next_key(stated: KeyStatement, before: KeyStatement | None, chain: bytes, seq: int) -> KeyStatement:
    if stated.from_seq != seq or stated.chain != chain:
        raise ChainBrokenError(seq)
    previous = before.public_key if before else b""
    _check(stated.public_key, stated.signature, _about_key(seq, chain, previous), seq)
    return stated


def _about_key(from_seq: int, chain: bytes, previous: bytes) -> bytes:
    return _KEY_CONTEXT + from_seq.to_bytes(_SEQ_BYTES) + chain + previous


def _check(public_key: bytes, signature: bytes | None, message: bytes, seq: int) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature or b"", message)
    except (InvalidSignature, ValueError) as error:
        raise ChainBrokenError(seq) from error
