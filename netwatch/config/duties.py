"""Recurring duties: the tables that declare them, and the duties that they make."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from netwatch.config.shipped_duties import SHIPPED
from netwatch.config.table import Clause, PostName, Table, Titles, one_of
from netwatch.config.values import ClockTime, Duration, Moment, Name, Pause, SeverityName
from netwatch.domain.checklist import Item, ItemKind, Sensor
from netwatch.domain.duties import Anchor, Duty, DutyKind
from netwatch.domain.model import Severity
from netwatch.domain.recurrence import ByRule, ByShift, ByWorkday, Recurrence, RestDay, workday
from roster.layers import Post
from roster.wall import wall

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from netwatch.config.settings import File

Number = Annotated[float, Field(allow_inf_nan=False)]
ShortName = Annotated[Name, Field(max_length=40)]
EVERY_SHIFT = "all"
"""Stands for all kinds of shift."""
BEGINNING = date(2026, 1, 1)
"""From when on a rule of working days counts that names no start."""
END_OF_DAY = time(17, 0)


class SensorTable(Table):
    """The reading by which an item of a checklist is filled in."""

    device: Name
    """The device."""
    check: Name
    """Its check."""
    meaning: Annotated[str, Field(min_length=1, max_length=63)]
    """What is measured, such as `temperature`."""
    item: Annotated[str, Field(max_length=200)] = ""
    """Of which part, such as a sensor's name; none for the device as a whole."""


class ItemTable(Table):
    """One thing to look at."""

    name: ShortName
    """What commands call it."""
    title: Titles
    """What people call it."""
    kind: Annotated[ItemKind, one_of(ItemKind)] = ItemKind.OK
    """How it is answered: `ok` (or `flag`, `fail`), a `number`, or `text`."""
    unit: Annotated[str, Field(max_length=12)] = ""
    """The unit of a number, such as `°C`."""
    low: Number | None = None
    """A number below it is not in order."""
    high: Number | None = None
    """A number above it is not in order."""
    sensor: SensorTable | None = None
    """A reading to start from: a person confirms it, and what differs is shown."""
    severity: SeverityName = Severity.MINOR
    """How bad the fault is that opens where it is not in order."""


class DutyTable(Table):
    """Something to be done again and again: when, by whom, with which checklist."""

    name: ShortName
    """What commands call it."""
    title: Titles | None = None
    """What people call it; a shipped duty has a title already."""
    kind: Annotated[DutyKind, one_of(DutyKind)] = DutyKind.OTHER
    """`round`, `maintenance`, `submission`, `training`, `drill`, `session` or `other`."""
    enabled: bool = True
    """Whether it is due at all; `false` also switches off a shipped duty of that name."""
    repeat: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    """An RFC 5545 rule such as `FREQ=WEEKLY;BYDAY=FR`, or words such as `last workday of the month`, `every workday`."""
    each_shift: tuple[Name, ...] = ()
    """Instead of `repeat`: the kinds of shift on each of which it is due; `["all"]` for every one."""
    start: Moment | None = None
    """From when on `repeat` counts, in the site's zone; a time given with it is when it is due on each day."""
    at: ClockTime | None = None
    """By when on its day it is due; 17:00 where `start` has no time either."""
    on_rest_day: Annotated[RestDay, one_of(RestDay)] = RestDay.KEEP
    """What an RFC 5545 rule does with a rest day or holiday: `keep`, `next workday` or `previous workday`."""
    within: Duration | None = None
    """With `each_shift`: how long after the shift begins it is due; by default an hour before the shift ends."""
    before: Duration | None = None
    """How long before it is due it may be done: by default one day, or from the shift's beginning."""
    after: Pause | None = None
    """How long it is overdue until it is missed: by default one day, or until the shift's end."""
    anchor: Annotated[Anchor, one_of(Anchor)] = Anchor.SCHEDULED
    """Whether the next one is counted from the plan (`scheduled`) or from when the last was done (`completed`)."""
    post: PostName = Post.PRIMARY
    """Who does it: whoever holds this post when it is due."""
    person: Name | None = None
    """Who does it, instead of a post."""
    group: Name | None = None
    """The group whose devices are ticked off one by one; it is done when all of them are."""
    item: tuple[ItemTable, ...] = ()
    """What to look at, as `[[duty.item]]`."""
    clauses: tuple[Clause, ...] = ()
    """The clauses of the regulation that it serves."""
    severity: SeverityName = Severity.MINOR
    """How bad it is that it was missed; while it is only overdue it is a warning."""
    remind: Pause = timedelta(hours=1)
    """How long before it is due whoever does it is reminded by mail; `0s` never."""
    escalate_after: Duration | None = None
    """How long after it was due the second and the leader are told by mail that it is not done."""
    evidence: Name | None = None
    """The register of which an entry proves that it is done, such as `submission`."""


def tables(configured: tuple[DutyTable, ...], *, rostered: bool) -> tuple[DutyTable, ...]:
    """Return the tables that count: those of the file, and the shipped ones of other names, where there is a roster."""
    named = {table.name for table in configured}
    shipped = tuple(DutyTable.model_validate(raw) for raw in SHIPPED if rostered and raw["name"] not in named)
    return (*shipped, *(table for table in configured if table.enabled))


def duties(file: File) -> tuple[Duty, ...]:
    """Return every duty that is due at some time, shipped and configured, by name."""
    found = tables(file.duty, rostered=bool(file.rotation))
    return tuple(sorted((_duty(table, file) for table in found), key=lambda duty: duty.name))


def recurrence(table: DutyTable, zone: ZoneInfo) -> Recurrence:
    """Return when a table's duty is due; the table must be right."""
    if table.each_shift:
        return ByShift(() if EVERY_SHIFT in table.each_shift else table.each_shift, table.within)
    start, repeat = beginning(table, zone), table.repeat or ""
    worked = workday(repeat)
    if worked is not None:
        return ByWorkday(*worked, at=start.time(), start=start.date())
    return ByRule(repeat.upper().removeprefix("RRULE:"), start, table.on_rest_day)


def beginning(table: DutyTable, zone: ZoneInfo) -> datetime:
    """Return from when on a rule counts, naive, with the time of day at which it is due."""
    start = table.start or BEGINNING
    if isinstance(start, datetime):
        local = start if start.tzinfo is None else wall(start, zone)
        return datetime.combine(local, table.at or local.time())
    return datetime.combine(start, table.at or END_OF_DAY)


def _duty(table: DutyTable, file: File) -> Duty:
    return Duty(
        name=table.name,
        titles=_plain(table.title) if table.title else {"en": table.name},
        kind=table.kind,
        when=recurrence(table, file.site.zone),
        zone=file.site.zone,
        before=table.before,
        after=table.after,
        anchor=table.anchor,
        post=table.post,
        person=table.person or "",
        items=tuple(_items(table)),
        devices=frozenset(device.name for device in file.device if table.group in device.groups),
        clauses=table.clauses,
        severity=table.severity,
        remind=table.remind,
        escalate_after=table.escalate_after,
        register=table.evidence or "",
    )


def _plain(titles: Titles) -> dict[str, str]:
    return {str(language): title for language, title in titles.items()}


def _items(table: DutyTable) -> Iterator[Item]:
    for item in table.item:
        sensor = Sensor(**item.sensor.model_dump()) if item.sensor else None
        yield Item(item.name, _plain(item.title), item.kind, item.unit, item.low, item.high, sensor, item.severity)
