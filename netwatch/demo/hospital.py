"""The hospital that is played: what stands in it, how it is wired, and who works there. Data only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from probes.api import _

MEGA = 1_000_000
GIGA = 1_000 * MEGA


class Kind(Enum):
    """What a device is; also the group of its checks."""

    SWITCH = "switches"
    SERVER = "servers"
    POWER = "power"


class Protocol(Enum):
    """What a service of a server speaks; also the kind of probe that looks at it."""

    TCP = "tcp"
    HTTP = "http"


@dataclass(frozen=True, slots=True)
class Port:
    """A port: its speed in bit/s, and how much of it is in use on average, from 0 to 1."""

    name: str
    speed: int
    use: float
    alias: str = ""
    watched: bool = False


@dataclass(frozen=True, slots=True)
class Volume:
    """A disk: its size in GiB, and how full it is, in percent."""

    name: str
    size: int
    full: float


@dataclass(frozen=True, slots=True)
class Service:
    """Something that a server offers on a port."""

    name: str
    protocol: Protocol
    port: int


@dataclass(frozen=True, slots=True)
class Device:
    """One device. Titles are English templates, translated when the configuration is written."""

    name: str
    title: str
    address: str
    kind: Kind
    model: str
    ports: tuple[Port, ...] = ()
    parents: tuple[str, ...] = ()
    volumes: tuple[Volume, ...] = ()
    services: tuple[Service, ...] = ()
    load: float = 12.0
    memory: float = 55.0
    affects: str = ""
    runbook: str = ""

    @property
    def watched(self) -> tuple[str, ...]:
        """Return the names of the ports whose state matters."""
        return tuple(port.name for port in self.ports if port.watched)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the information centre."""

    name: str
    title: str
    phone: str


def _uplinks(slot: str, speed: int, *aliases: str) -> tuple[Port, ...]:
    """Return the ports that lead on, each with the name of what is at its other end."""
    return tuple(
        Port(f"{slot}/{number}", speed, 0.08 + 0.03 * (number % 5), alias, watched=True)
        for number, alias in enumerate(aliases, start=1)
    )


def _edge(count: int) -> tuple[Port, ...]:
    return tuple(Port(f"GE1/0/{number}", GIGA, 0.01 + 0.02 * (number % 4)) for number in range(1, count + 1))


def _core(name: str, title: str, address: str) -> Device:
    return Device(
        name, title, address, Kind.SWITCH, "CS-9600",
        ports=_uplinks("XGE1/0", 10 * GIGA, "dist-out", "dist-in", "his", "lis", "pacs", "portal", "storage", "internet"),
        load=21.0, affects=_("the whole hospital"),
        runbook=_("look at the power of the machine room first, then page 3 of the emergency plan"),
    )  # fmt: skip


def _distribution(name: str, title: str, address: str, affects: str) -> Device:
    return Device(
        name, title, address, Kind.SWITCH, "DS-6700",
        ports=(*_uplinks("XGE1/0", 10 * GIGA, "core-a", "core-b"), *_edge(6)),
        parents=("core-a", "core-b"), load=17.0, affects=affects,
        runbook=_("check the power in the building's main wiring closet; spare unit in rack 4"),
    )  # fmt: skip


def _access(name: str, title: str, address: str, parent: str, affects: str) -> Device:
    return Device(
        name, title, address, Kind.SWITCH, "AS-5700",
        ports=(*_uplinks("XGE1/0", 10 * GIGA, parent), *_edge(8)),
        parents=(parent,), affects=affects,
        runbook=_("check the power in the wiring closet, then the uplink"),
    )  # fmt: skip


def _server(
    name: str, title: str, address: str, affects: str, *volumes: Volume, services: tuple[Service, ...], load: float
) -> Device:
    return Device(
        name, title, address, Kind.SERVER, "SR-2288",
        ports=_uplinks("eth", 10 * GIGA, "core-a", "core-b"),
        parents=("core-a", "core-b"), volumes=volumes, services=services, load=load, memory=71.0,
        affects=affects, runbook=_("the vendor's hotline is on the card above the duty desk"),
    )  # fmt: skip


HOSPITAL: tuple[Device, ...] = (
    _core("core-a", _("Core switch A"), "127.0.8.1"),
    _core("core-b", _("Core switch B"), "127.0.8.2"),
    _distribution("dist-out", _("Outpatient building distribution switch"), "127.0.8.11", _("outpatient building")),
    _distribution("dist-in", _("Inpatient building distribution switch"), "127.0.8.12", _("inpatient building")),
    _access("out-1f", _("Outpatient 1st floor access switch"), "127.0.8.21", "dist-out", _("registration, pharmacy")),
    _access("out-2f", _("Outpatient 2nd floor access switch"), "127.0.8.22", "dist-out", _("consulting rooms")),
    _access("imaging", _("Imaging department access switch"), "127.0.8.23", "dist-out", _("CT, MRI, radiography")),
    _access("emergency", _("Emergency department access switch"), "127.0.8.31", "dist-in", _("emergency department")),
    _access("in-5f", _("Inpatient 5th floor access switch"), "127.0.8.32", "dist-in", _("wards on the 5th floor")),
    _access("theatre", _("Operating theatre access switch"), "127.0.8.33", "dist-in", _("operating theatres")),
    _server(
        "his", _("HIS server"), "127.0.8.101", _("registration, charging, wards"),
        Volume("/", 200, 41.0), Volume("/data", 2000, 63.0),
        services=(Service("database", Protocol.TCP, 11521),), load=34.0,
    ),
    _server(
        "lis", _("LIS server"), "127.0.8.102", _("laboratory"),
        Volume("/", 100, 38.0), Volume("/data", 800, 57.0),
        services=(Service("interface", Protocol.TCP, 15433),), load=19.0,
    ),
    _server(
        "pacs", _("PACS server"), "127.0.8.103", _("imaging, all doctors' workstations"),
        Volume("/", 100, 46.0), Volume("/images", 48_000, 77.0),
        services=(Service("viewer", Protocol.HTTP, 18080),), load=27.0,
    ),
    _server(
        "portal", _("Patient portal"), "127.0.8.104", _("appointments by telephone app"),
        Volume("/", 100, 33.0),
        services=(Service("web", Protocol.HTTP, 18081),), load=15.0,
    ),
    Device(
        "ups", _("Machine room UPS"), "127.0.8.150", Kind.POWER, "UP-40K",
        affects=_("machine room"), runbook=_("tell the electricians on 8120; shut down what is not vital at 15 minutes"),
    ),
)  # fmt: skip
"""Every device, each in front of what is behind it."""

DUTY: tuple[Person, ...] = (
    Person("zhangsan", _("Zhang San"), "8101"),
    Person("lisi", _("Li Si"), "8102"),
    Person("wangwu", _("Wang Wu"), "8103"),
)
"""Who takes turns."""
SECOND = Person("chenliu", _("Chen Liu"), "8104")
LEADER = Person("zhao", _("Director Zhao"), "8100")
PEOPLE = (*DUTY, SECOND, LEADER)


def titles() -> dict[str, str]:
    """Return every device's title by its name, untranslated."""
    return {device.name: device.title for device in HOSPITAL}


def parents() -> dict[str, tuple[str, ...]]:
    """Return what stands in front of each device."""
    return {device.name: device.parents for device in HOSPITAL}
