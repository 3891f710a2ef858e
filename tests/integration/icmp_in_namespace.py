"""Pings over loopback in a network namespace of its own, where every setting of the kernel may be changed.

Run by test_icmp.py under `unshare --net`; prints what each trial brought as JSON.
"""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from struct import pack
from typing import TYPE_CHECKING, Any

from icmplib import ICMPv4Socket

from probes.api import Failure, Shared, Target
from probes.icmp import IcmpProbe
from probes.icmp.echo import Echo
from probes.icmp.pace import Pace
from probes.icmp.sockets import open_socket

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
IPV4 = Path("/proc/sys/net/ipv4")
IPV6 = Path("/proc/sys/net/ipv6")


def silence(*, silent: bool) -> None:
    """Make this host answer no ping, or answer again."""
    for setting in (IPV4 / "icmp_echo_ignore_all", IPV6 / "icmp" / "echo_ignore_all"):
        setting.write_text(str(int(silent)))


class Trial:
    """One process's view: its shared socket and a probe on it."""

    def __init__(self, *, version: int = 4, raw: bool = True, packets: int = 3, timeout: float = 0.5) -> None:
        self.shared = Shared()
        self.echo = self.shared.get(
            f"icmp/{version}", lambda: Echo(version, Pace(), partial(open_socket, modes=(raw,)))
        )
        options = IcmpProbe.Options(packets=packets, interval=0.01, timeout=timeout)
        self.probe = IcmpProbe(options, shared=self.shared)

    async def ping(self, address: str) -> dict[str, Any]:
        started = time.monotonic()
        reading = await self.probe.measure(Target("device", address), NOW)
        said = {
            "seconds": time.monotonic() - started,
            "ignored": {oddity.value: count for oddity, count in self.echo.ignored.items()},
        }
        if isinstance(reading, Failure):
            return said | {"trouble": reading.trouble.value, "detail": str(reading.detail)}
        return said | {value.meaning: value.value for value in reading.values}

    async def ping_and(self, address: str, do: Callable[[], None]) -> dict[str, Any]:
        """Ping, and do something when all packets have left and before any reply is read."""
        ping = asyncio.get_running_loop().create_task(self.ping(address))
        await asyncio.sleep(0)
        await self.all_sent()
        do()
        return await ping

    async def all_sent(self) -> None:
        for _count in range(5000):
            if len(self.echo._book._waiting) == self.probe._options.packets:
                return
            await asyncio.sleep(0.001)
        raise TimeoutError("the packets did not leave")

    def forge(self, kind: int, code: int, *, destination: str, source: str) -> None:
        """Send an error about each packet under way, as a router at `source` would."""
        for sequence in self.echo._book._waiting:
            quoted = pack("!BBHHH", 8, 0, 0, self.echo._book.identifier, sequence)
            head = pack("!BBHHHBBH", 0x45, 0, 84, 0, 0, 64, 1, 0)
            addresses = socket.inet_aton("127.0.0.1") + socket.inet_aton(destination)
            forge(pack("!BBHHH", kind, code, 0, 0, 0) + head + addresses + quoted, source)

    def forge_replies(self, *, source: str) -> None:
        """Send a perfect reply to each packet under way, from the wrong host."""
        for sequence in self.echo._book._waiting:
            forge(pack("!BBHHH", 0, 0, 0, self.echo._book.identifier, sequence) + self.echo._payload, source)


def forge(message: bytes, source: str) -> None:
    with ICMPv4Socket(address=source) as forger:
        checksum = pack("!H", forger._checksum(message))
        forger.sock.sendto(message[:2] + checksum + message[4:], ("127.0.0.1", 0))


async def answering(*, version: int, raw: bool) -> dict[str, Any]:
    trial = Trial(version=version, raw=raw)
    try:
        return await trial.ping("127.0.0.9" if version == 4 else "::1")
    finally:
        await trial.shared.close()


