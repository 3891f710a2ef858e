"""Which software may be on which server, and whose conduct on servers is looked at."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from netwatch.config.table import Table, one_of
from netwatch.config.values import HIGHEST_PORT, Duration, Name, Title, wrong
from netwatch.domain.software import Approved, Look, Ports

if TYPE_CHECKING:
    from collections.abc import Iterable

_PORTS = re.compile(r"(?:(tcp|udp)/)?(\d{1,5})(?:-(\d{1,5}))?", re.ASCII)
_EVERYTHING = tuple(Look)


def ports_of(text: str) -> Ports | None:
    """Return the ports of `22`, `tcp/22` or `tcp/8000-8010`; None where it is none of these."""
    match = _PORTS.fullmatch(text)
    if match is None:
        return None
    first, last = int(match[2]), int(match[3] or match[2])
    return Ports(match[1] or "", first, last) if 1 <= first <= last <= HIGHEST_PORT else None


def _port(value: str) -> str:
    if ports_of(value) is None:
        raise wrong("ports")
    return value


PortRange = Annotated[str, AfterValidator(_port)]
Pattern = Annotated[Title, Field(max_length=128)]
LookName = Annotated[Look, one_of(Look)]


class SoftwareTable(Table):
    """A piece of software that may be on servers. In names `*` stands for any text and `?` for one character."""

    name: Name
    """What findings call it; also the name of its package, program and service, where it names none of these."""
    packages: tuple[Pattern, ...] = ()
    """The packages that it is installed as, such as `postgresql*`."""
    versions: tuple[Pattern, ...] = ()
    """The versions that are approved, such as `15.*`; any by default."""
    processes: tuple[Pattern, ...] = ()
    """The programs that run, by name or path."""
    services: tuple[Pattern, ...] = ()
    """The services of Windows that it starts."""
    ports: tuple[PortRange, ...] = ()
    """The ports on which it may listen: `22`, `tcp/22`, `tcp/8000-8010`."""
    devices: tuple[Name, ...] = ()
    """The servers on which it is approved; without these and `groups`, all."""
    groups: tuple[Name, ...] = ()
    """The groups whose servers it is approved on."""
    entry: Annotated[int, Field(ge=1)] | None = None
    """The entry of the register `software` that approved it and holds the result of its virus check."""


class ConductTable(Table):
    """What is looked at on servers: software against `[[software]]` and the register, log-ins against approvals."""

    groups: tuple[Name, ...] = ()
    """The groups whose servers are looked at."""
    devices: tuple[Name, ...] = ()
    """Further servers."""
    looks: tuple[LookName, ...] = _EVERYTHING
    """What is looked at: `installed` packages, `running` programs, `services` of Windows, `listening` sockets that
    others reach, `logins` on terminals. What a device's collectors do not read is not looked at."""
    needs_entry: bool = False
    """Whether each `[[software]]` must name the `entry` that approved it."""
    shared_accounts: tuple[Title, ...] = ("root", "admin", "Administrator")
    """Accounts that are nobody's own: whoever is on them may be any of the people who are allowed."""
    ignored_accounts: tuple[Title, ...] = ()
    """Accounts whose log-ins are not looked at."""
    told_for: Duration = timedelta(days=1)
    """How long a log-in that nobody approved stays a fault after its end; it stays in the history for ever."""


def approved(table: SoftwareTable) -> Approved:
    """Return what a table approves, its own approval not looked at."""
    own = () if table.packages or table.processes or table.services else (table.name,)
    found = (ports_of(text) for text in table.ports)
    return Approved(
        name=table.name,
        packages=table.packages or own,
        versions=table.versions,
        processes=table.processes or own,
        services=table.services or own,
        ports=tuple(each for each in found if each is not None),
        devices=frozenset(table.devices),
        groups=frozenset(table.groups),
    )


def looked_at(table: ConductTable, groups: Iterable[str], device: str) -> bool:
    """Whether the conduct on a device is looked at."""
    return device in table.devices or bool(set(table.groups) & set(groups))
