"""What a configuration may say, key by key: frozen, strict, unknown keys refused.

`netwatch.config.load` reads the files into these; `docs/reference/configuration.md` is made from them,
its sentences from the strings below the keys.
"""

from __future__ import annotations

from datetime import timedelta
from enum import Enum
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from netwatch.config.approval import ApprovalTable
from netwatch.config.audit import AuditTable
from netwatch.config.calendar import CalendarTable
from netwatch.config.changes import ChangeTable, FreezeTable
from netwatch.config.credentials import Credential
from netwatch.config.drift import CollectTable, DriftTable
from netwatch.config.duties import DutyTable
from netwatch.config.handover import Handover
from netwatch.config.registers import RegisterTable
from netwatch.config.reports import ClauseTable, DepartmentTable
from netwatch.config.roster import RosterTable
from netwatch.config.software import ConductTable, SoftwareTable
from netwatch.config.table import PostName, Table, one_of
from netwatch.config.values import (
    Address,
    ClockTime,
    Day,
    Duration,
    Instant,
    Keeping,
    Language,
    Listen,
    MailAddress,
    Moment,
    Name,
    Page,
    PathOf,
    Pause,
    SeverityName,
    Title,
    Url,
    Zone,
)
from netwatch.domain.model import Severity
from probes.secret import Secret
from roster.cover import CoverKind
from roster.layers import Post
from roster.rotation import Counts, Unit

MaybeSecret = Secret | None
Credentials = dict[Name, Credential]
Number = Annotated[float, Field(allow_inf_nan=False)]


class Role(Enum):
    """What somebody may do."""

    VIEWER = "viewer"
    ENGINEER = "engineer"
    LEADER = "leader"
    ADMIN = "admin"
    AUDITOR = "auditor"


LEADS = frozenset({Role.LEADER, Role.ADMIN})
"""The roles that lead; who is named for handovers leads besides."""


class Site(Table):
    """The centre itself."""

    name: Title = "netwatch"
    """What pages, mails and reports call the centre."""
    zone: Zone = Field(ZoneInfo("Asia/Shanghai"), validate_default=True)
    """The time zone of shifts, maintenance windows, pages and reports."""
    language: Language = "zh_CN"
    """The language of reports, and of mails to people who name none of their own."""
    canaries: tuple[Name, ...] = ()
    """Devices that answer whenever the monitor itself is connected; when none does, states are frozen."""


class Storage(Table):
    """Where records are kept."""

    url: Url = "sqlite:///netwatch.db"
    """`sqlite:///FILE`, relative to the configuration file, or `postgresql+psycopg://USER@HOST/DATABASE`."""
    password: MaybeSecret = None
    """The password of the PostgreSQL user."""
    keep_samples: Keeping = timedelta(days=14)
    """How long each measured value is kept."""
    backup_within: Keeping = timedelta(days=7)
    """How old the last back-up may be before the handover report and the doctor say so."""
    keys: PathOf | None = None
    """The folder of the keys that encrypt and sign, which must be backed up apart from the records; by default `keys`
    beside a SQLite database, else in the service's state directory."""


class Log(Table):
    """What the service says about itself."""

    format: Literal["auto", "console", "logfmt", "json", "journal"] = "auto"
    """How lines look; `auto` is `journal` under systemd, `console` on a terminal, else `logfmt`."""
    level: Literal["debug", "info", "warning", "error"] = "info"
    """From what level on lines are written."""


class Web(Table):
    """The status page."""

    listen: Listen = "127.0.0.1:8650"
    """The loopback address and port of the page. It speaks plain HTTP; a proxy with TLS brings it to others."""
    enabled: bool = True
    """Whether there is a page."""


class Polling(Table):
    """How the service looks."""

    workers: Annotated[int, Field(ge=1, le=1000)] = 64
    """How many measurements run at one time."""
    icmp_rate: Annotated[int, Field(ge=1, le=100_000)] = 2000
    """Echo requests a second, over all devices."""


