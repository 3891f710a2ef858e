"""What a steady poll reads: made once of a discovery, renewed when the device shows that it changed. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from probes.snmp import entity, host_resources, ports, ucd, ups
from probes.snmp.client import Missing, Oid
from probes.snmp.interfaces import IF_TABLE, IFX_TABLE, identities, interfaces
from probes.snmp.system import CLOCKS, HARDWARE_CHANGE, SYS_UPTIME, TABLE_CHANGE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from probes.api import Inventory
    from probes.snmp.fetch import Fetched
    from probes.snmp.inspection import Interface
    from probes.snmp.ports import Port
    from probes.snmp.tables import Read, Row, Table

TABLES: tuple[Table, ...] = (
    IF_TABLE,
    IFX_TABLE,
    host_resources.DEVICE_TABLE,
    host_resources.PROCESSOR_TABLE,
    host_resources.STORAGE_TABLE,
    host_resources.FILE_SYSTEM_TABLE,
    ucd.MEMORY,
    ucd.SYSTEM_STATS,
    ucd.DISK_TABLE,
    entity.PHYSICAL_TABLE,
    entity.SENSOR_TABLE,
    ups.IDENT,
    ups.BATTERY,
    ups.OUTPUT,
    ups.OUTPUT_TABLE,
)
"""What a discovery reads."""
LIFETIME = timedelta(hours=6)
"""How long a plan is used at most."""
PAUSE = timedelta(minutes=5)
"""How long at least, when instances vanish: each time may be a complete walk without them."""
HURRY = 3
"""Discoveries at once for a changed interface table, before it must wait: some change it all the time."""
WALKS = 3
"""Complete walks without a port after which it is gone."""
SEARCHES = 6
"""Complete reads without a serial number after which it is not looked for any sooner."""


_ALWAYS = (*CLOCKS, TABLE_CHANGE)
"""Read of every device, whether it has them or not."""
_ASKED = (*_ALWAYS, HARDWARE_CHANGE)
"""What may be absent and has not vanished."""


def _all(_row: Row) -> bool:
    return True


MOVING: Mapping[str, tuple[Sequence[str], Callable[[Row], bool]]] = {
    host_resources.DEVICE_TABLE.name: (("hrDeviceStatus",), host_resources.is_printer),
    host_resources.PROCESSOR_TABLE.name: (("hrProcessorLoad",), _all),
    host_resources.STORAGE_TABLE.name: (("hrStorageSize", "hrStorageUsed"), host_resources.is_pool),
    ucd.MEMORY.name: (tuple(ucd.MEMORY.columns), _all),
    ucd.SYSTEM_STATS.name: (("ssCpuIdle",), _all),
    ucd.DISK_TABLE.name: (tuple(column for column in ucd.DISK_TABLE.columns if column != "dskPath"), _all),
    entity.SENSOR_TABLE.name: (("entPhySensorValue", "entPhySensorOperStatus"), entity.is_climate),
    ups.BATTERY.name: (tuple(ups.BATTERY.columns), _all),
    ups.OUTPUT.name: (("upsOutputSource",), _all),
    ups.OUTPUT_TABLE.name: (("upsOutputPercentLoad",), _all),
}
"""By table: the columns that change from poll to poll, and the rows of which they are read."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is asked for in configuration: ports by name or glob, their speeds in bit/s, and whether all are read."""

    ports: Sequence[str] = ()
    speeds: Mapping[str, int] = field(default_factory=dict)
    is_all: bool = True


@dataclass(frozen=True, slots=True)
class Plan:
    """The exact instances of a steady poll, and what they mean."""

    made: datetime
    table_change: int | None
    reads: Mapping[str, Read]
    ports: Mapping[str, Port]
    """By item; a port that was not found again stays, until it is gone."""
    missed: Mapping[str, int]
    """Complete walks since without them, for ports that were there before."""
    gone: frozenset[str]
    """Ports that are asked for and are gone."""
    events: Mapping[str, str]
    """Facts: which ports were renamed or renumbered between the last plan and this one."""
    unfound: tuple[str, ...]
    """Names of ports that are asked for, and that no port has."""
    partial: int
    """How many times running a discovery was not complete."""
    hurried: int
    """How many times running the interface table changed within `PAUSE`."""
    names: tuple[Oid, ...]
    inventory: Inventory
    lost: Mapping[str, int]
    """Complete reads since without it, for each serial number that was there before."""


