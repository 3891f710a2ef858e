"""Maintenance windows in time: once, or again and again by an RFC 5545 rule, by the clock on the wall."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING

from dateutil.rrule import rrule, rrulestr

from netwatch.domain.model import Window
from probes.api import Message, _
from roster.wall import first_instant, last_instant, wall

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from zoneinfo import ZoneInfo

    from netwatch.config.settings import Maintenance

_DAYS = "(?:MO|TU|WE|TH|FR|SA|SU)"
_MONTH_DAY = r"[+-]?(?:[1-9]|[12]\d|3[01])"
PARTS = {
    "FREQ": "DAILY|WEEKLY|MONTHLY|YEARLY",
    "INTERVAL": r"[1-9]\d?",
    "BYDAY": rf"(?:[+-]?[1-5]?{_DAYS})(?:,[+-]?[1-5]?{_DAYS}){{0,30}}",
    "BYMONTH": r"(?:[1-9]|1[0-2])(?:,(?:[1-9]|1[0-2])){0,11}",
    "BYMONTHDAY": f"{_MONTH_DAY}(?:,{_MONTH_DAY}){{0,30}}",
    "BYSETPOS": f"{_MONTH_DAY}(?:,{_MONTH_DAY}){{0,30}}",
    "COUNT": r"[1-9]\d{0,2}",
    "UNTIL": r"\d{8}(?:T\d{6})?",
    "WKST": _DAYS,
}
"""The parts of a rule that are understood, and what each may say: what a duty book needs, and not seconds."""
ONLY_IN_MONTHS = ("BYMONTHDAY", "BYSETPOS")
"""With days or weeks these make rules that never come, and that would be looked for until the year 9999."""
_DAY = timedelta(days=1)
_NO_PART = _("must be an RFC 5545 rule such as FREQ=WEEKLY;BYDAY=SU: '{part}' is no part of one")


class RuleError(ValueError):
    """A recurrence rule cannot be used; `message` says why."""

    def __init__(self, template: str, part: str = "") -> None:
        self.message = Message(template, {"part": part} if "{part}" in template else {})
        super().__init__(str(self.message))


def rule_of(text: str, start: datetime) -> rrule:
    """Return the starts, naive, that an RFC 5545 rule gives from a naive start on; RuleError if it gives none."""
    parts: dict[str, str] = {}
    for part in text.upper().removeprefix("RRULE:").split(";"):
        name, _equals, value = part.partition("=")
        if name in parts or not re.fullmatch(PARTS.get(name, "(?!)"), value, re.ASCII):
            raise RuleError(_NO_PART, part)
        parts[name] = value
    if "FREQ" not in parts:
        raise RuleError(_("needs FREQ=DAILY, FREQ=WEEKLY, FREQ=MONTHLY or FREQ=YEARLY"))
    if parts["FREQ"] in {"DAILY", "WEEKLY"} and (odd := parts.keys() & set(ONLY_IN_MONTHS)):
        raise RuleError(_("{part} needs FREQ=MONTHLY or FREQ=YEARLY"), min(odd))
    if {"COUNT", "UNTIL"} <= parts.keys():
        raise RuleError(_("ends by COUNT or by UNTIL, not by both"))
    return _built(";".join(f"{name}={value}" for name, value in parts.items()), start)


def localised(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return a time of the file as the wall of the zone shows it, naive."""
    return moment if moment.tzinfo is None else wall(moment, zone)


class Windows:
    """The windows of a configuration."""

    def __init__(
        self, maintenance: Iterable[Maintenance], members: Mapping[str, frozenset[str]], zone: ZoneInfo
    ) -> None:
        self._planned = [_Planned(each, _devices(each, members), zone) for each in maintenance]

    def between(self, start: datetime, end: datetime) -> tuple[Window, ...]:
        """Return the windows that share an instant with [start, end), by time."""
        met = chain.from_iterable(planned.between(start, end) for planned in self._planned)
        return tuple(sorted(met, key=lambda window: (window.start, window.end, window.title)))


class _Planned:
    def __init__(self, table: Maintenance, devices: frozenset[str], zone: ZoneInfo) -> None:
        self._table = table
        self._devices = devices
        self._zone = zone
        self._start = localised(table.start, zone)
        self._length = localised(table.end, zone) - self._start
        self._rule = rule_of(table.repeat, self._start) if table.repeat else None

    def between(self, start: datetime, end: datetime) -> Iterator[Window]:
        for begin in self._starts(start, end):
            window = Window(
                self._table.title,
                self._devices,
                first_instant(begin, self._zone),
                last_instant(begin + self._length, self._zone),
            )
            # One that a change of clocks leaves nothing of is none.
            if window.start < window.end and window.start < end and start < window.end:
                yield window

    def _starts(self, start: datetime, end: datetime) -> Iterable[datetime]:
        """Return the naive starts of all windows that may meet [start, end), and perhaps some more."""
        if self._rule is None:
            return (self._start,)
        # A day more on either side: clocks change, and a zone may skip or repeat a day.
        earliest, latest = wall(start, self._zone) - self._length - _DAY, wall(end, self._zone) + _DAY
        return self._rule.between(earliest, latest, inc=True)


def _devices(table: Maintenance, members: Mapping[str, frozenset[str]]) -> frozenset[str]:
    return frozenset(table.devices).union(*(members.get(group, frozenset()) for group in table.groups))


def _built(text: str, start: datetime) -> rrule:
    try:
        rule = rrulestr(text, dtstart=start, cache=True)
    except ValueError:  # such as a day that its month lacks, in UNTIL
        raise RuleError(_NO_PART, text) from None
    if not isinstance(rule, rrule) or next(iter(rule), None) is None:
        raise RuleError(_("never comes"))
    return rule