class CheckTable(BaseModel):
    """One check of a device or of a group. Keys beyond these are the options of its kind.

    A device has the checks of its groups. One of the same name in a later group, and then in the device
    itself, changes it key by key.
    """

    model_config = ConfigDict(
        frozen=True, extra="allow", strict=True, arbitrary_types_allowed=True, hide_input_in_errors=True
    )

    kind: Name | None = None
    """What to look with: `icmp`, `snmp` … It must be given, here or in the group that the check comes from."""
    name: Name | None = None
    """Tells two checks of one kind apart; the kind itself by default."""
    every: Duration = timedelta(seconds=60)
    """How often to look."""
    retry: Duration = timedelta(seconds=10)
    """How soon to look again while a change is not confirmed; `every`, where that is shorter."""
    deadline: Duration = timedelta(seconds=30)
    """When a measurement is given up; `every`, where that is shorter."""
    fail_after: Annotated[int, Field(ge=1, le=100)] = 3
    """How many bad looks in a row make a fault."""
    recover_after: Annotated[int, Field(ge=1, le=100)] = 2
    """How many good looks in a row end it."""
    severity: SeverityName | None = None
    """How bad it is when the check fails altogether; by default critical where that means down, else major."""
    reachability: bool | None = None
    """Whether its failure means that the device is down; by default so for `icmp` only. Where ping is blocked, set it."""
    enabled: bool = True
    """Whether to look at all; `false` also takes away a check that a group brings."""


class Group(Table):
    """Devices that are alike."""

    name: Name
    """What devices, thresholds and maintenance windows call it."""
    title: Title | None = None
    """What people call it."""
    check: tuple[CheckTable, ...] = ()
    """The checks of its devices, as `[[group.check]]`."""
    collect: tuple[CollectTable, ...] = ()
    """How its devices are read for what they are set to, as `[[group.collect]]`."""
    parents: tuple[Name, ...] = ()
    """The parents of those of its devices that name none themselves."""


class Device(Table):
    """Something to watch."""

    name: Name
    """What everything else calls it."""
    address: Address
    """Its IPv4 or IPv6 address or host name."""
    title: Title | None = None
    """What people call it."""
    groups: tuple[Name, ...] = ()
    """The groups that it belongs to; where they contradict each other the last one holds."""
    parents: tuple[Name, ...] = ()
    """The devices through which it is reached. It is unreachable, not down, when all of them are."""
    check: tuple[CheckTable, ...] = ()
    """Its own checks, as `[[device.check]]`, besides those of its groups."""
    collect: tuple[CollectTable, ...] = ()
    """How it is read for what it is set to, as `[[device.collect]]`, besides those of its groups."""
    affects: Title | None = None
    """Who notices when it fails: departments, floors, systems."""
    runbook: Title | None = None
    """What to do first, or where it is written."""


class Threshold(Table):
    """Limits for a meaning, for everything, a group, a device or one item of it. The most specific holds.

    An item goes before a device, a device before a group, a group before everything. A threshold without
    limits of its own leaves them as they are and changes only the rest.
    """

    meaning: Annotated[str, Field(min_length=1, max_length=63)]
    """What is measured, such as `cpu.usage`; docs/reference/configuration.md lists them."""
    group: Name | None = None
    """For the devices of this group only."""
    device: Name | None = None
    """For this device only."""
    item: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    """For this part only, such as a port or a file system; `*` in it stands for any text."""
    bad: Literal["above", "below"] | None = None
    """Which side is bad; by default that of the meaning, else as `warning`, `critical` and `recover` follow each other."""
    warning: Number | None = None
    """From this value on it is a warning."""
    critical: Number | None = None
    """From this value on it is a fault of `severity`."""
    recover: Number | None = None
    """Good again only beyond this value; without it, beyond the limit that was broken."""
    severity: SeverityName | None = None
    """What `critical` means here; major by default."""
    off: bool | None = None
    """Whether to judge it at all: `off = true` says no, `off = false` undoes that of a wider threshold."""


