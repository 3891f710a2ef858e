"""Looks once at a device, by all the standards that are known here: `inspect`.

Each table is read by itself: one that fails becomes a problem of the inspection, and the rest is told.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from probes.api import Message, Problem, _
from probes.snmp import addresses, entity, host_resources, interfaces, lldp, poe, printer, ucd, ups, vlans
from probes.snmp.client import HOPELESS, Answer, Cause, Missing, Oid, Unanswered, Value, oid
from probes.snmp.inspection import Device, Inspection, Platform
from probes.snmp.sizes import Sizes
from probes.snmp.system import DESCRIPTION, SYS_UPTIME, TABLE_CHANGE, clocks, system
from probes.snmp.tables import Read, Table, assemble, nothing
from probes.snmp.walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from probes.snmp.client import SnmpClient
    from probes.snmp.walk import Column

TABLES: tuple[Table, ...] = (
    interfaces.IF_TABLE,
    interfaces.IFX_TABLE,
    host_resources.DEVICE_TABLE,
    host_resources.PROCESSOR_TABLE,
    host_resources.STORAGE_TABLE,
    host_resources.PRINTER_TABLE,
    ucd.MEMORY,
    ucd.SYSTEM_STATS,
    ucd.DISK_TABLE,
    entity.PHYSICAL_TABLE,
    entity.SENSOR_TABLE,
    *ups.TABLES,
    *printer.TABLES,
    poe.MAIN_TABLE,
    *lldp.TABLES,
    *addresses.TABLES,
    *vlans.TABLES,
)
SECONDS = 55.0
"""Time for a whole inspection."""


@dataclass(frozen=True, slots=True)
class Tables:
    """All tables that were asked for, by name, and what went wrong with them."""

    reads: Mapping[str, Read]
    problems: tuple[Problem, ...]


async def inspect(
    client: SnmpClient, target: Device, *, sizes: Sizes | None = None, seconds: float = SECONDS
) -> Inspection | Unanswered:
    """Look at a device. `Unanswered` only when it does not answer at all; takes at most about `seconds`."""
    sizes = sizes or Sizes(has_bulk=target.version != "1")
    reply = await describe(client)
    if isinstance(reply, Unanswered):
        return reply
    tables = await read(client, TABLES, sizes, seconds=seconds)
    return judged(target, reply, tables)


async def describe(client: SnmpClient) -> dict[Oid, Value] | Unanswered:
    """Read the system group; name by name where the device does not take them all at once."""
    reply = await client.get((*DESCRIPTION, TABLE_CHANGE))
    if isinstance(reply, Answer):
        return dict(reply.varbinds)
    if reply.cause in HOPELESS or reply.cause is Cause.TIMEOUT:
        return reply
    values: dict[Oid, Value] = {}
    for name in DESCRIPTION:
        single = await client.get((name,), attempts=1)
        if isinstance(single, Answer):
            values.update(single.varbinds)
        elif not values and single.cause in (Cause.TIMEOUT, Cause.MALFORMED):
            return reply
    return values or reply


async def read(client: SnmpClient, tables: Sequence[Table], sizes: Sizes, *, seconds: float) -> Tables:
    """Read tables one after the other, those that the device has; stop when it falls silent or time is over."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    reads = {table.name: nothing(table) for table in tables}
    problems: list[Problem] = []
    present = await presence(client, tables, sizes)
    for n, table in enumerate(present):
        left = until - loop.time()
        if left <= 0:
            problems += _skipped(present[n:], Message(_("not read: {seconds} s were over"), {"seconds": seconds}))
            break
        columns = await walk(client, tuple(table.oids().values()), sizes, seconds=left)
        reads[table.name] = assemble(table, columns)
        problems += _problems(reads[table.name])
        if _fell_silent(columns.values()) and isinstance(await client.get((SYS_UPTIME,)), Unanswered):
            problems += _skipped(present[n + 1 :], Message(_("not read: the device fell silent before")))
            break
    return Tables(reads, tuple(problems))


async def presence(client: SnmpClient, tables: Sequence[Table], sizes: Sizes) -> list[Table]:
    """Return the tables that the device has, or may have: one question tells of many at once."""
    width = max(1, sizes.limit // 2)
    found: list[Table] = []
    for n in range(0, len(tables), width):
        found += await _present(client, tables[n : n + width])
    return found


async def _present(client: SnmpClient, tables: Sequence[Table]) -> list[Table]:
    reply = await client.get_next([oid(table.entry) for table in tables])
    if isinstance(reply, Answer):
        return [
            table for table, (name, value) in zip(tables, reply.varbinds, strict=True) if _is_within(table, name, value)
        ]
    if len(tables) == 1 or reply.cause in HOPELESS:
        return list(tables)
    half = len(tables) // 2
    return await _present(client, tables[:half]) + await _present(client, tables[half:])


def _is_within(table: Table, name: Oid, value: Value) -> bool:
    entry = oid(table.entry)
    return name[: len(entry)] == entry and not isinstance(value, Missing)


def _fell_silent(columns: Iterable[Column]) -> bool:
    return any(column.why is not None for column in columns)


def _skipped(tables: Iterable[Table], why: Message) -> list[Problem]:
    return [Problem(table.name, why) for table in tables]


def _problems(read: Read) -> list[Problem]:
    if read.is_complete or read.why is None:
        return []
    return [Problem(read.table.name, read.why)]


def judged(target: Device, described: Mapping[Oid, Value], tables: Tables) -> Inspection:
    """Make of tables what they mean."""
    reads = tables.reads
    uptime = clocks(described).uptime
    ports = interfaces.interfaces(reads["ifTable"], reads["ifXTable"], uptime)
    devices, physical = reads["hrDeviceTable"], reads["entPhysicalTable"]
    return Inspection(
        target=target,
        system=system(described),
        platform=_platform(entity.platform(physical), ups.platform(reads)),
        interfaces=ports,
        processors=host_resources.processors(reads["hrProcessorTable"], devices)
        or ucd.processors(reads["UCD systemStats"]),
        memory=host_resources.memory(reads["hrStorageTable"]) or ucd.memory(reads["UCD memory"]),
        storage=host_resources.storage(reads["hrStorageTable"]) or ucd.storage(reads["UCD dskTable"]),
        sensors=(
            *entity.sensors(reads["entPhySensorTable"], physical),
            *ups.sensors(reads),
            *host_resources.printer_states(reads["hrPrinterTable"], devices),
            *printer.sensors(reads),
            *poe.sensors(reads["pethMainPseTable"]),
        ),
        hardware=entity.parts(physical),
        neighbours=lldp.neighbours(reads, ports),
        addresses=addresses.addresses(reads["ipAddressTable"], reads["ipAddrTable"]),
        vlans=vlans.vlans(*(reads[table.name] for table in vlans.TABLES)),
        problems=tables.problems,
    )


def _platform(*known: Platform) -> Platform:
    """Take each field from the first that knows it."""
    fields = ("os", "vendor", "model", "version", "serial", "kind")
    return Platform(**{name: next((found for one in known if (found := getattr(one, name))), None) for name in fields})
