"""`netwatch log`: the duty log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from netwatch.actions.log import LEVELS
from netwatch.cli import site
from netwatch.cli.faults import local
from netwatch.language import gettext as _
from netwatch.storage import events
from netwatch.storage.events import EventKind

if TYPE_CHECKING:
    import argparse


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("log", help=_("the duty log: write and read entries"))
    verbs = parser.add_subparsers(dest="verb", metavar=_("VERB"), required=True)
    add = verbs.add_parser("add", help=_("write an entry"))
    add.add_argument("text", help=_("what happened"))
    add.add_argument("--level", choices=LEVELS, default="information", help=_("how important it is"))
    add.add_argument("--device", metavar="NAME", help=_("the device it is about"))
    add.add_argument("--fault", type=int, metavar="N", help=_("the fault it is about"))
    add.add_argument("--at", metavar="TIME", help=_("when it happened, in the site's zone; by default now"))
    site.add_actor(add)
    site.add_config(add)
    add.set_defaults(run=_add)
    show = verbs.add_parser("show", help=_("the newest entries"))
    show.add_argument("--most", type=int, default=50, metavar="N", help=_("how many"))
    site.add_config(show)
    show.set_defaults(run=_show)


def _add(arguments: argparse.Namespace) -> int:
    wanted = {name: getattr(arguments, name) for name in ("text", "level", "device", "fault", "at")}
    values: dict[str, Any] = {name: value for name, value in wanted.items() if value is not None}
    return site.act(site.settings(arguments), "log", arguments, **values)


def _show(arguments: argparse.Namespace) -> int:
    settings = site.settings(arguments)
    most = max(1, min(arguments.most, 1000))
    entries = site.reader(settings).read_now(lambda tx: events.newest(tx, (EventKind.LOG,), most))
    if not entries:
        print(_("The duty log is empty."))
    for entry in reversed(entries):
        about = " ".join(part for part in (entry.device or "", f"#{entry.fault}" if entry.fault else "") if part)
        print(f"{local(entry.at, settings.site.zone)}  {entry.actor}  {f'[{about}] ' if about else ''}{entry.text}")
    return 0
