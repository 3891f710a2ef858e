"""From counters to rates: when a difference means something, and when there is none. Pure.

A rate that is not certain is not given: a gap in a curve is honest, a spike wakes somebody at night.
"""

from __future__ import annotations

from dataclasses import dataclass

from probes.snmp.uptime import advance

NARROW, WIDE = 32, 64
"""Bits of the two kinds of counters."""
TOLERANCE = 1.1
"""A port may carry a little more than it says: clocks and speeds are rounded."""
SMALLEST_FRAME = 512
"""Bits: so many frames a second a port can see at most."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """What must be unchanged for two values to belong to one counter (RFC 2863 section 3.1.5).

    `epoch` counts the starts of the device as the watcher saw them.
    """

    epoch: int
    discontinuity: int | None
    index: int


@dataclass(frozen=True, slots=True)
class Sample:
    """One value of a counter of 32 or 64 bits, and sysUpTime in ticks when it was read."""

    value: int
    bits: int
    ticks: int
    baseline: Baseline


def seconds_between(before: Sample, after: Sample) -> float:
    """Return the time between by the device's own clock."""
    return advance(before.ticks, after.ticks)


def rate(before: Sample, after: Sample, ceiling: float | None) -> float | None:
    """Return units a second, or None where that cannot be known.

    `ceiling` is what the port can do a second at most, None where its speed is unknown; it decides whether
    a fall of a 32-bit counter can be one wrap. A 64-bit counter that falls never wrapped. A rise is taken as
    it is: a fast port with 32-bit counters only may have wrapped unseen, which nothing in them can tell.
    """
    seconds = seconds_between(before, after)
    if before.baseline != after.baseline or before.bits != after.bits or seconds <= 0:
        return None
    difference = after.value - before.value
    if difference >= 0:
        return difference / seconds
    if after.bits != NARROW or ceiling is None:
        return None
    wrapped = difference + (1 << NARROW)
    is_one_wrap = wrapped / seconds <= ceiling and seconds < (1 << NARROW) / ceiling
    return wrapped / seconds if is_one_wrap else None


def octets_ceiling(speed: int | None) -> float | None:
    """Return the octets a second that a port of this speed can carry."""
    return speed * TOLERANCE / 8 if speed else None


def frames_ceiling(speed: int | None) -> float | None:
    """Return the frames a second that a port of this speed can carry."""
    return speed * TOLERANCE / SMALLEST_FRAME if speed else None


def utilisation(bits_per_second: float, speed: int | None) -> float | None:
    """Return percent of the speed; unknown where the speed is, or where it is plainly wrong."""
    if not speed or bits_per_second > speed * TOLERANCE:
        return None
    return min(100.0, 100 * bits_per_second / speed)
