"""What a configuration may say, key by key: frozen, strict, unknown keys refused.

`netwatch.config.load` reads the files into these; `docs/reference/configuration.md` is made from them.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from netwatch.domain.model import Severity

if TYPE_CHECKING:
    from pathlib import Path

    from probes.secret import Secret
    from probes.snmp.credentials import SnmpCredential

NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}")
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def _duration(value: object) -> timedelta:
    """Read `90s`, `5m`, `1h`, `2d` or `1w`."""
    match = re.fullmatch(r"(\d{1,9}(?:\.\d{1,3})?)\s*([smhdw])", value) if isinstance(value, str) else None
    if match is None:
        raise PydanticCustomError("duration", 'must be a duration such as "90s", "5m", "1h" or "2d"')
    return timedelta(seconds=float(match[1]) * UNITS[match[2]])


def _name(value: str) -> str:
    if not NAME.fullmatch(value):
        raise PydanticCustomError("name", "must be 1 to 63 of the letters a-z, A-Z, digits, '.', '_' and '-'")
    return value


def _zone(value: object) -> ZoneInfo:
    try:
        return ZoneInfo(str(value))
    except (KeyError, ValueError, OSError):
        raise PydanticCustomError("zone", 'must be a time zone such as "Asia/Shanghai"') from None


def _severity(value: object) -> Severity:
    try:
        return Severity[str(value).upper()]
    except KeyError:
        names = ", ".join(each.name.lower() for each in Severity)
        raise PydanticCustomError("severity", "must be one of {names}", {"names": names}) from None


def _clock_time(value: object) -> time:
    if isinstance(value, time):
        return value
    match = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", value) if isinstance(value, str) else None
    if match is None:
        raise PydanticCustomError("clock_time", 'must be a time of day such as "08:00"')
    return time(int(match[1]), int(match[2]))


def _mail_address(value: str) -> str:
    if not re.fullmatch(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[A-Za-z0-9.-]{1,253}", value):
        raise PydanticCustomError("mail_address", 'must be a mail address such as "zhang@hospital.example"')
    return value


Duration = Annotated[timedelta, BeforeValidator(_duration)]
Name = Annotated[str, AfterValidator(_name)]
Zone = Annotated[ZoneInfo, BeforeValidator(_zone)]
SeverityName = Annotated[Severity, BeforeValidator(_severity)]
ClockTime = Annotated[time, BeforeValidator(_clock_time)]
MailAddress = Annotated[str, AfterValidator(_mail_address)]
Language = Literal["zh_CN", "en"]
Title = Annotated[str, Field(min_length=1, max_length=200)]


class Table(BaseModel):
    """One table of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, arbitrary_types_allowed=True)


class Site(Table):
    """The centre itself."""

    name: Title = "netwatch"
    zone: Zone = Field(ZoneInfo("Asia/Shanghai"), validate_default=True)
    language: Language = "zh_CN"
    canaries: tuple[Name, ...] = ()
    """Devices that answer whenever the monitor itself is connected; when none does, states are frozen."""


class Storage(Table):
    """Where records are kept."""

    url: str = "sqlite:///netwatch.db"
    """`sqlite:///FILE`, relative to the configuration file, or `postgresql+psycopg://…`."""
    password: Secret | None = None
    keep_samples: Duration = timedelta(days=14)


class Log(Table):
    """What the service says about itself."""

    format: Literal["auto", "console", "logfmt", "json", "journal"] = "auto"
    level: Literal["debug", "info", "warning", "error"] = "info"


class Web(Table):
    """The status page."""

    listen: str = "127.0.0.1:8650"
    enabled: bool = True


class Polling(Table):
    """How the service looks."""

    workers: Annotated[int, Field(ge=1, le=1000)] = 64
    icmp_rate: Annotated[int, Field(ge=1, le=100_000)] = 2000
    """Echo requests a second, over all devices."""


class CheckTable(BaseModel):
    """One check of a device or of a group. Keys beyond these are the options of its kind."""

    model_config = ConfigDict(frozen=True, extra="allow", strict=True, arbitrary_types_allowed=True)

    kind: Name
    name: Name | None = None
    """Tells two checks of one kind apart; the kind itself by default."""
    every: Duration = timedelta(seconds=60)
    retry: Duration = timedelta(seconds=15)
    """How soon to look again while a change is not confirmed."""
    deadline: Duration = timedelta(seconds=30)
    """When a measurement is given up."""
    fail_after: Annotated[int, Field(ge=1, le=100)] = 3
    recover_after: Annotated[int, Field(ge=1, le=100)] = 2
    severity: SeverityName | None = None
    """How bad it is when the check fails altogether; by default what its kind says."""
    enabled: bool = True


class Group(Table):
    """Devices that are alike."""

    name: Name
    title: Title | None = None
    check: tuple[CheckTable, ...] = ()
    parents: tuple[Name, ...] = ()


class Device(Table):
    """Something to watch."""

    name: Name
    address: Annotated[str, Field(min_length=1, max_length=253)]
    title: Title | None = None
    groups: tuple[Name, ...] = ()
    parents: tuple[Name, ...] = ()
    """The devices through which it is reached. It is unreachable, not down, when all of them are."""
    check: tuple[CheckTable, ...] = ()
    affects: Title | None = None
    """Who notices when it fails: departments, floors, systems."""
    runbook: Title | None = None
    """What to do first, or where it is written."""


