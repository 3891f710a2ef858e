"""What a device is made of, and what is installed and runs on it, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from probes.snmp import parts, software, ups
from probes.snmp.client import oid
from probes.snmp.entity import PHYSICAL_TABLE
from probes.snmp.page import Page
from probes.snmp.tables import Read, nothing
from tests.unit.probes.snmp.tabled import read

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

CHASSIS, CONTAINER, POWER, SENSOR, MODULE, PORT = 3, 5, 6, 8, 9, 10


def lines(write: Callable[[Page, Mapping[str, Read]], None], tables: Any, *some: Read) -> list[str]:
    page = Page()
    write(page, {table.name: nothing(table) for table in tables} | {each.table.name: each for each in some})
    return page.text().splitlines()


def hardware(*some: Read) -> list[str]:
    return lines(parts.write, parts.TABLES, *some)


def part(kind: int, name: bytes, serial: bytes = b"", **cells: bytes) -> dict[str, Any]:
    return {"entPhysicalClass": kind, "entPhysicalName": name, "entPhysicalSerialNum": serial, **cells}


def physical(*rows: dict[str, Any]) -> Read:
    return read(PHYSICAL_TABLE, dict(enumerate(rows, 1)))


def ports(*addresses: str) -> Read:
    cells = {n: {"ifType": 6, "ifPhysAddress": bytes.fromhex(address)}
             for n, address in enumerate(addresses)}  # fmt: skip
    return read(parts.PORTS, cells)


class TestHardware:
    def test_a_part_is_told_with_its_serial_number_and_revisions(self) -> None:
        rows = physical(
            part(CHASSIS, b"Chassis", b"FOC1", entPhysicalModelName=b"C93", entPhysicalDescr=b"Chassis"),
            part(MODULE, b"Slot 2", b"LPU2", entPhysicalHardwareRev=b"V02", entPhysicalSoftwareRev=b"17.3"),
        )
        assert hardware(rows) == [
            "chassis Chassis", " model: C93", " serial number: FOC1",
            "module Slot 2", " serial number: LPU2", " hardware revision: V02", " software revision: 17.3",
        ]  # fmt: skip

    def test_what_comes_and_goes_is_told_only_with_a_serial_number(self) -> None:
        rows = physical(
            part(SENSOR, b"Temp"), part(CONTAINER, b"Bay 1"), part(PORT, b"Te1", b"SFP99"), part(POWER, b"PS 1", b"N/A")
        )
        assert [line for line in hardware(rows) if not line.startswith(" ")] == ["port Te1", "powerSupply PS 1"]

    def test_renumbering_changes_nothing(self) -> None:
        rows = [part(MODULE, b"Slot %d" % n, b"LPU%d" % n) for n in range(1, 13)]
        assert hardware(physical(*rows)) == hardware(physical(*reversed(rows)))

    def test_parts_of_one_name_are_told_apart(self) -> None:
        rows = physical(part(POWER, b"PSU", b"B2"), part(POWER, b"PSU", b"A1"))
        assert hardware(rows) == ["powerSupply PSU", " serial number: A1", "powerSupply PSU #2", " serial number: B2"]

    def test_a_box_without_parts_says_what_it_is(self) -> None:
        group = {"sysDescr": b"Switch, V5.20", "sysObjectID": oid("1.3.6.1.4.1.25506.1.1")}
        bridge = read(parts.BRIDGE, {0: {"dot1dBaseBridgeAddress": bytes.fromhex("001b54102700")}})
        assert hardware(read(parts.SYSTEM, {0: group}), bridge, ports("001b54102701")) == [
            "system", " description: Switch, V5.20", " product: 1.3.6.1.4.1.25506.1.1",
            "hardware addresses", " bridge: 00:1b:54:10:27:00",
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("addresses", "told"),
        [
            (("001b54102702", "001b54102701", "001b54102701"), ["00:1b:54:10:27:01", "00:1b:54:10:27:02"]),
            (("021b54102702", "000000000000", "", "aabb"), []),
            (tuple(f"001b541027{n:02x}" for n in range(48)), ["00:1b:54:10:27:00"]),
        ],
    )
    def test_hardware_addresses_are_those_that_a_manufacturer_gave(
        self, addresses: tuple[str, ...], told: list[str]
    ) -> None:
        assert [line.partition(": ")[2] for line in hardware(ports(*addresses))[1:]] == told

    def test_a_serial_number_does_without_addresses(self) -> None:
        assert "hardware addresses" not in hardware(physical(part(CHASSIS, b"A", b"FOC1")), ports("001b54102701"))

    def test_a_server_tells_disks_processors_and_memory(self) -> None:
        kind = oid("1.3.6.1.2.1.25.3.1")
        devices = read(parts.DEVICES, {
            1: {"hrDeviceType": (*kind, 3), "hrDeviceDescr": b"Xeon"}, 2: {"hrDeviceType": (*kind, 3), "hrDeviceDescr": b"Xeon"},
            3: {"hrDeviceType": (*kind, 6), "hrDeviceDescr": b"/dev/sda"}, 4: {"hrDeviceType": (*kind, 4), "hrDeviceDescr": b"veth1"},
        })  # fmt: skip
        disks = read(parts.DISK_TABLE, {3: {"hrDiskStorageCapacity": 1000}})
        assert hardware(devices, disks, read(parts.MEMORY, {0: {"hrMemorySize": 16_303_104}})) == [
            "system", " memory: 15872 MiB",
            "devices", " disk, 1000 KiB: /dev/sda", " processor: Xeon", " processors like this: 2",
        ]  # fmt: skip

    def test_a_new_kernel_that_keeps_a_little_more_for_itself_is_no_change(self) -> None:
        sizes = (16_303_104, 16_311_296)
        assert len({tuple(hardware(read(parts.MEMORY, {0: {"hrMemorySize": size}}))) for size in sizes}) == 1

    def test_power_supplies_and_printers_say_who_they_are(self) -> None:
        power = read(
            ups.IDENT,
            {0: {"upsIdentManufacturer": b"APC", "upsIdentModel": b"SMX", "upsIdentAgentSoftwareVersion": b"2"}},
        )
        printer = read(parts.PRINTER, {1: {"prtGeneralSerialNumber": b"VNB3"}})
        assert hardware(power, printer) == [
            "system", " UPS vendor: APC", " UPS model: SMX", " UPS agent: 2", " printer serial number: VNB3",
        ]  # fmt: skip


class TestSoftware:
    def test_what_is_installed_is_told_once_and_sorted(self) -> None:
        rows = {
            3: {"hrSWInstalledName": b"zabbix", "hrSWInstalledType": 4}, 1: {"hrSWInstalledName": b"7-Zip", "hrSWInstalledType": 4},
            2: {"hrSWInstalledName": b"7-Zip", "hrSWInstalledType": 4}, 9: {"hrSWInstalledName": "输液".encode("gbk"), "hrSWInstalledType": 3},
            4: {"hrSWInstalledName": b""},
        }  # fmt: skip
        assert lines(software.write_installed, (software.INSTALLED,), read(software.INSTALLED, rows)) == [
            "installed software", " application: 7-Zip", " application: zabbix", " device driver: 输液",
        ]  # fmt: skip

    def test_programs_are_told_without_what_is_of_the_moment(self) -> None:
        rows = {
            1: {"hrSWRunName": b"cron", "hrSWRunPath": b"/usr/sbin/cron", "hrSWRunType": 4, "hrSWRunStatus": 1},
            2: {"hrSWRunName": b"cron", "hrSWRunPath": b"/usr/sbin/cron", "hrSWRunType": 4, "hrSWRunStatus": 2},
            3: {"hrSWRunName": b"kworker/0:1", "hrSWRunPath": b"", "hrSWRunType": 2, "hrSWRunStatus": 2},
            4: {"hrSWRunName": b"gone", "hrSWRunPath": b"/bin/gone", "hrSWRunType": 4, "hrSWRunStatus": 4},
            5: {"hrSWRunName": b"System", "hrSWRunPath": b"", "hrSWRunType": 4, "hrSWRunStatus": 1},
        }  # fmt: skip
        assert lines(software.write_running, (software.RUNNING,), read(software.RUNNING, rows)) == [
            "running software", " program: System", " program: cron at /usr/sbin/cron",
        ]  # fmt: skip

    def test_services_of_windows_are_told_by_name(self) -> None:
        rows = {(1, n): {"svSvcName": name} for n, name in enumerate((b"Spooler", b"DHCP Client"))}
        assert lines(software.write_services, (software.SERVICES,), read(software.SERVICES, rows)) == [
            "services", " service: DHCP Client", " service: Spooler",
        ]  # fmt: skip
