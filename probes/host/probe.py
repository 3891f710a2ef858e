"""The probe `host`: the machine that netwatch runs on."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeVar

from pydantic import Field

from probes.api import Meaning, Measurement, Message, Problem, Reading, Shared, Target, Value, _
from probes.aside import aside
from probes.host import sensors, storage, system
from probes.host.network import Network
from probes.options import ProbeOptions, Seconds
from probes.snmp.text import decoded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

T = TypeVar("T")
Names = Annotated[tuple[str, ...], Field(strict=False)]

SHOWN = 200


class HostProbe:
    """Reads this machine by psutil, part by part: one that hangs or fails hides no other."""

    kind: ClassVar[str] = "host"
    reachability: ClassVar[bool] = False
    meanings: ClassVar[tuple[Meaning, ...]] = (*system.MEANINGS, *storage.MEANINGS, *sensors.MEANINGS)

    class Options(ProbeOptions):
        """All names may be globs but those of `mounts`. What is ignored is ignored unless it is asked for."""

        timeout: Seconds = 5.0
        """For each part."""
        processes: Names = ()
        """Names of processes that must run."""
        mounts: Names = ()
        """Mount points that must be there, and writable."""
        ignore_mounts: Names = ("/snap/*", "/run/*", "/var/lib/docker/*", "/var/lib/containers/*")
        ports: Names = ()
        """Network ports that must be up."""
        ignore_ports: Names = ("lo", "veth*", "docker*", "br-*", "virbr*", "vnet*", "tap*", "cali*", "cni*", "flannel*")

    def __init__(self, options: Options, *, shared: Shared) -> None:
        del shared  # nothing here is shared with other probes
        self._options = options
        self._processor = system.Processor()
        self._start = system.Start()
        self._network = Network(options.ignore_ports, options.ports)
        self._under_way: dict[str, asyncio.Future[Any]] = {}

    async def measure(self, target: Target, now: datetime) -> Reading:
        """Read all parts at once, each in a thread of its own. The address of the target is of no account."""
        del target
        listed = (await self._read({"mounts": storage.mounts}))["mounts"]
        if isinstance(listed, Problem):
            return _together([listed, *(await self._read(self._parts(now))).values()])
        table, physical = listed
        mounts = storage.real(table, physical, self._ignored_mounts())
        usage: dict[str, Callable[[], Measurement]] = {mount.item: partial(storage.usage, mount) for mount in mounts}
        found = await self._read({**self._parts(now), **usage})
        hung = {part: outcome.what for part, outcome in found.items() if isinstance(outcome, Problem)}
        states = storage.states(table, self._options.mounts, hung)
        return _together([*found.values(), Measurement(states)])

    def _parts(self, now: datetime) -> dict[str, Callable[[], Measurement]]:
        return {
            "processor": self._processor.read,
            "memory": system.memory,
            "start": partial(self._start.read, now),
            "users": system.users,
            "processes": partial(system.processes, self._options.processes),
            "identity": system.identity,
            "network": self._network.read,
            "temperatures": sensors.temperatures,
            "fans": sensors.fans,
            "battery": sensors.battery,
        }

    async def _read(self, parts: Mapping[str, Callable[[], T]]) -> dict[str, T | Problem]:
        """Read parts side by side; one that still hangs from before gets no second thread."""
        hung = {part for part in parts if part in self._under_way and not self._under_way[part].done()}
        begun = {part: aside(partial(_tried, part, parts[part])) for part in parts if part not in hung}
        self._under_way |= begun
        if begun:
            await asyncio.wait(begun.values(), timeout=self._options.timeout)
        late = Message(_("did not answer within {seconds} s"), {"seconds": self._options.timeout})
        still = Message(_("has not answered since an earlier measurement"))
        outcomes = {part: future.result() if future.done() else Problem(part, late) for part, future in begun.items()}
        return outcomes | {part: Problem(part, still) for part in hung}

    def _ignored_mounts(self) -> tuple[str, ...]:
        return tuple(glob for glob in self._options.ignore_mounts if glob not in self._options.mounts)


def _tried(part: str, read: Callable[[], T]) -> T | Problem:
    """Read one part; whatever goes wrong with it, the others are still read."""
    try:
        return read()
    except Exception as error:  # noqa: BLE001 — drivers and file systems fail in ways that nobody lists
        words = decoded(str(error).encode(errors="replace"))[:SHOWN] or type(error).__name__
        return Problem(part, Message(_("cannot be read: {error}"), {"error": words}))


def _together(outcomes: Iterable[Measurement | Problem]) -> Measurement:
    values: list[Value] = []
    facts: dict[str, str] = {}
    problems: list[Problem] = []
    for outcome in outcomes:
        if isinstance(outcome, Problem):
            problems.append(outcome)
        else:
            values += outcome.values
            facts |= outcome.facts
    return Measurement(tuple(values), facts, tuple(problems))
