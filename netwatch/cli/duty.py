"""`netwatch duty`: who is on duty, now, at a time, and over the coming days."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from netwatch.cli import duty_feeds, duty_roster, site
from netwatch.cli.faults import local
from netwatch.cli.site import moment
from netwatch.clock import SystemClock
from netwatch.language import gettext as _
from roster.actual import present
from roster.cover import Shift, gaps, on_duty, shifts

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from netwatch.config import Settings


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("duty", help=_("who is on duty; the roster: publish, swap, leave, take over"))
    verbs = parser.add_subparsers(dest="verb", metavar=_("VERB"), required=True)
    now = verbs.add_parser("now", help=_("who is on duty now"))
    now.set_defaults(run=_now)
    at = verbs.add_parser("at", help=_("who is on duty at a time"))
    at.add_argument("time", help=_("a time in the site's zone, such as 2026-11-22T08:00"))
    at.set_defaults(run=_at)
    timeline = verbs.add_parser("timeline", help=_("every shift of the coming days, and the gaps"))
    timeline.add_argument("--days", type=site.number, default=7, metavar="N", help=_("how many days"))
    timeline.add_argument("--from", dest="start", metavar="TIME", help=_("where to begin; by default now"))
    timeline.set_defaults(run=_timeline)
    duty_roster.add_verbs(verbs)
    duty_feeds.add_verb(verbs)
    for verb in (now, at, timeline):
        verb.add_argument("--format", choices=("table", "json"), default="table", help=_("how to print"))
        site.add_config(verb)


def _now(arguments: argparse.Namespace) -> int:
    settings = site.planned(site.settings(arguments))
    now = SystemClock().now()
    return _show(present(settings.roster, settings.reliefs, now), settings, arguments)


def _at(arguments: argparse.Namespace) -> int:
    settings = site.planned(site.settings(arguments))
    return _show(on_duty(settings.roster, moment(arguments.time, settings)), settings, arguments)


def _timeline(arguments: argparse.Namespace) -> int:
    settings = site.planned(site.settings(arguments))
    start = moment(arguments.start, settings) if arguments.start else SystemClock().now()
    end = start + timedelta(days=max(1, min(arguments.days, 400)))
    code = _show(shifts(settings.roster, start, end), settings, arguments)
    if arguments.format == "table":
        zone = settings.site.zone
        for gap in gaps(settings.roster, start, end):
            sentence = _("nobody: {start} to {end}")
            print(sentence.format(start=local(gap.start, zone), end=local(gap.end, zone)))
    return code


def _show(found: Iterable[Shift], settings: Settings, arguments: argparse.Namespace) -> int:
    found = tuple(found)
    if arguments.format == "json":
        print(site.as_json([_plain(shift) for shift in found]))
        return 0 if found else 1
    if not found:
        print(_("Nobody is on duty."))
        return 1
    zone = settings.site.zone
    rows = [
        (
            _(shift.post.title),
            _(", ").join(site.reached(name, settings) for name in shift.people) or _("nobody"),
            shift.title,
            local(shift.start, zone),
            local(shift.end, zone),
        )
        for shift in found
    ]
    print(site.table(rows, (_("Post"), _("On duty"), _("Shift"), _("From"), _("Until"))))
    return 0


def _plain(shift: Shift) -> dict[str, object]:
    return {
        "id": shift.id,
        "shift": shift.template,
        "title": shift.title,
        "post": shift.post.value,
        "people": list(shift.people),
        "planned": list(shift.planned),
        "start": shift.start.isoformat(),
        "end": shift.end.isoformat(),
    }
