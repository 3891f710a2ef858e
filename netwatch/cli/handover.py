"""`netwatch handover`: the report that one shift hands to the next, and who signs it."""

from __future__ import annotations

import sys
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netwatch import pdf, report
from netwatch.cli import site
from netwatch.cli.faults import local
from netwatch.clock import SystemClock
from netwatch.doctor.look import synchronised
from netwatch.errors import UsageError
from netwatch.handover import cases
from netwatch.handover.shown import shown
from netwatch.language import LANGUAGES, ngettext, of_terminal, translations
from netwatch.language import gettext as _
from netwatch.storage import chain, handovers
from probes.api import _ as mark
from roster import render
from roster.handover import to_json
from roster.signing import short

if TYPE_CHECKING:
    import argparse

    from netwatch.config import Settings
    from netwatch.handover.cases import Opened
    from roster.report import Handover

MOST = 50


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("handover", help=_("handover reports: show, offer, accept, refuse, verify"))
    verbs = parser.add_subparsers(dest="verb", metavar=_("VERB"), required=True)
    _add_reading(verbs)
    _add_signing(verbs)
    _add_writing(verbs)
    for verb in verbs.choices.values():
        site.add_config(verb)


def _add_reading(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    show = verbs.add_parser("show", help=_("an archived report, or a preview of the shift that is on"))
    show.add_argument("number", type=site.number, nargs="?", metavar="N", help=_("its number; by default the newest"))
    show.add_argument("--live", action="store_true", help=_("the shift that is on, as of now; nothing is archived"))
    show.add_argument("--format", choices=("text", "html", "pdf", "json"), default="text", help=_("how to print"))
    show.add_argument("--output", type=Path, metavar="FILE", help=_("write it into this file"))
    show.add_argument("--language", choices=LANGUAGES, help=_("the language; by default the terminal's"))
    show.set_defaults(run=_show)
    listing = verbs.add_parser("list", help=_("the newest reports, and where each stands"))
    listing.add_argument("--format", choices=("table", "json"), default="table", help=_("how to print"))
    listing.set_defaults(run=_list)
    state = verbs.add_parser("state", help=_("who signed what under a report, and what is to be read back"))
    state.add_argument("number", type=site.number, nargs="?", metavar="N", help=_("its number; by default the newest"))
    state.add_argument("--format", choices=("table", "json"), default="table", help=_("how to print"))
    state.set_defaults(run=_state)
    verify = verbs.add_parser("verify", help=_("whether what was archived and signed is as it was"))
    verify.add_argument(
        "--expect", action="append", default=[], metavar="DIGEST", help=_("a digest from a mail that must be there")
    )
    verify.set_defaults(run=_verify)


def _add_signing(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    offer = verbs.add_parser("offer", help=_("freeze the report of your shift and sign it"))
    offer.add_argument("--to", metavar="NAME", help=_("who relieves you before the shift ends"))
    offer.add_argument("--text", help=_("what is to be said with it"))
    offer.set_defaults(run=partial(_act, "offer_handover", ("to", "text")))
    accept = verbs.add_parser("accept", help=_("read back and take over"))
    accept.add_argument(
        "number", type=site.number, nargs="?", metavar="N", help=_("its number; by default the one that waits")
    )
    accept.add_argument("--item", dest="items", action="append", metavar="KEY", help=_("an item that is read back"))
    accept.add_argument(
        "--all", type=site.number, metavar="COUNT", help=_("all items are read back; say how many they are")
    )
    accept.add_argument(
        "--take-over", action="append", metavar="FAULT", help=_("whose acknowledgement becomes yours; or all")
    )
    accept.add_argument("--remarks", dest="text", help=_("accept with these remarks"))
    accept.set_defaults(run=partial(_act, "accept_handover", ("number", "items", "all", "take_over", "text")))
    for name, action, about in (
        ("refuse", "refuse_handover", _("refuse a report, with reasons; the outgoing stays on duty")),
        ("defer", "defer_handover", _("put the handover off while a major fault is open")),
    ):
        verb = verbs.add_parser(name, help=about)
        verb.add_argument(
            "number", type=site.number, nargs="?", metavar="N", help=_("its number; by default the one that waits")
        )
        verb.add_argument("--reason", dest="text", required=True, help=_("why"))
        verb.set_defaults(run=partial(_act, action, ("number", "text")))
    seen = verbs.add_parser("seen", help=_("sign as a leader that you have seen a report"))
    seen.add_argument("number", type=site.number, metavar="N", help=_("its number"))
    seen.add_argument("--text", help=_("an instruction, which stands in the next report"))
    seen.set_defaults(run=partial(_act, "see_handover", ("number", "text")))
    amend = verbs.add_parser("amend", help=_("add to a report that is closed"))
    amend.add_argument("number", type=site.number, metavar="N", help=_("its number"))
    amend.add_argument("text", help=_("what is to be added or put right"))
    amend.set_defaults(run=partial(_act, "amend_handover", ("number", "text")))
    counter = verbs.add_parser("countersign", help=_("countersign somebody else's amendment"))
    counter.add_argument("number", type=site.number, metavar="N", help=_("the report's number"))
    counter.add_argument("amendment", type=site.number, metavar="AMENDMENT", help=_("the amendment's number"))
    counter.set_defaults(run=partial(_act, "countersign_handover", ("number", "amendment")))
    build = verbs.add_parser("build", help=_("archive and mail a report of the running shift now, as for a relief"))
    build.set_defaults(run=partial(_act, "build_handover", ()))
    for verb in (offer, accept, verbs.choices["refuse"], verbs.choices["defer"], seen, amend, counter, build):
        site.add_actor(verb)


def _add_writing(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    following = verbs.add_parser("next", help=_("what is next of a fault: needed for each to act on, before the offer"))
    following.add_argument("fault", type=site.number, metavar="FAULT", help=_("the fault's number"))
    following.set_defaults(run=partial(_act, "next_action", ("fault", "text", "who", "phone", "due")))
    carry = verbs.add_parser("carry", help=_("hand an item on from shift to shift until it is done"))
    carry.set_defaults(run=partial(_act, "carry_item", ("text", "who", "phone", "due")))
    watch = verbs.add_parser("watch", help=_("what to watch for, and what to do then"))
    watch.set_defaults(run=partial(_act, "watch_item", ("text", "who", "phone", "due")))
    for verb in (following, carry, watch):
        verb.add_argument("text", help=_("what is to be done"))
        verb.add_argument("--who", metavar="NAME", help=_("who does it"))
        verb.add_argument("--phone", help=_("under which number they are reached"))
        verb.add_argument("--due", metavar="TIME", help=_("by when, in the site's zone"))
    objects = verbs.add_parser("objects", help=_("enter the keys, cards, phones and tools that were counted"))
    objects.add_argument("text", help=_("what was counted"))
    objects.set_defaults(run=partial(_act, "count_objects", ("text",)))
    done = verbs.add_parser("done", help=_("close an item that was handed on"))
    done.add_argument("number", type=site.number, metavar="ITEM", help=_("its number"))
    done.add_argument("--reason", dest="text", required=True, help=_("what was done, or why it is not needed"))
    done.set_defaults(run=partial(_act, "close_item", ("number", "text")))
    for verb in (following, carry, watch, objects, done):
        site.add_actor(verb)


def _act(action: str, names: tuple[str, ...], arguments: argparse.Namespace) -> int:
    values = {name: value for name in names if (value := getattr(arguments, name)) is not None}
    return site.act(site.settings(arguments), action, arguments, **values)


def _show(arguments: argparse.Namespace) -> int:
    settings = site.settings(arguments)
    language = arguments.language or of_terminal()
    form = "html" if arguments.format == "pdf" else arguments.format
    if arguments.format == "pdf" and arguments.output is None and sys.stdout.isatty():
        raise UsageError(mark("a PDF is no text; name a file with --output"))
    if arguments.live:
        return _print(_rendered(_live(settings), settings, language, form), arguments)
    with closing(site.reader(settings)) as database:
        found = database.read_now(partial(_archived, number=arguments.number))
        if form == "json":
            return _print(found.document, arguments)
        ask = partial(shown, settings=settings, number=found.id, language=language, form=form)
        return _print(database.read_now(ask) or "", arguments)


def _print(text: str, arguments: argparse.Namespace) -> int:
    content = pdf.render(text) if arguments.format == "pdf" else f"{text}\n".encode()
    if arguments.output is not None:
        arguments.output.write_bytes(content)
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
    return 0


def _archived(tx: Any, number: int | None) -> handovers.Archived:
    found = handovers.last(tx) if number is None else handovers.get(tx, number)
    if found is None and number is not None:
        raise UsageError(mark("there is no handover report {number}"), number=number)
    if found is None:
        raise UsageError(mark("there is no handover report yet; `netwatch handover show --live` previews one"))
    return found


def _live(settings: Settings) -> Handover:
    now = SystemClock().now()
    planned = site.planned(settings)
    shift = report.running(planned, now)
    if shift is None:
        raise UsageError(mark("nobody is on duty, so there is no shift to report on"))
    clock = synchronised()
    with closing(site.reader(settings)) as database:
        return database.read_now(lambda tx: report.draft(tx, planned, shift, now, synchronised=clock)).handover


def _rendered(handover: Handover, settings: Settings, language: str, form: str) -> str:
    if form == "json":
        return to_json(handover)
    rendering = render.html if form == "html" else render.text
    return rendering(handover, translations(language), settings.site.zone)


def _list(arguments: argparse.Namespace) -> int:
    settings = site.settings(arguments)
    zone = settings.site.zone
    with closing(site.reader(settings)) as database:
        found = database.read_now(lambda tx: [cases.read(tx, each) for each in handovers.listed(tx, MOST)])
    if arguments.format == "json":
        print(site.as_json([_plain(each) for each in found]))
        return 0
    if not found:
        print(_("No handover reports yet."))
        return 0
    rows = [
        (
            str(each.archived.id),
            settings.roster.called(each.archived.shift),
            str(each.archived.revision),
            local(each.archived.start, zone),
            local(each.case.ends, zone),
            _stage(each),
            each.archived.digest[:12],
        )
        for each in found
    ]
    head = (_("No."), _("Shift"), _("Revision"), _("From"), _("Until"), _("State"), _("Digest"))
    print(site.table(rows, head))
    return 0


def _stage(opened: Opened) -> str:
    stage = _(opened.case.stage.title) if opened.signed else _("archived without signatures")
    return _(", ").join((stage, _("seen by the leader"))) if opened.case.seen else stage


def _state(arguments: argparse.Namespace) -> int:
    settings = site.settings(arguments)
    zone = settings.site.zone
    with closing(site.reader(settings)) as database:
        opened = database.read_now(lambda tx: cases.read(tx, _archived(tx, arguments.number)))
    if arguments.format == "json":
        print(site.as_json(_plain(opened)))
        return 0
    print(f"#{opened.archived.id} {settings.roster.called(opened.archived.shift)}  {_stage(opened)}")
    print(_("outgoing: {names}").format(names=_names(opened.case.outgoing, settings)))
    print(_("incoming: {names}").format(names=_names(opened.case.incoming, settings)))
    count = len(opened.case.items)
    print(ngettext("{count} item to be read back", "{count} items to be read back", count).format(count=count))
    for item in opened.case.items:
        print(f"  {short(item)}")
    rows = [
        (
            str(signed.number),
            _(signed.step.title),
            _names((signed.by,), settings) if signed.by else "netwatch",
            local(signed.at, zone),
            signed.text,
        )
        for signed in opened.case.signatures
    ]
    if rows:
        print(site.table(rows, (_("No."), _("Step"), _("By"), _("When"), _("Text"))))
    return 0


def _names(names: tuple[str, ...], settings: Settings) -> str:
    people = settings.people
    called = (people[name].title or name if name in people else name for name in names)
    return _(", ").join(called) or _("nobody")


def _plain(opened: Opened) -> dict[str, Any]:
    archived, case = opened.archived, opened.case
    return {
        "number": archived.id,
        "shift": archived.shift,
        "revision": archived.revision,
        "start": archived.start.isoformat(),
        "end": case.ends.isoformat(),
        "after_event": archived.after_event,
        "upto_event": archived.upto_event,
        "digest": archived.digest,
        "stage": case.stage.value if opened.signed else None,
        "seen": case.seen,
        "outgoing": list(case.outgoing),
        "incoming": list(case.incoming),
        "items": list(case.items),
        "signatures": [
            {
                "number": signed.number,
                "step": signed.step.value,
                "by": signed.by,
                "at": signed.at.isoformat(),
                "text": signed.text,
                "items": list(signed.items),
                "amends": signed.amends,
            }
            for signed in case.signatures
        ],
    }


def _verify(arguments: argparse.Namespace) -> int:
    with closing(site.reader(site.settings(arguments))) as database:
        wrong = database.read_now(lambda tx: tuple(chain.walk(tx, arguments.expect)))
        counts = database.read_now(chain.counts)
    for each in wrong:
        print(f"! {site.told(each)}")
    if wrong:
        return 1
    template = _("{reports} reports and {signatures} signatures are as they were archived and signed")
    print(template.format(reports=counts[0], signatures=counts[1]))
    return 0
