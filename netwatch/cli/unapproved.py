"""`netwatch unapproved`: what happened to hardware, ports and devices, against the registers."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from netwatch.cli import site
from netwatch.cli.faults import local
from netwatch.config.registers import types
from netwatch.domain.approval import JUDGEMENTS, Fit, claim, fit
from netwatch.errors import UsageError
from netwatch.language import gettext as _
from netwatch.language import label, of_terminal
from netwatch.storage import discrepancies, parts, registers
from probes.api import _ as mark

if TYPE_CHECKING:
    import argparse

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.domain.approval import Discrepancy
    from netwatch.domain.registers import Entry

MOST = 200
ENTRIES = 500
"""So many of the newest entries are looked through for those that could explain something."""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("unapproved", help=_("what happened without approval: list, explain, judge"))
    verbs = parser.add_subparsers(dest="verb", metavar=_("VERB"), required=True)
    listing = verbs.add_parser("list", help=_("what nobody has judged yet"))
    listing.add_argument("--all", action="store_true", help=_("what was approved or judged, too"))
    listing.set_defaults(run=_list)
    show = verbs.add_parser("show", help=_("one of them, and the entries that could explain it"))
    show.set_defaults(run=_show)
    explain = verbs.add_parser("explain", help=_("tie it to the approved entry that explains it"))
    explain.add_argument("--entry", type=site.number, required=True, metavar="M", help=_("the number of the entry"))
    explain.add_argument("--text", help=_("what is to be said of it"))
    explain.set_defaults(run=_explain)
    judge = verbs.add_parser("judge", help=_("say what it was, where no entry explains it"))
    judge.set_defaults(run=_judge)
    for verb in (show, explain, judge):
        verb.add_argument("number", type=site.number, metavar="N", help=_("its number"))
    judge.add_argument("verdict", choices=[each.value for each in JUDGEMENTS], help=_("what it was"))
    judge.add_argument("--text", required=True, help=_("what is to be said of it"))
    for verb in (listing, show):
        verb.add_argument("--format", choices=("table", "json"), default="table", help=_("how to print"))
    for verb in verbs.choices.values():
        site.add_config(verb)
    for verb in (explain, judge):
        site.add_actor(verb)


def _explain(arguments: argparse.Namespace) -> int:
    values: dict[str, Any] = {"number": arguments.number, "entry": arguments.entry}
    if arguments.text is not None:
        values["text"] = arguments.text
    return site.act(site.settings(arguments), "explain_unapproved", arguments, **values)


def _judge(arguments: argparse.Namespace) -> int:
    values = {"number": arguments.number, "verdict": arguments.verdict, "text": arguments.text}
    return site.act(site.settings(arguments), "judge_unapproved", arguments, **values)


def _list(arguments: argparse.Namespace) -> int:
    settings = site.settings(arguments)
    read = partial(discrepancies.newest, most=MOST) if arguments.all else discrepancies.opened
    with closing(site.reader(settings)) as database:
        found = database.read_now(read)
    if arguments.format == "json":
        print(site.as_json([_plain(each) for each in found]))
        return 0
    if not found:
        print(_("Nothing has happened without approval that nobody has judged."))
        return 0
    zone = settings.site.zone
    rows = [
        (
            str(each.id),
            local(each.happened.at, zone),
            each.happened.device,
            site.told(each.happened.what),
            _verdict(each),
        )
        for each in found
    ]
    print(site.table(rows, (_("No."), _("When"), _("Device"), _("What"), _("Approval"))))
    return 0


def _verdict(found: Discrepancy) -> str:
    word = _(found.verdict.title)
    return word if found.entry is None else _("{word}, entry {number}").format(word=word, number=found.entry)


def _show(arguments: argparse.Namespace) -> int:
    settings = site.settings(arguments)
    with closing(site.reader(settings)) as database:
        found = database.read_now(partial(discrepancies.get, number=arguments.number))
        if found is None:
            template = mark("there is no number {number} among what happened without approval")
            raise UsageError(template, number=arguments.number)
        entries = database.read_now(partial(_likely, settings=settings, found=found))
    if arguments.format == "json":
        print(site.as_json({**_plain(found), "entries": [each.id for each in entries]}))
        return 0
    zone, happened = settings.site.zone, found.happened
    print(f"{found.id}  {happened.device}  {site.told(happened.what)}")
    rows = [
        (_("Kind"), _(happened.kind.title)),
        (_("Not before"), local(happened.since, zone)),
        (_("When"), local(happened.at, zone)),
        (_("Noticed"), local(found.noticed, zone)),
        (_("Approval"), _verdict(found)),
        (_("Judged by"), found.judged_by or ""),
        (_("Judged at"), local(found.judged_at, zone) if found.judged_at else ""),
        (_("Text"), found.judgement),
    ]
    print(site.table([row for row in rows if row[1]], (_("Field"), _("Value"))))
    print()
    print(_entries(settings, entries))
    return 0


def _entries(settings: Settings, entries: tuple[Entry, ...]) -> str:
    """Return the entries that could explain something, as a table."""
    if not entries:
        return _("No approved entry is about it.")
    kinds, zone = types(settings.file), settings.site.zone
    rows = [
        (
            str(each.id),
            _(label(kinds[each.register].titles, of_terminal())),
            each.applicant,
            each.approved_by or "",
            local(each.opened or each.start or each.created, zone),
            local(end, zone) if (end := each.closed or each.due) else "",
        )
        for each in entries
    ]
    return site.table(rows, (_("No."), _("Register"), _("Applicant"), _("Approved by"), _("From"), _("Until")))


def _likely(tx: Connection, settings: Settings, found: Discrepancy) -> tuple[Entry, ...]:
    """Return the approved entries about it, whenever they were, newest first."""
    kinds, asked = types(settings.file), settings.file.approval.registers
    happened = replace(found.happened, whole=parts.whole(tx, found.happened.device))
    newest = registers.newest(tx, ENTRIES, everything=True)
    able = (
        (each, claim(kinds[each.register], each))
        for each in newest
        if each.register in kinds and each.register in asked
    )
    return tuple(each for each, allowed in able if allowed is not None and fit(happened, allowed) is not Fit.NONE)


def _plain(found: Discrepancy) -> dict[str, Any]:
    happened = found.happened
    return {
        "number": found.id,
        "kind": happened.kind.value,
        "device": happened.device,
        "item": happened.item,
        "other": happened.other,
        "what": str(happened.what),
        "since": happened.since.isoformat(),
        "at": happened.at.isoformat(),
        "noticed": found.noticed.isoformat(),
        "verdict": found.verdict.value,
        "entry": found.entry,
        "judged_by": found.judged_by,
        "judged_at": found.judged_at.isoformat() if found.judged_at else None,
        "text": found.judgement,
    }
