"""A service report as a paper, in one language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwatch.domain.service_report import ReportState
from netwatch.mail.wording import Wording, harmless
from netwatch.report.figures import DASH, count, lasting, moment, per_cent, severity, titled
from netwatch.report.paper import Cell, Grid, Paper, Part, row
from probes.api import _

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from zoneinfo import ZoneInfo

    from netwatch.domain.service_report import Available, DutyCount, RegisterCount, ServiceReport, Timing
    from netwatch.storage.service import Filed

MOST_DEVICES = 200
"""So many devices are listed, the least available first."""


def service_paper(
    report: ServiceReport, language: str, zone: ZoneInfo, filed: Filed | None = None, judge: str = ""
) -> Paper:
    """Return a report as a paper; `filed` says where it stands, None of a preview, `judge` who released it."""
    word = Wording(language, zone, report.built_at)
    return Paper(
        language=language,
        title=title(word, report),
        about=tuple(_about(word, report, filed, judge)),
        none=word(_("None")),
        verdict=verdict(word, report),
        parts=tuple(parts(word, report)),
        footer=tuple(_footer(word, filed)),
    )


def title(word: Wording, report: ServiceReport) -> str:
    """Return what a report is called: the department and the period."""
    return word(_("Service report {period}: {department}"), period=report.period.name, department=called(word, report))


def called(word: Wording, report: ServiceReport) -> str:
    """Return what the department is called."""
    return titled(word, report.titles)


def verdict(word: Wording, report: ServiceReport) -> Cell:
    """Return the sentence that says whether the target was reached."""
    value = report.total.share.per_cent
    if value is None:
        return Cell(word(_("Nothing was measured in this time, so nothing can be said of availability.")), "bad")
    values = {"value": per_cent(value).text, "target": f"{report.target:g} %"}
    if report.reached:
        return Cell(word(_("Availability {value}: the target of {target} was reached."), **values), "good")
    return Cell(word(_("Availability {value}: the target of {target} was not reached."), **values), "bad")


def _about(word: Wording, report: ServiceReport, filed: Filed | None, judge: str) -> Iterator[str]:
    yield harmless(report.site)
    last = report.period.last
    yield word(_("Period: {first} to {last}"), first=report.first.isoformat(), last=last.isoformat())
    if report.built_at <= report.upto:
        yield word(_("The period is not over: figures up to {at}"), at=word.moment(report.upto))
    yield word(_("Drawn up {at}"), at=word.moment(report.built_at))
    if filed is None:
        yield word(_("Preview: not kept, not released"))
        return
    values = {"number": filed.id, "revision": filed.revision, "state": word(filed.state.title)}
    yield word(_("Report {number}, revision {revision}: {state}"), **values)
    if filed.judged_at is not None:
        when = {"who": harmless(judge or filed.judged_by or ""), "at": word.moment(filed.judged_at)}
        yield word(_JUDGED[filed.state is ReportState.WITHHELD], **when)
        if filed.judgement:
            yield harmless(filed.judgement)


_JUDGED = (_("Released by {who}, {at}"), _("Withheld by {who}, {at}"))


def parts(word: Wording, report: ServiceReport) -> Iterator[Part]:
    """Yield what stands in a report, heading by heading."""
    yield Part(
        word(_("Availability")),
        tuple(Cell(line, "soft") for line in _account(word, report)),
        (_availability(word, report),),
    )
    yield Part(word(_("Faults")), tuple(_besides(word, report)), (_faults(word, report),))
    yield Part(word(_("Time to respond and to repair")), (), (_times(word, report),))
    yield Part(word(_("Major and critical faults")), (), (_graves(word, report),))
    yield Part(word(_("Duties")), (), (duty_grid(word, report.duties),))
    yield Part(word(_("Registers")), (), (register_grid(word, report.registers),))
    if report.handovers is not None:
        yield Part(word(_("Handovers")), (), (_handovers(word, report),))


def _account(word: Wording, report: ServiceReport) -> Iterator[str]:
    yield word(
        _(
            "Planned maintenance is left out of the account. Time in which nobody looked is shown by itself: "
            "it counts neither as up nor as down."
        )
    )
    left = len(report.devices) - MOST_DEVICES
    if left > 0:
        yield word.ngettext(
            "{count} more device, more available than these, is not listed.",
            "{count} more devices, more available than these, are not listed.",
            left,
        )


def _availability(word: Wording, report: ServiceReport) -> Grid:
    head = (
        _("Device"),
        _("Availability"),
        _("Outages"),
        _("Down"),
        _("Cut off"),
        _("Planned"),
        _("Not seen"),
    )
    total = report.total
    rows = [_available(word, each, report.target) for each in report.devices[:MOST_DEVICES]]
    return Grid(
        tuple(map(word, head)),
        (_available(word, total, report.target, word(_("All together"))), *rows) if rows else (),
    )


def _available(word: Wording, each: Available, target: float, name: str = "") -> tuple[Cell, ...]:
    return row(
        name or harmless(each.title or each.name, 60),
        per_cent(each.share.per_cent, target),
        count(each.outages),
        *(lasting(word, seconds) for seconds in (each.down, each.cut_off, each.planned, each.unknown)),
    )


def _faults(word: Wording, report: ServiceReport) -> Grid:
    head = (_("Severity"), _("Open before"), _("Opened"), _("Closed"), _("Still open"))
    rows = [
        row(severity(word, each.severity), *map(count, (each.before, each.opened, each.closed)), count(each.open))
        for each in report.faults
    ]
    return Grid(tuple(map(word, head)), tuple(rows))


def _besides(word: Wording, report: ServiceReport) -> Iterator[Cell]:
    if report.behind:
        told = word.ngettext(
            "{count} fault was only the consequence of another, and is not counted.",
            "{count} faults were only the consequence of another, and are not counted.",
            report.behind,
        )
        yield Cell(told, "soft")
    if report.planned:
        told = word.ngettext(
            "{count} fault belonged to planned maintenance, and is not counted.",
            "{count} faults belonged to planned maintenance, and are not counted.",
            report.planned,
        )
        yield Cell(told, "soft")


def _times(word: Wording, report: ServiceReport) -> Grid:
    head = (
        _("Time"),
        _("Agreed"),
        _("Faults"),
        _("In the middle"),
        _("Longest"),
        _("Later than agreed"),
        _("Still open"),
    )
    rows = [
        _timing(word, word(_("To respond")), report.response),
        _timing(word, word(_("To repair")), report.repair),
    ]
    return Grid(tuple(map(word, head)), tuple(rows))


def _timing(word: Wording, name: str, timing: Timing) -> tuple[Cell, ...]:
    return row(
        name,
        lasting(word, timing.within),
        count(timing.count),
        lasting(word, timing.middle),
        lasting(word, timing.longest),
        count(timing.late, bad=True),
        count(timing.open),
    )


def _graves(word: Wording, report: ServiceReport) -> Grid:
    head = (_("No."), _("Severity"), _("Device"), _("What"), _("Opened"), _("Closed"), _("Taken up"))
    rows = [
        row(
            f"F{each.number}",
            severity(word, each.severity),
            harmless(word(each.title) if each.title else each.device, 60),
            word.say(each.what),  # type: ignore[arg-type] # a kept sentence reads as the one it was
            moment(word, each.opened),
            moment(word, each.closed),
            moment(word, each.answered),
        )
        for each in report.graves
    ]
    return Grid(tuple(map(word, head)), tuple(rows))


def duty_grid(word: Wording, found: Sequence[DutyCount]) -> Grid:
    """Return duties with what became of them."""
    head = (_("Duty"), _("Due"), _("Done"), _("Done late"), _("Excused"), _("Missed"), _("Which were missed"))
    rows = [
        row(
            titled(word, each.titles),
            count(each.due),
            count(each.done),
            count(each.late),
            count(each.excused),
            count(each.missed, bad=True),
            word.listed(each.wanting, 12) or DASH,
        )
        for each in found
    ]
    return Grid(tuple(map(word, head)), tuple(rows))


def register_grid(word: Wording, found: Sequence[RegisterCount]) -> Grid:
    """Return registers with their entries."""
    head = (_("Register"), _("New entries"), _("Ended"), _("In progress"), _("Overdue"), _("Numbers"))
    rows = [
        row(
            titled(word, each.titles),
            count(each.written),
            count(each.ended),
            count(each.standing),
            count(each.overdue, bad=True),
            word.listed(tuple(map(str, each.entries)), 30) or DASH,
        )
        for each in found
    ]
    return Grid(tuple(map(word, head)), tuple(rows))


def _handovers(word: Wording, report: ServiceReport) -> Grid:
    head = (_("Shifts"), _("Accepted"), _("of them late"), _("Lapsed"), _("Waiting"), _("Without a report"))
    told = report.handovers
    if told is None:
        return Grid(tuple(map(word, head)))
    cells = (
        count(told.shifts),
        count(told.accepted),
        count(told.late, bad=True),
        count(told.lapsed, bad=True),
        count(told.waiting),
        count(told.missing, bad=True),
    )
    return Grid(tuple(map(word, head)), (cells,))


def _footer(word: Wording, filed: Filed | None) -> Iterator[str]:
    yield word(_("C8: departments hear of the network regularly, once a leader has released it."))
    if filed is not None:
        yield word(_("Digest {digest}"), digest=filed.digest)