class Threshold(Table):
    """Limits for a meaning, for everything, a group, a device or one item of it. The most specific holds."""

    meaning: str
    group: Name | None = None
    device: Name | None = None
    item: str | None = None
    warning: float | None = None
    critical: float | None = None
    recover: float | None = None
    severity: SeverityName | None = None
    """What `critical` means here; major by default."""
    off: bool = False


class Maintenance(Table):
    """A window in which faults of these devices alarm nobody."""

    title: Title
    devices: tuple[Name, ...] = ()
    groups: tuple[Name, ...] = ()
    start: datetime
    end: datetime
    repeat: str | None = None
    """An RFC 5545 rule such as `FREQ=WEEKLY;BYDAY=SU`, counted in the site's zone from `start`."""


class Person(Table):
    """Somebody who may be on duty, lead or be told."""

    name: Name
    title: Title | None = None
    mail: MailAddress | None = None
    phone: Annotated[str, Field(max_length=40)] | None = None
    language: Language | None = None


class Unit(Enum):
    """What a rotation counts by."""

    OCCURRENCE = "occurrence"
    HOURS = "hours"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class ShiftTable(Table):
    """A kind of shift: its name and its hours. An end not after the start is on the next day."""

    name: Name
    title: Title | None = None
    start: ClockTime
    end: ClockTime
    weekdays: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = ()


class RotationTable(Table):
    """Who takes turns on which shift."""

    shift: Name
    post: Literal["primary", "second", "leader", "shadow"] = "primary"
    groups: Annotated[tuple[tuple[Name, ...], ...], Field(min_length=1)]
    """Each turn's people, in order: `[["zhang"], ["li", "wang"]]`."""
    anchor: datetime | date
    """When the first group's first turn begins, in the site's zone."""
    unit: Annotated[Unit, BeforeValidator(Unit)] = Unit.OCCURRENCE
    length: Annotated[int, Field(ge=1, le=9000)] = 1
    counts: Literal["eligible", "calendar"] = "eligible"
    valid_from: date | None = None
    valid_until: date | None = None
    priority: Annotated[int, Field(ge=0, le=1000)] = 0


class CoverTable(Table):
    """An exception to the roster: a substitute, somebody more, somebody less."""

    kind: Literal["substitute", "add", "remove"]
    date: date
    shift: Name
    post: Literal["primary", "second", "leader", "shadow"] = "primary"
    out: Name | None = None
    person: Name | None = None
    reason: Title


class Relay(Table):
    """A mail server that takes mail from here."""

    host: Annotated[str, Field(min_length=1, max_length=253)]
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    verify: bool = True
    ca_file: Path | None = None
    user: str | None = None
    password: Secret | None = None
    timeout: Duration = timedelta(seconds=30)


class Escalation(Table):
    """Whom to tell as well of a critical fault that nobody has acknowledged."""

    after: Duration
    to: tuple[Name, ...]
    """People by name, or the posts `second` and `leader`."""


class Mail(Table):
    """How people are told."""

    sender: MailAddress = "netwatch@localhost"
    directory: Path | None = None
    """Without a relay each mail is written here as a file."""
    relay: tuple[Relay, ...] = ()
    """The first that answers takes the mail."""
    fallback: tuple[Name, ...] = ()
    """Who is told when nobody is on duty."""
    tell_from: SeverityName = Severity.MINOR
    """Faults below this are told in the handover report only."""
    remind_every: Duration = timedelta(minutes=15)
    remind_from: SeverityName = Severity.CRITICAL
    escalation: tuple[Escalation, ...] = ()
    wait: Duration = timedelta(seconds=20)
    """How long a first mail waits for the faults that belong to it."""
    digest_over: Annotated[int, Field(ge=2, le=1000)] = 8
    """More mails than this to one person at one time become one digest."""
    deadline: Duration = timedelta(days=2)
    page: str | None = None
    """The address under which people open the status page, for links in mails."""


class Handover(Table):
    """The report at each shift's end."""

    leaders: tuple[Name, ...] = ()
    """Who gets every report, besides the outgoing, the incoming and the leader on call."""


class File(Table):
    """A whole configuration."""

    include: tuple[str, ...] = ()
    site: Site = Site()
    storage: Storage = Storage()
    log: Log = Log()
    web: Web = Web()
    polling: Polling = Polling()
    mail: Mail = Mail()
    handover: Handover = Handover()
    credential: dict[Name, SnmpCredential] = Field(default_factory=dict)
    group: tuple[Group, ...] = ()
    device: tuple[Device, ...] = ()
    threshold: tuple[Threshold, ...] = ()
    maintenance: tuple[Maintenance, ...] = ()
    person: tuple[Person, ...] = ()
    shift: tuple[ShiftTable, ...] = ()
    rotation: tuple[RotationTable, ...] = ()
    cover: tuple[CoverTable, ...] = ()


Options = dict[str, Any]
