"""`netwatch log`: the duty log."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any

from netwatch.actions.log import LEVELS
from netwatch.cli import site
from netwatch.cli.faults import local
from netwatch.cli.site import moment
from netwatch.language import gettext as _
from netwatch.storage import events
from netwatch.storage.events import Sought

if TYPE_CHECKING:
    import argparse

    from netwatch.config import Settings
    from netwatch.storage.events import Entry


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("log", help=_("the duty log: write, reply, correct, read, search"))
    verbs = parser.add_subparsers(dest="verb", metavar=_("VERB"), required=True)
    add = verbs.add_parser("add", help=_("write an entry; #tag and @device in the text count"))
    add.set_defaults(run=partial(_write, "log"))
    reply = verbs.add_parser("reply", help=_("reply to an entry"))
    reply.set_defaults(run=partial(_write, "reply_log"))
    correct = verbs.add_parser("correct", help=_("correct an entry; what it said stays"))
    correct.set_defaults(run=partial(_write, "correct_log"))
    hide = verbs.add_parser("hide", help=_("hide what an entry says; for admins, with a reason"))
    hide.set_defaults(run=_hide)
    for verb in (reply, correct, hide):
        verb.add_argument("number", type=site.number, metavar="N", help=_("its number"))
    hide.add_argument("--reason", dest="text", required=True, help=_("why"))
    for verb in (add, reply, correct):
        verb.add_argument("text", help=_("what happened"))
        verb.add_argument("--level", choices=LEVELS, default="information", help=_("how important it is"))
        verb.add_argument("--device", metavar="NAME", help=_("the device it is about"))
        verb.add_argument("--port", help=_("the port it is about"))
        verb.add_argument("--fault", type=site.number, metavar="N", help=_("the fault it is about"))
        verb.add_argument("--entry", type=site.number, metavar="N", help=_("the entry of a register it is about"))
        verb.add_argument("--tag", dest="tags", action="append", help=_("a tag"))
        verb.add_argument("--at", metavar="TIME", help=_("when it happened, in the site's zone; by default now"))
    for verb in (add, reply, correct, hide):
        site.add_actor(verb)
    show = verbs.add_parser("show", help=_("the newest entries"))
    search = verbs.add_parser("search", help=_("entries that hold all that is sought"))
    _add_search(search)
    for verb in (show, search):
        verb.add_argument("--most", type=site.number, default=50, metavar="N", help=_("how many"))
        verb.add_argument("--format", choices=("table", "json"), default="table", help=_("how to print"))
        verb.set_defaults(run=_show)
    for verb in verbs.choices.values():
        site.add_config(verb)


def _add_search(search: argparse.ArgumentParser) -> None:
    search.add_argument("words", nargs="*", metavar="WORD", help=_("words that the text holds"))
    search.add_argument("--by", dest="actor", metavar="NAME", help=_("who wrote it"))
    search.add_argument("--device", metavar="NAME", help=_("the device it is about"))
    search.add_argument("--fault", type=site.number, metavar="N", help=_("the fault it is about"))
    search.add_argument("--level", choices=LEVELS, help=_("how important it is"))
    search.add_argument("--tag", help=_("a tag"))
    search.add_argument("--from", dest="start", metavar="TIME", help=_("from when on it happened"))
    search.add_argument("--until", dest="end", metavar="TIME", help=_("until when it happened"))


def _write(action: str, arguments: argparse.Namespace) -> int:
    names = ("number", "text", "level", "device", "port", "fault", "entry", "tags", "at")
    values: dict[str, Any] = {name: value for name in names if (value := getattr(arguments, name, None)) is not None}
    return site.act(site.settings(arguments), action, arguments, **values)


def _hide(arguments: argparse.Namespace) -> int:
    values = {"number": arguments.number, "text": arguments.text}
    return site.act(site.settings(arguments), "hide_log", arguments, **values)


def _show(arguments: argparse.Namespace) -> int:
    settings = site.settings(arguments)
    sought = _sought(arguments, settings) if arguments.verb == "search" else Sought()
    most = max(1, min(arguments.most, 1000))
    with closing(site.reader(settings)) as database:
        found = tuple(reversed(database.read_now(lambda tx: events.search(tx, sought, most))))
        corrections, hidden = database.read_now(events.chained)
    if arguments.format == "json":
        print(site.as_json([_plain(entry, hidden=entry.id in hidden) for entry in found]))
        return 0
    if not found:
        print(_("No entries.") if arguments.verb == "search" else _("The duty log is empty."))
    for entry in found:
        said = _("(hidden by an admin)") if entry.id in hidden else entry.text
        about = " ".join(part for part in (entry.device or "", f"F{entry.fault}" if entry.fault else "") if part)
        chain = _chain(entry, corrections.get(int(entry.id or 0), ()))
        parts = (
            f"{local(entry.at, settings.site.zone)}  #{entry.id} {settings.called(entry.actor)} ",
            f"[{about}]" if about else "",
            said,
        )
        print(" ".join(part for part in (*parts, chain) if part))
    return 0


def _chain(entry: Entry, corrections: tuple[int, ...]) -> str:
    said = entry.data or {}
    parts = (
        _("corrects #{number}").format(number=said["corrects"]) if "corrects" in said else "",
        _("replies to #{number}").format(number=said["replies_to"]) if "replies_to" in said else "",
        _("corrected by {numbers}").format(numbers=_(", ").join(f"#{number}" for number in corrections))
        if corrections
        else "",
    )
    told = _(", ").join(part for part in parts if part)
    return _("({text})").format(text=told) if told else ""


def _sought(arguments: argparse.Namespace, settings: Settings) -> Sought:
    return Sought(
        words=tuple(arguments.words),
        actor=arguments.actor,
        device=arguments.device,
        fault=arguments.fault,
        level=arguments.level,
        tag=arguments.tag.lstrip("#") if arguments.tag else None,
        start=moment(arguments.start, settings) if arguments.start else None,
        end=moment(arguments.end, settings) if arguments.end else None,
    )


def _plain(entry: Entry, *, hidden: bool) -> dict[str, Any]:
    return {
        "number": entry.id,
        "at": entry.at.isoformat(),
        "recorded_at": entry.recorded_at.isoformat(),
        "by": entry.actor,
        "level": entry.level,
        "device": entry.device,
        "fault": entry.fault,
        "text": None if hidden else entry.text,
        "hidden": hidden,
        **(entry.data or {}),
    }
