"""Who changed a configuration, and when, as devices of Cisco, H3C, Huawei and Juniper remember it. Rules, and `history`."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING

from probes.collect import Evidence, EvidenceKind
from probes.snmp.changes import LOADING, RUNNING, instant, told, wanted
from probes.snmp.client import oid
from probes.snmp.fetch import fetch
from probes.snmp.inspect import read
from probes.snmp.system import clocks
from probes.snmp.tables import Table
from probes.snmp.text import date_and_time, decoded
from probes.snmp.uptime import TICKS, true_uptime

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from probes.snmp.client import Oid, SnmpClient, Unanswered, Value
    from probes.snmp.sizes import Sizes
    from probes.snmp.system import Clocks
    from probes.snmp.tables import Read, Row

MOST = 50
"""Events at most, the newest."""
SECONDS = 30.0
"""Time for reading them at most."""
CLOSE = timedelta(seconds=5)
"""Between an event and the mark of the last change, where they are the same."""
LATEST_USER = oid("1.3.6.1.4.1.2636.3.18.1.5.0")
"""jnxCmCfgChgLatestUser."""
_H3C = {"Time": 2, "Command": 3, "Source": 4, "Destination": 5, "User": 7, "Location": 9, "Address": 10, "File": 14}
CISCO = Table(
    "ccmHistoryEventTable",
    "1.3.6.1.4.1.9.9.43.1.1.6.1",
    {"Time": 2, "Command": 3, "Source": 4, "Destination": 5, "User": 8, "Location": 9, "Address": 10, "File": 13},
)
H3C = Table("hh3cCfgLogTable", "1.3.6.1.4.1.25506.2.4.1.1.7.1", {**_H3C, "NewAddress": 16})
OLD_H3C = Table("h3cCfgLogTable", "1.3.6.1.4.1.2011.10.2.4.1.1.7.1", _H3C)
HUAWEI = Table("hwCfgLogTable", "1.3.6.1.4.1.2011.6.10.1.1.7.1", _H3C)
JUNIPER = Table(
    "jnxCmCfgChgEventTable",
    "1.3.6.1.4.1.2636.3.18.1.7.1",
    {"Time": 2, "Date": 3, "Command": 4, "User": 5, "Log": 6},
)
TABLES = (CISCO, H3C, OLD_H3C, HUAWEI, JUNIPER)


@dataclass(frozen=True, slots=True)
class _Words:
    """What a vendor's numbers stand for: how a command came, and from where to where a configuration went."""

    commands: Mapping[int, str]
    sources: Mapping[int, str]
    destinations: Mapping[int, str]


_CISCO_MEDIA = {
    1: "nothing", 2: "commands", 3: "running", 4: "startup", 5: "a local file", 6: "tftp", 7: "rcp", 8: "ftp", 9: "scp",
}  # fmt: skip
_H3C_SOURCES = {
    1: "nothing", 2: "running", 3: "commands", 4: "startup", 5: "a local file", 6: "ftp or tftp", 7: "plugged hardware",
}  # fmt: skip
_H3C_WORDS = _Words(
    {1: "command line", 2: "SNMP", 3: "other"}, _H3C_SOURCES, {**_H3C_SOURCES, 1: "unknown", 3: "a terminal"}
)
_WORDS = {
    CISCO.name: _Words({1: "command line", 2: "SNMP"}, _CISCO_MEDIA, {**_CISCO_MEDIA, 2: "a terminal"}),
    H3C.name: _H3C_WORDS,
    OLD_H3C.name: _H3C_WORDS,
    HUAWEI.name: _Words({1: "command line", 2: "SNMP", 3: "NETCONF", 4: "other"}, _H3C_SOURCES, _H3C_WORDS.destinations),
    JUNIPER.name: _Words(
        {1: "other", 2: "command line", 3: "JUNOScript", 4: "synchronize", 5: "SNMP", 6: "button", 7: "autoinstall"},
        {},
        {},
    ),
}  # fmt: skip
_ADDRESSES = ("NewAddress", "Address", "Location")
_IPV4, _IPV6 = 4, 16


