"""The device as a whole: the system group (RFC 3418), and the clocks that tell a restart from a wrap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from probes.snmp.client import Oid, Value, dotted, oid
from probes.snmp.inspection import System
from probes.snmp.text import decoded

if TYPE_CHECKING:
    from collections.abc import Mapping

SYS_DESCR = oid("1.3.6.1.2.1.1.1.0")
SYS_OBJECT_ID = oid("1.3.6.1.2.1.1.2.0")
SYS_UPTIME = oid("1.3.6.1.2.1.1.3.0")
SYS_CONTACT = oid("1.3.6.1.2.1.1.4.0")
SYS_NAME = oid("1.3.6.1.2.1.1.5.0")
SYS_LOCATION = oid("1.3.6.1.2.1.1.6.0")
ENGINE_BOOTS = oid("1.3.6.1.6.3.10.2.1.2.0")
ENGINE_TIME = oid("1.3.6.1.6.3.10.2.1.3.0")
HOST_UPTIME = oid("1.3.6.1.2.1.25.1.1.0")
TABLE_CHANGE = oid("1.3.6.1.2.1.31.1.5.0")
"""ifTableLastChange."""
HARDWARE_CHANGE = oid("1.3.6.1.2.1.47.1.4.1.0")
"""entLastChangeTime."""

DESCRIPTION = (SYS_DESCR, SYS_OBJECT_ID, SYS_UPTIME, SYS_CONTACT, SYS_NAME, SYS_LOCATION)
CLOCKS = (SYS_UPTIME, ENGINE_BOOTS, ENGINE_TIME, HOST_UPTIME)
NULL_OBJECT = (0, 0)


@dataclass(frozen=True, slots=True)
class Clocks:
    """The device's own clocks as read at one time; None where it has them not.

    `uptime` and `host_uptime` are ticks of 10 ms modulo 2**32, `engine_time` seconds.
    """

    uptime: int | None = None
    engine_boots: int | None = None
    engine_time: int | None = None
    host_uptime: int | None = None


def clocks(values: Mapping[Oid, Value]) -> Clocks:
    """Pick the clocks out of what was read."""
    return Clocks(*(_number(values.get(name)) for name in CLOCKS))


def system(values: Mapping[Oid, Value]) -> System:
    """Describe the device by its system group."""
    uptime = _number(values.get(SYS_UPTIME))
    object_id = values.get(SYS_OBJECT_ID)
    return System(
        name=_text(values.get(SYS_NAME)),
        description=_text(values.get(SYS_DESCR)),
        object_id=dotted(object_id) if isinstance(object_id, tuple) and object_id != NULL_OBJECT else None,
        uptime_seconds=None if uptime is None else uptime / 100,
        contact=_text(values.get(SYS_CONTACT)),
        location=_text(values.get(SYS_LOCATION)),
    )


def _number(value: Value) -> int | None:
    return int(value) if isinstance(value, int) else None


def _text(value: Value) -> str | None:
    return (decoded(value) or None) if isinstance(value, bytes) else None
