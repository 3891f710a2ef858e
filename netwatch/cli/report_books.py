"""The verbs of `netwatch report` that look over everything: statistics, year-book, compliance."""

from __future__ import annotations

import sys
from contextlib import closing
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from netwatch.audit import verifying
from netwatch.cli import site
from netwatch.cli.papers import add_output, asked, emit
from netwatch.clock import SystemClock
from netwatch.domain import compliance as clauses_of
from netwatch.domain import shift_statistics
from netwatch.domain import yearbook as books
from netwatch.domain.period import PeriodKind
from netwatch.errors import NetwatchError, StorageError, UsageError
from netwatch.language import gettext as _
from netwatch.language import of_terminal, said, translations
from netwatch.report.compliance import compliance
from netwatch.report.compliance_paper import compliance_paper
from netwatch.report.statistics import statistics, statistics_paper
from netwatch.report.yearbook import yearbook
from netwatch.report.yearbook_paper import yearbook_paper
from probes.api import _ as mark

if TYPE_CHECKING:
    import argparse

    from netwatch.config import Settings

FIRST = 2000


def add_verbs(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add them."""
    served = verbs.add_parser("statistics", help=_("what each kind of shift and each person did"))
    served.add_argument(
        "--period", metavar="PERIOD", help=_("such as 2026-W47, 2026-11 or 2026; by default this month")
    )
    served.add_argument(
        "--within", type=site.length, default=900.0, metavar="LENGTH", help=_("what counts as in time: 15m")
    )
    served.set_defaults(run=_statistics)
    book = verbs.add_parser("yearbook", help=_("everything of a year, month by month, for the filing cabinet"))
    book.add_argument("year", type=site.number, metavar="YEAR", help=_("such as 2026"))
    book.set_defaults(run=_yearbook)
    clauses = verbs.add_parser("compliance", help=_("clause by clause: what was due, what there is to show for it"))
    clauses.add_argument(
        "--period", metavar="PERIOD", help=_("such as 2026-W47, 2026-11 or 2026; by default this month")
    )
    clauses.set_defaults(run=_compliance)
    for verb in (served, book, clauses):
        add_output(verb)


def _vouched(settings: Settings) -> None:
    """Say, before a book is made of the records, where the audit log is not as it was recorded."""
    try:
        going_by = verifying.asked(settings)
        with closing(site.reader(settings)) as database:
            wrong = database.read_now(partial(verifying.verify, asked=going_by)).wrong
    except StorageError:
        raise
    except NetwatchError as error:
        print(said(error.template, error.values, translations(of_terminal())), file=sys.stderr)
        return
    if wrong:
        print(site.told(wrong[0].message), file=sys.stderr)
        print(_("The audit log is not as it was recorded: `netwatch audit verify` tells more."), file=sys.stderr)


def _statistics(arguments: argparse.Namespace) -> int:
    settings, now = site.planned(site.settings(arguments)), SystemClock().now()
    period, within = asked(arguments.period, PeriodKind.MONTH, settings, now), timedelta(seconds=arguments.within)
    _vouched(settings)
    with closing(site.reader(settings)) as database:
        found = database.read_now(lambda tx: statistics(tx, settings, period, within, now))
    paper = statistics_paper(found, arguments.language or of_terminal(), settings.site.zone)
    return emit(arguments, paper, shift_statistics.to_json(found))


def _yearbook(arguments: argparse.Namespace) -> int:
    settings, now = site.planned(site.settings(arguments)), SystemClock().now()
    if not FIRST <= arguments.year <= now.astimezone(settings.site.zone).year:
        raise UsageError(mark("{year}: there is no year-book of it"), year=arguments.year)
    _vouched(settings)
    with closing(site.reader(settings)) as database:
        book = database.read_now(lambda tx: yearbook(tx, settings, arguments.year, now))
    paper = yearbook_paper(book, arguments.language or of_terminal(), settings.site.zone)
    return emit(arguments, paper, books.to_json(book))


def _compliance(arguments: argparse.Namespace) -> int:
    settings, now = site.planned(site.settings(arguments)), SystemClock().now()
    period = asked(arguments.period, PeriodKind.MONTH, settings, now)
    _vouched(settings)
    with closing(site.reader(settings)) as database:
        found = database.read_now(lambda tx: compliance(tx, settings, period, now))
    paper = compliance_paper(found, arguments.language or of_terminal(), settings.site.zone)
    return emit(arguments, paper, clauses_of.to_json(found))
