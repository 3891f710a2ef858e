"""`netwatch handover`: the report that one shift hands to the next."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from netwatch import report
from netwatch.cli import site
from netwatch.cli.faults import local
from netwatch.clock import SystemClock
from netwatch.errors import UsageError
from netwatch.language import LANGUAGES, of_terminal, translations
from netwatch.language import gettext as _
from netwatch.storage import handovers
from probes.api import _ as mark
from roster import render
from roster.handover import from_json, to_json

if TYPE_CHECKING:
    import argparse

    from netwatch.config import Settings
    from roster.report import Handover

MOST = 50


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("handover", help=_("handover reports: show, build, list"))
    verbs = parser.add_subparsers(dest="verb", metavar=_("VERB"), required=True)
    show = verbs.add_parser("show", help=_("an archived report, or a preview of the shift that is on"))
    show.add_argument("number", type=int, nargs="?", metavar="N", help=_("its number; by default the newest"))
    show.add_argument("--live", action="store_true", help=_("the shift that is on, as of now; nothing is archived"))
    show.add_argument("--format", choices=("text", "html", "json"), default="text", help=_("how to print"))
    show.add_argument("--language", choices=LANGUAGES, help=_("the language; by default the terminal's"))
    show.set_defaults(run=_show)
    build = verbs.add_parser("build", help=_("archive and mail a report of the running shift now, as for a relief"))
    site.add_actor(build)
    build.set_defaults(run=_build)
    listing = verbs.add_parser("list", help=_("the newest reports"))
    listing.set_defaults(run=_list)
    for verb in (show, build, listing):
        site.add_config(verb)


def _show(arguments: argparse.Namespace) -> int:
    settings = site.settings(arguments)
    language = arguments.language or of_terminal()
    if arguments.live:
        print(_rendered(_live(settings), settings, language, arguments.format))
        return 0
    database = site.reader(settings)
    if arguments.number is None:
        found = database.read_now(handovers.last)
    else:
        found = database.read_now(partial(handovers.get, number=arguments.number))
    if found is None:
        raise UsageError(mark("there is no handover report yet; `netwatch handover show --live` previews one"))
    if arguments.format == "json":
        print(found.document)
        return 0
    archived = database.read_now(
        partial(handovers.rendering, number=found.id, language=language, form=arguments.format)
    )
    print(
        archived if archived is not None else _rendered(from_json(found.document), settings, language, arguments.format)
    )
    return 0


def _live(settings: Settings) -> Handover:
    now = SystemClock().now()
    shift = report.running(settings, now)
    if shift is None:
        raise UsageError(mark("nobody is on duty, so there is no shift to report on"))
    return site.reader(settings).read_now(lambda tx: report.draft(tx, settings, shift, now)).handover


def _rendered(handover: Handover, settings: Settings, language: str, form: str) -> str:
    if form == "json":
        return to_json(handover)
    rendering = render.html if form == "html" else render.text
    return rendering(handover, translations(language), settings.site.zone)


def _build(arguments: argparse.Namespace) -> int:
    return site.act(site.settings(arguments), "build_handover", arguments)


def _list(arguments: argparse.Namespace) -> int:
    settings = site.settings(arguments)
    zone = settings.site.zone
    found = site.reader(settings).read_now(lambda tx: handovers.listed(tx, MOST))
    if not found:
        print(_("No handover reports yet."))
        return 0
    rows = [
        (str(each.id), each.shift, str(each.revision), local(each.start, zone), local(each.end, zone), each.digest[:12])
        for each in found
    ]
    print(site.table(rows, (_("No."), _("Shift"), _("Revision"), _("From"), _("Until"), _("Digest"))))
    return 0