async def silent(*, version: int, raw: bool) -> dict[str, Any]:
    silence(silent=True)
    trial = Trial(version=version, raw=raw)
    try:
        return await trial.ping("127.0.0.9" if version == 4 else "::1")
    finally:
        silence(silent=False)
        await trial.shared.close()


async def refused(*, raw: bool, kind: int, code: int) -> dict[str, Any]:
    silence(silent=True)
    trial = Trial(raw=raw, timeout=5.0)
    try:
        forging = partial(trial.forge, kind, code, destination="127.0.0.9", source="127.0.0.254")
        return await trial.ping_and("127.0.0.9", forging)
    finally:
        silence(silent=False)
        await trial.shared.close()


async def refused_then_another() -> dict[str, Any]:
    """An error about one device must not be taken for one about the next."""
    silence(silent=True)
    trial = Trial(raw=False, timeout=5.0)
    try:
        forging = partial(trial.forge, 3, 1, destination="127.0.0.9", source="127.0.0.254")
        first = asyncio.get_running_loop().create_task(trial.ping("127.0.0.9"))
        await trial.all_sent()
        silence(silent=False)
        forging()
        second = await trial.ping("127.0.0.10")
        await first
        return second
    finally:
        silence(silent=False)
        await trial.shared.close()


async def spoofed() -> dict[str, Any]:
    silence(silent=True)
    trial = Trial()
    try:
        return await trial.ping_and("127.0.0.9", partial(trial.forge_replies, source="127.0.0.66"))
    finally:
        silence(silent=False)
        await trial.shared.close()


async def blocked() -> dict[str, Any]:
    """The process stands still for longer than the time-out while the replies wait in the socket."""
    trial = Trial(packets=1, timeout=0.1)
    try:
        return await trial.ping_and("127.0.0.9", partial(time.sleep, 0.4))  # noqa: TID251 — it stands still on purpose
    finally:
        await trial.shared.close()


async def flooded() -> dict[str, Any]:
    """Foreign and malformed replies by the hundred come between."""
    trial = Trial(packets=1)

    def flood() -> None:
        for number in range(500):
            forge(pack("!BBHHH", 0, 0, 0, number, number) + bytes(number % 60), "127.0.0.77")
            forge(pack("!BBHHH", 3, number % 20, 0, 0, 0) + bytes(number % 40), "127.0.0.77")

    try:
        return await trial.ping_and("127.0.0.9", flood)
    finally:
        await trial.shared.close()


TRIALS: dict[str, Callable[[], Awaitable[dict[str, Any]]]] = {
    "answering raw 4": partial(answering, version=4, raw=True),
    "answering raw 6": partial(answering, version=6, raw=True),
    "answering datagram 4": partial(answering, version=4, raw=False),
    "answering datagram 6": partial(answering, version=6, raw=False),
    "silent raw 4": partial(silent, version=4, raw=True),
    "silent raw 6": partial(silent, version=6, raw=True),
    "silent datagram 4": partial(silent, version=4, raw=False),
    "refused raw": partial(refused, raw=True, kind=3, code=13),
    "refused datagram": partial(refused, raw=False, kind=3, code=13),
    "circle raw": partial(refused, raw=True, kind=11, code=0),
    "refused then another": refused_then_another,
    "spoofed": spoofed,
    "blocked": blocked,
    "flooded": flooded,
    "no route": lambda: Trial(version=6).ping("2001:db8::1"),
    "broadcast": lambda: Trial().ping("127.255.255.255"),
}


async def main() -> dict[str, dict[str, Any]]:
    forbidden = await answering(version=4, raw=False)  # as every new namespace is
    (IPV4 / "ping_group_range").write_text("0 0")
    return {"forbidden": forbidden} | {name: await trial() for name, trial in TRIALS.items()}


if __name__ == "__main__":
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    sys.stdout.write(json.dumps(asyncio.run(main())))
