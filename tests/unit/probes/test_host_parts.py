"""What the counters and tables of this machine mean."""

from __future__ import annotations

import os
from collections import namedtuple
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.api import Message, State, Value
from probes.host import sensors, storage, system
from probes.host.network import Counters, Link, Network, state, traffic
from probes.host.storage import Mount, Partition

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
EXT4 = frozenset({"ext4", "squashfs", "zfs"})


def named(values: Any) -> dict[tuple[str, str], Value]:
    return {(value.meaning, value.item): value for value in values}


class TestProcessor:
    def test_load_is_what_was_not_idle_and_waiting_for_a_disk_is_idle(self) -> None:
        before = {"user": 10.0, "system": 5.0, "idle": 100.0, "iowait": 1.0, "guest": 3.0}
        after = {"user": 13.0, "system": 6.0, "idle": 104.0, "iowait": 3.0, "guest": 6.0}
        assert system.busy(before, after) == pytest.approx(40)

    def test_without_time_between_there_is_no_load(self) -> None:
        assert system.busy({"idle": 1.0}, {"idle": 1.0}) is None

    @given(st.dictionaries(st.sampled_from(["user", "idle", "iowait", "guest"]), st.tuples(*[st.floats(0, 1e9)] * 2)))
    def test_load_is_a_percentage_whatever_the_kernel_counts(self, times: dict[str, tuple[float, float]]) -> None:
        load = system.busy({k: a for k, (a, _b) in times.items()}, {k: b for k, (_a, b) in times.items()})
        assert load is None or -1e-6 <= load <= 100 + 1e-6

    def test_the_first_measurement_has_no_load_and_the_second_has(self, monkeypatch: pytest.MonkeyPatch) -> None:
        times = iter([1.0, 2.0])
        kind = namedtuple("kind", ["user", "idle"])  # noqa: PYI024 — as psutil has it
        monkeypatch.setattr(psutil, "cpu_times", lambda: kind(next(times), 5.0))
        processor = system.Processor()
        assert [value.meaning for value in processor.read().values] == ["load.per_cpu"]
        assert named(processor.read().values)["cpu.usage", ""].value == 100


class TestStart:
    def test_the_start_keeps_its_moment_though_the_kernel_wavers(self, monkeypatch: pytest.MonkeyPatch) -> None:
        start = system.Start()
        facts = []
        for second in (0, 1, -1, 3):
            booted = (NOW - timedelta(days=2)).timestamp() + second
            monkeypatch.setattr(psutil, "boot_time", lambda booted=booted: booted)
            reading = start.read(NOW)
            facts.append(reading.facts["started"])
            assert reading.values[0].value == 2 * 86400 - second
        assert set(facts) == {"2026-11-20T03:00+00:00"}
        monkeypatch.setattr(psutil, "boot_time", NOW.timestamp)
        assert start.read(NOW).facts["started"] == "2026-11-22T03:00+00:00"