class Maintenance(Table):
    """A window in which faults of these devices alarm nobody."""

    title: Title
    """What is done, for the page and the report."""
    devices: tuple[Name, ...] = ()
    """The devices that it is for."""
    groups: tuple[Name, ...] = ()
    """The groups whose devices it is for."""
    start: Instant
    """When it begins, in the site's zone unless an offset is given."""
    end: Instant
    """When it ends."""
    repeat: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    """An RFC 5545 rule such as `FREQ=WEEKLY;BYDAY=SU`, counted in the site's zone from `start`."""


class Person(Table):
    """Somebody who may be on duty, lead or be told."""

    name: Name
    """What the roster calls them; also their sign-in."""
    title: Title | None = None
    """Their name as people read it."""
    mail: MailAddress | None = None
    """Where they are told. Whoever is on the roster must have one."""
    phone: Annotated[Title, Field(max_length=40)] | None = None
    """Their number, shown to colleagues."""
    language: Language | None = None
    """The language of their mails; the site's by default."""
    role: Annotated[Role, one_of(Role)] = Role.ENGINEER
    """What they may do: `viewer` looks, `engineer` signs and records, `leader` approves, `admin` does all."""
    login: Name | None = None
    """Their user on this machine, where it is called otherwise than `name`: commands act for who typed them."""


class ShiftTable(Table):
    """A kind of shift: its name and its hours. An end not after the start is on the next day."""

    name: Annotated[Name, Field(max_length=40)]
    """What rotations and covers call it."""
    title: Title | None = None
    """What people call it."""
    start: ClockTime
    """When it begins, by the clock on the wall."""
    end: ClockTime
    """When it ends; the same as `start` makes 24 hours."""
    weekdays: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = ()
    """On which weekdays it begins; all by default."""
    days: tuple[Literal["workday", "rest", "holiday"], ...] = ()
    """On which kinds of day of the calendar it begins; all by default. A make-up Saturday is a workday."""
    rest_start: ClockTime | None = None
    """When it begins on rest days and holidays, where that is another time."""
    rest_end: ClockTime | None = None
    """When it ends then."""
    holiday_start: ClockTime | None = None
    """When it begins on holidays, where that differs from rest days."""
    holiday_end: ClockTime | None = None
    """When it ends then."""


class RotationTable(Table):
    """Who takes turns on which shift."""

    shift: Name
    """The kind of shift."""
    post: PostName = Post.PRIMARY
    """What they are there for; a shadow sees all and owns nothing."""
    groups: Annotated[tuple[Annotated[tuple[Name, ...], Field(min_length=1)], ...], Field(min_length=1, max_length=366)]
    """Each turn's people, in order: `[["zhang"], ["li", "wang"]]`."""
    anchor: Moment
    """When the first group's first turn begins, in the site's zone."""
    unit: Annotated[Unit, one_of(Unit)] = Unit.OCCURRENCE
    """What a turn is counted in; an occurrence is one shift."""
    length: Annotated[int, Field(ge=1, le=9000)] = 1
    """How many units a turn lasts."""
    counts: Annotated[Counts, one_of(Counts)] = Counts.ELIGIBLE
    """Whether a day on which the shift does not fall takes a turn: `eligible` no, `calendar` yes."""
    valid_from: Day | None = None
    """The first day whose shifts follow this rotation."""
    valid_until: Day | None = None
    """The first day whose shifts follow it no more."""
    priority: Annotated[int, Field(ge=0, le=1000)] = 0
    """A higher one takes the place of lower ones of the same post; equal ones stand side by side."""


class CoverTable(Table):
    """An exception to the roster: a substitute, somebody more, somebody less."""

    kind: Annotated[CoverKind, one_of(CoverKind)]
    """Whether `person` comes for `out` (substitute), comes as well (add), or `out` stays away (remove)."""
    date: Day
    """The day on which the shift begins."""
    shift: Name
    """Which shift."""
    post: PostName = Post.PRIMARY
    """Which post on it."""
    out: Name | None = None
    """Who was planned and does not come."""
    person: Name | None = None
    """Who comes."""
    reason: Title
    """Why, for the record."""


