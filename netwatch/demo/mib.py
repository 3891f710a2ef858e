"""What the SNMP agent of a played device says at one moment: system, ports, processors, disks, sensors, UPS. Pure.

Values move as they do in real life: counters only ever rise, loads swing about their average.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING
from zlib import crc32

from netwatch.demo.hospital import MEGA, Kind
from probes.snmp import entity, host_resources, interfaces, system, ups
from probes.snmp.client import Counter32, Counter64, Gauge32, Oid, TimeTicks, Value, oid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netwatch.demo.hospital import Device, Port
    from netwatch.demo.machine import Moment
    from probes.snmp.tables import Table

Cell = tuple["Oid", "Value"]

OBJECT_ID = oid("1.3.6.1.4.1.32473.1")
"""Below the enterprise number that is kept for examples (RFC 5612)."""
ETHERNET = 6
SLOWEST_SWING, SWINGS = 60.0, 7
GIB = 1 << 30
UNIT = 64 * 1024
_RAM, _FIXED_DISK = oid("1.3.6.1.2.1.25.2.1.2"), oid("1.3.6.1.2.1.25.2.1.4")
_PROCESSOR = oid("1.3.6.1.2.1.25.3.1.3")
_CHASSIS, _SENSOR, _CELSIUS, _UNITS = 3, 8, 8, 9


def cells(device: Device, moment: Moment) -> dict[Oid, Value]:
    """Return every instance that the device has, with its value now."""
    parts = (_system, _ports, _computer, _hardware, _power)
    return {name: value for part in parts for name, value in part(device, moment)}


def _system(device: Device, moment: Moment) -> Iterator[Cell]:
    yield system.SYS_DESCR, f"{device.model} (simulated by netwatch demo)".encode()
    yield system.SYS_OBJECT_ID, OBJECT_ID
    yield system.SYS_UPTIME, _ticks(moment.uptime)
    yield system.SYS_CONTACT, b"8100"
    yield system.SYS_NAME, device.name.encode()
    yield system.SYS_LOCATION, b"127.0.0.0/8"
    yield system.ENGINE_BOOTS, moment.boots
    yield system.ENGINE_TIME, int(moment.uptime)
    yield system.HOST_UPTIME, _ticks(moment.uptime)


def _ports(device: Device, moment: Moment) -> Iterator[Cell]:
    if device.ports:
        yield system.TABLE_CHANGE, TimeTicks(0)
    for index, port in enumerate(device.ports, start=1):
        down = port.name in moment.condition.ports_down
        seconds = moment.carried[port.name]
        came_in, went_out = _octets(device, port, "in", seconds), _octets(device, port, "out", seconds)
        yield from _row(
            interfaces.IF_TABLE, index,
            ifDescr=port.name.encode(), ifType=ETHERNET, ifMtu=1500, ifSpeed=Gauge32(min(port.speed, 2**32 - 1)),
            ifPhysAddress=_mac(device, index), ifAdminStatus=1, ifOperStatus=2 if down else 1,
            ifLastChange=_ticks(moment.changed.get(port.name, 0.0)),
            ifInOctets=Counter32(came_in % 2**32), ifOutOctets=Counter32(went_out % 2**32),
            ifInErrors=Counter32(0), ifOutErrors=Counter32(0), ifInDiscards=Counter32(0), ifOutDiscards=Counter32(0),
        )  # fmt: skip
        yield from _row(
            interfaces.IFX_TABLE, index,
            ifName=port.name.encode(), ifHCInOctets=Counter64(came_in), ifHCOutOctets=Counter64(went_out),
            ifHighSpeed=Gauge32(port.speed // MEGA), ifAlias=port.alias.encode(),
            ifCounterDiscontinuityTime=TimeTicks(0),
        )  # fmt: skip


def _computer(device: Device, moment: Moment) -> Iterator[Cell]:
    if device.kind is Kind.POWER:
        return
    load = device.load * (1 + 0.4 * _swing(f"{device.name}/load", moment.uptime))
    busy = moment.condition.load
    yield from _row(host_resources.DEVICE_TABLE, 1, hrDeviceType=_PROCESSOR, hrDeviceDescr=b"CPU")
    yield from _row(host_resources.PROCESSOR_TABLE, 1, hrProcessorLoad=round(load if busy is None else busy))
    used = device.memory * (1 + 0.03 * _swing(f"{device.name}/memory", moment.uptime))
    yield from _pool(1, _RAM, "Physical memory", 4 if device.kind is Kind.SWITCH else 64, used)
    for index, volume in enumerate(device.volumes, start=2):
        yield from _pool(
            index, _FIXED_DISK, volume.name, volume.size, moment.condition.full.get(volume.name, volume.full)
        )


def _hardware(device: Device, moment: Moment) -> Iterator[Cell]:
    serial = f"DEMO{crc32(device.name.encode()):08X}"
    yield from _row(
        entity.PHYSICAL_TABLE, 1,
        entPhysicalDescr=device.model.encode(), entPhysicalContainedIn=0, entPhysicalClass=_CHASSIS,
        entPhysicalName=b"Chassis", entPhysicalSoftwareRev=b"V1.0", entPhysicalSerialNum=serial.encode(),
        entPhysicalMfgName=b"netwatch demo", entPhysicalModelName=device.model.encode(),
    )  # fmt: skip
    if device.kind is Kind.POWER:
        return
    yield from _row(
        entity.PHYSICAL_TABLE, 2,
        entPhysicalDescr=b"Inlet", entPhysicalContainedIn=1, entPhysicalClass=_SENSOR, entPhysicalName=b"Inlet",
    )  # fmt: skip
    warmth = 31 + 2 * _swing(f"{device.name}/inlet", moment.uptime) + 0.1 * (moment.condition.load or device.load)
    yield from _row(
        entity.SENSOR_TABLE, 2,
        entPhySensorType=_CELSIUS, entPhySensorScale=_UNITS, entPhySensorPrecision=1,
        entPhySensorValue=round(10 * warmth), entPhySensorOperStatus=1,
    )  # fmt: skip


def _power(device: Device, moment: Moment) -> Iterator[Cell]:
    if device.kind is not Kind.POWER:
        return
    lost = moment.condition.on_battery
    charge = max(60.0, 100 - moment.on_battery / 10)
    load = 47 + 3 * _swing(f"{device.name}/load", moment.uptime)
    yield from _row(
        ups.IDENT, 0, upsIdentManufacturer=b"netwatch demo", upsIdentModel=device.model.encode(),
        upsIdentUPSSoftwareVersion=b"1.0",
    )  # fmt: skip
    yield from _row(
        ups.BATTERY, 0,
        upsBatteryStatus=2, upsSecondsOnBattery=int(moment.on_battery), upsEstimatedMinutesRemaining=round(0.42 * charge),
        upsEstimatedChargeRemaining=round(charge), upsBatteryVoltage=2450 if lost else 2710, upsBatteryTemperature=26,
    )  # fmt: skip
    yield from _row(ups.INPUT_TABLE, 1, upsInputFrequency=0 if lost else 500, upsInputVoltage=0 if lost else 229)
    yield from _row(ups.OUTPUT, 0, upsOutputSource=5 if lost else 3, upsOutputFrequency=500)
    yield from _row(ups.OUTPUT_TABLE, 1, upsOutputVoltage=230, upsOutputPercentLoad=round(load))
    yield from _row(ups.ALARMS, 0, upsAlarmsPresent=Gauge32(1 if lost else 0))


def _row(table: Table, index: int, **columns: Value) -> Iterator[Cell]:
    entry = table.oids()
    for column, value in columns.items():
        yield (*entry[column], index), value


def _pool(index: int, kind: Oid, name: str, gib: int, percent: float) -> Iterator[Cell]:
    size = gib * GIB // UNIT
    return _row(
        host_resources.STORAGE_TABLE, index,
        hrStorageType=kind, hrStorageDescr=name.encode(), hrStorageAllocationUnits=UNIT,
        hrStorageSize=size, hrStorageUsed=round(size * percent / 100),
    )  # fmt: skip


def _octets(device: Device, port: Port, way: str, seconds: float) -> int:
    """Return the octets that a port has carried: the integral of a rate that swings about its average."""
    key = f"{device.name}/{port.name}/{way}"
    rate = port.speed / 8 * port.use * (0.5 + (crc32(key.encode()) % 100) / 100)
    pace, shift = _pace(key)
    return round(rate * (seconds + 0.6 * (math.cos(shift) - math.cos(pace * seconds + shift)) / pace))


def _swing(key: str, seconds: float) -> float:
    """Return a number between -1 and 1 that goes up and down, each thing at its own pace."""
    pace, shift = _pace(key)
    return math.sin(pace * seconds + shift)


def _pace(key: str) -> tuple[float, float]:
    number = crc32(key.encode())
    return 2 * math.pi / (SLOWEST_SWING + 20 * (number % SWINGS)), float(number % 628) / 100


def _mac(device: Device, index: int) -> bytes:
    """Return a locally administered address."""
    return b"\x02" + crc32(device.name.encode()).to_bytes(4, "big") + bytes((index,))


def _ticks(seconds: float) -> TimeTicks:
    return TimeTicks(int(seconds * 100) % 2**32)
