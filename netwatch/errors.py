"""The whole error tree.

NetwatchError
├── ConfigError        the user's mistake in a file: every problem at once, exit 78
├── UsageError         the user's mistake in a command, exit 2
├── PluginError        a kind of probe that nobody has, or that cannot be used
└── StorageError       the database is not usable as it is
    ├── StorageUnavailable   perhaps later: full disk, locked, server away
    ├── AlreadyRunning       another service holds the database, exit 75
    └── SchemaTooNew         the database was written by a newer program
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class NetwatchError(Exception):
    """What netwatch says in one sentence, without a traceback.

    The sentence is kept untranslated, as `Message`s are: an English template and what fills it, a `note` among that
    being a sentence of its own.
    """

    exit_code = 1

    def __init__(self, template: str, **values: str | float) -> None:
        self.template = template
        self.values = values
        note = values.get("note")
        filled = {**values, "note": note.format_map(values)} if isinstance(note, str) else values
        super().__init__(template.format_map(filled) if values else template)


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in a configuration file. `line` is 0 where the whole file is meant.

    `what` is an English template, the key of its translation, and `values` is what fills it.
    """

    file: str
    line: int
    field: str
    what: str
    values: Mapping[str, str | int | float] = dataclasses.field(default_factory=dict, compare=False)

    def __str__(self) -> str:
        """Return `config.toml:7: device.sw-12.adress: unknown key; did you mean 'address'?`."""
        return self.told(self.what.format_map(self.values))

    def told(self, sentence: str) -> str:
        """Return the line that a terminal shows, with the sentence in its language."""
        where = f"{self.file}:{self.line}" if self.line else self.file
        return ": ".join(part for part in (where, self.field, sentence) if part)


class ConfigError(NetwatchError):
    """The configuration is wrong; nothing of it was applied."""

    exit_code = 78

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class UsageError(NetwatchError):
    """A command cannot be carried out as it was given."""

    exit_code = 2


class PluginError(NetwatchError):
    """A kind of probe that nobody has, or that cannot be used."""

    exit_code = 78


class StorageError(NetwatchError):
    """The database cannot be used as it is."""


class StorageUnavailable(StorageError):
    """The database cannot be used now: disk full, locked, or its server is away."""

    exit_code = 75


class AlreadyRunning(StorageError):
    """Another service uses this database."""

    exit_code = 75


class SchemaTooNew(StorageError):
    """A newer netwatch wrote this database."""