class Relay(Table):
    """A mail server that takes mail from here."""

    host: Address
    """Its name or address."""
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    """Its port: 587 with `starttls`, 465 with `implicit`, 25 with `none` as a rule."""
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    """How the connection is encrypted. Without, no password is sent but to this machine itself."""
    verify: bool = True
    """Whether its certificate is checked."""
    ca_file: PathOf | None = None
    """The certificates to check it by, besides the system's; relative to the configuration file."""
    user: Title | None = None
    """Who signs in."""
    password: MaybeSecret = None
    """The password of `user`."""
    timeout: Duration = timedelta(seconds=30)
    """How long to wait for its answers."""


class Escalation(Table):
    """Whom to tell as well of a critical fault that nobody has acknowledged."""

    after: Duration
    """How long after the fault was confirmed."""
    to: Annotated[tuple[Name, ...], Field(min_length=1)]
    """People by name, or the posts `second` and `leader`."""


class Mail(Table):
    """How people are told."""

    sender: MailAddress = "netwatch@localhost"
    """The address in From."""
    directory: PathOf | None = None
    """Without a relay each mail is written here as a file; relative to the configuration file."""
    relay: tuple[Relay, ...] = ()
    """Mail servers, as `[[mail.relay]]`. The first that answers takes the mail."""
    fallback: tuple[Name, ...] = ()
    """Who is told when nobody is on duty."""
    tell_from: SeverityName = Severity.MINOR
    """Faults below this are told in the handover report only."""
    remind_every: Duration = timedelta(minutes=15)
    """How often somebody is reminded of a fault that nobody has acknowledged."""
    remind_from: SeverityName = Severity.CRITICAL
    """From what severity on."""
    escalation: tuple[Escalation, ...] = ()
    """Whom to tell as well, as `[[mail.escalation]]`."""
    wait: Pause = timedelta(seconds=20)
    """How long a first mail waits for the faults that belong to it."""
    digest_over: Annotated[int, Field(ge=2, le=1000)] = 8
    """More mails than this to one person at one time become one digest."""
    deadline: Duration = timedelta(days=2)
    """When a mail that no relay takes is given up."""
    page: Page | None = None
    """The address under which people open the status page, for links in mails."""


class File(Table):
    """A whole configuration."""

    include: tuple[str, ...] = ()
    """More files, as patterns relative to this one, such as `devices/*.toml`; in the main file only."""
    site: Site = Site()
    storage: Storage = Storage()
    log: Log = Log()
    web: Web = Web()
    polling: Polling = Polling()
    mail: Mail = Mail()
    handover: Handover = Handover()
    credential: Credentials = Field(default_factory=dict)
    """How to prove who asks, as `[credential.NAME]`; checks refer to it by name."""
    group: tuple[Group, ...] = ()
    device: tuple[Device, ...] = ()
    threshold: tuple[Threshold, ...] = ()
    maintenance: tuple[Maintenance, ...] = ()
    person: tuple[Person, ...] = ()
    shift: tuple[ShiftTable, ...] = ()
    rotation: tuple[RotationTable, ...] = ()
    cover: tuple[CoverTable, ...] = ()
    calendar: CalendarTable = CalendarTable()
    approval: ApprovalTable = ApprovalTable()
    conduct: ConductTable = ConductTable()
    software: tuple[SoftwareTable, ...] = ()
    audit: AuditTable = AuditTable()
    drift: DriftTable = DriftTable()
    change: ChangeTable = ChangeTable()
    freeze: tuple[FreezeTable, ...] = ()
    roster: RosterTable = RosterTable()
    register_type: tuple[RegisterTable, ...] = ()
    duty: tuple[DutyTable, ...] = ()
    department: tuple[DepartmentTable, ...] = ()
    clause: tuple[ClauseTable, ...] = ()
