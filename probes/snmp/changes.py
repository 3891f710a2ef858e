"""Has anything been changed, and is it saved? What devices say of it by the ticks of their own clock. Rules, and `look`.

Cisco, H3C, Huawei and Juniper say at which sysUpTime the configuration was changed last; all but Juniper, where there
is no such thing, also when it was saved. ENTITY-MIB says it of the hardware and IF-MIB of the table of ports. All of it
is one question, with sysUpTime in the same answer.

Ticks begin anew at a restart and wrap after 497 days. So what is kept are ticks since the start of the device that
do not wrap: each read follows on the one before, and where the clocks show that the device has run on, a mark that
reads the same is the same.
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from probes.snmp.client import Oid, Unanswered, Value, oid
from probes.snmp.fetch import fetch
from probes.snmp.system import CLOCKS, HARDWARE_CHANGE, SYS_UPTIME, TABLE_CHANGE, Clocks, clocks
from probes.snmp.uptime import TICKS, UNBROKEN, Continuity, advance, continuity, true_uptime

if TYPE_CHECKING:
    from collections.abc import Mapping

    from probes.api import Failure, Target
    from probes.collect import Evidence
    from probes.snmp.client import SnmpClient
    from probes.snmp.sizes import Sizes

RUNNING, SAVED, STARTUP, HARDWARE, PORTS = "running", "saved", "startup", "hardware", "ports"
LOADING = 5 * 60 * 100
"""Ticks after a start within which a change is taken for the device's loading of what is saved."""
SECONDS = 20.0
"""Time for a look at most."""
_CISCO, _H3C, _OLD_H3C, _HUAWEI, _JUNIPER = (
    oid(text)
    for text in (
        "1.3.6.1.4.1.9.9.43.1.1",
        "1.3.6.1.4.1.25506.2.4.1.1",
        "1.3.6.1.4.1.2011.10.2.4.1.1",
        "1.3.6.1.4.1.2011.6.10.1.1",
        "1.3.6.1.4.1.2636.3.18.1",
    )
)
FAMILIES: Mapping[str, Mapping[str, Oid]] = {
    # Not ccmHistoryRunningLastSaved: by its MIB any writing of the configuration counts, even to a terminal, so our
    # own reading would.
    "cisco": {RUNNING: (*_CISCO, 1, 0), SAVED: (*_CISCO, 3, 0), STARTUP: (*_CISCO, 3, 0)},
    "h3c": {RUNNING: (*_H3C, 1, 0), SAVED: (*_H3C, 2, 0), STARTUP: (*_H3C, 3, 0)},
    "h3c of 3Com": {RUNNING: (*_OLD_H3C, 1, 0), SAVED: (*_OLD_H3C, 2, 0), STARTUP: (*_OLD_H3C, 3, 0)},
    "huawei": {RUNNING: (*_HUAWEI, 1, 0), SAVED: (*_HUAWEI, 2, 0), STARTUP: (*_HUAWEI, 3, 0)},
    "juniper": {RUNNING: (*_JUNIPER, 2, 0)},
}
"""Where each vendor says when its configuration was changed last, and saved."""
COMMON: Mapping[str, Oid] = {HARDWARE: HARDWARE_CHANGE, PORTS: TABLE_CHANGE}


@dataclass(frozen=True, slots=True)
class Ticks:
    """What a device says of its last changes, at one time. It can be kept as JSON, and the next look follows on it.

    `marks` are ticks since the start of the device, without wraps: 0 is never since then. One is below zero where the
    device must have run for longer than its clock can count and does not say for how long.
    """

    at: datetime
    clocks: Clocks
    total: int | None = None
    """sysUpTime without wraps."""
    family: str = ""
    marks: Mapping[str, int] = field(default_factory=dict)
    changed: datetime | None = None
    """When a look last found that something had been changed."""

    def as_json(self) -> dict[str, Any]:
        """Return it as what JSON can hold."""
        changed = self.changed.isoformat() if self.changed is not None else None
        return {**asdict(self), "at": self.at.isoformat(), "marks": dict(self.marks), "changed": changed}

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Ticks | None:
        """Return what was kept; None where nothing was, or nothing that is still understood."""
        try:
            at, known = datetime.fromisoformat(kept["at"]), Clocks(**kept["clocks"])
            changed = datetime.fromisoformat(kept["changed"]) if kept.get("changed") else None
            return cls(at, known, kept["total"], kept["family"], dict(kept["marks"]), changed)
        except (KeyError, TypeError, ValueError):
            return None


@dataclass(frozen=True, slots=True)
class Changes:
    """What has been changed between two looks, as the device says. After a restart all that it tells may have."""

    running: bool = False
    startup: bool = False
    hardware: bool = False
    ports: bool = False
    restarted: bool = False

    def __bool__(self) -> bool:
        return self.running or self.startup or self.hardware or self.ports or self.restarted


@runtime_checkable
class Watcher(Protocol):
    """A collector that can also say whether anything was changed, cheaply enough for every five minutes."""

    async def ticks(self, target: Target, now: datetime, before: Ticks | None = None) -> Ticks | Failure:
        """Look once; `before` is what the last look brought."""
        ...

    async def history(self, target: Target, now: datetime) -> tuple[Evidence, ...] | Failure:
        """Return who changed what and when, as the device remembers it, the newest first."""
        ...


