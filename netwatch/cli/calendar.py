"""`netwatch calendar`: which days are worked, rested and celebrated."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from netwatch.actions.calendar import plain
from netwatch.cli import site
from netwatch.clock import SystemClock
from netwatch.config.day_file import KINDS, YEARS, read_days
from netwatch.errors import UsageError
from netwatch.language import gettext as _
from netwatch.storage import calendar as stored
from probes.api import _ as mark
from roster.calendar import Calendar, DayKind, YearStatus

if TYPE_CHECKING:
    import argparse

    from roster.calendar import Day

LARGEST = 60 * 1024
"""Bytes of days that the service's socket takes at one time."""
WEEKDAYS = (mark("Mon"), mark("Tue"), mark("Wed"), mark("Thu"), mark("Fri"), mark("Sat"), mark("Sun"))


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("calendar", help=_("working days, rest days, holidays: show, set, import"))
    verbs = parser.add_subparsers(dest="verb", metavar=_("VERB"), required=True)
    show = verbs.add_parser("show", help=_("the special days of a year, or every day of a month"))
    show.add_argument("period", nargs="?", metavar="PERIOD", help=_("such as 2026 or 2026-10; by default this year"))
    show.set_defaults(run=_show)
    status = verbs.add_parser("status", help=_("which years are official, provisional or not known"))
    status.set_defaults(run=_status)
    for verb in (show, status):
        verb.add_argument("--format", choices=("table", "json"), default="table", help=_("how to print"))
    setting = verbs.add_parser("set", help=_("say what one day is; this wins over files and libraries"))
    setting.add_argument("date", metavar="DATE", help=_("such as 2026-11-22"))
    setting.add_argument("kind", metavar="KIND", help=_("workday, rest or statutory"))
    setting.add_argument("--name", default="", help=_("what the day is called"))
    setting.add_argument("--replaces", default="", metavar="DATE", help=_("the day off for which it is worked"))
    setting.set_defaults(run=_set)
    clear = verbs.add_parser("clear", help=_("take back what was said of one day"))
    clear.add_argument("date", metavar="DATE", help=_("such as 2026-11-22"))
    clear.set_defaults(run=_clear)
    taking = verbs.add_parser("import", help=_("take over the days of a CSV or holiday JSON file"))
    taking.add_argument("file", type=Path, metavar="FILE")
    taking.set_defaults(run=_import)
    for verb in (show, status, setting, clear, taking):
        site.add_config(verb)
    for verb in (setting, clear, taking):
        site.add_actor(verb)


def _calendar(arguments: argparse.Namespace) -> Calendar:
    settings = site.settings(arguments)
    country = settings.file.calendar.country
    return site.reader(settings).read_now(lambda tx: stored.calendar(tx, country))


def _show(arguments: argparse.Namespace) -> int:
    year, month = _period(arguments.period)
    calendar = _calendar(arguments)
    first, until = _bounds(year, month)
    days = [day for day in calendar.between(first, until) if month or _special(calendar, day)]
    if arguments.format == "json":
        plain = {"year": year, "status": calendar.status(year).value, "days": [_plain(day) for day in days]}
        print(site.as_json(plain))
        return 0
    if days:
        rows = [_row(day) for day in days]
        print(site.table(rows, (_("Date"), _("Weekday"), _("Kind"), _("Name"), _("Replaces"), _("Source"))))
    _explain(calendar, year)
    return 0


def _special(calendar: Calendar, day: Day) -> bool:
    return day.date in calendar.days


def _explain(calendar: Calendar, year: int) -> None:
    """Say how much what was printed is worth."""
    status = calendar.status(year)
    if status is YearStatus.PROVISIONAL:
        print(
            _("{year} is provisional: its arrangement is not known yet, only holidays that can be worked out.").format(
                year=year
            )
        )
    if status is YearStatus.MISSING:
        print(_("Nothing is known of {year}: weekends are taken for rest days.").format(year=year))
    if status is not YearStatus.OFFICIAL:
        print(_("Import the arrangement as soon as it is out: netwatch calendar import FILE"))


def _status(arguments: argparse.Namespace) -> int:
    calendar = _calendar(arguments)
    this = SystemClock().now().year
    told = {day.date.year for day in calendar.days.values() if day.source in {"import", "local"}}
    years = sorted(told | set(range(this - 1, this + 3)))
    if arguments.format == "json":
        plain = [{"year": year, "status": calendar.status(year).value, **_counts(calendar, year)} for year in years]
        print(json.dumps(plain, indent=2))
        return 0
    lines = [
        (str(year), _(calendar.status(year).title), *(str(count) for count in _counts(calendar, year).values()))
        for year in years
    ]
    head = (_("Year"), _("State"), _("Working days"), _("Rest days"), _("Holidays"), _("Make-up working days"))
    print(site.table(lines, head))
    return 0


def _counts(calendar: Calendar, year: int) -> dict[str, int]:
    first, until = _bounds(year, 0)
    counts = {kind.value: calendar.count((kind,), first, until) for kind in DayKind}
    return {**counts, "made up": sum(day.make_up for day in calendar.between(first, until))}


def _set(arguments: argparse.Namespace) -> int:
    kind = KINDS.get(arguments.kind.lower())
    if kind is None:
        known = ", ".join(f"'{each.value}'" for each in DayKind)
        raise UsageError(mark("{field}: must be one of {known}"), field="kind", known=known)
    values = {"date": arguments.date, "kind": kind.value, "name": arguments.name, "replaces": arguments.replaces}
    return site.act(site.settings(arguments), "set_day", arguments, **values)


def _clear(arguments: argparse.Namespace) -> int:
    return site.act(site.settings(arguments), "clear_day", arguments, date=arguments.date)


def _import(arguments: argparse.Namespace) -> int:
    days = [plain(day) for day in read_days(arguments.file)]
    if len(json.dumps(days, ensure_ascii=False).encode()) > LARGEST:
        raise UsageError(mark("{file} says too much for one time: import it year by year"), file=arguments.file.name)
    return site.act(site.settings(arguments), "import_days", arguments, days=days, file=arguments.file.name)


def _period(text: str | None) -> tuple[int, int]:
    """Read `2026` or `2026-10`; the month is 0 for a whole year."""
    if text is None:
        return SystemClock().now().year, 0
    match = re.fullmatch(r"(\d{4})(?:-(\d{1,2}))?", text)
    year, month = (int(match[1]), int(match[2] or 0)) if match else (0, 0)
    if year not in YEARS or not (match and (match[2] is None or 1 <= month <= 12)):  # noqa: PLR2004 - months
        raise UsageError(mark("{field}: must be a year such as 2026, or a month such as 2026-10"), field=text)
    return year, month


def _bounds(year: int, month: int) -> tuple[date, date]:
    if not month:
        return date(year, 1, 1), date(year + 1, 1, 1)
    return date(year, month, 1), date(year + month // 12, month % 12 + 1, 1)


def _row(day: Day) -> tuple[str, ...]:
    # The empty text is the heading of a catalogue.
    name, source = (_(each) if each else "" for each in (day.name, SOURCES.get(day.source, day.source)))
    return str(day.date), _(WEEKDAYS[day.date.weekday()]), _(day.title), name, str(day.replaces or ""), source


SOURCES = {
    "computed": mark("worked out"),
    "library": mark("built in"),
    "import": mark("imported"),
    "local": mark("set here"),
}


def _plain(day: Day) -> dict[str, str | None]:
    replaces = str(day.replaces) if day.replaces else None
    return {"date": str(day.date), "kind": day.kind.value, "name": day.name, "replaces": replaces, "source": day.source}
