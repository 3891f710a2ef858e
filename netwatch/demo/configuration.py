"""The configuration of the demo: written as a file like any other, so that every command works on it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from netwatch.config import toml
from netwatch.demo.hospital import DUTY, HOSPITAL, LEADER, PEOPLE, SECOND, Device, Kind, Protocol
from netwatch.demo.servers import COMMUNITY
from netwatch.language import translations
from probes.api import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from netwatch.demo.servers import Where

DAY = 24 * 60
DOMAIN = "hospital.example"
HEAD = _("The configuration of a demo. Other commands work on it too: netwatch faults list --config {path}")
_KINDS = {Kind.SWITCH: _("Switches"), Kind.SERVER: _("Servers"), Kind.POWER: _("Power")}
_SHIFTS = (_("Day shift {time}"), _("Evening shift {time}"), _("Night shift {time}"))


@dataclass(frozen=True, slots=True)
class Places:
    """Where everything that the configuration speaks of is reached."""

    devices: Mapping[str, Where]
    relay: tuple[str, int]
    page: tuple[str, int]


@dataclass(frozen=True, slots=True)
class Hours:
    """How shifts follow each other, in minutes: so many short ones first, then long ones. They fill a day."""

    short: int = 3
    count: int = 30
    long: int = 60

    def begin(self, first: int) -> tuple[int, ...]:
        """Return at which minutes of the day shifts begin, the first of them at `first`."""
        starts = [first + self.short * number for number in range(self.count)]
        starts += range(first + self.short * self.count, first + DAY, self.long)
        return tuple(minute % DAY for minute in starts if minute < first + DAY)


def write(path: Path, language: str, places: Places, now: datetime, zone: ZoneInfo, hours: Hours) -> Path:
    """Write the configuration, readable by its owner only, and return its path. The first shift begins at `now`."""
    say = translations(language).gettext
    wall = now.astimezone(zone)
    tables: dict[str, Any] = {
        "site": {"name": say(_("Demo hospital")), "zone": str(zone), "language": language, "canaries": ["core-a", "core-b"]},
        "storage": {"url": "sqlite:///netwatch.db"},
        "log": {"format": "logfmt"},
        "web": {"listen": f"{places.page[0]}:{places.page[1]}"},
        "mail": _mail(places),
        "handover": {"leaders": [LEADER.name]},
        "credential": {"demo": {"community": COMMUNITY}},
        "group": [_group(kind, say) for kind in Kind],
        "device": [_device(device, places.devices[device.name], say) for device in HOSPITAL],
        "person": [
            {"name": each.name, "title": say(each.title), "mail": f"{each.name}@{DOMAIN}", "phone": each.phone}
            for each in PEOPLE
        ],
    }  # fmt: skip
    tables |= _roster(hours.begin(wall.hour * 60 + wall.minute), wall, say)
    text = f"# {say(HEAD).format(path=path)}\n\n{toml.document(tables)}"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    return path


def _mail(places: Places) -> dict[str, Any]:
    host, port = places.relay
    return {
        "sender": f"netwatch@{DOMAIN}",
        "wait": "5s",
        "remind_every": "45s",
        "digest_over": 20,
        "escalation": [{"after": "30s", "to": ["second"]}, {"after": "80s", "to": ["leader"]}],
        "fallback": [LEADER.name],
        "page": f"http://{places.page[0]}:{places.page[1]}/",
        "relay": [{"host": host, "port": port, "tls": "none"}],
    }


def _group(kind: Kind, say: Callable[[str], str]) -> dict[str, Any]:
    """Return a group with its checks. There are none by ICMP, which not every user may send."""
    pace = {"every": "5s", "retry": "1s", "deadline": "4s"}
    snmp = {"kind": "snmp", "reachability": True, "credential": "demo", "timeout": 0.5, "retries": 0, **pace}
    return {"name": kind.value, "title": say(_KINDS[kind]), "check": [snmp]}


def _device(device: Device, where: Where, say: Callable[[str], str]) -> dict[str, Any]:
    snmp: dict[str, Any] = {"kind": "snmp", "port": where.agent}
    if device.watched:
        snmp["ports"] = list(device.watched)
    return {
        "name": device.name,
        "title": say(device.title),
        "address": where.address,
        "groups": [device.kind.value],
        "parents": list(device.parents) or None,
        "affects": say(device.affects) if device.affects else None,
        "runbook": say(device.runbook) if device.runbook else None,
        "check": [snmp, *_services(device, where)],
    }


def _services(device: Device, where: Where) -> Iterator[dict[str, Any]]:
    pace = {"every": "5s", "retry": "1s", "deadline": "4s"}
    for service in device.services:
        port = where.services[service.name]
        how = {"port": port} if service.protocol is Protocol.TCP else {"url": f"http://{where.address}:{port}/"}
        yield {"kind": service.protocol.value, "name": service.name, **how, **pace}


def _roster(starts: tuple[int, ...], wall: datetime, say: Callable[[str], str]) -> dict[str, Any]:
    """Return shifts that follow each other, with people who take turns; second and leader are there all day."""
    first = _clock(starts[0])
    whole = {"name": "all-day", "title": say(_("All day")), "start": first, "end": first}
    shifts, rotations = [], []
    for number, (start, end) in enumerate(zip(starts, (*starts[1:], starts[0]), strict=True)):
        title = say(_SHIFTS[number % len(_SHIFTS)]).format(time=_clock(start))
        shifts.append({"name": f"s{start:04}", "title": title, "start": _clock(start), "end": _clock(end)})
        rotations.append(_turn(f"s{start:04}", DUTY[number % len(DUTY)].name, wall))
    rotations += [
        _turn("all-day", SECOND.name, wall) | {"post": "second"},
        _turn("all-day", LEADER.name, wall) | {"post": "leader"},
    ]
    return {"shift": [*shifts, whole], "rotation": rotations}


def _turn(shift: str, person: str, wall: datetime) -> dict[str, Any]:
    return {"shift": shift, "groups": [[person]], "anchor": wall.date()}


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
