"""How one language says what stands in a month table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roster.calendar import DayKind, YearStatus
from roster.layers import Post
from roster.phrase import legible
from roster.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from gettext import NullTranslations
    from zoneinfo import ZoneInfo

    from roster.calendar import Day
    from roster.month import Column, Entry, Line, MonthTable, Total
    from roster.rotation import Hours


def _(title: str) -> str:
    """Mark a title for translation; it is translated where it is shown."""
    return title


_WEEKDAYS = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
_TOTALS = (_("Person"), _("Shifts"), _("Hours"), _("Nights"), _("On rest days"), _("On holidays"), _("Days on call"))
_KINDS = {
    DayKind.WORKDAY: _("on working days {hours}"),
    DayKind.REST: _("on rest days {hours}"),
    DayKind.STATUTORY: _("on holidays {hours}"),
}
MARK = "*"
"""Stands behind everybody who was not planned."""


class MonthWording(Wording):
    """How one language says what stands in a month table; `names` are people's, by what the roster calls them."""

    def __init__(self, translations: NullTranslations, zone: ZoneInfo, names: Mapping[str, str]) -> None:
        super().__init__(translations, zone)
        self._names = names

    def title(self, table: MonthTable) -> str:
        """Return `Duty roster, 2026-10`."""
        return self(_("Duty roster, {year}-{month:02}"), year=int(table.month[:4]), month=int(table.month[5:]))

    def standing(self, table: MonthTable) -> str:
        """Return whether it is published."""
        return self(_("published")) if table.published else self(_("draft, not published"))

    def warning(self, table: MonthTable) -> str:
        """Return what is uncertain about the days; nothing where nothing is."""
        if table.status is YearStatus.OFFICIAL:
            return ""
        sentence = _("The holidays of {year} are not announced or not imported yet: kinds of day may still change.")
        return self(sentence, year=table.month[:4])

    def weekday(self, day: Day) -> str:
        """Return the day's weekday."""
        return self(_WEEKDAYS[day.date.weekday()])

    def kind(self, day: Day) -> str:
        """Return what stands beside a day: its name where it has one, that it is worked though a weekend; else nothing."""
        if day.make_up:
            return self(day.title)
        name = legible(self.word(day.name))
        return name or (self(day.kind.title) if day.kind is DayKind.STATUTORY else "")

    def column(self, column: Column) -> str:
        """Return a column's shift and post; a leader's post says enough."""
        return self(_("{shift} · {post}"), shift=self.shift(column), post=self(column.post.title))

    def shift(self, column: Column) -> str:
        """Return a column's shift."""
        return legible(column.title) or (self(_("additional")) if column.template == "extra" else column.template)

    def hours(self, column: Column) -> list[str]:
        """Return a column's hours: one for all days, or one for each kind of day."""
        if column.template == "extra":
            return []
        apart = {self._clock(hours) for hours in column.hours.values()}
        if len(apart) == 1:
            return sorted(apart)
        told = dict(column.hours)
        if told.get(DayKind.REST) == told.get(DayKind.STATUTORY):
            told.pop(DayKind.STATUTORY, None)
        return [self(_KINDS[kind], hours=self._clock(hours)) for kind, hours in told.items()]

    def entry(self, entry: Entry) -> str:
        """Return who has a shift; behind somebody who was not planned stands a mark, before a part its hours."""
        people = (self.person(name) + ("" if name in entry.planned else MARK) for name in entry.people)
        who = self.clauses(*people) or self(_("nobody"))
        return f"{entry.start:%H:%M}–{entry.end:%H:%M} {who}" if entry.part else who

    def cell(self, entries: Iterable[Entry]) -> str:
        """Return a whole cell on one line."""
        return self.statements(*(self.entry(entry) for entry in entries))

    def change(self, line: Line, column: Column, entry: Entry) -> str:
        """Return `2026-10-03 Night · primary: Zhang → Li`."""
        planned = self.clauses(*(self.person(name) for name in entry.planned)) or self(_("nobody"))
        come = self.clauses(*(self.person(name) for name in entry.people)) or self(_("nobody"))
        hours = f" {entry.start:%H:%M}–{entry.end:%H:%M}" if entry.part else ""
        head = f"{line.day.date:%m-%d} {self.column(column)}{hours}"
        return self.labelled(head, f"{planned} → {come}")

    def person(self, name: str) -> str:
        """Return what people call somebody."""
        return legible(self._names.get(name, name))

    def totals_head(self, *, calls: bool) -> list[str]:
        """Return the head of the totals."""
        return [self(each) for each in (_TOTALS if calls else _TOTALS[:-1])]

    def total(self, total: Total, *, calls: bool) -> list[str]:
        """Return a line of the totals."""
        numbers = [total.shifts, f"{total.hours:g}", total.nights, total.rest_days, total.holidays, total.calls]
        return [self.person(total.person), *(str(each) for each in (numbers if calls else numbers[:-1]))]

    @staticmethod
    def led(table: MonthTable) -> bool:
        """Say whether somebody is on call as a leader."""
        return any(column.post is Post.LEADER for column in table.columns)

    def _clock(self, hours: Hours) -> str:
        return f"{hours.start:%H:%M}–{hours.end:%H:%M}"
