"""Private keys of the issuer, in encrypted files, and the signers made from them.

Three classes of keys (docs/adr/0003-trust-repository.md): *offline* keys (the three root keys and `targets`) live in a
directory outside the instance; *online* keys (`snapshot`, `timestamp`, `live`) and *issuing* keys (they sign passes)
live in the instance. Beside them stands the *sealing* key, with which stations encrypt what only the issuer may read.

A file is PKCS#8 PEM, encrypted with a passphrase and readable by its owner only. PKCS#8 stretches a passphrase only a
little (2,048 rounds of PBKDF2), so the passphrase itself must be long; `new_passphrase` makes one.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from securesystemslib.signer import CryptoSigner, Signer

from passes.trust.files import sync_directory, write_whole
from protocol.cose import key_id

ROOT_KEY_COUNT = 3
ROOT_THRESHOLD = 2
MIN_PASSPHRASE_CHARS = 12

_PRIVATE_MODE = 0o600
_DIRECTORY_MODE = 0o700


class KeyFileError(Exception):
    """A key file cannot be made or used; the message says which file and what to do.

    Args:
        code: `missing`, `exists`, `passphrase_wrong`, `passphrase_weak`, `not_encrypted`, `damaged`, `wrong_kind`,
            `unreadable` or `unwritable`; stable.
        message: one English sentence for an operator.
        path: the file.
    """

    def __init__(self, code: str, message: str, path: Path) -> None:
        super().__init__(message)
        self.code = code
        self.path = path


def new_passphrase() -> str:
    """Return a random passphrase of 256 bits, in characters that survive a shell and a sheet of paper."""
    return secrets.token_hex(32)


def write_key(path: Path, key: Ed25519PrivateKey | X25519PrivateKey, passphrase: str) -> None:
    """Write a private key into a new encrypted file, mode 600; its directory is made with mode 700.

    Raises:
        KeyFileError: a file is there already (a key is never overwritten), the passphrase is shorter than
            `MIN_PASSPHRASE_CHARS`, or the file cannot be written.
    """
    if len(passphrase) < MIN_PASSPHRASE_CHARS:
        raise KeyFileError(
            "passphrase_weak",
            f"The passphrase for {path.name} has fewer than {MIN_PASSPHRASE_CHARS} characters; choose a longer one.",
            path,
        )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(passphrase.encode()))
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=_DIRECTORY_MODE)
        write_whole(path, pem, _PRIVATE_MODE, is_new=True)
        sync_directory(path.parent.parent)
    except FileExistsError as error:
        raise KeyFileError("exists", f"{path} exists already; a key is never overwritten.", path) from error
    except OSError as error:
        raise KeyFileError("unwritable", f"{path} cannot be written: {error.strerror}.", path) from error


def load_key(path: Path, passphrase: str) -> Ed25519PrivateKey | X25519PrivateKey:
    """Read a private key of either kind from its encrypted file.

    Raises:
        KeyFileError: the file is missing, unreadable, damaged, not encrypted or of another kind, or the passphrase does
            not open it.
    """
    try:
        pem = path.read_bytes()
    except FileNotFoundError as error:
        raise KeyFileError("missing", f"{path} is missing; restore it from the backup.", path) from error
    except OSError as error:
        raise KeyFileError("unreadable", f"{path} cannot be read: {error.strerror}.", path) from error
    if b"-----BEGIN PRIVATE KEY-----" in pem:
        raise KeyFileError("not_encrypted", f"{path} is not encrypted; encrypt it with a passphrase.", path)
    if b"-----BEGIN ENCRYPTED PRIVATE KEY-----" not in pem:
        raise KeyFileError("damaged", f"{path} is not an encrypted PKCS#8 PEM file; restore it from the backup.", path)
    try:
        key = load_pem_private_key(pem, passphrase.encode())
    except ValueError as error:
        # OpenSSL cannot always tell a wrong passphrase from a damaged file; what it says when it can is "password".
        if "password" in str(error).lower() or "decrypt" in str(error).lower():
            raise KeyFileError("passphrase_wrong", f"The passphrase does not open {path}.", path) from error
        raise KeyFileError("damaged", f"{path} is damaged; restore it from the backup.", path) from error
    if not isinstance(key, Ed25519PrivateKey | X25519PrivateKey):
        raise KeyFileError("wrong_kind", f"{path} holds neither an Ed25519 nor an X25519 key.", path)
    return key


def load_ed25519(path: Path, passphrase: str) -> Ed25519PrivateKey:
    """Read a signing key.

    Raises:
        KeyFileError: as `load_key`, or it is no Ed25519 key.
    """
    key = load_key(path, passphrase)
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileError("wrong_kind", f"{path} holds no Ed25519 signing key.", path)
    return key


class FileSigner:
    """Signs passes and status lists with a key from a file. Satisfies `protocol.cose.Signer`.

    Args:
        key: the private key.
    """

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public_key = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.kid = key_id(self.public_key)

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte Ed25519 signature of `message`."""
        return self._key.sign(message)


