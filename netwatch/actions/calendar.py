"""The calendar: what a day is, by a person's word or a file's."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from netwatch.config.day_file import LONGEST_NAME, MOST, YEARS
from netwatch.errors import UsageError
from netwatch.storage import calendar, events
from netwatch.storage.events import EventKind
from probes.api import Message, _
from roster.calendar import Day, DayKind, Source, whole_years

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from netwatch.actions.doing import Action, Doing

_SUMMARY = _("calendar: {date} is {kind}")


def set_day(tx: Connection, doing: Doing) -> Message:
    """Say what one day is: this wins over every file and library."""
    doing.leader()
    day = _day(
        {
            "date": doing.text("date"),
            "kind": doing.text("kind"),
            "name": doing.text("name", needed=False),
            "replaces": doing.text("replaces", needed=False) or None,
        },
        Source.LOCAL,
    )
    calendar.save(tx, (day,), doing.actor, doing.now)
    values = {"date": str(day.date), "kind": day.kind.title}
    events.add(tx, doing.entry(EventKind.CALENDAR, summary=Message(_SUMMARY, values), data={"days": [plain(day)]}))
    return Message(_("{date} is now: {kind}"), values)


def clear_day(tx: Connection, doing: Doing) -> Message:
    """Take back what a person said of a day."""
    doing.leader()
    day = doing.text("date")
    if not calendar.forget(tx, _date(day, "date")):
        raise UsageError(_("nobody has said anything of {date}"), date=day)
    summary = Message(_("calendar: what was said of {date} is taken back"), {"date": day})
    events.add(tx, doing.entry(EventKind.CALENDAR, summary=summary, data={"cleared": day}))
    return Message(_("{date} is again what the calendar makes it"), {"date": day})


def import_days(tx: Connection, doing: Doing) -> Message:
    """Take over the days of a file. One that tells a whole year takes the place of what files told of it before."""
    doing.leader()
    days, file = _days(doing.arguments.get("days")), doing.text("file", needed=False)
    calendar.forget_years(tx, whole_years(days, doing.settings.file.calendar.country))
    calendar.save(tx, days, doing.actor, doing.now)
    values: dict[str, str | int] = {"count": len(days), "first": str(days[0].date), "last": str(days[-1].date)}
    summary = Message(_("calendar: {count} days imported, {first} to {last}"), values)
    data = {"file": file, "days": [plain(day) for day in days]}
    events.add(tx, doing.entry(EventKind.CALENDAR, summary=summary, data=data))
    return Message(_("days imported: {count}, {first} to {last}"), values)


def plain(day: Day) -> list[str]:
    """Return a day as it travels over the socket."""
    return [str(day.date), day.kind.value, day.name, str(day.replaces or "")]


def _days(rows: object) -> tuple[Day, ...]:
    if not isinstance(rows, list) or not 0 < len(rows) <= MOST:
        raise UsageError(_("days: must be a list of 1 to {most} days"), most=MOST)
    found = {}
    for row in rows:
        if not (isinstance(row, list) and len(row) == 4 and all(isinstance(cell, str) for cell in row)):  # noqa: PLR2004 - date, kind, name, replaces
            raise UsageError(_("days: each must be a date, a kind, a name and a date replaced"))
        day = _day(dict(zip(("date", "kind", "name", "replaces"), row, strict=True)), Source.IMPORT)
        found[day.date] = day
    return tuple(found[day] for day in sorted(found))


def _day(said: Mapping[str, Any], source: Source) -> Day:
    day = _date(said["date"], "date")
    try:
        kind = DayKind(said["kind"])
    except ValueError:
        known = ", ".join(f"'{each.value}'" for each in DayKind)
        raise UsageError(_("{field}: must be one of {known}"), field="kind", known=known) from None
    replaces = _date(said["replaces"], "replaces") if said["replaces"] else None
    if replaces == day:
        raise UsageError(_("{field}: must be another day"), field="replaces")
    return Day(day, kind, said["name"][:LONGEST_NAME], replaces, source.value)


def _date(text: str, field: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise UsageError(_("{field}: must be a date such as 2026-11-22"), field=field) from None
    if found.year not in YEARS:
        raise UsageError(_("{field}: {date} is too far away"), field=field, date=text)
    return found


ACTIONS: Mapping[str, Action] = {"set_day": set_day, "clear_day": clear_day, "import_days": import_days}
