"""The probe icmp against the kernel in a namespace of its own, and against a device that loses on purpose."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from struct import pack
from typing import TYPE_CHECKING, Any

import pytest

from probes.api import Failure, Measurement, Reading, Shared, Target, Trouble
from probes.icmp import IcmpProbe
from probes.icmp.book import Oddity
from probes.icmp.echo import Echo
from probes.icmp.pace import Pace
from probes.icmp.probe import LOSS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from icmplib import ICMPRequest

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
ISOLATED = ["unshare", "--user", "--map-root-user", "--net"]


@pytest.fixture(scope="module")
def trials() -> dict[str, dict[str, Any]]:
    if subprocess.run([*ISOLATED, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this system lets nobody make a network namespace")
    command = [*ISOLATED, sys.executable, str(Path(__file__).with_name("icmp_in_namespace.py"))]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=40, env=environment)
    assert not done.returncode, done.stderr
    return json.loads(done.stdout)


@pytest.mark.needs("unshare", "ip")
class TestTheKernel:
    @pytest.mark.parametrize("how", ["raw 4", "raw 6", "datagram 4", "datagram 6"])
    def test_a_host_that_answers_loses_nothing(self, trials: dict[str, dict[str, Any]], how: str) -> None:
        said = trials[f"answering {how}"]
        assert said["packet.loss"] == 0
        assert 0 < said["rtt.min"] <= said["rtt.median"] <= said["rtt.max"] < 50
        assert said["ignored"] == {}  # our own requests, which loopback shows, are filtered in the kernel

    @pytest.mark.parametrize("how", ["raw 4", "raw 6", "datagram 4"])
    def test_a_silent_host_is_a_timeout_and_takes_no_longer(self, trials: dict[str, dict[str, Any]], how: str) -> None:
        said = trials[f"silent {how}"]
        assert said["trouble"] == "timeout"
        assert said["detail"].endswith("answered none of 3 packets within 0.5 s each")
        assert 0.5 <= said["seconds"] < 1.5

    @pytest.mark.parametrize("how", ["raw", "datagram"])
    def test_a_router_that_refuses_is_named_and_ends_the_wait(
        self, trials: dict[str, dict[str, Any]], how: str
    ) -> None:
        said = trials[f"refused {how}"]
        assert said["trouble"] == "unreachable"
        assert said["detail"] == "127.0.0.254 says that traffic to 127.0.0.9 is forbidden"
        assert said["seconds"] < 2

    def test_a_routing_circle_is_told_from_silence(self, trials: dict[str, dict[str, Any]]) -> None:
        assert trials["circle raw"]["trouble"] == "unreachable"
        assert "in a circle" in trials["circle raw"]["detail"]

    def test_an_error_about_one_device_is_not_held_against_the_next(self, trials: dict[str, dict[str, Any]]) -> None:
        assert trials["refused then another"]["packet.loss"] == 0

    def test_a_reply_from_another_host_does_not_make_a_dead_one_live(self, trials: dict[str, dict[str, Any]]) -> None:
        assert trials["spoofed"]["trouble"] == "timeout"
        assert trials["spoofed"]["ignored"] == {"spoofed": 3}

    def test_a_process_that_stood_still_calls_nothing_lost_that_had_come(
        self, trials: dict[str, dict[str, Any]]
    ) -> None:
        assert trials["blocked"]["packet.loss"] == 0
        assert trials["blocked"]["rtt.max"] < 100  # the kernel's stamp, not the time when it was read

    def test_a_flood_of_foreign_and_broken_messages_changes_nothing(self, trials: dict[str, dict[str, Any]]) -> None:
        assert trials["flooded"]["packet.loss"] == 0

    def test_without_the_right_to_ping_it_says_what_to_do(self, trials: dict[str, dict[str, Any]]) -> None:
        assert trials["forbidden"]["trouble"] == "permission"
        assert "CAP_NET_RAW" in trials["forbidden"]["detail"]
        assert "ping_group_range" in trials["forbidden"]["detail"]

    @pytest.mark.parametrize(
        ("trial", "why"), [("no route", "Network is unreachable"), ("broadcast", "Permission denied")]
    )
    def test_what_this_machine_cannot_send_is_told_from_what_is_lost(
        self, trials: dict[str, dict[str, Any]], trial: str, why: str
    ) -> None:
        assert trials[trial]["trouble"] == "unreachable"
        assert trials[trial]["detail"].startswith("This machine cannot send to")
        assert trials[trial]["detail"].endswith(why)


class Device:
    """An ICMP socket whose requests go to a device that answers by a plan; UDP on loopback carries the replies."""

    is_privileged = False

    def __init__(self, plan: Iterable[int]) -> None:
        """Take how many replies each request gets, in turn."""
        self._plan = iter(plan)
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind(("127.0.0.1", 0))
        self.sock.setblocking(False)
        self._answers = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._answers.bind(("127.0.0.9", 0))

    def send(self, request: ICMPRequest) -> None:
        request._time = float("nan")
        reply = pack("!BBHHH", 0, 0, 0, request.id, request.sequence) + request.payload
        for _count in range(next(self._plan)):
            self._answers.sendto(reply, self.sock.getsockname())

    def close(self) -> None:
        self._answers.close()
        self.sock.close()


class Bench:
    def __init__(self, plan: Iterable[int], *, packets: int = 3, timeout: float = 0.05) -> None:
        self.shared = Shared()
        self.device = Device(plan)
        pace = self.shared.get("icmp/pace", Pace)
        self.echo = self.shared.get("icmp/4", lambda: Echo(4, pace, lambda _version: self.device))
        options = IcmpProbe.Options(packets=packets, interval=0.01, timeout=timeout, rate=100_000)
        self.probe = IcmpProbe(options, shared=self.shared)

    async def measure(self) -> Reading:
        return await self.probe.measure(Target("device", "127.0.0.9"), NOW)

    async def all_sent(self) -> None:
        for _count in range(1000):
            if len(self.echo._book._waiting) == self.probe._options.packets:
                return
            await asyncio.sleep(0.005)
        pytest.fail("the packets did not leave")


@pytest.fixture
async def benches() -> Any:
    made: list[Bench] = []

    def bench(plan: Iterable[int], **how: Any) -> Bench:
        made.append(Bench(plan, **how))
        return made[-1]

    yield bench
    for one in made:
        await one.shared.close()


def loss(reading: Reading) -> float | None:
    assert isinstance(reading, Measurement)
    return {value.meaning: value.value for value in reading.values}["packet.loss"]


async def test_one_lost_packet_of_three_is_at_most_a_warning(benches: Any) -> None:
    lost = loss(await benches([1, 0, 1]).measure())
    assert lost == 33.3
    limits = LOSS.limits
    assert limits is not None
    assert limits.warning <= lost < limits.critical


async def test_two_lost_packets_of_three_are_no_failure(benches: Any) -> None:
    lost = loss(await benches([0, 0, 1]).measure())
    assert lost == 66.7
    assert LOSS.limits.critical <= lost


async def test_all_lost_is_a_failure(benches: Any) -> None:
    reading = await benches([0, 0, 0]).measure()
    assert isinstance(reading, Failure)
    assert reading.trouble is Trouble.TIMEOUT


async def test_replies_that_come_twice_count_once(benches: Any) -> None:
    bench = benches([2, 2, 2])
    assert loss(await bench.measure()) == 0
    assert loss(await benches([2, 0, 2]).measure()) == 33.3
    assert bench.echo.ignored[Oddity.DUPLICATE] >= 2


async def test_a_hundred_measurements_at_once_get_each_its_own_replies(benches: Any) -> None:
    bench = benches(cycle([1]))
    readings = await asyncio.gather(*(bench.measure() for _count in range(100)))
    assert {loss(reading) for reading in readings} == {0}
    assert not bench.echo.ignored


async def test_a_cancelled_measurement_leaves_nothing_behind(benches: Any) -> None:
    bench = benches(cycle([0]), timeout=30.0)
    measuring = asyncio.get_running_loop().create_task(bench.measure())
    await bench.all_sent()
    measuring.cancel()
    with pytest.raises(asyncio.CancelledError):
        await measuring
    assert not bench.echo._book._waiting


async def test_the_limit_of_the_process_holds_over_all_devices(benches: Any) -> None:
    bench = benches(cycle([1]), packets=1)
    bench.probe._pace.limit(200)
    clock = asyncio.get_running_loop().time
    started = clock()
    await asyncio.gather(*(bench.measure() for _count in range(41)))
    assert clock() - started >= 0.19


async def test_after_close_it_opens_again(benches: Any) -> None:
    bench = benches(cycle([1]))
    await bench.measure()
    bench.echo.close()
    bench.device = Device(cycle([1]))
    assert loss(await bench.measure()) == 0


@pytest.mark.parametrize(
    "options", [{"packets": 0}, {"packets": "3"}, {"timeout": 0}, {"colour": "red"}, {"version": 5}]
)
def test_wrong_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        IcmpProbe.Options(**options)
