"""The statistics of shifts and people, read from the rows, and as a paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwatch.domain.handing_over import Outcome, offered
from netwatch.domain.shift_statistics import ShiftStatistics, Tally, Worked, by_person, by_shift
from netwatch.mail.office import office_of
from netwatch.mail.wording import Wording, harmless
from netwatch.report.counts import outcomes
from netwatch.report.courses import courses
from netwatch.report.figures import count, lasting
from netwatch.report.paper import Grid, Paper, Part, row
from netwatch.report.spent import maintenance
from probes.api import _
from roster.cover import on_duty
from roster.spans import Span

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta
    from zoneinfo import ZoneInfo

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.domain.period import Period
    from netwatch.report.paper import Row
    from netwatch.storage.retrospect import HandedOver
    from roster.cover import Shift


def statistics(tx: Connection, settings: Settings, period: Period, within: timedelta, now: datetime) -> ShiftStatistics:
    """Return what shifts and people did in a period; of one that is not over, as far as it goes."""
    asked = period.span(settings.site.zone)
    whole = Span(asked.start, max(asked.start, min(asked.end, now)))
    told = courses(tx, whole, maintenance(tx, settings, whole)).counting
    met = [each for each in told if each.fault.worst >= settings.file.mail.tell_from]
    worked = tuple(_worked(settings, *each) for each in outcomes(tx, settings, whole, now))
    return ShiftStatistics(
        site=settings.site.name,
        kind=period.kind,
        first=period.first,
        until=period.until,
        upto=whole.end,
        built_at=now,
        within=within.total_seconds(),
        shifts=by_shift(worked, met, within),
        people=by_person(worked, met, within, office_of(settings).called),
    )


def _worked(settings: Settings, shift: Shift, became: Outcome, revisions: tuple[HandedOver, ...]) -> Worked:
    follows = (each for each in on_duty(settings.roster, shift.end) if each.post is shift.post)
    signed = [[each.signature for each in one.signed] for one in revisions]
    following = tuple(dict.fromkeys(name for each in follows for name in each.people))
    return Worked(shift.template, shift.title, shift.people, shift.start, shift.end, became, offered(signed), following)


def statistics_paper(found: ShiftStatistics, language: str, zone: ZoneInfo) -> Paper:
    """Return statistics as a paper."""
    word = Wording(language, zone, found.built_at)
    return Paper(
        language=language,
        title=word(_("Shift statistics {period}"), period=found.period.name),
        about=(
            harmless(found.site),
            word(_("Period: {first} to {last}"), first=found.first.isoformat(), last=found.period.last.isoformat()),
            word(_("Figures up to {at}"), at=word.moment(found.upto)),
            word(_("In time means taken up within {length}."), length=lasting(word, found.within)),
        ),
        none=word(_("None")),
        parts=statistics_parts(word, found),
    )


def statistics_parts(word: Wording, found: ShiftStatistics) -> tuple[Part, ...]:
    """Return the tables of shifts and of people."""
    return (
        Part(word(_("By shift")), (), (_grid(word, word(_("Shift")), found.shifts),)),
        Part(word(_("By person")), (), (_grid(word, word(_("Person")), found.people),)),
    )


def _grid(word: Wording, first: str, found: Sequence[Tally]) -> Grid:
    head = (
        _("Shifts"),
        _("Hours"),
        _("Faults"),
        _("Taken up"),
        _("of them in time"),
        _("Time to respond"),
        _("Taken over late"),
        _("Not taken over"),
        _("Not offered"),
    )
    return Grid((first, *map(word, head)), tuple(_row(word, each) for each in found))


def _row(word: Wording, each: Tally) -> Row:
    return row(
        harmless(each.title or each.name, 60),
        count(each.shifts),
        f"{each.hours:g}",
        count(each.faults),
        count(each.answered),
        count(each.in_time),
        lasting(word, each.middle),
        count(each.late, bad=True),
        count(each.lapsed, bad=True),
        count(each.unoffered, bad=True),
    )
