"""The private keys of a running instance, opened when they are needed and by whom they are needed."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from passes.trust.keys import FileSigner, OnlineKeys, load_issuing_key, load_sealing_keys

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    from passes.config import Instance


class InstanceKeys:
    """Opens key files of one instance. Only the worker and the command line make one; web processes never do.

    Args:
        instance: whose keys.
        passphrase: of the key files in the instance.
    """

    def __init__(self, instance: Instance, passphrase: str) -> None:
        """Keep where the keys are; nothing is read yet."""
        self._instance = instance
        self._passphrase = passphrase
        self.signer_for = lru_cache(maxsize=8)(self._load_signer)

    def _load_signer(self, kid: bytes) -> FileSigner:
        return load_issuing_key(self._instance.keys_dir("issuing"), kid, self._passphrase)

    @cached_property
    def online(self) -> OnlineKeys:
        """Keys of `snapshot`, `timestamp` and `live`.

        Raises:
            passes.trust.keys.KeyFileError: one cannot be opened.
        """
        return OnlineKeys.load(self._instance.keys_dir("online"), self._passphrase)

    @cached_property
    def sealing(self) -> dict[bytes, X25519PrivateKey]:
        """Keys that open what stations sealed, by their id.

        Raises:
            passes.trust.keys.KeyFileError: one cannot be opened.
        """
        return load_sealing_keys(self._instance.keys_dir("sealing"), self._passphrase)
