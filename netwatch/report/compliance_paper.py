"""The compliance of a period as a paper, in one language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwatch.domain.compliance import Compliance, Evidence, Line, Source, Standing
from netwatch.mail.wording import Wording, harmless
from netwatch.report.figures import DASH, count, titled
from netwatch.report.paper import Cell, Grid, Paper, Part, Row, row
from probes.api import _

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

MOST = 20
"""So many numbers stand in one line; the rest is counted."""
TONES = {Standing.KEPT: "good", Standing.WANTING: "bad", Standing.QUIET: "soft", Standing.ELSEWHERE: "soft"}


def compliance_paper(found: Compliance, language: str, zone: ZoneInfo) -> Paper:
    """Return how the regulation stood as a paper: what is missing first, then every clause."""
    word = Wording(language, zone, found.built_at)
    return Paper(
        language=language,
        title=word(_("Compliance {period}"), period=found.period.name),
        about=tuple(_about(word, found)),
        none=word(_("None")),
        verdict=_verdict(word, found),
        parts=(
            Part(word(_("Missing")), (), (_wanting(word, found),)),
            Part(word(_("Clause by clause")), (), (_all(word, found),)),
        ),
        signatures=(word(_("Checked by")), word(_("Seen by the leader")), word(_("Date"))),
    )


def _about(word: Wording, found: Compliance) -> Iterator[str]:
    yield harmless(found.site)
    yield word(_("Period: {first} to {last}"), first=found.first.isoformat(), last=found.period.last.isoformat())
    yield word(_("Evidence up to {at}"), at=word.moment(found.upto))


def _verdict(word: Wording, found: Compliance) -> Cell:
    wanting = len(found.of(Standing.WANTING))
    if not wanting:
        return Cell(word(_("Nothing is missing of what was due.")), "good")
    told = word.ngettext("Of {count} clause something is missing.", "Of {count} clauses something is missing.", wanting)
    return Cell(told, "bad")


def _wanting(word: Wording, found: Compliance) -> Grid:
    head = (_("Clause"), _("What it asks"), _("What is missing"))
    rows = [
        row(
            line.clause,
            titled(word, line.titles),
            Cell(f"{_named(word, each)}{word(_(': '))}{_most(word, each.wanting)}", "bad"),
        )
        for line in found.of(Standing.WANTING)
        for each in line.evidence
        if each.wanting
    ]
    return Grid(tuple(map(word, head)), tuple(rows))


def _all(word: Wording, found: Compliance) -> Grid:
    head = (_("Clause"), _("What it asks"), _("State"), _("Evidence"), _("Due"), _("Done"), _("Numbers"))
    rows = [each for line in found.lines for each in _lines(word, line)]
    return Grid(tuple(map(word, head)), tuple(rows))


def _lines(word: Wording, line: Line) -> Iterator[Row]:
    first = (Cell(line.clause), Cell(titled(word, line.titles)), Cell(word(line.standing.title), TONES[line.standing]))
    if not line.evidence:
        yield (*first, Cell(DASH, "soft"), Cell(DASH, "soft"), Cell(DASH, "soft"), Cell(DASH, "soft"))
    for number, each in enumerate(line.evidence):
        left = (Cell(""), Cell(""), Cell("")) if number else first
        done = Cell(str(each.done), "bad" if each.wanting else "" if each.due else "soft")
        yield (*left, Cell(_named(word, each)), count(each.due), done, Cell(_most(word, each.refs) or DASH))


def _named(word: Wording, each: Evidence) -> str:
    if each.source is Source.DUTY:
        return word(_("Duty: {name}"), name=titled(word, each.titles))
    if each.source is Source.REGISTER:
        return word(_("Register: {name}"), name=titled(word, each.titles))
    return word(each.source.title)


def _most(word: Wording, names: tuple[str, ...]) -> str:
    return harmless(word.listed(names, MOST), 600)
