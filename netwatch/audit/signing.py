"""The key of the audit log: Ed25519, in a file of its own, outside of the database."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from netwatch.domain.checkpoints import Checkpoint
from netwatch.errors import UsageError
from netwatch.keyring import Keyring, KeyringError
from probes.api import _

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from netwatch.domain.audit import Point

NAME = "audit"
PUBLIC = 32
"""Bytes of a public key."""


def called(public: bytes) -> str:
    """Return the name of a public key: the first digits of its digest."""
    return hashlib.sha256(public).hexdigest()[:16]


class Signer:
    """Signs in the name of the audit log."""

    def __init__(self, folder: Path) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(Keyring(folder).get(NAME))
        self.public = self._key.public_key().public_bytes_raw()
        self.name = called(self.public)

    def sign(self, said: bytes) -> str:
        """Return a signature, as hexadecimal digits."""
        return self._key.sign(said).hex()

    def checkpoint(self, head: Point, at: int) -> Checkpoint:
        """Return a signed checkpoint."""
        bare = Checkpoint(head.seq, head.hash, at)
        return Checkpoint(head.seq, head.hash, at, self.name, self.sign(bare.said))


class Keys:
    """Public keys by name: whether a signature is of one of them."""

    def __init__(self, public: Iterable[bytes]) -> None:
        self._keys = {called(each): Ed25519PublicKey.from_public_bytes(each) for each in public}
        # A checkpoint is asked about as a row, as an anchor, and as what vouches.
        self._known: dict[tuple[str, bytes, str], bool] = {}

    def authentic(self, key: str, said: bytes, signature: str) -> bool:
        """Whether a signature is that of the key of this name over these bytes."""
        asked = (key, said, signature)
        if asked not in self._known:
            self._known[asked] = self._holds(*asked)
        return self._known[asked]

    def _holds(self, key: str, said: bytes, signature: str) -> bool:
        known = self._keys.get(key)
        if known is None:
            return False
        try:
            known.verify(bytes.fromhex(signature), said)
        except (InvalidSignature, ValueError, TypeError):
            return False
        return True


def public_key(text: str) -> bytes:
    """Read a public key as `netwatch audit key` shows it."""
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b""
    if len(found) != PUBLIC:
        raise UsageError(_("{key} is not a public key: it must have 64 hexadecimal digits"), key=text[:80])
    return found


def is_made(folder: Path, name: str = NAME) -> bool:
    """Whether a key is there: who only looks must not make one."""
    path = folder / f"{name}.key"
    try:
        return path.exists()
    except OSError as error:
        template = _("cannot use the key {path}: {what}")
        raise KeyringError(template, path=str(path), what=error.strerror or str(error)) from error
