"""Ports by IF-MIB (RFC 2863): their rows, their speed, and what they are called. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from probes.snmp.inspection import Interface
from probes.snmp.tables import Read, Row, Table
from probes.snmp.text import mac

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

IF_TABLE = Table(
    "ifTable",
    "1.3.6.1.2.1.2.2.1",
    {
        "ifDescr": 2, "ifType": 3, "ifMtu": 4, "ifSpeed": 5, "ifPhysAddress": 6, "ifAdminStatus": 7, "ifOperStatus": 8,
        "ifLastChange": 9, "ifInOctets": 10, "ifInDiscards": 13, "ifInErrors": 14, "ifOutOctets": 16,
        "ifOutDiscards": 19, "ifOutErrors": 20,
    },
)  # fmt: skip
IFX_TABLE = Table(
    "ifXTable",
    "1.3.6.1.2.1.31.1.1.1",
    {
        "ifName": 1, "ifHCInOctets": 6, "ifHCOutOctets": 10, "ifHighSpeed": 15, "ifAlias": 18,
        "ifCounterDiscontinuityTime": 19,
    },
)  # fmt: skip

ADMIN = {1: "up", 2: "down", 3: "testing"}
OPERATIONAL = {1: "up", 2: "down", 3: "testing", 4: "unknown", 5: "dormant", 6: "notPresent", 7: "lowerLayerDown"}
OVER_4_GBIT = 4_294_967_295
"""What ifSpeed says of anything faster than it can say."""
FASTEST = 4_000_000
"""Mbit/s beyond which ifHighSpeed is a mistake: some give bit/s there."""
MEGA = 1_000_000
_NUMBERED = "ifIndex "


def speed(low: int | None, high: int | None) -> int | None:
    """Return bit/s from ifSpeed and ifHighSpeed: the latter counts, where it says anything; None is unknown."""
    if high and high > 0:
        if high <= FASTEST:
            # Both are told below 4.3 Gbit/s; ifHighSpeed rounds to whole Mbit/s.
            return low if low and low < OVER_4_GBIT and abs(low - high * MEGA) < MEGA else high * MEGA
        return None if high % MEGA else high
    return low if low and 0 < low < OVER_4_GBIT else None


def interfaces(basic: Read, extended: Read, uptime: int | None) -> tuple[Interface, ...]:
    """Join the two tables; `uptime` is sysUpTime in ticks, against which ifLastChange is held."""
    indexes = sorted(index for index in basic.rows.keys() | extended.rows.keys() if len(index) == 1)
    both = ((basic.get(*index), extended.get(*index)) for index in indexes)
    return tuple(_interface(row, more, uptime) for row, more in both if _is_row(row, more))


def _is_row(row: Row, more: Row) -> bool:
    """Whether a row says anything: some agents leave husks of removed ports."""
    names = row.text("ifDescr") or more.text("ifName")
    return bool(names) or any(row.value(column) is not None for column in ("ifType", "ifOperStatus"))


def _interface(row: Row, more: Row, uptime: int | None) -> Interface:
    return Interface(
        index=row.index[0],
        name=more.text("ifName") or None,
        description=row.text("ifDescr") or None,
        alias=more.text("ifAlias") or None,
        type=row.number("ifType"),
        mtu=row.number("ifMtu"),
        speed_bps=speed(row.number("ifSpeed"), more.number("ifHighSpeed")),
        mac=mac(row.octets("ifPhysAddress")),
        admin_status=ADMIN.get(row.number("ifAdminStatus") or 0),
        oper_status=OPERATIONAL.get(row.number("ifOperStatus") or 0),
        last_change_seconds=_since(row.number("ifLastChange"), uptime),
        in_octets=wide(row.number("ifInOctets"), more.number("ifHCInOctets")),
        out_octets=wide(row.number("ifOutOctets"), more.number("ifHCOutOctets")),
        in_errors=row.number("ifInErrors"),
        out_errors=row.number("ifOutErrors"),
        in_discards=row.number("ifInDiscards"),
        out_discards=row.number("ifOutDiscards"),
    )


def wide(low: int | None, high: int | None) -> int | None:
    """Return the 64-bit counter where the device keeps it: a zero beside a counter that counts is none."""
    if high is None or (high == 0 and low):
        return low
    return high


def _since(change: int | None, uptime: int | None) -> float | None:
    if change is None or uptime is None or change > uptime:
        return None
    return (uptime - change) / 100


def identities(ports: Iterable[Interface]) -> Mapping[int, str]:
    """Return a name for each ifIndex that lasts over renumbering and is held by one port only.

    ifName where it is unique and not empty, else ifDescr, else MAC and type, else ifIndex; never ifAlias,
    which people change. Where one way fails, it fails for the ports concerned only.
    """
    names: dict[int, str] = {}
    left = list(ports)
    for way in (_by_name, _by_description, _by_mac, _by_index):
        taken = Counter(names.values())
        called = {port.index: way(port) for port in left}
        times = Counter(called.values())
        fits = {index for index, name in called.items() if name and times[name] == 1 and not taken[name]}
        names.update((index, called[index]) for index in fits)
        left = [port for port in left if port.index not in fits]
    return names


def _by_name(port: Interface) -> str:
    return _usable(port.name)


def _by_description(port: Interface) -> str:
    return _usable(port.description)


def _usable(name: str | None) -> str:
    """Return a name, but for one that could be taken for a port's number."""
    return name if name and not name.startswith(_NUMBERED) else ""


def _by_mac(port: Interface) -> str:
    return f"{port.mac} type {port.type}" if port.mac else ""


def _by_index(port: Interface) -> str:
    return f"{_NUMBERED}{port.index}"
