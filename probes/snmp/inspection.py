"""What a device is and says: the result of an inspection, field by field as its JSON has it.

Missing things are empty tuples or None. Names and descriptions are text for people, already made safe.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from probes.api import Problem


@dataclass(frozen=True, slots=True)
class Device:
    """Whom was asked, and in which version of SNMP."""

    address: str
    port: int
    version: str


@dataclass(frozen=True, slots=True)
class System:
    """The system group (RFC 3418)."""

    name: str | None = None
    description: str | None = None
    object_id: str | None = None
    uptime_seconds: float | None = None
    contact: str | None = None
    location: str | None = None


@dataclass(frozen=True, slots=True)
class Platform:
    """What the device is, as far as standards tell."""

    os: str | None = None
    vendor: str | None = None
    model: str | None = None
    version: str | None = None
    serial: str | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Interface:
    """A row of ifTable and ifXTable (RFC 2863). `last_change_seconds`: since then, None where it cannot be true."""

    index: int
    name: str | None = None
    description: str | None = None
    alias: str | None = None
    type: int | None = None
    mtu: int | None = None
    speed_bps: int | None = None
    mac: str | None = None
    admin_status: str | None = None
    oper_status: str | None = None
    last_change_seconds: float | None = None
    in_octets: int | None = None
    out_octets: int | None = None
    in_errors: int | None = None
    out_errors: int | None = None
    in_discards: int | None = None
    out_discards: int | None = None


@dataclass(frozen=True, slots=True)
class Processor:
    """A processor and how busy it is."""

    name: str
    percent: float | None


@dataclass(frozen=True, slots=True)
class Pool:
    """Memory or storage: how much of it is used."""

    name: str
    percent: float | None
    used_bytes: int | None
    total_bytes: int | None


@dataclass(frozen=True, slots=True)
class Sensor:
    """A measured quantity, or for kind `state` the device's own number with the judgement of it.

    `unit` is one of °C, %, rpm, V, A, W, Hz, minutes, dBm … `state`: ok, warning, critical, unknown, or None.
    """

    name: str
    kind: str
    value: float | None
    unit: str = ""
    state: str | None = None
    limits: dict[str, float] | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of hardware (ENTITY-MIB, RFC 6933). `parent` is the index of what holds it, 0 for nothing."""

    index: int
    parent: int | None
    part_class: str
    name: str | None
    model: str | None
    serial: str | None
    revision: str | None


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Who is at the other end of a link."""

    protocol: str
    local_interface: str | None
    remote_name: str | None
    remote_interface: str | None
    remote_address: str | None


@dataclass(frozen=True, slots=True)
class Address:
    """An address of the device."""

    address: str
    prefix_length: int | None
    interface_index: int | None


@dataclass(frozen=True, slots=True)
class Vlan:
    """A VLAN that the device knows."""

    id: int
    name: str | None


@dataclass(frozen=True, slots=True)
class Inspection:
    """All that one look at a device brought, and what could not be read."""

    target: Device
    system: System = field(default_factory=System)
    platform: Platform = field(default_factory=Platform)
    interfaces: tuple[Interface, ...] = ()
    processors: tuple[Processor, ...] = ()
    memory: tuple[Pool, ...] = ()
    storage: tuple[Pool, ...] = ()
    sensors: tuple[Sensor, ...] = ()
    hardware: tuple[Part, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()
    addresses: tuple[Address, ...] = ()
    vlans: tuple[Vlan, ...] = ()
    problems: tuple[Problem, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return plain dictionaries and lists; problems as sentences in English."""
        plain = asdict(self)
        for part in plain["hardware"]:
            part["class"] = part.pop("part_class")
        plain["problems"] = [{"table": problem.part, "what": str(problem.what)} for problem in self.problems]
        return plain
