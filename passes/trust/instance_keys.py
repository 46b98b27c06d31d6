"""The private keys of a running instance, opened when they are needed and by whom they are needed."""

from __future__ import annotations

import shutil
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from passes.trust.files import sync_directory
from passes.trust.keys import FileSigner, OnlineKeys, generate_issuing_key, load_issuing_key, load_sealing_keys

if TYPE_CHECKING:
    from pathlib import Path

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

    def generate_issuing_key(self) -> FileSigner:
        """Make a new issuing key. It must be published before it signs a pass.

        Raises:
            passes.trust.keys.KeyFileError: it cannot be written.
        """
        return generate_issuing_key(self._instance.keys_dir("issuing"), self._passphrase)

    @property
    def online(self) -> OnlineKeys:
        """Keys of `snapshot`, `timestamp` and `live`, read anew each time: they are replaced while a worker runs.

        Raises:
            passes.trust.keys.KeyFileError: one cannot be opened.
        """
        return OnlineKeys.load(self._online, self._passphrase)

    @cached_property
    def sealing(self) -> dict[bytes, X25519PrivateKey]:
        """Keys that open what stations sealed, by their id.

        Raises:
            passes.trust.keys.KeyFileError: one cannot be opened.
        """
        return load_sealing_keys(self._instance.keys_dir("sealing"), self._passphrase)

    def stage_online_keys(self) -> OnlineKeys:
        """Make new online keys beside those in use, for the next root to name.

        Raises:
            passes.trust.keys.KeyFileError: they cannot be written.
        """
        self.discard_online_keys()
        return OnlineKeys.generate(self._staged, self._passphrase)

    def staged_online_keys(self) -> OnlineKeys | None:
        """Return the online keys that wait beside those in use, or None.

        Raises:
            passes.trust.keys.KeyFileError: one cannot be opened.
        """
        return OnlineKeys.load(self._staged, self._passphrase) if self._staged.is_dir() else None

    def adopt_online_keys(self) -> None:
        """Put the waiting online keys in the place of those in use, which no root names any more."""
        replaced = self._instance.keys_dir("online.replaced")
        shutil.rmtree(replaced, ignore_errors=True)
        if self._online.exists():
            self._online.rename(replaced)
        self._staged.rename(self._online)
        sync_directory(self._online.parent)
        shutil.rmtree(replaced, ignore_errors=True)

    def discard_online_keys(self) -> None:
        """Remove online keys that wait and were never named by a root."""
        shutil.rmtree(self._staged, ignore_errors=True)

    @property
    def _online(self) -> Path:
        return self._instance.keys_dir("online")

    @property
    def _staged(self) -> Path:
        return self._instance.keys_dir("online.next")
