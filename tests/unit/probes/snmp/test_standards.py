"""What the standard tables mean: host resources, hardware, sensors, UPS, printers, neighbours, addresses, VLANs."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest

from probes.snmp import addresses, entity, host_resources, lldp, poe, printer, ucd, ups, vlans
from probes.snmp.client import Counter32, Gauge32, oid
from probes.snmp.inspection import Address, Interface, Neighbour, Part, Platform, Pool, Processor, Sensor, Vlan
from probes.snmp.tables import nothing
from tests.unit.probes.snmp.tabled import read, reads

RAM, VIRTUAL, DISK, OTHER = (oid(f"1.3.6.1.2.1.25.2.1.{kind}") for kind in (2, 3, 4, 1))
PRINTER = oid("1.3.6.1.2.1.25.3.1.5")


def pool(kind: tuple[int, ...], name: str, size: int, used: int, unit: int = 1024) -> dict[str, object]:
    return {
        "hrStorageType": kind,
        "hrStorageDescr": name.encode(),
        "hrStorageAllocationUnits": unit,
        "hrStorageSize": size,
        "hrStorageUsed": used,
    }


class TestHostResources:
    def test_processors_are_named_by_their_device(self) -> None:
        loads = read(host_resources.PROCESSOR_TABLE, {7: {"hrProcessorLoad": 12}, 8: {"hrProcessorLoad": 101}})
        devices = read(host_resources.DEVICE_TABLE, {7: {"hrDeviceDescr": b"Intel Xeon"}})
        assert host_resources.processors(loads, devices) == (Processor("Intel Xeon", 12),)

    def test_buffers_and_caches_are_not_in_use(self) -> None:
        rows = read(
            host_resources.STORAGE_TABLE,
            {
                1: pool(RAM, "Physical memory", 1000, 900),
                3: pool(VIRTUAL, "Virtual memory", 2000, 950),
                6: pool(OTHER, "Memory buffers", 1000, 100),
                7: pool(OTHER, "Cached memory", 300, 300),
                10: pool(VIRTUAL, "Swap space", 1000, 50),
                31: pool(DISK, "/", 4000, 1000),
            },
        )
        physical, virtual, swap = host_resources.memory(rows)
        assert (physical.percent, physical.used_bytes, physical.total_bytes) == (50, 500 * 1024, 1000 * 1024)
        assert (virtual.percent, swap.percent) == (47.5, 5)
        assert host_resources.storage(rows) == (Pool("/", 25, 1000 * 1024, 4000 * 1024),)

    def test_where_active_memory_is_told_apart_nothing_is_given_back(self) -> None:
        rows = read(
            host_resources.STORAGE_TABLE,
            {
                1: pool(RAM, "Physical memory", 100, 60),
                2: pool(RAM, "Real memory", 40, 39),
                7: pool(OTHER, "Cached memory", 5, 5),
            },
        )
        assert [each.percent for each in host_resources.memory(rows)] == [60, 97.5]
        assert [host_resources.can_fill(each) for each in host_resources.memory(rows)] == [True, False]

    def test_a_reclaimable_memory_that_cannot_be_is_not_believed(self) -> None:
        rows = read(
            host_resources.STORAGE_TABLE,
            {1: pool(RAM, "Physical memory", 100, 60), 6: pool(OTHER, "Memory buffers", 10, -4_000)},
        )
        assert host_resources.memory(rows)[0].percent == 60

    def test_a_buffer_pool_is_a_memory_of_its_own(self) -> None:
        rows = read(host_resources.STORAGE_TABLE, {1: pool(RAM, "Buffer Pool", 100, 8)})
        assert host_resources.memory(rows)[0].percent == 8

    def test_disks_beyond_two_tebi_units_are_read_past_the_overflow(self) -> None:
        rows = read(host_resources.STORAGE_TABLE, {1: pool(DISK, "/data", -(2**31), 2**30, 4096)})
        (disk,) = host_resources.storage(rows)
        assert (disk.total_bytes, disk.percent) == (2**31 * 4096, 50)

    def test_device_trees_and_empty_disks_are_left_out(self) -> None:
        rows = read(host_resources.STORAGE_TABLE, {1: pool(DISK, "/dev", 1, 1), 2: pool(DISK, "/cd", 0, 0)})
        assert host_resources.storage(rows) == ()

    def test_read_only_file_systems_are_not_watched(self) -> None:
        rows = read(host_resources.STORAGE_TABLE, {31: pool(DISK, "/", 4000, 1), 32: pool(DISK, "/rom", 4000, 4000)})
        systems = read(host_resources.FILE_SYSTEM_TABLE, {1: {"hrFSAccess": 2, "hrFSStorageIndex": 32}})
        assert [each.name for each in host_resources.writable(rows, systems)] == ["/"]

    @pytest.mark.parametrize(
        ("status", "bits", "states"),
        [
            (2, b"\0", ["ok", "ok"]),
            (3, b"\x80\x00", ["warning", "warning"]),
            (5, b"\x40", ["critical", "critical"]),
            (2, b"\x10\x00", ["ok", "critical"]),
            (9, b"", ["unknown"]),
        ],
        ids=["well", "low paper", "no paper", "no toner", "strange"],
    )
    def test_a_printer_says_how_it_is(self, status: int, bits: bytes, states: list[str]) -> None:
        devices = read(
            host_resources.DEVICE_TABLE,
            {
                1: {"hrDeviceType": PRINTER, "hrDeviceStatus": status, "hrDeviceDescr": b"LaserJet"},
                2: {"hrDeviceStatus": 5},
            },
        )
        printers = read(host_resources.PRINTER_TABLE, {1: {"hrPrinterDetectedErrorState": bits}})
        assert [each.state for each in host_resources.printer_states(printers, devices)] == states


class TestUcd:
    def test_memory_without_what_is_given_back(self) -> None:
        cells = {
            "memTotalReal": 1000,
            "memAvailReal": 100,
            "memBuffer": 150,
            "memCached": 250,
            "memTotalSwap": 200,
            "memAvailSwap": 200,
        }
        ram, swap = ucd.memory(read(ucd.MEMORY, {0: cells}))
        assert (ram.percent, ram.total_bytes, swap.percent) == (50, 1024_000, 0)

    def test_impossible_figures_are_none(self) -> None:
        assert ucd.memory(read(ucd.MEMORY, {0: {"memTotalReal": 100, "memAvailReal": 200}})) == ()
        assert ucd.memory(nothing(ucd.MEMORY)) == ()
        assert ucd.processors(read(ucd.SYSTEM_STATS, {0: {"ssCpuIdle": 300}})) == ()

    def test_the_processor_is_what_is_not_idle(self) -> None:
        assert ucd.processors(read(ucd.SYSTEM_STATS, {0: {"ssCpuIdle": 93}})) == (Processor("CPU", 7),)

    def test_large_disks_are_read_in_two_halves(self) -> None:
        wide = {"dskTotalLow": 0, "dskTotalHigh": 2, "dskUsedLow": 0, "dskUsedHigh": 1}
        cells = {"dskPath": b"/data", "dskTotal": 2**31 - 1, "dskUsed": 2**31 - 1, **wide}
        assert ucd.storage(read(ucd.DISK_TABLE, {1: cells})) == (Pool("/data", 50, 2**42, 2**43),)


class TestEntity:
    PARTS = read(
        entity.PHYSICAL_TABLE,
        {
            1: {"entPhysicalClass": 11, "entPhysicalContainedIn": 0, "entPhysicalName": b"Stack"},
            1001: {
                "entPhysicalClass": 3,
                "entPhysicalContainedIn": 1,
                "entPhysicalDescr": b"48 port switch",
                "entPhysicalSerialNum": b"FOC1234X0AB",
                "entPhysicalModelName": b"EX48",
                "entPhysicalSoftwareRev": b"15.2",
                "entPhysicalHardwareRev": b"V02",
                "entPhysicalMfgName": b"Example",
            },
            1002: {
                "entPhysicalClass": 8,
                "entPhysicalContainedIn": 1001,
                "entPhysicalName": b"Te1/1/1 Tx Power Sensor",
            },
        },
    )

    def test_hardware_is_listed_with_what_holds_it(self) -> None:
        assert entity.parts(self.PARTS)[1] == Part(1001, 1, "chassis", "48 port switch", "EX48", "FOC1234X0AB", "V02")

    def test_the_chassis_says_what_the_device_is(self) -> None:
        assert entity.platform(self.PARTS) == Platform(None, "Example", "EX48", "15.2", "FOC1234X0AB", None)

    def test_where_no_chassis_says_it_a_single_part_does(self) -> None:
        parts = {1: {"entPhysicalClass": 11}, 2: {"entPhysicalClass": 9, "entPhysicalSerialNum": b"EC18"}}
        assert entity.platform(read(entity.PHYSICAL_TABLE, parts)).serial == "EC18"
        parts[3] = {"entPhysicalClass": 9, "entPhysicalSerialNum": b"EC19"}
        assert entity.platform(read(entity.PHYSICAL_TABLE, parts)).serial is None

    @pytest.mark.parametrize(
        ("kind", "scale", "precision", "value", "expected"),
        [
            (8, 9, 0, 41, Sensor("s", "temperature", 41, "°C")),
            (8, 9, 1, 415, Sensor("s", "temperature", 41.5, "°C")),
            (4, 8, 0, 3300, Sensor("s", "voltage", 3.3, "V")),
            (5, 8, 2, 3345, Sensor("s", "current", 0.03345, "A")),
            (10, 9, 0, 5400, Sensor("s", "fanspeed", 5400, "rpm")),
            (9, 9, 0, 45, Sensor("s", "humidity", 45, "%")),
            (8, None, None, 20, Sensor("s", "temperature", 20, "°C")),
            (8, 99, 0, 20, Sensor("s", "temperature", 20, "°C")),
            (8, 9, 0, -1_000_000_000, Sensor("s", "temperature", None, "°C")),
            (12, 9, 0, 2, Sensor("s", "state", 2, "", "critical")),
            (12, 9, 0, 1, Sensor("s", "state", 1, "", "ok")),
        ],
    )
    def test_sensors_are_scaled(
        self, kind: int, scale: int | None, precision: int | None, value: int, expected: Sensor
    ) -> None:
        cells = {
            "entPhySensorType": kind,
            "entPhySensorScale": scale,
            "entPhySensorPrecision": precision,
            "entPhySensorValue": value,
            "entPhySensorOperStatus": 1,
        }
        parts = read(entity.PHYSICAL_TABLE, {5: {"entPhysicalName": b"s"}})
        assert entity.sensors(read(entity.SENSOR_TABLE, {5: cells}), parts) == (expected,)

    def test_a_sensor_that_does_not_work_says_so_without_a_value(self) -> None:
        rows = read(
            entity.SENSOR_TABLE,
            {
                1: {"entPhySensorType": 8, "entPhySensorValue": 0, "entPhySensorOperStatus": 3},
                2: {"entPhySensorType": 8, "entPhySensorValue": 0, "entPhySensorOperStatus": 2},
            },
        )
        assert entity.sensors(rows, nothing(entity.PHYSICAL_TABLE)) == (
            Sensor("sensor 1", "temperature", None, "°C", "critical"),
        )

    def test_light_in_small_watts_is_told_in_dbm_too(self) -> None:
        cells = {
            "entPhySensorType": 6,
            "entPhySensorScale": 8,
            "entPhySensorPrecision": 4,
            "entPhySensorValue": 5000,
            "entPhySensorOperStatus": 1,
        }
        watts, dbm = entity.sensors(read(entity.SENSOR_TABLE, {1002: cells}), self.PARTS)
        assert (watts.kind, watts.value) == ("power", 0.0005)
        assert (dbm.kind, dbm.value) == ("dbm", -3.01)

    def test_light_without_a_type_is_taken_for_dbm(self) -> None:
        cells = {
            "entPhySensorType": 1,
            "entPhySensorScale": 9,
            "entPhySensorPrecision": 1,
            "entPhySensorValue": -57,
            "entPhySensorOperStatus": 1,
        }
        assert entity.sensors(read(entity.SENSOR_TABLE, {1002: cells}), self.PARTS) == (
            Sensor("Te1/1/1 Tx Power Sensor", "dbm", -5.7, "dBm"),
        )


class TestUps:
    TABLES = reads(
        read(ups.IDENT, {0: {"upsIdentManufacturer": b"Example", "upsIdentModel": b"UPS 3000", "upsIdentAgentSoftwareVersion": b"1.2"}}),
        read(
            ups.BATTERY,
            {0: {"upsBatteryStatus": 3, "upsSecondsOnBattery": 90, "upsEstimatedMinutesRemaining": 7, "upsEstimatedChargeRemaining": 35,
                 "upsBatteryVoltage": 540, "upsBatteryCurrent": -15, "upsBatteryTemperature": 31}},
        ),
        read(ups.OUTPUT, {0: {"upsOutputSource": 5, "upsOutputFrequency": 500}}),
        read(ups.OUTPUT_TABLE, {1: {"upsOutputVoltage": 229, "upsOutputPercentLoad": 42, "upsOutputCurrent": -1}}),
        read(ups.TEST, {0: {"upsTestResultsSummary": 6}}),
    )  # fmt: skip

    def test_quantities_are_scaled_and_states_judged(self) -> None:
        found = {(each.name, each.kind): each for each in ups.sensors(self.TABLES)}
        assert found["Battery runtime", "runtime"].value == 7
        assert found["Time on battery", "runtime"].value == 1.5
        assert found["Battery", "voltage"].value == 54
        assert found["Battery", "current"].value == -1.5
        assert found["Output 1", "load"].value == 42
        assert found["Output", "frequency"].value == 50
        assert ("Output 1", "current") not in found
        assert found["Battery status", "state"].state == "critical"
        assert found["Output source", "state"].state == "critical"
        assert found["Last test", "state"].state == "ok"

    def test_it_says_what_it_is(self) -> None:
        assert ups.platform(self.TABLES) == Platform(None, "Example", "UPS 3000", "1.2", None, "ups")


class TestPrinter:
    def test_supplies_and_receptacles_say_what_is_left(self) -> None:
        rows = {
            (1, 1): {"prtMarkerSuppliesDescription": b"Toner", "prtMarkerSuppliesClass": 3, "prtMarkerSuppliesMaxCapacity": 2000, "prtMarkerSuppliesLevel": 500},
            (1, 2): {"prtMarkerSuppliesDescription": b"Waste", "prtMarkerSuppliesClass": 4, "prtMarkerSuppliesMaxCapacity": 100, "prtMarkerSuppliesLevel": 90},
            (1, 3): {"prtMarkerSuppliesDescription": b"Drum", "prtMarkerSuppliesClass": 3, "prtMarkerSuppliesMaxCapacity": 100, "prtMarkerSuppliesLevel": -3},
            (1, 4): {"prtMarkerSuppliesDescription": b"Odd", "prtMarkerSuppliesMaxCapacity": -2, "prtMarkerSuppliesLevel": 3},
        }  # fmt: skip
        tables = reads(
            read(printer.SUPPLIES_TABLE, rows),
            read(printer.MARKER_TABLE, {(1, 1): {"prtMarkerLifeCount": Counter32(9)}}),
        )
        assert printer.sensors(tables) == (
            Sensor("Impressions, life", "count", 9),
            Sensor("Toner", "percent", 25, "%"),
            Sensor("Waste", "percent", 10, "%"),
        )


def test_power_over_ethernet_says_what_it_may_give_and_gives() -> None:
    rows = read(
        poe.MAIN_TABLE,
        {1: {"pethMainPsePower": Gauge32(740), "pethMainPseConsumptionPower": Gauge32(26), "pethMainPseOperStatus": 3}},
    )
    assert [(each.kind, each.value, each.state) for each in poe.sensors(rows)] == [
        ("power", 740, None),
        ("power", 26, None),
        ("state", 3, "critical"),
    ]


REMOTE = {
    "lldpRemChassisIdSubtype": 4,
    "lldpRemChassisId": bytes.fromhex("aabbccddeeff"),
    "lldpRemPortIdSubtype": 5,
    "lldpRemPortId": b"Te1/0/1",
    "lldpRemSysName": b"core",
}


class TestNeighbours:
    PORTS = (
        Interface(10, name="Gi0/1", description="GigabitEthernet0/1", mac="00:00:00:00:00:01"),
        Interface(11, name="Gi0/2", description="GigabitEthernet0/2", mac="00:00:00:00:00:02"),
    )

    def found(
        self, local: dict[int, dict[str, object]], bridge: dict[int, dict[str, object]], number: int
    ) -> Neighbour:
        tables = reads(
            read(lldp.REMOTE_TABLE, {(0, number, 1): REMOTE}),
            read(lldp.LOCAL_TABLE, local),
            read(lldp.BASE_PORT_TABLE, bridge),
            read(lldp.MANAGEMENT_TABLE, {(0, number, 1, 1, 4, 10, 0, 0, 7): {"lldpRemManAddrIfSubtype": 2}}),
        )
        (neighbour,) = lldp.neighbours(tables, self.PORTS)
        return neighbour

    @pytest.mark.parametrize(
        ("local", "bridge", "number"),
        [
            ({5: {"lldpLocPortIdSubtype": 5, "lldpLocPortId": b"Gi0/2"}}, {}, 5),
            ({5: {"lldpLocPortIdSubtype": 7, "lldpLocPortId": b"5", "lldpLocPortDesc": b"GigabitEthernet0/2"}}, {}, 5),
            ({5: {"lldpLocPortIdSubtype": 3, "lldpLocPortId": bytes.fromhex("000000000002")}}, {}, 5),
            ({}, {5: {"dot1dBasePortIfIndex": 11}}, 5),
            ({}, {}, 11),
        ],
        ids=["by name", "by description", "by address", "by bridge port", "by index"],
    )
    def test_the_local_port_is_found(
        self, local: dict[int, dict[str, object]], bridge: dict[int, dict[str, object]], number: int
    ) -> None:
        assert self.found(local, bridge, number) == Neighbour("lldp", "Gi0/2", "core", "Te1/0/1", "10.0.0.7")

    def test_an_unknown_local_port_keeps_its_own_name(self) -> None:
        assert self.found({99: {"lldpLocPortDesc": b"mgmt"}}, {}, 99).local_interface == "mgmt"
        assert self.found({}, {}, 99).local_interface is None

    def test_a_nameless_neighbour_is_known_by_its_address(self) -> None:
        rows = {
            (0, 10, 1): {
                **REMOTE,
                "lldpRemSysName": b"",
                "lldpRemPortIdSubtype": 3,
                "lldpRemPortId": bytes.fromhex("aabbccddee00"),
            }
        }
        (neighbour,) = lldp.neighbours(reads(read(lldp.REMOTE_TABLE, rows)), self.PORTS)
        assert (neighbour.remote_name, neighbour.remote_interface) == ("aa:bb:cc:dd:ee:ff", "aa:bb:cc:dd:ee:00")

    def test_an_address_that_is_none_is_left_out(self) -> None:
        rows = {
            (0, 10, 1, 1, 4, 10, 0, 0): {"lldpRemManAddrIfSubtype": 2},
            (0, 10, 2, 1, 2, 10, 300): {"lldpRemManAddrIfSubtype": 2},
        }
        tables = reads(read(lldp.REMOTE_TABLE, {(0, 10, 1): REMOTE}), read(lldp.MANAGEMENT_TABLE, rows))
        assert lldp.neighbours(tables, self.PORTS)[0].remote_address is None


class TestAddresses:
    def old(self, address: str, mask: str) -> tuple[Address, ...]:
        index = tuple(IPv4Address(address).packed)
        rows = read(addresses.OLD_TABLE, {index: {"ipAdEntIfIndex": 3, "ipAdEntNetMask": IPv4Address(mask)}})
        return addresses.addresses(nothing(addresses.ADDRESS_TABLE), rows)

    @pytest.mark.parametrize(
        ("address", "mask", "prefix"),
        [
            ("10.1.2.3", "255.255.255.0", 24),
            ("10.1.2.3", "255.255.255.255", 32),
            ("10.1.2.3", "255.0.255.0", None),
            ("10.1.2.3", "0.0.0.0", None),
            ("127.0.0.1", "0.0.0.0", 8),
            ("169.254.7.8", "0.0.0.0", 16),
        ],
    )
    def test_masks_become_prefixes(self, address: str, mask: str, prefix: int | None) -> None:
        assert self.old(address, mask) == (Address(address, prefix, 3),)

    def test_no_address_is_no_address(self) -> None:
        assert self.old("0.0.0.0", "0.0.0.0") == ()

    def test_the_new_table_knows_both_families(self) -> None:
        prefix = (1, 3, 6, 1, 2, 1, 4, 32, 1, 5, 3, 2, 16, *range(16), 64)
        rows = read(
            addresses.ADDRESS_TABLE,
            {
                (1, 4, 10, 0, 0, 1): {"ipAddressIfIndex": 3, "ipAddressType": 1, "ipAddressPrefix": (1, 3, 6, 1, 2, 1, 4, 32, 1, 5, 3, 1, 4, 10, 0, 0, 0, 24)},
                (2, 16, *([0x20, 0x01] + [0] * 13 + [1])): {"ipAddressIfIndex": 3, "ipAddressPrefix": prefix},
                (1, 4, 10, 0, 0, 255): {"ipAddressIfIndex": 3, "ipAddressType": 3},
                (1, 4, 10, 0, 0): {"ipAddressIfIndex": 3},
                (9, 2, 1, 2): {"ipAddressIfIndex": 3},
            },
        )  # fmt: skip
        assert addresses.addresses(rows, nothing(addresses.OLD_TABLE)) == (
            Address("10.0.0.1", 24, 3),
            Address("2001::1", 64, 3),
        )

    def test_what_both_tables_know_is_told_once_with_its_prefix(self) -> None:
        new = read(addresses.ADDRESS_TABLE, {(1, 4, 10, 1, 2, 3): {"ipAddressIfIndex": 3, "ipAddressPrefix": (0, 0)}})
        old = read(
            addresses.OLD_TABLE, {(10, 1, 2, 3): {"ipAdEntIfIndex": 3, "ipAdEntNetMask": IPv4Address("255.255.0.0")}}
        )
        assert addresses.addresses(new, old) == (Address("10.1.2.3", 16, 3),)


def test_vlans_of_all_tables_are_told_once() -> None:
    static = read(vlans.STATIC_TABLE, {1: {"dot1qVlanStaticName": b"default"}, 20: {"dot1qVlanStaticName": b""}})
    current = read(
        vlans.CURRENT_TABLE, {(0, 1): {"dot1qVlanStatus": 2}, (0, 30): {"dot1qVlanStatus": 3}, (0, 4095): {}}
    )
    ieee = read(vlans.IEEE_TABLE, {(1, 20): {"ieee8021QBridgeVlanStaticName": b"wards"}})
    assert vlans.vlans(static, current, ieee) == (Vlan(1, "default"), Vlan(20, "wards"), Vlan(30, None))
