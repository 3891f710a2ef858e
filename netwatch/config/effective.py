"""A configuration as the service uses it: whole, frozen, without a mistake and without a secret that prints."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netwatch.config.toml import document
from netwatch.config.values import listen_address

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from netwatch.config.checks import Check
    from netwatch.config.collecting import Collect
    from netwatch.config.settings import Device, File, Mail, Person, Polling, Site
    from netwatch.config.thresholds import Meanings, Rules
    from netwatch.config.windows import Windows
    from netwatch.domain.model import Rule, Subject, Window
    from probes.api import Meaning
    from roster.actual import Relief
    from roster.cover import Roster

SQLITE = "sqlite:///"


@dataclass(frozen=True)
class Settings:
    """What the files say, worked out: `netwatch.config.load` makes it.

    `file` has the tables as they were written, but for the options of checks and collectors, which are in `checks`
    and `collects` as each device has them in the end.
    """

    path: Path
    file: File
    devices: Mapping[str, Device]
    checks: tuple[Check, ...]
    collects: tuple[Collect, ...]
    parents: Mapping[str, tuple[str, ...]]
    people: Mapping[str, Person]
    roster: Roster
    credentials: Mapping[str, object]
    _rules: Rules = field(repr=False)
    _meanings: Meanings = field(repr=False)
    _windows: Windows = field(repr=False)
    reliefs: tuple[Relief, ...] = ()
    """What the signatures under handovers say of who is on duty; `netwatch.planned` fills it in."""

    @property
    def folder(self) -> Path:
        """Where the main file is, and what paths in it are relative to."""
        return self.path.parent

    @property
    def site(self) -> Site:
        """The centre itself."""
        return self.file.site

    @property
    def mail(self) -> Mail:
        """How people are told."""
        return self.file.mail

    @property
    def polling(self) -> Polling:
        """How the service looks."""
        return self.file.polling

    @property
    def mail_directory(self) -> Path | None:
        """Where mails are written as files; absolute."""
        return self.file.mail.directory

    @property
    def listen(self) -> tuple[str, int]:
        """The address and the port of the page."""
        return listen_address(self.file.web.listen) or ("127.0.0.1", 0)

    @property
    def database_url(self) -> str:
        """Where the records are; a file's path is absolute. The password is `file.storage.password`."""
        url = self.file.storage.url
        if not url.startswith(SQLITE):
            return url
        return SQLITE + str(self.folder / url.removeprefix(SQLITE))

    @property
    def keys(self) -> Path:
        """The folder of the keys, absolute. Whoever backs up the records backs it up apart, or nobody reads them."""
        return self.file.storage.keys or self._state / "keys"

    @property
    def anchors(self) -> Path:
        """The file to which the audit log's checkpoints are appended; absolute."""
        return self.file.audit.anchors or self._state / "audit.anchors"

    @property
    def segments(self) -> Path:
        """The folder of the audit log's sealed segments; absolute."""
        return self.file.audit.segments or self._state / "audit-segments"

    @property
    def _state(self) -> Path:
        """Where the service keeps what is no configuration: beside a database that is a file."""
        if self.database_url.startswith(SQLITE):
            return Path(self.database_url.removeprefix(SQLITE)).parent
        return Path(os.environ.get("STATE_DIRECTORY", "/var/lib/netwatch").partition(":")[0])

    @cached_property
    def digest(self) -> str:
        """A name for what this configuration says, the same as long as it says the same. Secrets have no part in it."""
        said = (self.file, self.checks, self.collects, self.parents)  # a secret in it shows as `***`
        return hashlib.sha256(repr(said).encode()).hexdigest()[:12]

    def differs(self, other: Settings) -> tuple[str, ...]:
        """Return the tables of the file that say something else than those of another configuration."""
        mine, others = self.file, other.file
        return tuple(name for name in type(mine).model_fields if getattr(mine, name) != getattr(others, name))

    def called(self, person: str | None) -> str:
        """Return somebody's name as people read it; what is on record of them where nobody is called so any more."""
        known = self.people.get(person or "")
        return (known.title if known else None) or person or ""

    def shown(self) -> str:
        """Return the effective configuration as TOML, defaults written out, each secret as `***`."""
        return document(self._tables())

    def rule(self, subject: Subject) -> Rule:
        """Return the limits that hold for one item of one device: the most specific threshold, else the meaning's."""
        return self._rules.of(subject)

    def meanings(self, kind: str) -> Mapping[str, Meaning]:
        """Return what the numbers of a kind of probe mean, by name."""
        return self._meanings.of(kind)

    def windows(self, start: datetime, end: datetime) -> tuple[Window, ...]:
        """Return the maintenance windows that share an instant with [start, end), in UTC, by time."""
        return self._windows.between(start, end)

    def _tables(self) -> dict[str, Any]:
        """Return the file's tables, each device with the checks that it really has."""
        inherited = {"check", "collect"}
        tables = self.file.model_dump(exclude={"include": True, "group": {"__all__": inherited}, "device": True})
        tables |= {key: None for key, value in tables.items() if value == ()}
        tables["credential"] = {name: _dumped(value) for name, value in self.credentials.items()} or None
        of_device: dict[str, list[dict[str, Any]]] = {name: [] for name in self.devices}
        for check in self.checks:
            of_device[check.device].append(_check(check))
        read: dict[str, list[dict[str, Any]]] = {name: [] for name in self.devices}
        for collect in self.collects:
            read[collect.device].append(_collect(collect))
        tables["device"] = [
            device.model_dump(exclude=inherited)
            | {"parents": self.parents[name], "check": of_device[name], "collect": read[name]}
            for name, device in self.devices.items()
        ]
        return tables


def _dumped(value: object) -> Any:
    dump = getattr(value, "model_dump", None)
    return dump() if dump is not None else {}


def _check(check: Check) -> dict[str, Any]:
    """Return a check as its table would be written out."""
    return {
        "kind": check.kind,
        "name": check.name,
        "every": check.every,
        "retry": check.retry,
        "deadline": check.deadline,
        "fail_after": check.policy.fail_after,
        "recover_after": check.policy.recover_after,
        "severity": check.severity,
        "reachability": check.reachability,
        **check.options.model_dump(),
    }


def _collect(collect: Collect) -> dict[str, Any]:
    """Return a way to collect as its table would be written out."""
    return {
        "kind": collect.kind,
        "name": collect.name,
        "every": collect.every,
        "facets": collect.facets,
        "deadline": collect.deadline,
        **collect.options.model_dump(),
    }
