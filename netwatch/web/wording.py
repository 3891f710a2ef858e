"""How things are said on a page: sentences, words, times and lengths, in one language and one zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from netwatch.domain.judge import number
from netwatch.domain.model import DeviceState, Health, Severity
from netwatch.domain.notices import Kind
from netwatch.language import duration, of_mail, said
from netwatch.storage.events import EventKind
from netwatch.storage.outbox import Delivery
from probes.api import Message, _

if TYPE_CHECKING:
    from gettext import NullTranslations
    from zoneinfo import ZoneInfo

    from roster.layers import Post

SEVERITIES = {
    Severity.CRITICAL: _("critical"),
    Severity.MAJOR: _("major"),
    Severity.MINOR: _("minor"),
    Severity.WARNING: _("warning"),
    Severity.INFORMATION: _("information"),
}
STATES = {
    DeviceState.DOWN: _("down"),
    DeviceState.DEGRADED: _("degraded"),
    DeviceState.UNREACHABLE: _("unreachable"),
    DeviceState.UNKNOWN: _("unknown"),
    DeviceState.MAINTENANCE: _("maintenance"),
    DeviceState.UP: _("up"),
}
"""Every state, the worst first."""
HEALTHS = {Health.FAILING: _("failing"), Health.UNKNOWN: _("unknown"), Health.OK: _("good")}
DELIVERIES = {
    Delivery.UNROUTED: _("about to go out"),
    Delivery.QUEUED: _("waiting"),
    Delivery.SENT: _("sent"),
    Delivery.GIVEN_UP: _("given up"),
    Delivery.ROUTED: _("handed to its recipients"),
    Delivery.DROPPED: _("not needed any more"),
}
NOTICES = {
    Kind.OPENED.value: _("opened"),
    Kind.WORSE.value: _("worse"),
    Kind.REMINDER.value: _("reminder"),
    Kind.RECOVERED.value: _("recovered"),
    Kind.FLAPPING.value: _("changes too often"),
    "quiet": _("silence"),
    "digest": _("digest"),
    "handover": _("handover report"),
}
HAPPENINGS = {
    EventKind.OPENED: _("opened"),
    EventKind.REOPENED: _("opened again"),
    EventKind.CHANGED: _("severity changed"),
    EventKind.CLOSED: _("recovered"),
    EventKind.FLAPPING: _("changes too often"),
    EventKind.CALM: _("has settled"),
    EventKind.ACKNOWLEDGED: _("acknowledged"),
    EventKind.RELEASED: _("released"),
    EventKind.NOTE: _("note"),
    EventKind.TOLD: _("told"),
    EventKind.NOT_TOLD: _("not told"),
    EventKind.MAILED: _("mail sent"),
    EventKind.MAIL_FAILED: _("mail not sent"),
    EventKind.LOG: _("log entry"),
    EventKind.WINDOW: _("maintenance window opened"),
    EventKind.WINDOW_ENDED: _("maintenance window ended"),
    EventKind.DEVICE: _("device changed"),
    EventKind.HANDOVER: _("handover report"),
    EventKind.STARTED: _("service started"),
    EventKind.STOPPED: _("service stopped"),
    EventKind.RELOADED: _("configuration read again"),
    EventKind.REFUSED: _("configuration refused"),
    EventKind.ISOLATED: _("monitor isolated"),
    EventKind.CLOCK: _("clock changed"),
    EventKind.HIDDEN: _("entry hidden"),
    EventKind.CALENDAR: _("calendar"),
    EventKind.ROSTER: _("roster"),
    EventKind.REGISTER: _("register"),
    EventKind.DUTY: _("recurring duty"),
    EventKind.SIGNED: _("handover signed"),
    EventKind.REMARK: _("remark"),
    EventKind.UNAPPROVED: _("without approval"),
    EventKind.EXPLAINED: _("approved"),
    EventKind.PART: _("part"),
    EventKind.REPORT: _("service report"),
    EventKind.PREPARED: _("session prepared"),
    EventKind.DRIFT: _("drift"),
    EventKind.CHANGE: _("change request"),
    EventKind.BASELINE: _("baseline"),
}


@dataclass(frozen=True, slots=True)
class Wording:
    """A language, a zone and the time of the page: all that is needed to say something."""

    language: str
    catalogue: NullTranslations
    zone: ZoneInfo
    now: datetime

    @property
    def tag(self) -> str:
        """Return the language as HTML names it (RFC 5646)."""
        return self.language.replace("_", "-")

    def word(self, text: str) -> str:
        """Return a word or sentence of the catalogue."""
        return self.catalogue.gettext(text) if text else ""

    def reason(self, error: str) -> str:
        """Return why something failed, as it was kept; only what we ourselves say of a relay is translated."""
        return of_mail(error, self.catalogue) if error else ""

    def message(self, message: Message) -> str:
        """Return a stored sentence."""
        return said(message.template, message.values, self.catalogue) if message.template else ""

    def severity(self, severity: Severity) -> str:
        """Return how bad something is, in a word."""
        return self.word(SEVERITIES[severity])

    def state(self, state: DeviceState) -> str:
        """Return what a device is, in a word."""
        return self.word(STATES[state])

    def health(self, health: Health) -> str:
        """Return what a check is, in a word."""
        return self.word(HEALTHS[health])

    def delivery(self, state: Delivery) -> str:
        """Return what has become of a mail."""
        return self.word(DELIVERIES[state])

    def notice(self, kind: str) -> str:
        """Return what a mail or a decision is about."""
        return self.word(NOTICES.get(kind, kind))

    def happening(self, kind: EventKind) -> str:
        """Return what happened."""
        return self.word(HAPPENINGS[kind])

    def post(self, post: Post) -> str:
        """Return what somebody on duty is there for."""
        return self.word(post.title)

    def clock(self, moment: datetime) -> str:
        """Return a time as short as it can be told apart: `02:13`, `11-21 02:13`, `2025-11-21 02:13`."""
        there, here = moment.astimezone(self.zone), self.now.astimezone(self.zone)
        if there.date() == here.date():
            return f"{there:%H:%M}"
        return f"{there:%m-%d %H:%M}" if there.year == here.year else f"{there:%Y-%m-%d %H:%M}"

    def exact(self, moment: datetime) -> str:
        """Return a time to the second with its offset: `2026-11-22 02:13:05 +08:00`."""
        there = moment.astimezone(self.zone)
        offset = f"{there:%z}"
        return f"{there:%Y-%m-%d %H:%M:%S} {offset[:3]}:{offset[3:5]}"

    def machine(self, moment: datetime) -> str:
        """Return a time for machines (RFC 3339)."""
        return moment.astimezone(UTC).isoformat(timespec="seconds")

    def lasting(self, length: timedelta) -> str:
        """Return how long something took."""
        return duration(length, self.catalogue)

    def since(self, moment: datetime) -> str:
        """Return how long ago something was."""
        return self.lasting(self.now - moment)

    def size(self, count: int) -> str:
        """Return a number of bytes."""
        return number(count, "B")
