"""Ports as the poll sees them: which counters to read, what their differences mean, what a port's state is. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from probes.api import Message, State, Value, _
from probes.meanings import PORT_DISCARDS, PORT_ERRORS, PORT_IN, PORT_OUT, PORT_STATE, PORT_UTILISATION
from probes.snmp import counters
from probes.snmp.counters import NARROW, WIDE, Baseline, Sample
from probes.snmp.interfaces import ADMIN, IF_TABLE, IFX_TABLE, OPERATIONAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from probes.snmp.client import Oid
    from probes.snmp.fetch import Fetched
    from probes.snmp.inspection import Interface
    from probes.snmp.tables import Read

_LOW, _HIGH = IF_TABLE.oids(), IFX_TABLE.oids()
_OCTETS = {"in": ("ifInOctets", "ifHCInOctets"), "out": ("ifOutOctets", "ifHCOutOctets")}
_FRAMES = ("ifInErrors", "ifOutErrors", "ifInDiscards", "ifOutDiscards")
_UNWATCHED = frozenset({1, 24})
"""ifType of what has no wire: other, softwareLoopback. Read only where somebody asks for it by name."""
_NOTES = {
    "testing": (State.WARNING, _("in test mode")),
    "dormant": (State.WARNING, _("waiting for an outside event")),
    "notPresent": (State.CRITICAL, _("a part is missing")),
    "lowerLayerDown": (State.CRITICAL, _("down, as what it rests on is down")),
    "down": (State.CRITICAL, _("down")),
}


@dataclass(frozen=True, slots=True)
class CounterCell:
    """Where a counter is read, and how wide it is: chosen at discovery, and kept."""

    name: Oid
    bits: int


@dataclass(frozen=True, slots=True)
class Port:
    """What the poll must know of one port. `item` is the name by which its history is kept."""

    item: str
    index: int
    speed: int | None
    mac: str | None
    is_asked: bool
    counters: Mapping[str, CounterCell]
    discontinuity: Oid | None
    """The instance of ifCounterDiscontinuityTime, where there is one."""

    @property
    def admin(self) -> Oid:
        """The instance of ifAdminStatus."""
        return (*_LOW["ifAdminStatus"], self.index)

    @property
    def oper(self) -> Oid:
        """The instance of ifOperStatus."""
        return (*_LOW["ifOperStatus"], self.index)

    def instances(self) -> tuple[Oid, ...]:
        """Return what must be read at each poll."""
        more = (self.discontinuity,) if self.discontinuity else ()
        return (self.admin, self.oper, *more, *(cell.name for cell in self.counters.values()))


def choose(
    found: Sequence[Interface],
    names: Mapping[int, str],
    reads: Mapping[str, Read],
    wanted: Sequence[str],
    speeds: Mapping[str, int],
    known: Mapping[str, Port],
    *,
    is_all: bool,
) -> dict[str, Port]:
    """Choose ports and their counters, by item. `wanted` and the keys of `speeds` are names or globs.

    A counter stays as wide as it was for a port of the same item and index, unless the wide one proved dead.
    """
    ports = {}
    for interface in found:
        item = names[interface.index]
        is_asked = matches(interface, item, wanted)
        if not is_asked and (not is_all or interface.type in _UNWATCHED):
            continue
        override = next((speeds[glob] for glob in speeds if matches(interface, item, (glob,))), None)
        cells = _cells(interface.index, reads, known.get(item))
        since = (*_HIGH["ifCounterDiscontinuityTime"], interface.index)
        has_since = reads[IFX_TABLE.name].get(interface.index).number("ifCounterDiscontinuityTime") is not None
        speed = override or interface.speed_bps
        ports[item] = Port(item, interface.index, speed, interface.mac, is_asked, cells, since if has_since else None)
    return ports


def matches(interface: Interface, item: str, globs: Iterable[str]) -> bool:
    """Whether a port is meant by one of these names or globs."""
    called = {item, interface.name or item, interface.description or item}
    return any(name == glob or fnmatchcase(name, glob) for glob in globs for name in called)


def is_glob(name: str) -> bool:
    """Whether a name of a port may stand for several."""
    return any(letter in name for letter in "*?[")


def _cells(index: int, reads: Mapping[str, Read], before: Port | None) -> dict[str, CounterCell]:
    low, high = reads[IF_TABLE.name].get(index), reads[IFX_TABLE.name].get(index)
    cells = {name: CounterCell((*_LOW[name], index), NARROW) for name in _FRAMES if low.number(name) is not None}
    for way, (narrow, wide) in _OCTETS.items():
        small, large = low.number(narrow), high.number(wide)
        was = before.counters.get(way) if before and before.index == index else None
        is_dead = large == 0 and bool(small)
        if large is not None and not is_dead and (was is None or was.bits == WIDE or small is None):
            cells[way] = CounterCell((*_HIGH[wide], index), WIDE)
        elif small is not None:
            cells[way] = CounterCell((*_LOW[narrow], index), NARROW)
    return cells


def samples(port: Port, fetched: Fetched, epoch: int) -> dict[str, Sample]:
    """Return the counters of a port as they were just read, with all that a comparison must agree in."""
    since = fetched.values.get(port.discontinuity) if port.discontinuity else None
    baseline = Baseline(epoch, int(since) if isinstance(since, int) else None, port.index)
    found = {}
    for way, cell in port.counters.items():
        value, ticks = fetched.values.get(cell.name), fetched.ticks.get(cell.name)
        if isinstance(value, int) and ticks is not None:
            found[way] = Sample(int(value), cell.bits, ticks, baseline)
    return found


def traffic(port: Port, before: Mapping[str, Sample], after: Mapping[str, Sample]) -> list[Value]:
    """Return the rates of a port between two polls; what is not certain is left out."""
    octets, frames = counters.octets_ceiling(port.speed), counters.frames_ceiling(port.speed)
    rates = {
        way: rate
        for way in before.keys() & after.keys()
        if (rate := counters.rate(before[way], after[way], octets if way in _OCTETS else frames)) is not None
    }
    values = []
    bits = [8 * rates[way] for way in _OCTETS if way in rates]
    for way, meaning in (("in", PORT_IN), ("out", PORT_OUT)):
        if way in rates:
            values.append(Value(meaning.name, round(8 * rates[way], 1), port.item))
    busy = counters.utilisation(max(bits), port.speed) if bits else None
    if busy is not None:
        values.append(Value(PORT_UTILISATION.name, round(busy, 2), port.item))
    for meaning, ways in ((PORT_ERRORS, _FRAMES[:2]), (PORT_DISCARDS, _FRAMES[2:])):
        known = [rates[way] for way in ways if way in rates]
        if known:
            values.append(Value(meaning.name, round(sum(known), 4), port.item))
    return values


def state(port: Port, fetched: Fetched) -> Value | None:
    """Return whether a port is up; judged only where it is asked for. A port that is switched off is well."""
    admin = ADMIN.get(_number(fetched, port.admin))
    oper = OPERATIONAL.get(_number(fetched, port.oper))
    if oper is None:
        return missing(port.item) if port.is_asked else None
    up = float(oper == "up")
    if not port.is_asked:
        return Value(PORT_STATE.name, up, port.item)
    if admin == "down":
        return Value(PORT_STATE.name, up, port.item, State.OK, Message(_("switched off by configuration")))
    if oper == "up":
        return Value(PORT_STATE.name, up, port.item, State.OK)
    judged, note = _NOTES.get(oper, (State.UNKNOWN, _("the device does not know its state")))
    return Value(PORT_STATE.name, up, port.item, judged, Message(note))


def report(
    ports: Mapping[str, Port], gone_items: Iterable[str], unfound: Iterable[str], fetched: Fetched
) -> list[Value]:
    """Return the state of every port, of those that are gone, and of names that no port has."""
    values = {value.item: value for port in ports.values() if (value := state(port, fetched))}
    for item in gone_items:
        values.setdefault(item, gone(item))
    for name in unfound:
        values.setdefault(name, nameless(name))
    return list(values.values())


def missing(item: str) -> Value:
    """Say of a port that was asked for, and is not among what was read, just that."""
    return Value(PORT_STATE.name, None, item, State.UNKNOWN, Message(_("the device did not report this port")))


def nameless(name: str) -> Value:
    """Say of a name that is asked for that the device has no such port: it may be misspelt."""
    return Value(PORT_STATE.name, None, name, State.UNKNOWN, Message(_("the device has no port of this name")))


def gone(item: str) -> Value:
    """Say of a port that several complete walks did not find that it is gone."""
    return Value(PORT_STATE.name, None, item, State.CRITICAL, Message(_("the device no longer has this port")))


def _number(fetched: Fetched, name: Oid) -> int:
    value = fetched.values.get(name)
    return int(value) if isinstance(value, int) else 0