class TestProcesses:
    def test_a_process_that_must_run_and_does_not_is_critical(self, monkeypatch: pytest.MonkeyPatch) -> None:
        running = [SimpleNamespace(info={"name": name}) for name in ("oracle_1", "oracle_2", None, "sshd")]
        monkeypatch.setattr(psutil, "process_iter", lambda _attributes: running)
        found = named(system.processes(["oracle_*", "sshd", "tnslsnr"]).values)
        assert found["process.count", ""].value == 4
        assert (found["process.count", "oracle_*"].value, found["process.count", "oracle_*"].state) == (2, State.OK)
        assert found["process.count", "tnslsnr"].state is State.CRITICAL
        assert str(found["process.count", "tnslsnr"].note) == "tnslsnr does not run"

    def test_users_are_counted_and_named_without_their_control_characters(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        users = [SimpleNamespace(name=name) for name in ("root", "root", "li\x1bwei")]
        monkeypatch.setattr(psutil, "users", lambda: users)
        (value,) = system.users().values
        assert value.value == 3
        assert str(value.note) == "signed in: liwei, root"


class TestMemory:
    def test_a_machine_without_swap_has_no_swap_in_use(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(psutil, "swap_memory", lambda: SimpleNamespace(total=0, percent=0.0))
        assert [value.meaning for value in system.memory().values] == ["memory.usage"]
        monkeypatch.setattr(psutil, "swap_memory", lambda: SimpleNamespace(total=1, percent=12.34))
        assert named(system.memory().values)["swap.usage", ""].value == 12.3


def partition(point: str, kind: str = "ext4", device: str = "", options: str = "rw") -> Partition:
    return Partition(device or f"/dev/{point}", point, kind, options)


class TestMounts:
    def points(self, *table: Partition, ignored: tuple[str, ...] = ()) -> list[str]:
        return [mount.point for mount in storage.real(table, EXT4, ignored)]

    def test_disks_and_network_are_watched_and_what_the_kernel_makes_up_is_not(self) -> None:
        table = [
            partition("/"),
            partition("/proc", "proc"),
            partition("/dev/shm", "tmpfs"),
            partition("/backup", "nfs4"),
            partition("/pacs", "cifs"),
            partition("/data", "zfs"),
            partition("/net", "autofs"),
            partition("/home/li", "fuse.sshfs"),
        ]
        assert self.points(*table) == ["/", "/data", "/pacs", "/backup", "/home/li"]

    def test_an_image_is_always_full_and_so_left_out(self) -> None:
        assert self.points(partition("/snap/core", "squashfs"), partition("/mnt/cd", "iso9660")) == []

    def test_a_device_mounted_twice_is_watched_once(self) -> None:
        assert self.points(partition("/etc/hosts", device="/dev/sda1"), partition("/", device="/dev/sda1")) == ["/"]

    def test_the_root_of_a_container_is_watched_too(self) -> None:
        assert self.points(partition("/", "overlay", "overlay")) == ["/"]

    def test_of_two_at_one_point_the_last_is_seen(self) -> None:
        assert self.points(partition("/data", "ext4", "a"), partition("/data", "tmpfs", "b")) == []

    def test_what_is_ignored_is_ignored_by_pattern(self) -> None:
        assert self.points(partition("/var/lib/docker/x"), partition("/srv"), ignored=("/var/lib/docker/*",)) == [
            "/srv"
        ]

    def test_usage_is_of_what_users_may_fill(self, monkeypatch: pytest.MonkeyPatch) -> None:
        it = SimpleNamespace(f_blocks=1000, f_bfree=300, f_bavail=233, f_files=100, f_ffree=60)
        monkeypatch.setattr(os, "statvfs", lambda _point: it)
        found = named(storage.usage(Mount("/", "/")).values)
        assert found["storage.usage", "/"].value == 75.0  # 700 of 933, as df says
        assert found["inode.usage", "/"].value == 40.0

    def test_a_file_system_without_inodes_has_no_inodes_in_use(self, monkeypatch: pytest.MonkeyPatch) -> None:
        it = SimpleNamespace(f_blocks=10, f_bfree=5, f_bavail=5, f_files=0, f_ffree=0)
        monkeypatch.setattr(os, "statvfs", lambda _point: it)
        assert named(storage.usage(Mount("/", "/")).values).keys() == {("storage.usage", "/")}

    def test_a_file_system_that_must_be_there_is_judged(self) -> None:
        table = [partition("/"), partition("/data", options="ro,relatime"), partition("/backup", "nfs")]
        hung = {"/backup": Message("did not answer")}
        found = storage.states(table, ["/", "/data", "/backup", "/pacs"], hung)
        assert [value.state for value in found] == [State.OK, *[State.CRITICAL] * 3]
        assert [str(value.note) for value in found[1:]] == [
            "can only be read, as after an error of the disk",
            "did not answer",
            "nothing is mounted there",
        ]


def counters(at: float, octets: int, *, errors: int = 0) -> Counters:
    return Counters(at, octets, 2 * octets, errors, 0)


class TestNetwork:
    def test_rates_are_in_bits_and_over_the_time_between(self) -> None:
        found = named(traffic("eth0", counters(100, 1000), counters(110, 2_001_000, errors=5), 100))
        assert found["port.in", "eth0"].value == 1_600_000
        assert found["port.out", "eth0"].value == 3_200_000
        assert found["port.errors", "eth0"].value == 0.5
        assert found["port.utilisation", "eth0"].value == 3.2

    def test_a_port_that_was_made_anew_has_no_rate_and_no_spike(self) -> None:
        assert traffic("eth0", counters(100, 5000), counters(110, 200), 100) == []
        assert traffic("eth0", counters(100, 50, errors=9), counters(110, 200), 100) == []

    def test_without_time_between_there_is_no_rate(self) -> None:
        assert traffic("eth0", counters(100, 50), counters(100, 60), 100) == []

    @pytest.mark.parametrize("speed", [0, 65535, -1])
    def test_without_a_speed_there_is_no_utilisation(self, speed: int) -> None:
        assert ("port.utilisation", "eth0") not in named(traffic("eth0", counters(0, 0), counters(1, 9), speed))

    @pytest.mark.parametrize(
        ("flags", "asked", "value", "judged"),
        [
            ({"up", "running"}, True, 1.0, State.OK),
            ({"up"}, True, 0.0, State.CRITICAL),
            (set(), True, 0.0, State.OK),
            ({"up"}, False, 0.0, None),
        ],
    )
    def test_a_port_is_judged_where_it_is_asked_for(
        self, flags: set[str], asked: bool, value: float, judged: State | None
    ) -> None:
        found = state("eth0", Link(frozenset(flags), 1000), asked=asked)
        assert (found.value, found.state) == (value, judged)

    def test_the_first_measurement_has_states_and_the_second_has_rates(self, monkeypatch: pytest.MonkeyPatch) -> None:
        counted = iter([1000, 2000, 500])
        io = namedtuple("io", "bytes_recv bytes_sent errin errout dropin dropout")  # noqa: PYI024 — as psutil has it
        monkeypatch.setattr(
            psutil, "net_io_counters", lambda **_how: {"eth0": io(next(counted), 0, 0, 0, 0, 0), "lo": io(*[0] * 6)}
        )
        link = SimpleNamespace(flags="up,running", speed=1000)
        monkeypatch.setattr(psutil, "net_if_stats", lambda: {"eth0": link, "lo": link})
        network = Network(("lo",), ("bond*",))
        first = named(network.read().values)
        assert first.keys() == {("port.state", "eth0"), ("port.state", "bond*")}
        assert first["port.state", "bond*"].state is State.CRITICAL
        assert ("port.in", "eth0") in named(network.read().values)
        assert ("port.in", "eth0") not in named(network.read().values)  # it fell


class TestSensors:
    def test_a_sensor_with_limits_of_its_own_judges_itself(self) -> None:
        judged = [
            sensors.temperature("cpu", sensors.Heat(value, high=80, critical=100)).state for value in (50, 80, 100)
        ]
        assert judged == [State.OK, State.WARNING, State.CRITICAL]

    @pytest.mark.parametrize("limits", [(None, None), (0.0, 65261.8)])
    def test_a_sensor_without_limits_is_judged_by_those_of_the_meaning(
        self, limits: tuple[float | None, float | None]
    ) -> None:
        assert sensors.temperature("cpu", sensors.Heat(50, *limits)).state is None

    def test_sensors_of_one_name_are_told_apart_and_senseless_ones_left_out(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        heats = [SimpleNamespace(label="Composite", current=c, high=None, critical=None) for c in (40, 41, -273.15)]
        monkeypatch.setattr(psutil, "sensors_temperatures", lambda: {"nvme": heats}, raising=False)
        found = sensors.temperatures().values
        assert [(value.item, value.value) for value in found] == [("nvme Composite", 40), ("nvme Composite 2", 41)]

    def test_a_battery_in_use_is_critical(self, monkeypatch: pytest.MonkeyPatch) -> None:
        battery = SimpleNamespace(percent=71.53, power_plugged=False)
        monkeypatch.setattr(psutil, "sensors_battery", lambda: battery, raising=False)
        found = named(sensors.battery().values)
        assert found["battery.charge", ""].value == 71.5
        assert found["battery.mains", ""].state is State.CRITICAL
        battery.power_plugged = None
        assert named(sensors.battery().values).keys() == {("battery.charge", "")}

    def test_what_a_system_does_not_offer_is_left_out(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for what in ("sensors_temperatures", "sensors_fans", "sensors_battery"):
            monkeypatch.delattr(psutil, what, raising=False)
        assert [part().values for part in (sensors.temperatures, sensors.fans, sensors.battery)] == [(), (), ()]

    def test_a_fan_says_its_speed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        fans = {"dell_smm": [SimpleNamespace(label="Processor Fan", current=2410)]}
        monkeypatch.setattr(psutil, "sensors_fans", lambda: fans, raising=False)
        assert sensors.fans().values == (Value("fan.speed", 2410.0, "dell_smm Processor Fan"),)
