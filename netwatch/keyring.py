"""Keys that must not lie in the database: each a file of its own, made at its first use, for its owner only."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING

from netwatch.errors import NetwatchError
from probes.api import _

if TYPE_CHECKING:
    from pathlib import Path

SIZE = 32
"""Bytes of a key: AES-256, HMAC-SHA-256 and Ed25519 all take 32."""
DRAFT = ".draft"


class KeyringError(NetwatchError):
    """A key cannot be read or made."""

    exit_code = 75


class Keyring:
    """The folder of the keys. Whoever has it can read what is encrypted and sign what is chained: back it up apart."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, name: str) -> bytes:
        """Return the 32 bytes of a key, made by the first who asks."""
        path = self._folder / f"{name}.key"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._make(path)
            return self._read(path)
        except OSError as error:
            template = _("cannot use the key {path}: {what}")
            raise KeyringError(template, path=str(path), what=error.strerror or str(error)) from error

    def _make(self, path: Path) -> None:
        """Write a new key under its name at once and whole, unless there is one."""
        if not path.exists():
            # Not named by the process: in a container it has the number of the one that was killed here before.
            draft = path.with_suffix(f".{secrets.token_hex(8)}{DRAFT}")
            self._draft(draft)
            # A link, unlike a rename, does not take the place of a key that another process has just made, and which
            # has then cleared ours away, perhaps.
            with suppress(FileExistsError, FileNotFoundError):
                path.hardlink_to(draft)
        # Once there is a key no draft is of use: neither ours nor one of a process that was killed.
        for left in self._folder.glob(f"{path.stem}.*{DRAFT}"):
            left.unlink(missing_ok=True)

    def _draft(self, draft: Path) -> None:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(SIZE))
            file.flush()
            os.fsync(file.fileno())

    def _read(self, path: Path) -> bytes:
        if path.stat().st_mode & 0o077:
            raise KeyringError(_("the key {path} can be read by others; its mode must be 0400"), path=str(path))
        key = path.read_bytes()
        if len(key) != SIZE:
            raise KeyringError(_("the key {path} is not whole: it must have {size} bytes"), path=str(path), size=SIZE)
        return key