def changed(before: Ticks | None, now: Ticks) -> Changes:
    """Compare two looks. An object that was not there in one of them says nothing."""
    if before is None:
        return Changes()
    if _has_restarted(before, now):
        return Changes(**{name: name in now.marks for name in (RUNNING, STARTUP, HARDWARE, PORTS)}, restarted=True)
    both = before.marks.keys() & now.marks.keys()
    comparable = both if before.family == now.family else both & COMMON.keys()
    moved = {name for name in comparable if (before.marks[name] - now.marks[name]) % TICKS}
    return Changes(*(name in moved for name in (RUNNING, STARTUP, HARDWARE, PORTS)))


def unsaved(now: Ticks) -> bool | None:
    """Whether a restart would undo changes; None where the device does not say.

    What a device loads at its start, it says to have changed: that is saved.
    """
    running, saved = now.marks.get(RUNNING), now.marks.get(SAVED)
    if running is None or saved is None:
        return None
    if running == 0:
        return False
    if saved == 0:
        return not 0 < running <= LOADING
    return running > saved


def instant(now: Ticks, mark: str) -> datetime | None:
    """Return when something was changed last; None where the device does not say, or not since it started."""
    ticks = now.marks.get(mark)
    if not ticks or now.total is None:
        return None
    return now.at - timedelta(seconds=(now.total - ticks) / 100)


def told(before: Ticks | None, values: Mapping[Oid, Value], at: datetime) -> Ticks:
    """Make of what a device answered what it means, following on the look before."""
    read = clocks(values)
    followed = before if before is not None and _flow(before, read, at) in UNBROKEN else None
    total = _total(followed, read)
    family, raw = _family(values)
    raw.update((name, int(value)) for name, where in COMMON.items() if isinstance(value := values.get(where), int))
    marks = {name: _placed(value, followed.marks.get(name) if followed else None, total) for name, value in raw.items()}
    if followed is None and (total or 0) >= TICKS:
        marks.update((name, value) for name, value in raw.items() if value <= LOADING)
    return Ticks(at, read, total, family, marks)


def wanted(before: Ticks | None, *, is_costly: bool) -> tuple[Oid, ...]:
    """Return what to ask for: all, in one question.

    SNMPv1 answers no question about what is not there, so with `is_costly` only what was there before.
    """
    known = [where for family in FAMILIES.values() for where in family.values()]
    if before is None or not is_costly:
        return tuple(dict.fromkeys((*CLOCKS[1:], *COMMON.values(), *known)))
    there = {**FAMILIES.get(before.family, {}), **COMMON}
    alive = zip(
        CLOCKS[1:], (before.clocks.engine_boots, before.clocks.engine_time, before.clocks.host_uptime), strict=True
    )
    names = (
        *(name for name, value in alive if value is not None),
        *(there[name] for name in before.marks if name in there),
    )
    return tuple(dict.fromkeys(names)) or (SYS_UPTIME,)


async def look(
    client: SnmpClient, sizes: Sizes, before: Ticks | None, now: datetime, *, is_costly: bool = False
) -> Ticks | Unanswered:
    """Ask a device once. `now` is when the caller asks; never raises for what the device does."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    fetched = await fetch(client, wanted(before, is_costly=is_costly), sizes, seconds=SECONDS)
    if fetched.why is not None and not fetched.values:
        return fetched.why
    return told(before, fetched.values, now + timedelta(seconds=loop.time() - begun))


def _has_restarted(before: Ticks, now: Ticks) -> bool:
    """Whether the device, or its agent, began anew between two looks, or may have: its clock says so.

    Some agents count their restarts anew with each, so that the count says that there was none.
    """
    flow = _flow(before, now.clocks, now.at)
    seconds = (now.at - before.at).total_seconds()
    is_young = now.clocks.uptime is not None and now.clocks.uptime / 100 <= seconds
    return flow in (Continuity.RESTARTED, Continuity.RESET) or (flow is Continuity.JUMPED and is_young)


def _flow(before: Ticks, read: Clocks, at: datetime) -> Continuity:
    return continuity(before.clocks, read, (at - before.at).total_seconds())


def _total(followed: Ticks | None, read: Clocks) -> int | None:
    if read.uptime is None:
        return None
    if followed is not None and followed.total is not None and followed.clocks.uptime is not None:
        return followed.total + round(100 * advance(followed.clocks.uptime, read.uptime))
    wraps = round(((true_uptime(read) or 0) * 100 - read.uptime) / TICKS)
    return read.uptime + wraps * TICKS


def _family(values: Mapping[Oid, Value]) -> tuple[str, dict[str, int]]:
    """Return the vendor whose objects the device has, and what they say."""
    for family, objects in FAMILIES.items():
        found = {name: int(value) for name, where in objects.items() if isinstance(value := values.get(where), int)}
        if RUNNING in found:
            return family, found
    return "", {}


def _placed(value: int, known: int | None, total: int | None) -> int:
    """Return the ticks of a mark without wraps: as it is known, or the last time at which the clock read so."""
    if value == 0 or total is None:
        return value
    if known is not None and known % TICKS == value % TICKS:
        return known
    return total - (total - value) % TICKS
