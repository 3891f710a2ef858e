"""What the device as a whole reports: values by meaning, one for each meaning and item. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from probes.api import Limits, Meaning, State, Value, _
from probes.meanings import CPU, FAN_SPEED, MEMORY, STORAGE, SWAP, TEMPERATURE, UPTIME
from probes.snmp import entity, host_resources, ucd, ups
from probes.snmp.tables import nothing
from probes.snmp.uptime import true_uptime

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from probes.snmp.inspection import Pool, Sensor
    from probes.snmp.system import Clocks
    from probes.snmp.tables import Read

CORE = Meaning("cpu.core", _("Load of one processor"), "%")
HUMIDITY = Meaning("humidity", _("Humidity"), "%", Limits(warning=70, critical=80, recover=65))
UPS_CHARGE = Meaning("ups.charge", _("Battery charge"), "%", Limits(warning=60, critical=25, recover=70, rising=False))
UPS_RUNTIME = Meaning(
    "ups.runtime", _("Battery runtime"), "min", Limits(warning=15, critical=7, recover=18, rising=False)
)
UPS_LOAD = Meaning("ups.load", _("UPS load"), "%", Limits(warning=80, critical=95, recover=75))
UPS_STATE = Meaning("ups.state", _("UPS"))
PRINTER_STATE = Meaning("printer.state", _("Printer"))
MEANINGS = (CORE, HUMIDITY, UPS_CHARGE, UPS_RUNTIME, UPS_LOAD, UPS_STATE, PRINTER_STATE)

_KINDS = {
    "temperature": TEMPERATURE,
    "humidity": HUMIDITY,
    "fanspeed": FAN_SPEED,
    "charge": UPS_CHARGE,
    "runtime": UPS_RUNTIME,
    "load": UPS_LOAD,
}


def values(reads: Mapping[str, Read], clocks: Clocks) -> list[Value]:
    """Return uptime, processors, memory, storage and sensors."""
    rows = reads[host_resources.STORAGE_TABLE.name]
    devices, systems = reads[host_resources.DEVICE_TABLE.name], reads[host_resources.FILE_SYSTEM_TABLE.name]
    processors = host_resources.processors(reads[host_resources.PROCESSOR_TABLE.name], devices)
    seconds = true_uptime(clocks)
    memory = [pool for pool in host_resources.memory(rows) if host_resources.can_fill(pool)]
    memory = memory or list(ucd.memory(reads[ucd.MEMORY.name]))
    ram = [pool for pool in memory if not _is_swap(pool)]
    swap = [pool for pool in memory if _is_swap(pool)]
    found = [] if seconds is None else [Value(UPTIME.name, seconds)]
    loads = processors or ucd.processors(reads[ucd.SYSTEM_STATS.name])
    found += _loads([(load.name, load.percent) for load in loads])
    found += _named(MEMORY, _pools(ram))
    found += _named(SWAP, _pools(swap))
    found += _named(STORAGE, _pools(host_resources.writable(rows, systems) or ucd.storage(reads[ucd.DISK_TABLE.name])))
    return found + _sensors(reads)


def _loads(loads: list[tuple[str, float | None]]) -> list[Value]:
    """Return the processor load of the device, and beside it that of each of several processors.

    The device is judged as a whole: one busy core of thirty-two is no fault, and must not be thirty-two mails.
    """
    if not loads:
        return []
    known = [percent for _name, percent in loads if percent is not None]
    mean = round(sum(known) / len(known), 1) if len(known) == len(loads) else None
    each = _named(CORE, ((name, percent, None) for name, percent in loads)) if len(loads) > 1 else []
    return [Value(CPU.name, mean), *each]


def _sensors(reads: Mapping[str, Read]) -> list[Value]:
    power = {table.name: reads.get(table.name) or nothing(table) for table in ups.TABLES}
    measured = (
        *entity.sensors(reads[entity.SENSOR_TABLE.name], reads[entity.PHYSICAL_TABLE.name]),
        *ups.sensors(power),
    )
    found = []
    for kind, meaning in _KINDS.items():
        found += _named(
            meaning, ((s.name, s.value, _state(s)) for s in measured if s.kind == kind and s.name != ups.ON_BATTERY)
        )
    states = _named(UPS_STATE, ((s.name, s.value, _state(s)) for s in ups.sensors(power) if s.kind == "state"))
    found += [replace(each, note=ups.WORDS.get((each.item, int(each.value or 0)))) for each in states]
    printers = host_resources.printer_states(
        nothing(host_resources.PRINTER_TABLE), reads[host_resources.DEVICE_TABLE.name]
    )
    return found + _named(PRINTER_STATE, ((s.name, s.value, _state(s)) for s in printers))


def _is_swap(pool: Pool) -> bool:
    return "swap" in pool.name.lower()


def _state(sensor: Sensor) -> State | None:
    return State(sensor.state) if sensor.state else None


def _pools(pools: Iterable[Pool]) -> Iterator[tuple[str, float | None, None]]:
    return ((pool.name, None if pool.percent is None else round(pool.percent, 2), None) for pool in pools)


def _named(meaning: Meaning, measured: Iterable[tuple[str, float | None, State | None]]) -> list[Value]:
    """Build values; the second of one name is told apart by a number, in the order of the device's indexes."""
    rows = list(measured)
    times: Counter[str] = Counter()
    found = []
    for name, number, state in rows:
        times[name] += 1
        item = name if times[name] == 1 else f"{name} #{times[name]}"
        found.append(Value(meaning.name, number, item, state))
    return found
