"""Did the device restart, or did a clock wrap or jump? Rules over the device's clocks. Pure."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from probes.snmp.system import Clocks

TICKS = 1 << 32
"""TimeTicks wrap here: after 497.1 days."""
WRAP = TICKS / 100
SLACK, DRIFT = 30.0, 0.02
"""Seconds, and share of the time between, by which the clocks of device and watcher may differ."""
HOUR = 3600.0


class Continuity(Enum):
    """What lies between two readings of a device's clocks."""

    SAME = "same"
    """It ran on."""
    WRAPPED = "wrapped"
    """It ran on, past the 497 days that sysUpTime can count."""
    RESTARTED = "restarted"
    RESET = "reset"
    """sysUpTime began anew and another clock did not: the agent started again, not the device."""
    JUMPED = "jumped"
    """The clocks disagree in a way that no restart explains: one of them was set."""


UNBROKEN = frozenset({Continuity.SAME, Continuity.WRAPPED})
"""Counters may be compared across these only."""


def continuity(before: Clocks, after: Clocks, elapsed: float) -> Continuity:
    """Compare two readings of a device's clocks that the watcher took `elapsed` seconds apart."""
    if before.uptime is None or after.uptime is None:
        return Continuity.SAME if _same_boots(before, after) is not False else Continuity.RESTARTED
    if _same_boots(before, after) is False:
        return Continuity.RESTARTED if _fell(before, after) else Continuity.RESET
    slack = SLACK + DRIFT * abs(elapsed)
    if abs(advance(before.uptime, after.uptime) - elapsed) <= slack:
        if not _fell(before, after):
            return Continuity.SAME
        return Continuity.RESTARTED if _others_fell(before, after) else Continuity.WRAPPED
    if _fell(before, after) or (after.uptime / 100 <= elapsed + slack and not _same_boots(before, after)):
        return Continuity.RESET if _others_ran_on(before, after, elapsed, slack) else Continuity.RESTARTED
    return Continuity.JUMPED


def advance(before: int, after: int) -> float:
    """Return the seconds between two values of sysUpTime, over a wrap if there was one."""
    return (after - before) % TICKS / 100


def true_uptime(clocks: Clocks) -> float | None:
    """Return the seconds since the start: where snmpEngineTime tells that sysUpTime has wrapped, with the wraps."""
    if clocks.uptime is None:
        return None
    seconds = clocks.uptime / 100
    if clocks.engine_time is None:
        return seconds
    wraps = round((clocks.engine_time - seconds) / WRAP)
    is_likely = wraps > 0 and abs(seconds + wraps * WRAP - clocks.engine_time) < HOUR
    return seconds + wraps * WRAP if is_likely else seconds


def _fell(before: Clocks, after: Clocks) -> bool:
    return (after.uptime or 0) < (before.uptime or 0)


def _same_boots(before: Clocks, after: Clocks) -> bool | None:
    if before.engine_boots is None or after.engine_boots is None:
        return None
    return before.engine_boots == after.engine_boots


def _others_fell(before: Clocks, after: Clocks) -> bool:
    """Whether another clock contradicts a wrap. hrSystemUptime wraps too, so only the engine's can."""
    if before.engine_time is None or after.engine_time is None:
        return False
    return after.engine_time < before.engine_time


def _others_ran_on(before: Clocks, after: Clocks, elapsed: float, slack: float) -> bool:
    """Whether another clock kept pace with the watcher's while sysUpTime began anew."""
    paces: list[float] = []
    if before.engine_time is not None and after.engine_time is not None:
        paces.append(after.engine_time - before.engine_time)
    if before.host_uptime is not None and after.host_uptime is not None:
        paces.append(advance(before.host_uptime, after.host_uptime))
    return any(abs(pace - elapsed) <= slack for pace in paces)
