"""Secrets of devices and relays: read from where they are kept, never shown.

In configuration a secret is `{ file = "…" }`, `{ env = "…" }`, `{ credential = "…" }` (systemd's
LoadCredential) or, in a file that others cannot read, the words themselves.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic_core import core_schema

from probes.api import _
from probes.refusal import refused

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, ValidationInfo

LONGEST = 4096


class Secret:
    """A text that prints as `***`; `reveal()` gives it to whoever must send it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the secret itself. Call it only where it leaves for the device or the relay."""
        return self._text

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Let a pydantic model have a field of this type."""
        return core_schema.with_info_plain_validator_function(
            _validate, serialization=core_schema.to_string_ser_schema()
        )


def _validate(value: object, info: ValidationInfo) -> Secret:
    if isinstance(value, Secret):
        return value
    if isinstance(value, str) and value:
        return Secret(value)
    if isinstance(value, dict) and len(value) == 1:
        ((how, where),) = value.items()
        if isinstance(where, str) and how in _SOURCES:
            folder = (info.context or {}).get("folder", Path())
            return Secret(_SOURCES[how](where, folder))
    raise refused(_('must be {{ file = "…" }}, {{ env = "…" }} or {{ credential = "…" }}'))


def _from_file(name: str, folder: Path) -> str:
    path = folder / name
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(LONGEST + 1).strip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        what = (error.strerror or str(error)) if isinstance(error, OSError) else _("is not UTF-8 text")
        raise refused(_("cannot read the secret file {path}: {what}"), path=str(path), what=what) from None
    if not text or len(text) > LONGEST:
        raise refused(_("the secret file {path} is empty or too long"), path=str(path))
    return text


def _from_environment(name: str, _folder: Path) -> str:
    text = os.environ.get(name)
    if not text:
        raise refused(_("the environment variable {name} is not set"), name=name)
    return text


def _from_credential(name: str, _folder: Path) -> str:
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if not folder:
        raise refused(_("no systemd credentials here: CREDENTIALS_DIRECTORY is not set"))
    return _from_file(name, Path(folder))


_SOURCES = {"file": _from_file, "env": _from_environment, "credential": _from_credential}
