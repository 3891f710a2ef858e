"""The verbs of `netwatch duty` that are about the roster: months, exceptions, what is wrong with it, how fair it is."""

from __future__ import annotations

import argparse
import json
import re
import sys
from contextlib import closing
from datetime import datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netwatch.cli import site
from netwatch.cli.faults import local
from netwatch.clock import SystemClock
from netwatch.config import load
from netwatch.config.people import stand_ins, standards
from netwatch.errors import StorageError, UsageError
from netwatch.language import LANGUAGES, of_terminal, said, translations
from netwatch.language import gettext as _
from netwatch.plugins import Registry
from netwatch.storage import roster as rows
from probes.api import _ as mark
from roster import month_render
from roster.checks import checks
from roster.cover import next_change, planned, shifts
from roster.exchange import ExchangeKind, hands_over
from roster.fairness import fairness
from roster.month import month
from roster.publication import days_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from netwatch.config import Settings
    from roster.exchange import Exchange
    from roster.findings import Leave

DAYS = 35
MOST = 100


def add_verbs(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add them."""
    reading = [_next(verbs), _table(verbs), *_lists(verbs), _preview(verbs)]
    writing = [_publish(verbs), *_asking(verbs), *_speaking(verbs)]
    for verb in (*reading, *writing):
        site.add_config(verb)
    for verb in writing:
        site.add_actor(verb)


def _next(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    verb = verbs.add_parser("next", help=_("who comes on duty next, and when"))
    verb.set_defaults(run=_show_next)
    return verb


def _table(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    verb = verbs.add_parser("table", help=_("the roster of a month, to read or to print"))
    verb.add_argument("month", nargs="?", type=_month, metavar="MONTH", help=_("such as 2026-10; by default this one"))
    verb.add_argument("--format", choices=("text", "html", "xlsx", "json"), default="text", help=_("how to print"))
    verb.add_argument("--output", type=Path, metavar="FILE", help=_("write it into this file"))
    verb.add_argument("--language", choices=LANGUAGES, help=_("the language; by default the terminal's"))
    verb.set_defaults(run=_show_table)
    return verb


def _lists(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> tuple[argparse.ArgumentParser, ...]:
    exceptions = verbs.add_parser("exceptions", help=_("swaps, leave and substitutes, and where each stands"))
    exceptions.set_defaults(run=_show_exceptions)
    wrong = verbs.add_parser("checks", help=_("what is wrong with the roster: gaps, too little rest, double duty"))
    wrong.set_defaults(run=_show_checks)
    fair = verbs.add_parser("fairness", help=_("how evenly duty is shared"))
    fair.set_defaults(run=_show_fairness)
    who = verbs.add_parser("suggest", help=_("who could take a shift, the fairest first"))
    who.add_argument("shift", metavar="SHIFT", help=_("its id, as timeline --format json shows it"))
    who.set_defaults(run=_show_suggestions)
    for verb, days in ((wrong, DAYS), (fair, 365)):
        verb.add_argument("--days", type=site.number, default=days, metavar="N", help=_("how many days"))
        verb.add_argument("--from", dest="start", metavar="TIME", help=_("where to begin; by default now"))
    for verb in (exceptions, wrong, fair, who):
        verb.add_argument("--format", choices=("table", "json"), default="table", help=_("how to print"))
    return exceptions, wrong, fair, who


def _preview(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    verb = verbs.add_parser("preview", help=_("which shifts change hands with another configuration file"))
    verb.add_argument("file", type=Path, metavar="FILE", help=_("the configuration as it would be"))
    verb.add_argument("--days", type=site.number, default=92, metavar="N", help=_("how many days"))
    verb.set_defaults(run=_show_preview)
    return verb


def _publish(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    verb = verbs.add_parser("publish", help=_("freeze the roster of a month"))
    verb.add_argument("month", metavar="MONTH", help=_("such as 2026-10"))
    verb.add_argument("--again", action="store_true", help=_("it is published already, and changes"))
    verb.add_argument("--provisional", action="store_true", help=_("its holidays are not known for certain"))
    verb.add_argument("--reason", dest="text", help=_("why"))
    verb.set_defaults(run=partial(_act, "publish_month", ("month", "again", "provisional", "text")))
    return verb


def _asking(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> tuple[argparse.ArgumentParser, ...]:
    swap = verbs.add_parser("swap", help=_("ask a colleague to take your shift"))
    swap.add_argument("shift", metavar="SHIFT", help=_("your shift's id"))
    swap.add_argument("--with", required=True, metavar="NAME", help=_("the colleague"))
    swap.add_argument("--for", dest="for_shift", metavar="SHIFT", help=_("the shift of theirs that you take instead"))
    swap.add_argument("--of", dest="for_person", metavar="NAME", help=_("for somebody else; for leaders"))
    swap.add_argument("--reason", dest="text", help=_("why"))
    swap.set_defaults(run=partial(_act, "propose_swap", ("shift", "with", "for_shift", "for_person", "text")))
    leave = verbs.add_parser("leave", help=_("ask for leave"))
    leave.add_argument("start", metavar="FROM", help=_("from when, in the site's zone"))
    leave.add_argument("end", metavar="UNTIL", help=_("until when"))
    leave.add_argument("--of", dest="for_person", metavar="NAME", help=_("for somebody else; for leaders"))
    leave.add_argument("--reason", dest="text", required=True, help=_("why"))
    leave.set_defaults(run=partial(_act, "ask_leave", ("start", "end", "for_person", "text")))
    take = verbs.add_parser("take", help=_("take over the running shift at once; a leader approves it afterwards"))
    take.add_argument("--reason", dest="text", required=True, help=_("why"))
    take.set_defaults(run=partial(_act, "take_now", ("text",)))
    cover = verbs.add_parser("cover", help=_("enter who comes for whom; for leaders"))
    cover.add_argument("shift", metavar="SHIFT", help=_("the shift's id"))
    cover.add_argument("--out", metavar="NAME", help=_("who stays away"))
    cover.add_argument("--person", metavar="NAME", help=_("who comes"))
    cover.add_argument("--reason", dest="text", required=True, help=_("why"))
    cover.set_defaults(run=partial(_act, "enter_cover", ("shift", "out", "person", "text")))
    return swap, leave, take, cover


def _speaking(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> tuple[argparse.ArgumentParser, ...]:
    found = []
    for name, about in (
        ("agree", _("agree to a swap that you are asked for")),
        ("decline", _("decline a swap that you are asked for")),
        ("approve", _("approve a swap, leave or taking over; for leaders")),
        ("reject", _("reject a swap, leave or taking over; for leaders")),
        ("withdraw", _("withdraw what you asked for")),
    ):
        verb = verbs.add_parser(name, help=about)
        verb.add_argument("number", type=site.number, metavar="N", help=_("the exception's number"))
        verb.add_argument("--reason", dest="text", required=name == "reject", help=_("why"))
        verb.set_defaults(run=partial(_act, f"{name}_exception", ("number", "text")))
        found.append(verb)
    return tuple(found)


def _act(action: str, names: tuple[str, ...], arguments: argparse.Namespace) -> int:
    values: dict[str, Any] = {name: value for name in names if (value := getattr(arguments, name)) is not None}
    return site.act(site.settings(arguments), action, arguments, **values)


def _month(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", text, re.ASCII)
    if match is None:
        raise argparse.ArgumentTypeError(_("must be a month such as 2026-10"))
    return int(match[1]), int(match[2])


def _called(settings: Settings) -> dict[str, str]:
    return {name: person.title or name for name, person in settings.people.items()}


def _show_next(arguments: argparse.Namespace) -> int:
    settings = site.planned(site.settings(arguments))
    zone, now = settings.site.zone, SystemClock().now()
    change = next_change(settings.roster, now)
    if change is None:
        print(_("Nothing is planned any more."))
        return 1
    found = [shift for shift in shifts(settings.roster, change, change + timedelta(seconds=1)) if shift.start == change]
    rows_ = [
        (
            _(shift.post.title),
            _(", ").join(site.reached(name, settings) for name in shift.people) or _("nobody"),
            shift.title,
            local(shift.start, zone),
            local(shift.end, zone),
        )
        for shift in found
    ]
    print(site.table(rows_, (_("Post"), _("On duty"), _("Shift"), _("From"), _("Until"))))
    return 0


def _show_table(arguments: argparse.Namespace) -> int:
    settings = site.planned(site.settings(arguments))
    zone = settings.site.zone
    now = SystemClock().now().astimezone(zone)
    table = month(settings.roster, *(arguments.month or (now.year, now.month)))
    catalogue = translations(arguments.language or of_terminal())
    names, name = _called(settings), settings.site.name
    if arguments.format == "json":
        first, until = days_of(table.month)
        found = shifts(settings.roster, *(datetime.combine(day, time(), zone) for day in (first, until)))
        listed = [{"id": each.id, "start": each.start.isoformat(), "people": list(each.people)} for each in found]
        content = json.dumps(listed, ensure_ascii=False, indent=2).encode() + b"\n"
    elif arguments.format == "xlsx":
        if arguments.output is None and sys.stdout.isatty():
            raise UsageError(mark("a workbook is no text; name a file with --output"))
        content = month_render.xlsx(table, catalogue, zone, names, name)
    else:
        render = month_render.html if arguments.format == "html" else month_render.text
        content = render(table, catalogue, zone, names, name).encode()
    if arguments.output is not None:
        arguments.output.write_bytes(content)
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
    return 0


def _show_exceptions(arguments: argparse.Namespace) -> int:
    settings = site.settings(arguments)
    with closing(site.reader(settings)) as database:
        found = database.read_now(lambda tx: rows.newest(tx, MOST))
    if arguments.format == "json":
        print(site.as_json([_plain(each) for each in found]))
        return 0
    if not found:
        print(_("No exceptions."))
        return 0
    zone, names = settings.site.zone, _called(settings)
    lines = [
        (
            str(each.id),
            _(each.kind.title),
            _(each.state.title),
            _who(each, names),
            local(each.start, zone),
            local(each.end, zone),
            each.reason,
        )
        for each in found
    ]
    head = (_("No."), _("Kind"), _("State"), _("People"), _("From"), _("Until"), _("Reason"))
    print(site.table(lines, head))
    return 0


def _who(each: Exchange, names: Mapping[str, str]) -> str:
    """Return whose place changes hands: of a swap both ways, of leave who is away."""
    both = each.kind is ExchangeKind.SWAP and len(each.covers) > 1
    arrow, covers = (" ⇄ ", each.covers[:1]) if both else (" → ", each.covers)
    ways = (arrow.join(names.get(name, name) for name in (cover.person, cover.by) if name) for cover in covers)
    return _(", ").join(dict.fromkeys(ways))


def _plain(each: Exchange) -> dict[str, Any]:
    return {
        "number": each.id,
        "kind": each.kind.value,
        "state": each.state.value,
        "applicant": each.applicant,
        "other": each.other,
        "start": each.start.isoformat(),
        "end": each.end.isoformat(),
        "reason": each.reason,
        "judged_by": each.judged_by,
        "shifts": [cover.slot for cover in each.covers if cover.slot],
    }


def _asked(arguments: argparse.Namespace, settings: Settings) -> tuple[datetime, datetime, datetime]:
    now = SystemClock().now()
    start = site.moment(arguments.start, settings) if arguments.start else now
    return now, start, start + timedelta(days=max(1, min(arguments.days, 800)))


def _show_checks(arguments: argparse.Namespace) -> int:
    settings = site.planned(site.settings(arguments))
    now, start, end = _asked(arguments, settings)
    away = _read(settings)
    found = checks(settings.roster, start, end, now=now, standards=standards(settings.file), leaves=away)
    catalogue, zone = translations(of_terminal()), settings.site.zone
    if arguments.format == "json":
        listed = [
            {
                "check": each.check.value,
                "what": said(each.sentence.template, each.sentence.values, catalogue),
                "start": each.start.isoformat(),
                "end": each.end.isoformat(),
                "people": list(each.people),
            }
            for each in found
        ]
        print(site.as_json(listed))
    elif not found:
        print(_("Nothing is wrong with the roster."))
    else:
        lines = [
            (
                _(each.check.title),
                said(each.sentence.template, _named(each.sentence.values, settings), catalogue),
                local(each.start, zone),
                local(each.end, zone),
            )
            for each in found
        ]
        print(site.table(lines, (_("Kind"), _("What"), _("From"), _("Until"))))
    return 1 if found else 0


def _named(values: Mapping[str, Any], settings: Settings) -> Mapping[str, Any]:
    """Return a finding's values with the name by which people call somebody."""
    return {**values, "person": settings.called(values["person"])} if "person" in values else values


def _read(settings: Settings) -> tuple[Leave, ...]:
    """Return the leave that is granted; none where no records can be read, as with the roster itself."""
    try:
        with closing(site.reader(settings)) as database:
            return database.read_now(rows.leaves)
    except StorageError:
        return ()


def _show_fairness(arguments: argparse.Namespace) -> int:
    settings = site.planned(site.settings(arguments))
    now, start, end = _asked(arguments, settings)
    found = fairness(settings.roster, start, end, now=now)
    if arguments.format == "json":
        listed = [
            {
                "person": each.person,
                "shifts": each.shifts,
                "hours": each.hours,
                "nights": each.nights,
                "weekends": each.weekends,
                "holidays": each.holidays,
                "overload": each.overload,
            }
            for each in found.shares
        ]
        print(site.as_json({"balance": found.balance, "shares": listed}))
        return 0
    names = _called(settings)
    lines = [
        (
            names.get(each.person, each.person),
            str(each.shifts),
            f"{each.hours:g}",
            str(each.nights),
            str(each.weekends),
            str(each.holidays),
            " ".join(str(year) for year in each.spring_festivals),
            " ".join(str(year) for year in each.national_days),
            f"+{each.overload} %" if each.overload else "",
        )
        for each in found.shares
    ]
    head = (
        _("Person"), _("Shifts"), _("Hours"), _("Nights"), _("Weekends"), _("Holidays"), _("Spring Festival"),
        _("National Day"), _("Above the mean"),
    )  # fmt: skip
    print(site.table(lines, head))
    print(_("balance: {percent} %").format(percent=found.balance))
    return 0


def _show_suggestions(arguments: argparse.Namespace) -> int:
    settings = site.planned(site.settings(arguments))
    now = SystemClock().now()
    slots = planned(settings.roster, now - timedelta(days=1), now + timedelta(days=400))
    slot = next((each for each in slots if each.id == arguments.shift), None)
    if slot is None:
        raise UsageError(mark("there is no shift {shift} ahead"), shift=arguments.shift)
    found = stand_ins(settings, slot, _read(settings))
    if arguments.format == "json":
        print(json.dumps([each.person for each in found]))
        return 0
    names, zone = _called(settings), settings.site.zone
    lines = [
        (
            names.get(each.person, each.person),
            local(each.last, zone) if each.last else _("never"),
            _("yes") if each.rested else _("no"),
        )
        for each in found
    ]
    print(site.table(lines, (_("Person"), _("Last duty"), _("Rested"))))
    return 0 if found else 1


def _show_preview(arguments: argparse.Namespace) -> int:
    settings = site.settings(arguments)
    other = load(arguments.file, Registry.installed())
    before = site.planned(settings).roster
    after = site.as_recorded(settings, other).roster
    now = SystemClock().now()
    found = hands_over(before, after, now, now + timedelta(days=max(1, min(arguments.days, 800))))
    if not found:
        print(_("No shift changes hands."))
        return 0
    zone = settings.site.zone
    names = {**_called(settings), **_called(other)}

    def people(shift: Any) -> str:
        return ", ".join(names.get(name, name) for name in shift.people) or _("nobody") if shift else _("no such shift")

    lines = [
        (
            _("{shift} ({post})").format(shift=old.said, post=_(old.post.title)),
            local(old.start, zone),
            "" if old is new else people(old),
            people(new),
        )
        for old, new in found
    ]
    print(site.table(lines, (_("Shift"), _("From"), _("Before"), _("After"))))
    return 0
