"""`netwatch register`: the books of dated entries with approval: changes, loans, visitors, submissions."""

from __future__ import annotations

import argparse
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any

from netwatch.cli import site
from netwatch.cli.faults import local
from netwatch.clock import SystemClock
from netwatch.config.registers import types
from netwatch.errors import UsageError
from netwatch.language import gettext as _
from netwatch.language import label, of_terminal
from netwatch.storage import registers
from probes.api import _ as mark
from roster.facts import ANSWERS

if TYPE_CHECKING:
    from netwatch.config import Settings
    from netwatch.domain.registers import Entry, RegisterType

MOST = 200


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("register", help=_("registers: changes, loans, visitors, submissions, with approval"))
    verbs = parser.add_subparsers(dest="verb", metavar=_("VERB"), required=True)
    _add_reading(verbs)
    _add_writing(verbs)
    for verb in verbs.choices.values():
        site.add_config(verb)


def _add_reading(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    kinds = verbs.add_parser("types", help=_("the registers, and the fields of each"))
    kinds.set_defaults(run=_types)
    listing = verbs.add_parser("list", help=_("the entries in progress, and those that wait"))
    listing.add_argument("register", nargs="?", metavar="REGISTER", help=_("of this register only"))
    listing.add_argument("--all", action="store_true", help=_("those that are over, too"))
    listing.set_defaults(run=_list)
    show = verbs.add_parser("show", help=_("an entry, and every step of it"))
    show.add_argument("number", type=site.number, metavar="N", help=_("its number"))
    show.set_defaults(run=_show)
    for verb in (listing, show):
        verb.add_argument("--format", choices=("table", "json"), default="table", help=_("how to print"))


def _add_writing(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    new = verbs.add_parser("new", help=_("write an entry and submit it"))
    new.add_argument("register", metavar="REGISTER", help=_("which register"))
    new.add_argument("values", nargs="*", type=_pair, metavar="FIELD=VALUE", help=_("what it says"))
    new.add_argument("--from", dest="start", metavar="TIME", help=_("from when, in the site's zone"))
    new.add_argument("--until", dest="due", metavar="TIME", help=_("until when"))
    new.add_argument("--draft", action="store_true", help=_("do not submit it yet"))
    new.set_defaults(run=_new)
    change = verbs.add_parser("set", help=_("change fields, or the end"))
    change.add_argument("number", type=site.number, metavar="N", help=_("its number"))
    change.add_argument("values", nargs="*", type=_pair, metavar="FIELD=VALUE", help=_("what it says"))
    change.add_argument("--until", dest="due", metavar="TIME", help=_("until when"))
    change.set_defaults(run=partial(_act, "set_entry"))
    for name, action, about in (
        ("submit", "submit_entry", _("submit a draft for approval")),
        ("approve", "approve_entry", _("approve an entry of somebody else")),
        ("reject", "reject_entry", _("reject an entry of somebody else")),
        ("open", "open_entry", _("begin: a visitor comes in, a thing leaves, a change starts")),
        ("done", "complete_entry", _("complete: a visitor leaves, a thing is back, a change is made")),
        ("confirm", "confirm_entry", _("confirm what somebody else completed")),
        ("cancel", "cancel_entry", _("cancel what has not begun")),
    ):
        verb = verbs.add_parser(name, help=about)
        verb.add_argument("number", type=site.number, metavar="N", help=_("its number"))
        verb.add_argument("values", nargs="*", type=_pair, metavar="FIELD=VALUE", help=_("what is to be added"))
        verb.add_argument("--reason", dest="text", required=name in {"reject", "cancel"}, help=_("why"))
        verb.set_defaults(run=partial(_act, action))
    for verb in verbs.choices.values():
        if verb.get_default("run") not in {_types, _list, _show}:
            site.add_actor(verb)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (equals and name):
        raise argparse.ArgumentTypeError(_("must be FIELD=VALUE"))
    return name, value


def _new(arguments: argparse.Namespace) -> int:
    values: dict[str, Any] = {"register": arguments.register, "values": dict(arguments.values)}
    values |= {name: value for name in ("start", "due") if (value := getattr(arguments, name)) is not None}
    if arguments.draft:
        values["draft"] = True
    return site.act(site.settings(arguments), "new_entry", arguments, **values)


def _act(action: str, arguments: argparse.Namespace) -> int:
    values: dict[str, Any] = {"number": arguments.number, "values": dict(arguments.values)}
    for name in ("text", "due"):
        if getattr(arguments, name, None) is not None:
            values[name] = getattr(arguments, name)
    return site.act(site.settings(arguments), action, arguments, **values)


def _types(arguments: argparse.Namespace) -> int:
    language = of_terminal()
    for kind in types(site.settings(arguments).file).values():
        clauses = f"  ({', '.join(kind.clauses)})" if kind.clauses else ""
        print(f"{kind.name}  {_(label(kind.titles, language))}{clauses}")
        for each in kind.fields:
            needed = _("needed before it is {step}").format(step=_(each.needed.title)) if each.needed else ""
            choices = " | ".join(each.choices)
            print(
                "  " + "  ".join(part for part in (each.name, _(label(each.titles, language)), choices, needed) if part)
            )
    return 0


def _list(arguments: argparse.Namespace) -> int:
    settings = site.settings(arguments)
    kinds = types(settings.file)
    if arguments.register is not None and arguments.register not in kinds:
        template = mark("there is no register {name}; there are: {names}")
        raise UsageError(template, name=arguments.register, names=", ".join(kinds))
    with closing(site.reader(settings)) as database:
        found = database.read_now(
            partial(registers.newest, most=MOST, register=arguments.register, everything=arguments.all)
        )
    now = SystemClock().now()
    if arguments.format == "json":
        print(site.as_json([_plain(each) for each in found]))
        return 0
    if not found:
        print(_("No entries."))
        return 0
    rows = [
        (
            str(each.id),
            _titled(kinds.get(each.register), each.register),
            _state(settings, kinds.get(each.register), each, now),
            settings.called(each.applicant),
            local(each.due, settings.site.zone) if each.due else "",
            _about(each),
        )
        for each in found
    ]
    print(site.table(rows, (_("No."), _("Register"), _("State"), _("Applicant"), _("Until"), _("About"))))
    return 0


def _titled(kind: RegisterType | None, name: str) -> str:
    return _(label(kind.titles, of_terminal())) if kind is not None else name


def _state(settings: Settings, kind: RegisterType | None, entry: Entry, now: Any) -> str:
    late = kind is not None and entry.overdue(kind, now, settings.site.zone)
    title = _(entry.state.title)
    return _("{text} ({note})").format(text=title, note=_("overdue")) if late else title


def _about(entry: Entry) -> str:
    return next((entry.values[name] for name in ("item", "name", "what", "device") if entry.values.get(name)), "")[:60]


def _show(arguments: argparse.Namespace) -> int:
    settings = site.settings(arguments)
    with closing(site.reader(settings)) as database:
        entry = database.read_now(partial(registers.get, number=arguments.number))
        if entry is None:
            raise UsageError(mark("there is no entry {number}"), number=arguments.number)
        taken = database.read_now(partial(registers.history, number=entry.id))
    if arguments.format == "json":
        steps = [
            {"step": each.step.value, "by": each.actor, "at": each.at.isoformat(), "text": each.text} for each in taken
        ]
        print(site.as_json({**_plain(entry), "steps": steps}))
        return 0
    kind = types(settings.file).get(entry.register)
    zone = settings.site.zone
    print(f"{entry.id}  {_titled(kind, entry.register)}  {_state(settings, kind, entry, SystemClock().now())}")
    fields = kind.fields if kind is not None else ()
    rows = [
        (_(label(each.titles, of_terminal())), _value(settings, entry.values.get(each.name, ""))) for each in fields
    ]
    spans = ((_("from"), entry.start), (_("until"), entry.due), (_("begun"), entry.opened), (_("ended"), entry.closed))
    rows += [(name, local(moment, zone)) for name, moment in spans if moment is not None]
    print(site.table([row for row in rows if row[1]], (_("Field"), _("Value"))))
    print()
    lines = [(local(each.at, zone), _(each.step.title), settings.called(each.actor), each.text) for each in taken]
    print(site.table(lines, (_("When"), _("Step"), _("By"), _("Text"))))
    return 0


def _value(settings: Settings, text: str) -> str:
    return _(ANSWERS[text]) if text in ANSWERS else settings.called(text)


def _plain(entry: Entry) -> dict[str, Any]:
    moments = ("created", "start", "due", "opened", "closed", "approved_at")
    return {
        "number": entry.id,
        "register": entry.register,
        "state": entry.state.value,
        "applicant": entry.applicant,
        "values": dict(entry.values),
        "approved_by": entry.approved_by,
        "seconded_by": entry.seconded_by,
        **{name: moment.isoformat() if (moment := getattr(entry, name)) else None for name in moments},
    }