def evidence(reads: Mapping[str, Read], read_clocks: Clocks, now: datetime) -> tuple[Evidence, ...]:
    """Return what a device remembers, the newest first; `now` is when its clocks were read."""
    found = [_evidence(row, name, read_clocks, now) for name in _WORDS if name in reads for row in reads[name]]
    found.sort(key=lambda each: (each.at is not None, each.at or now), reverse=True)
    return tuple(found[:MOST])


async def history(client: SnmpClient, sizes: Sizes, now: datetime) -> tuple[Evidence, ...] | Unanswered:
    """Ask a device for what it remembers. What cannot be read is left out; never raises for what the device does."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    fetched = await fetch(client, (*wanted(None, is_costly=False), LATEST_USER), sizes, seconds=SECONDS)
    if fetched.why is not None and not fetched.values:
        return fetched.why
    at = now + timedelta(seconds=loop.time() - begun)
    tables = await read(client, TABLES, sizes, seconds=SECONDS)
    remembered = evidence(tables.reads, clocks(fetched.values), at)
    return (*_last(fetched.values, remembered, at), *remembered)


def _last(values: Mapping[Oid, Value], remembered: tuple[Evidence, ...], at: datetime) -> Iterator[Evidence]:
    """Yield the last change by its ticks, where the device does not remember it as an event: when, if not who."""
    seen = told(None, values, at)
    moment, ticks = instant(seen, RUNNING), seen.marks.get(RUNNING, 0)
    if moment is None or 0 < ticks <= LOADING:
        return
    if not any(each.at is not None and abs(each.at - moment) <= CLOSE for each in remembered):
        user = values.get(LATEST_USER)
        yield Evidence(EvidenceKind.SNMP, moment, decoded(user) if isinstance(user, bytes) else "", what=RUNNING)


def _evidence(row: Row, name: str, read_clocks: Clocks, now: datetime) -> Evidence:
    return Evidence(
        EvidenceKind.SNMP,
        at=_at(row.number("Time"), read_clocks, now) or date_and_time(row.octets("Date")),
        user=row.text("User"),
        address=next((said for column in _ADDRESSES if (said := address(row.value(column)))), ""),
        what=_what(row, _WORDS[name]),
    )


def _at(ticks: int | None, read_clocks: Clocks, now: datetime) -> datetime | None:
    """Return when the device's clock last read so; None where that was before it started, and so means nothing."""
    if ticks is None or read_clocks.uptime is None:
        return None
    age = (read_clocks.uptime - ticks) % TICKS
    if read_clocks.engine_time is not None and age / 100 > (true_uptime(read_clocks) or 0) + 1:
        return None
    return now - timedelta(seconds=age / 100)


def _what(row: Row, words: _Words) -> str:
    """Say in the device's own terms what was done: `commands to running by command line`."""
    source = words.sources.get(row.number("Source") or 0)
    destination = words.destinations.get(row.number("Destination") or 0)
    way = f"{source} to {destination}" if source and destination else ""
    command = words.commands.get(row.number("Command") or 0)
    parts = (way, row.text("File"), row.text("Log"), f"by {command}" if command else "", row.text("Location"))
    return ", ".join(part for part in parts if part)


def address(value: Value) -> str:
    """Read an address however a device writes it: as IpAddress, as the octets of one, or in words; else nothing."""
    if isinstance(value, bytes) and len(value) == _IPV4:
        value = IPv4Address(value)
    if isinstance(value, bytes):
        return _in_words(decoded(value)) or (str(IPv6Address(value)) if len(value) == _IPV6 and any(value) else "")
    return str(value) if isinstance(value, IPv4Address) and not value.is_unspecified else ""


def _in_words(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        return ""
