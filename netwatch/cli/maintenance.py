"""`netwatch maintenance`: windows in which faults alarm nobody."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from netwatch.cli import site
from netwatch.cli.faults import local
from netwatch.clock import SystemClock
from netwatch.language import gettext as _
from netwatch.storage import windows

if TYPE_CHECKING:
    import argparse

AHEAD = timedelta(days=31)


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("maintenance", help=_("maintenance windows: open, list, end"))
    verbs = parser.add_subparsers(dest="verb", metavar=_("VERB"), required=True)
    add = verbs.add_parser("add", help=_("open a window, now or later"))
    add.add_argument("title", help=_("what is done"))
    add.add_argument("--device", action="append", default=[], metavar="NAME", help=_("a device; may be repeated"))
    add.add_argument("--group", action="append", default=[], metavar="NAME", help=_("a group; may be repeated"))
    add.add_argument("--start", metavar="TIME", help=_("when it begins, in the site's zone; by default now"))
    add.add_argument("--for", dest="lasting", type=site.length, required=True, metavar="TIME", help=_("how long"))
    site.add_actor(add)
    add.set_defaults(run=_add)
    end = verbs.add_parser("end", help=_("end a window early"))
    end.add_argument("window", type=site.number, metavar="N")
    site.add_actor(end)
    end.set_defaults(run=_end)
    listing = verbs.add_parser("list", help=_("windows in force and in the next 31 days"))
    listing.set_defaults(run=_list)
    for verb in (add, end, listing):
        site.add_config(verb)


def _add(arguments: argparse.Namespace) -> int:
    values = {
        "title": arguments.title,
        "devices": arguments.device,
        "groups": arguments.group,
        "lasting": arguments.lasting,
    }
    if arguments.start:
        values["start"] = arguments.start
    return site.act(site.settings(arguments), "open_window", arguments, **values)


def _end(arguments: argparse.Namespace) -> int:
    return site.act(site.settings(arguments), "end_window", arguments, window=arguments.window)


def _list(arguments: argparse.Namespace) -> int:
    settings = site.settings(arguments)
    now = SystemClock().now()
    opened = site.reader(settings).read_now(lambda tx: windows.overlapping(tx, now, now + AHEAD))
    rows = [(str(each.id), each.actor, each.window) for each in opened]
    rows += [("-", _("configuration"), window) for window in settings.windows(now, now + AHEAD)]
    if not rows:
        print(_("No maintenance windows."))
        return 0
    zone = settings.site.zone
    lines = [
        (
            number,
            window.title,
            local(window.start, zone),
            local(window.end, zone),
            actor,
            " ".join(sorted(window.devices)),
        )
        for number, actor, window in sorted(rows, key=lambda row: row[2].start)
    ]
    print(site.table(lines, (_("No."), _("Title"), _("Start"), _("End"), _("By"), _("Devices"))))
    return 0
