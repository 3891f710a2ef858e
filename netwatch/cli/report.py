"""`netwatch report`: service reports of departments, statistics of shifts, the year-book, the compliance page."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any

from netwatch.cli import report_books, site
from netwatch.cli.papers import add_output, asked, emit
from netwatch.clock import SystemClock
from netwatch.domain.period import PeriodKind, containing
from netwatch.domain.service_report import from_json, to_json
from netwatch.errors import UsageError
from netwatch.language import gettext as _
from netwatch.language import of_terminal
from netwatch.mail.office import office_of
from netwatch.report import filing
from netwatch.report.service import service_report
from netwatch.report.service_paper import service_paper
from netwatch.storage import service
from probes.api import _ as mark
from roster.wall import wall

if TYPE_CHECKING:
    import argparse
    from datetime import datetime

    from netwatch.config import Settings
    from netwatch.domain.service_report import ServiceReport
    from netwatch.storage.service import Filed

MOST = 100


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("report", help=_("service reports, statistics, the year-book, compliance"))
    verbs = parser.add_subparsers(dest="verb", metavar=_("VERB"), required=True)
    _add_reading(verbs)
    _add_writing(verbs)
    report_books.add_verbs(verbs)
    for verb in verbs.choices.values():
        site.add_config(verb)


def _add_reading(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    listing = verbs.add_parser("list", help=_("the newest service reports, and where each stands"))
    listing.add_argument("--format", choices=("table", "json"), default="table", help=_("how to print"))
    listing.set_defaults(run=_list)
    show = verbs.add_parser("show", help=_("a service report, or a preview of one"))
    show.add_argument("number", type=site.number, nargs="?", metavar="N", help=_("its number; by default the newest"))
    show.add_argument("--live", metavar="DEPARTMENT", help=_("a preview for this department; nothing is kept"))
    show.add_argument("--period", metavar="PERIOD", help=_("such as 2026-W47, 2026-11 or 2026; by default this month"))
    add_output(show)
    show.set_defaults(run=_show)


def _add_writing(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    draft = verbs.add_parser("draft", help=_("draft a department's report of a period that is over"))
    draft.add_argument("department", metavar="DEPARTMENT", help=_("its name in the configuration"))
    draft.add_argument(
        "--period", metavar="PERIOD", help=_("such as 2026-W47, 2026-11 or 2026; by default the last one")
    )
    draft.set_defaults(run=partial(_act, "draft_report", ("department", "period")))
    release = verbs.add_parser("release", help=_("release a report, as a leader; it goes out within a minute"))
    release.add_argument("--text", help=_("a remark for the record"))
    release.set_defaults(run=partial(_act, "release_report", ("number", "text")))
    withhold = verbs.add_parser("withhold", help=_("withhold a report, as a leader"))
    withhold.add_argument("--reason", dest="text", required=True, help=_("why"))
    withhold.set_defaults(run=partial(_act, "withhold_report", ("number", "text")))
    send = verbs.add_parser("send", help=_("send a released report now, without waiting for the service"))
    send.set_defaults(run=partial(_act, "send_report", ("number",)))
    for verb in (release, withhold, send):
        verb.add_argument("number", type=site.number, metavar="N", help=_("its number"))
    for verb in (draft, release, withhold, send):
        site.add_actor(verb)


def _act(action: str, names: tuple[str, ...], arguments: argparse.Namespace) -> int:
    values = {name: value for name in names if (value := getattr(arguments, name)) is not None}
    return site.act(site.planned(site.settings(arguments)), action, arguments, **values)


def _show(arguments: argparse.Namespace) -> int:
    settings = site.planned(site.settings(arguments))
    language, zone = arguments.language or of_terminal(), settings.site.zone
    if arguments.live:
        live = _live(settings, arguments, SystemClock().now())
        return emit(arguments, service_paper(live, language, zone), to_json(live))
    with closing(site.reader(settings)) as database:
        filed = database.read_now(partial(_filed, number=arguments.number))
    judge = office_of(settings).called(filed.judged_by or "")
    return emit(arguments, service_paper(from_json(filed.document), language, zone, filed, judge), filed.document)


def _filed(tx: Any, number: int | None) -> Filed:
    if number is not None:
        return filing.opened(tx, number).filed
    newest = service.newest(tx, 1)
    if not newest:
        raise UsageError(mark("there is no service report yet; `netwatch report show --live DEPARTMENT` previews one"))
    return filing.opened(tx, newest[0].id).filed


def _live(settings: Settings, arguments: argparse.Namespace, now: datetime) -> ServiceReport:
    table = filing.department(settings, arguments.live)
    period = asked(arguments.period, PeriodKind.MONTH, settings, now)
    with closing(site.reader(settings)) as database:
        return database.read_now(lambda tx: service_report(tx, settings, table, period, now))


def _list(arguments: argparse.Namespace) -> int:
    settings = site.settings(arguments)
    with closing(site.reader(settings)) as database:
        found = database.read_now(lambda tx: service.newest(tx, MOST))
    if arguments.format == "json":
        print(site.as_json([_plain(each) for each in found]))
        return 0
    if not found:
        print(_("No service reports yet."))
        return 0
    print(site.table([_row(each, settings) for each in found], _head()))
    return 0


def _head() -> tuple[str, ...]:
    return (_("No."), _("Department"), _("Reporting period"), _("Revision"), _("State"), _("Decided by"), _("Digest"))


def _row(filed: Filed, settings: Settings) -> tuple[str, ...]:
    name = containing(filed.kind, wall(filed.start, settings.site.zone).date()).name
    judge = office_of(settings).called(filed.judged_by or "")
    department = _(filing.called(settings, filed.scope, of_terminal()))
    return str(filed.id), department, name, str(filed.revision), _(filed.state.title), judge, filed.digest[:12]


def _plain(filed: Filed) -> dict[str, Any]:
    return {
        "number": filed.id,
        "department": filed.scope,
        "kind": filed.kind.value,
        "start": filed.start.isoformat(),
        "end": filed.end.isoformat(),
        "revision": filed.revision,
        "state": filed.state.value,
        "built_at": filed.built_at.isoformat(),
        "judged_by": filed.judged_by,
        "judged_at": filed.judged_at.isoformat() if filed.judged_at else None,
        "judgement": filed.judgement,
        "sent_at": filed.sent_at.isoformat() if filed.sent_at else None,
        "digest": filed.digest,
    }