def make(
    reads: Mapping[str, Read], table_change: int | None, wishes: Wishes, before: Plan | None, now: datetime
) -> Plan:
    """Make the plan of what a discovery found, with what the last plan knows."""
    found = interfaces(reads[IF_TABLE.name], reads[IFX_TABLE.name], None)
    known = before.ports if before else {}
    called = identities(found)
    if not (reads[IF_TABLE.name].is_complete and reads[IFX_TABLE.name].is_complete):
        called = _remembered(found, called, known)
    chosen = ports.choose(found, called, reads, wishes.ports, wishes.speeds, known, is_all=wishes.is_all)
    renamed = _renamed(known, chosen)
    step = 1 if reads[IF_TABLE.name].is_complete else 0
    counts = before.missed if before else {}
    missed = {item: counts.get(item, 0) + step for item in known if item not in chosen and item not in renamed}
    gone = {item for item, walks in missed.items() if walks >= WALKS}
    kept = {item: known[item] for item in missed if item not in gone}
    hardware = entity.inventory(reads[entity.PHYSICAL_TABLE.name])
    return Plan(
        made=now,
        table_change=table_change,
        reads=reads,
        ports=kept | chosen,
        missed={item: walks for item, walks in missed.items() if item not in gone},
        gone=frozenset(
            {item for item in gone if known[item].is_asked} | (before.gone if before else set()) - chosen.keys()
        ),
        events=_events(known, chosen, renamed),
        unfound=tuple(
            glob
            for glob in wishes.ports
            if not ports.is_glob(glob) and not any(ports.matches(port, called[port.index], (glob,)) for port in found)
        ),
        partial=0 if all(read.is_complete for read in reads.values()) else (before.partial if before else 0) + 1,
        hurried=before.hurried + 1 if before and timedelta() <= now - before.made < PAUSE else 0,
        names=_instances(reads, kept | chosen),
        inventory=hardware,
        lost=_lost(before, hardware),
    )


def is_due(
    plan: Plan,
    now: datetime,
    *,
    table_change: int | None,
    has_restarted: bool,
    has_vanished: bool,
    has_other_hardware: bool = False,
) -> bool:
    """Whether to discover again: the plan is old, the device restarted, or its tables are not what they were."""
    age = now - plan.made
    if has_restarted or not timedelta() <= age < LIFETIME:
        return True
    if table_change != plan.table_change and plan.hurried < HURRY:
        return True
    if age < PAUSE * 2 ** min(plan.partial, 10):
        return False
    waits = bool(plan.missed or plan.lost or plan.partial)
    return has_vanished or has_other_hardware or waits or table_change != plan.table_change


def vanished(plan: Plan, fetched: Fetched) -> bool:
    """Whether the device says of any planned instance that there is none."""
    return any(isinstance(fetched.values.get(name), Missing) for name in plan.names if name not in _ASKED)


def refreshed(plan: Plan, fetched: Fetched) -> dict[str, Read]:
    """Return the tables with what was just read in place of what moves; unread cells are absent."""
    reads = dict(plan.reads)
    for name, (columns, _is_kept) in MOVING.items():
        table = plan.reads[name]
        oids = table.table.oids()
        rows = {}
        for row in table:
            cells = {column: value for column, value in row.cells.items() if column not in columns}
            cells |= {
                column: value
                for column in columns
                if (value := fetched.values.get((*oids[column], *row.index))) is not None
            }
            rows[row.index] = replace(row, cells=cells)
        reads[name] = replace(table, rows=rows)
    return reads


def _instances(reads: Mapping[str, Read], chosen: Mapping[str, Port]) -> tuple[Oid, ...]:
    names: list[Oid] = [name for name in _ALWAYS if name != SYS_UPTIME]
    if reads[entity.PHYSICAL_TABLE.name].rows:
        names.append(HARDWARE_CHANGE)
    for port in chosen.values():
        names += port.instances()
    for name, (columns, is_kept) in MOVING.items():
        oids = reads[name].table.oids()
        for row in filter(is_kept, reads[name]):
            names += ((*oids[column], *row.index) for column in columns if row.value(column) is not None)
    return tuple(names)


def _remembered(found: Sequence[Interface], called: Mapping[int, str], known: Mapping[str, Port]) -> Mapping[int, str]:
    """Call ports as before, where the columns that name them were not read to the end."""
    before = {(port.index, port.mac): item for item, port in known.items()}
    names = {port.index: before.get((port.index, port.mac), called[port.index]) for port in found}
    return names if len(set(names.values())) == len(names) else called


def _lost(before: Plan | None, found: Inventory) -> Mapping[str, int]:
    """Return what is not there any more: to be read again soon, that it may be known to be gone."""
    if before is None:
        return {}
    there = {part.serial for part in found.parts}
    counts = {part.serial: 0 for part in before.inventory.parts} | dict(before.lost)
    step = 1 if found.is_complete and there else 0
    lost = {serial: walks + step for serial, walks in counts.items() if serial not in there}
    return {serial: walks for serial, walks in lost.items() if walks < SEARCHES}


def _renamed(known: Mapping[str, Port], chosen: Mapping[str, Port]) -> dict[str, str]:
    """Return old and new items of ports that kept index and hardware address under another name."""
    new = {(port.index, port.mac): item for item, port in chosen.items() if item not in known and port.mac}
    old = {(port.index, port.mac): item for item, port in known.items() if item not in chosen}
    return {item: new[key] for key, item in old.items() if key in new}


def _events(known: Mapping[str, Port], chosen: Mapping[str, Port], renamed: Mapping[str, str]) -> dict[str, str]:
    moved = [item for item, port in chosen.items() if item in known and known[item].index != port.index]
    events = {}
    if renamed:
        events["ports.renamed"] = ", ".join(f"{old} → {new}" for old, new in sorted(renamed.items()))
    if moved:
        events["ports.renumbered"] = ", ".join(sorted(moved))
    return events
