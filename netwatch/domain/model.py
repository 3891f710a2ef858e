"""The nouns that the rules speak of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, IntEnum
from typing import TYPE_CHECKING, NewType

from probes.api import Limits, Message, _

if TYPE_CHECKING:
    from collections.abc import Mapping

CheckId = NewType("CheckId", str)
"""`device/check` for a check as a whole, `device/check/meaning/item` for one thing that it reads."""
FaultId = NewType("FaultId", int)
EventId = NewType("EventId", int)


class Severity(IntEnum):
    """How bad, in the order of the duty book."""

    INFORMATION = 1
    WARNING = 2
    MINOR = 3
    MAJOR = 4
    CRITICAL = 5


class Health(Enum):
    """What a check is, once confirmed."""

    UNKNOWN = "unknown"
    OK = "ok"
    FAILING = "failing"


class DeviceState(Enum):
    """What a device is, in one word."""

    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"
    UNREACHABLE = "unreachable"
    UNKNOWN = "unknown"
    MAINTENANCE = "maintenance"


@dataclass(frozen=True, slots=True)
class Subject:
    """What is judged: a check of a device, or one item that the check reads."""

    device: str
    check: str
    meaning: str = ""
    item: str = ""

    @property
    def id(self) -> CheckId:
        """Return the identity under which state and faults are kept."""
        return CheckId("/".join(part for part in (self.device, self.check, self.meaning, self.item) if part))

    @property
    def of_book(self) -> bool:
        """Whether it is something in a book that people keep, `@registers` or `@duties`, and no device's."""
        return self.device in BOOKS


BOOKS: Mapping[str, str] = {
    "@archive": _("Archive of handovers"),
    "@changes": _("Change requests"),
    "@duties": _("Duties"),
    "@registers": _("Registers"),
    "@sessions": _("Booked sessions"),
}
"""What is called a book in place of a device, and its name for people, to be translated."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How a check is confirmed. Durations are those between first doubt and confirmation, not of polls."""

    fail_after: int = 3
    recover_after: int = 2
    reopen_within: timedelta = timedelta(minutes=30)
    flap_half_life: timedelta = timedelta(minutes=10)
    flap_start: float = 6.0
    flap_end: float = 1.5


@dataclass(frozen=True, slots=True)
class Observation:
    """One look at one subject, judged. `severity` is None when it is good."""

    subject: Subject
    at: datetime
    severity: Severity | None
    summary: Message
    reachability: bool = False
    value: float | None = None

    @property
    def good(self) -> bool:
        """Whether nothing is wrong."""
        return self.severity is None


@dataclass(frozen=True, slots=True)
class CheckState:
    """What is remembered of a subject between observations."""

    subject: Subject
    health: Health = Health.UNKNOWN
    severity: Severity | None = None
    """The confirmed severity while failing."""
    against: int = 0
    """How many observations in a row contradict `health`, or `severity` while failing."""
    doubt: Severity | None = None
    """What they say: a severity, or None for good."""
    doubt_since: datetime | None = None
    """The first of them."""
    since: datetime | None = None
    """Since when `health` holds: the first observation of it, not its confirmation."""
    seen: datetime | None = None
    summary: Message = field(default_factory=lambda: Message(""))
    value: float | None = None
    reachability: bool = False
    flaps: float = 0.0
    """The penalty of flapping at `flaps_at`; it halves with every half-life."""
    flaps_at: datetime | None = None
    flapping: bool = False

    @property
    def in_doubt(self) -> bool:
        """Whether the last observation contradicts what is confirmed."""
        return self.against > 0


@dataclass(frozen=True, slots=True)
class Opened:
    """A subject is bad, confirmed. `at` is its first bad observation."""

    at: datetime
    confirmed: datetime
    severity: Severity
    summary: Message


@dataclass(frozen=True, slots=True)
class Changed:
    """A failing subject became worse or less bad."""

    at: datetime
    severity: Severity
    summary: Message


@dataclass(frozen=True, slots=True)
class Closed:
    """A failing subject is good again, confirmed. `at` is its first good observation."""

    at: datetime
    confirmed: datetime
    summary: Message


@dataclass(frozen=True, slots=True)
class FlapStarted:
    """A subject changes too often to tell each change."""

    at: datetime


@dataclass(frozen=True, slots=True)
class FlapEnded:
    """A subject has calmed down, in the health that it now has."""

    at: datetime
    health: Health


Event = Opened | Changed | Closed | FlapStarted | FlapEnded


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Somebody has taken a fault upon themselves. It ends at `until` if that is set."""

    by: str
    at: datetime
    text: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is or was wrong. One subject has one open fault at most."""

    id: FaultId
    subject: Subject
    severity: Severity
    worst: Severity
    summary: Message
    opened: datetime
    confirmed: datetime
    closed: datetime | None = None
    reachability: bool = False
    reopened: int = 0
    acknowledged: Acknowledgement | None = None
    cause: FaultId | None = None
    """The fault of the device in front, while this one is only unreachable."""
    flapping: bool = False
    told: Told | None = None
    told_at: datetime | None = None
    told_severity: Severity | None = None
    notices: int = 0
    """How many notices of it were written; the next one's number."""
    quiet: Message | None = None
    """Why nobody is told just now, as last recorded."""

    @property
    def open(self) -> bool:
        """Whether it still is."""
        return self.closed is None


class Told(Enum):
    """What people on duty were last told of a fault."""

    OPENED = "opened"
    CLOSED = "closed"
    FLAPPING = "flapping"


@dataclass(frozen=True, slots=True)
class Window:
    """A maintenance window in force or to come, half open, in UTC."""

    title: str
    devices: frozenset[str]
    start: datetime
    end: datetime

    def covers(self, device: str, at: datetime) -> bool:
        """Whether this device is in the window at that time."""
        return device in self.devices and self.start <= at < self.end


@dataclass(frozen=True, slots=True)
class Rule:
    """The limits that hold for one meaning of one item, and how bad its break is."""

    limits: Limits | None
    critical: Severity = Severity.MAJOR
    off: bool = False
