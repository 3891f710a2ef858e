"""The year-book as a paper, in one language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwatch.domain.compliance import Standing
from netwatch.mail.wording import Wording, harmless
from netwatch.report import service_paper
from netwatch.report.figures import DASH, count, lasting, per_cent, severity, titled
from netwatch.report.paper import Cell, Grid, Paper, Part, Row, row
from netwatch.report.statistics import statistics_parts
from probes.api import _

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from zoneinfo import ZoneInfo

    from netwatch.domain.service_report import ServiceReport
    from netwatch.domain.yearbook import Bound, YearBook

MARKS = {
    Standing.KEPT: Cell("✓", "good"),
    Standing.WANTING: Cell("✗", "bad"),
    Standing.QUIET: Cell("·", "soft"),
    Standing.ELSEWHERE: Cell("", "soft"),
}


def yearbook_paper(book: YearBook, language: str, zone: ZoneInfo) -> Paper:
    """Return a year-book as a paper."""
    word = Wording(language, zone, book.built_at)
    return Paper(
        language=language,
        title=word(_("Year-book {year}"), year=book.year),
        about=(
            harmless(book.site),
            word(_("Drawn up {at}"), at=word.moment(book.built_at)),
            word(_("Figures up to {at}"), at=word.moment(book.whole.upto)),
        ),
        none=word(_("None")),
        verdict=service_paper.verdict(word, book.whole),
        parts=tuple(_parts(word, book)),
        signatures=(word(_("Drawn up by")), word(_("Seen by the leader")), word(_("Date"))),
        footer=(word(_("S5: figures are compiled every year. Archived reports are named with their digests.")),),
    )


def _parts(word: Wording, book: YearBook) -> Iterator[Part]:
    yield Part(word(_("Availability by month")), (), (_availability(word, book.months),))
    yield Part(word(_("Faults by month")), (), (_faults(word, book.months),))
    yield Part(word(_("Shifts and duties by month")), (), (_service(word, book.months),))
    yield Part(word(_("Register entries by month")), (), (_registers(word, book.months),))
    yield Part(
        word(_("The regulation by month")),
        (Cell(word(_("✓ kept, ✗ something is missing, · nothing was due")), "soft"),),
        (_compliance(word, book),),
    )
    yield from statistics_parts(word, book.statistics)
    yield from service_paper.parts(word, book.whole)
    yield Part(word(_("Service reports")), (), (_bound(word, book.reports, "#"),))
    yield Part(word(_("Handover reports")), (), (_bound(word, book.handovers, "#"),))


def _availability(word: Wording, months: Sequence[ServiceReport]) -> Grid:
    head = (_("Month"), _("Availability"), _("Outages"), _("Down"), _("Cut off"), _("Planned"), _("Not seen"))
    rows = [
        row(
            each.period.name,
            per_cent(each.total.share.per_cent, each.target),
            count(each.total.outages),
            *(
                lasting(word, seconds)
                for seconds in (each.total.down, each.total.cut_off, each.total.planned, each.total.unknown)
            ),
        )
        for each in months
    ]
    return Grid(tuple(map(word, head)), tuple(rows))


def _faults(word: Wording, months: Sequence[ServiceReport]) -> Grid:
    severities = [each.severity for each in months[0].faults] if months else []
    head = (
        word(_("Month")),
        *(severity(word, name) for name in severities),
        word(_("Time to respond")),
        word(_("Later than agreed")),
        word(_("Time to repair")),
        word(_("Later than agreed")),
    )
    rows = [
        row(
            each.period.name,
            *(count(one.opened) for one in each.faults),
            lasting(word, each.response.middle),
            count(each.response.late, bad=True),
            lasting(word, each.repair.middle),
            count(each.repair.late, bad=True),
        )
        for each in months
    ]
    return Grid(head, tuple(rows))


def _service(word: Wording, months: Sequence[ServiceReport]) -> Grid:
    head = (
        _("Month"), _("Shifts"), _("Accepted"), _("of them late"), _("Lapsed"),
        _("Duties due"), _("Done"), _("Done late"), _("Excused"), _("Missed"),
    )  # fmt: skip
    return Grid(tuple(map(word, head)), tuple(_month(each) for each in months))


def _month(each: ServiceReport) -> Row:
    told, duties = each.handovers, each.duties
    shifts = (
        (count(told.shifts), count(told.accepted), count(told.late, bad=True), count(told.lapsed, bad=True))
        if told is not None
        else (Cell(DASH),) * 4
    )
    return row(
        each.period.name,
        *shifts,
        count(sum(one.due for one in duties)),
        count(sum(one.done for one in duties)),
        count(sum(one.late for one in duties)),
        count(sum(one.excused for one in duties)),
        count(sum(one.missed for one in duties), bad=True),
    )


def _registers(word: Wording, months: Sequence[ServiceReport]) -> Grid:
    titles = {one.name: one.titles for each in months for one in each.registers}
    head = (word(_("Register")), *(each.period.name[-2:] for each in months))
    rows = [
        row(
            titled(word, titles[name]),
            *(count(sum(one.written for one in each.registers if one.name == name)) for each in months),
        )
        for name in sorted(titles)
    ]
    return Grid(head, tuple(rows))


def _compliance(word: Wording, book: YearBook) -> Grid:
    head = (word(_("Clause")), word(_("What it asks")), *(each.period.name[-2:] for each in book.compliance))
    by = [{line.clause: line for line in each.lines} for each in book.compliance]
    known = {clause: line for found in by for clause, line in found.items()}
    rows = [
        row(clause, titled(word, line.titles), *(MARKS[found[clause].standing] for found in by if clause in found))
        for clause, line in known.items()
        if any(found[clause].standing is not Standing.ELSEWHERE for found in by if clause in found)
    ]
    return Grid(head, tuple(rows))


def _bound(word: Wording, found: Sequence[Bound], mark: str) -> Grid:
    head = (_("No."), _("What"), _("Begins"), _("Ends"), _("State"), _("Digest"))
    rows = [
        row(
            f"{mark}{each.number}",
            harmless(each.name, 60),
            word.moment(each.start),
            word.moment(each.end),
            word(each.state),
            each.digest[:16],
        )
        for each in found
    ]
    return Grid(tuple(map(word, head)), tuple(rows))
