"""Processor, memory, time since start, users and processes of this machine, and what it is."""

from __future__ import annotations

import platform
import re
import socket
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from probes.api import Limits, Meaning, Measurement, Message, State, Value, _
from probes.meanings import CPU, MEMORY, SWAP, UPTIME
from probes.snmp.text import decoded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LOAD = Meaning("load.per_cpu", _("Work waiting for each processor"), "", Limits(warning=2, critical=5, recover=1.5))
USERS = Meaning("users.count", _("Users signed in"))
PROCESSES = Meaning("process.count", _("Processes"))
MEANINGS = (LOAD, USERS, PROCESSES)

SAME_START = timedelta(minutes=1)
"""The kernel gives the time of its start as now less the time since, and both wander a little."""
_IDLE = ("idle", "iowait")
_COUNTED_TWICE = ("guest", "guest_nice")
_MODEL = re.compile(r"^(?:model name|Hardware|cpu model)\s*:\s*(.+)$", re.MULTILINE)


class Processor:
    """The load since the last measurement; the first one has none."""

    def __init__(self) -> None:
        self._before: Mapping[str, float] | None = None

    def read(self) -> Measurement:
        """Return the load in percent, and the work waiting for each processor over five minutes."""
        before, self._before = self._before, psutil.cpu_times()._asdict()
        values = [Value(LOAD.name, round(psutil.getloadavg()[1] / (psutil.cpu_count() or 1), 2))]
        load = None if before is None else busy(before, self._before)
        return Measurement((*values, *([] if load is None else [Value(CPU.name, round(load, 1))])))


def busy(before: Mapping[str, float], after: Mapping[str, float]) -> float | None:
    """Return percent of the time between that was not idle; None where no time went by.

    Waiting for a disk is idle. Time of guests is in that of users already. The kernel's idle times may fall a little.
    """
    spent = {kind: max(0.0, after[kind] - before.get(kind, 0.0)) for kind in after if kind not in _COUNTED_TWICE}
    total = sum(spent.values())
    if total <= 0:
        return None
    return 100 * (1 - sum(spent.get(kind, 0.0) for kind in _IDLE) / total)


def memory() -> Measurement:
    """Return memory in use, what the kernel would give back not counted; and swap where there is any."""
    values = [Value(MEMORY.name, round(psutil.virtual_memory().percent, 1))]
    swap = psutil.swap_memory()
    if swap.total:
        values.append(Value(SWAP.name, round(swap.percent, 1)))
    return Measurement(tuple(values))


class Start:
    """When the machine was started."""

    def __init__(self) -> None:
        self._started: datetime | None = None

    def read(self, now: datetime) -> Measurement:
        """Return the time since, in seconds, and the moment itself as a fact."""
        started = datetime.fromtimestamp(psutil.boot_time(), UTC)
        if self._started is None or abs(started - self._started) > SAME_START:
            self._started = started
        since = Value(UPTIME.name, max(0.0, round((now - started).total_seconds())))
        return Measurement((since,), {"started": self._started.isoformat(timespec="minutes")})


def users() -> Measurement:
    """Return how many are signed in, and who."""
    found = psutil.users()
    who = ", ".join(sorted({decoded(user.name.encode()) for user in found}))
    note = Message(_("signed in: {who}"), {"who": who[:200]}) if who else None
    return Measurement((Value(USERS.name, float(len(found)), note=note),))


def processes(wanted: Sequence[str]) -> Measurement:
    """Return how many run, and of each name or glob that must run whether it does."""
    if not wanted:
        return Measurement((Value(PROCESSES.name, float(len(psutil.pids()))),))
    running = [process.info["name"] or "" for process in psutil.process_iter(["name"])]
    values = [Value(PROCESSES.name, float(len(running)))]
    return Measurement((*values, *(_running(name, running) for name in wanted)))


def _running(wanted: str, running: Sequence[str]) -> Value:
    count = sum(fnmatchcase(name, wanted) for name in running)
    if count:
        return Value(PROCESSES.name, float(count), wanted, State.OK)
    note = Message(_("{process} does not run"), {"process": wanted})
    return Value(PROCESSES.name, 0.0, wanted, State.CRITICAL, note)


def identity() -> Measurement:
    """Return what this machine is, as facts."""
    facts = {
        "hostname": socket.gethostname(),
        "os": _system(),
        "kernel": platform.release(),
        "cpu": _cpu_model(),
        "cpus": str(psutil.cpu_count() or ""),
    }
    return Measurement((), {name: decoded(text.encode()) for name, text in facts.items() if text})


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return platform.system()


@cache
def _cpu_model() -> str:
    try:
        with Path("/proc/cpuinfo").open(encoding="utf-8", errors="replace") as file:
            found = _MODEL.search(file.read(8192))
    except OSError:
        found = None
    return found[1] if found else platform.machine()