def generate_issuing_key(directory: Path, passphrase: str) -> FileSigner:
    """Make a key that signs passes, in a file named by its `kid`.

    Raises:
        KeyFileError: it cannot be written.
    """
    key = Ed25519PrivateKey.generate()
    signer = FileSigner(key)
    write_key(directory / f"{signer.kid.hex()}.pem", key, passphrase)
    return signer


def load_issuing_key(directory: Path, kid: bytes, passphrase: str) -> FileSigner:
    """Read the issuing key with this `kid`. Only the signing worker calls this.

    Raises:
        KeyFileError: as `load_ed25519`, or the file holds another key than its name says.
    """
    path = directory / f"{kid.hex()}.pem"
    signer = FileSigner(load_ed25519(path, passphrase))
    if signer.kid != kid:
        raise KeyFileError("wrong_kind", f"{path} holds key {signer.kid.hex()}, not the one it is named after.", path)
    return signer


def generate_sealing_key(directory: Path, passphrase: str) -> tuple[bytes, bytes]:
    """Make the X25519 key to which stations seal personal details, in a file named by its id.

    Returns:
        The key's id (8 bytes) and its raw public key (32 bytes), as they are published.

    Raises:
        KeyFileError: it cannot be written.
    """
    key = X25519PrivateKey.generate()
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    kid = key_id(public)
    write_key(directory / f"{kid.hex()}.pem", key, passphrase)
    return kid, public


def load_sealing_keys(directory: Path, passphrase: str) -> dict[bytes, X25519PrivateKey]:
    """Read every sealing key by its id; earlier ones still open what was sealed to them.

    Raises:
        KeyFileError: the directory holds none, or one of them cannot be used.
    """
    keys: dict[bytes, X25519PrivateKey] = {}
    for path in sorted(directory.glob("*.pem")):
        key = load_key(path, passphrase)
        if not isinstance(key, X25519PrivateKey):
            raise KeyFileError("wrong_kind", f"{path} holds no X25519 sealing key.", path)
        keys[key_id(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))] = key
    if not keys:
        raise KeyFileError("missing", f"{directory} holds no sealing key; restore it from the backup.", directory)
    return keys


def _generate_signer(path: Path, passphrase: str) -> CryptoSigner:
    key = Ed25519PrivateKey.generate()
    write_key(path, key, passphrase)
    return CryptoSigner(key)


@dataclass(frozen=True)
class OfflineKeys:
    """Keys that are taken out of the safe: root (each with another keeper) and `targets`.

    Args:
        root: signers of the root role; two of three suffice to sign a new root.
        targets: signer of the top-level targets (`issuers`, `policy`), or None when it was not brought along.
    """

    root: tuple[Signer, ...]
    targets: Signer | None

    @classmethod
    def generate(cls, directory: Path, passphrase: str) -> OfflineKeys:
        """Make `root-1.pem` … `root-3.pem` and `targets.pem`.

        Raises:
            KeyFileError: one exists already or cannot be written.
        """
        root = tuple(_generate_signer(directory / f"root-{n + 1}.pem", passphrase) for n in range(ROOT_KEY_COUNT))
        return cls(root, _generate_signer(directory / "targets.pem", passphrase))

    @classmethod
    def load(cls, directory: Path, passphrase: str | Mapping[str, str]) -> OfflineKeys:
        """Read those of the files that are there; a keeper who is absent is no error here.

        Args:
            directory: where the files are.
            passphrase: one for all files, or one for each file name (`root-1`, …, `targets`); with a mapping, files
                that it does not name are left closed.

        Raises:
            KeyFileError: the directory holds none of them, or one of them cannot be used.
        """
        signers: dict[str, Signer] = {}
        for name in (*(f"root-{n + 1}" for n in range(ROOT_KEY_COUNT)), "targets"):
            path = directory / f"{name}.pem"
            secret = passphrase if isinstance(passphrase, str) else passphrase.get(name)
            if secret is not None and path.exists():
                signers[name] = CryptoSigner(load_ed25519(path, secret))
        if not signers:
            message = f"{directory} holds no offline key; connect the medium they are on."
            raise KeyFileError("missing", message, directory)
        targets = signers.pop("targets", None)
        return cls(tuple(signers.values()), targets)


@dataclass(frozen=True)
class OnlineKeys:
    """Keys of the roles that the issuer signs by itself, hourly."""

    snapshot: Signer
    timestamp: Signer
    live: Signer

    @classmethod
    def generate(cls, directory: Path, passphrase: str) -> OnlineKeys:
        """Make `snapshot.pem`, `timestamp.pem` and `live.pem`.

        Raises:
            KeyFileError: one exists already or cannot be written.
        """
        return cls(*(_generate_signer(directory / f"{role}.pem", passphrase) for role in cls.__dataclass_fields__))

    @classmethod
    def load(cls, directory: Path, passphrase: str) -> OnlineKeys:
        """Read all three.

        Raises:
            KeyFileError: one is missing or cannot be used.
        """
        paths = [directory / f"{role}.pem" for role in cls.__dataclass_fields__]
        return cls(*(CryptoSigner(load_ed25519(path, passphrase)) for path in paths))
