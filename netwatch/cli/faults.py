"""`netwatch faults`: what is and was wrong, its case, and what people do about it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

from netwatch.cli import site
from netwatch.clock import SystemClock
from netwatch.domain.model import BOOKS, Fault, FaultId
from netwatch.domain.redundancy import because_of
from netwatch.drift.deviation import deviation_of
from netwatch.drift.remedies import remedies
from netwatch.errors import UsageError
from netwatch.language import duration, ngettext, of_terminal, translations
from netwatch.language import gettext as _
from netwatch.storage import events, faults, outbox, overview
from netwatch.web.pages import naming
from netwatch.web.wording import HAPPENINGS, NOTICES
from probes.api import _ as mark

if TYPE_CHECKING:
    import argparse
    from zoneinfo import ZoneInfo

    from netwatch.config import Settings
    from netwatch.storage.database import Database
    from netwatch.storage.events import Entry

MOST = 200
NAMED = 20
"""So many of the devices that have lost an uplink are named."""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("faults", help=_("faults: list, show, acknowledge, note"))
    verbs = parser.add_subparsers(dest="verb", metavar=_("VERB"), required=True)
    listing = _verb(verbs, "list", _("open faults, worst first"), _list)
    listing.add_argument("--all", action="store_true", help=_("closed ones too, newest first"))
    listing.add_argument("--device", metavar="NAME", help=_("of this device only"))
    listing.add_argument("--format", choices=("table", "json"), default="table", help=_("how to print"))
    show = _verb(verbs, "show", _("one fault: its case, and who was told or not, and why"), _show)
    show.add_argument("fault", type=site.number, metavar="N")
    for name, words, action in (
        ("ack", _("take a fault upon yourself: no more reminders"), "acknowledge"),
        ("release", _("give an acknowledged fault back"), "release"),
        ("note", _("write what was found or done into its case"), "note"),
    ):
        verb = _verb(verbs, name, words, partial(_act, action=action))
        verb.add_argument(
            "faults",
            type=site.numbers,
            nargs="+",
            metavar="N",
            help=_("its number; several, and stretches such as 13-21"),
        )
        verb.add_argument("--text", required=name != "release", default="", help=_("what you found, do, or did"))
        if name == "ack":
            verb.add_argument("--for", dest="lasting", type=site.length, metavar="TIME", help=_("how long it holds"))
        site.add_actor(verb)


def _verb(verbs: Any, name: str, words: str, run: Any) -> argparse.ArgumentParser:
    verb: argparse.ArgumentParser = verbs.add_parser(name, help=words)
    site.add_config(verb)
    verb.set_defaults(run=run)
    return verb


def _act(arguments: argparse.Namespace, action: str) -> int:
    values: dict[str, Any] = {"text": arguments.text}
    if getattr(arguments, "lasting", None):
        values["lasting"] = arguments.lasting
    numbers = dict.fromkeys(chain(*arguments.faults))
    return site.act_each(site.settings(arguments), action, arguments, ({"fault": each, **values} for each in numbers))


def _list(arguments: argparse.Namespace) -> int:
    settings = site.settings(arguments)
    database = site.reader(settings)
    found = database.read_now(partial(_wanted, arguments=arguments))
    if arguments.format == "json":
        print(site.as_json([_plain(fault) for fault in found]))
        return 0
    if not found:
        print(_("No open faults."))
        return 0
    now = SystemClock().now()
    rows = [_row(fault, settings, now) for fault in found]
    head = (_("No."), _("Severity"), _("Device"), _("Since"), _("Lasting"), _("Taken by"), _("Fault"))
    print(site.table(rows, head))
    return 0


def _wanted(tx: Any, arguments: argparse.Namespace) -> tuple[Fault, ...]:
    if arguments.all:
        return faults.listed(tx, MOST, device=arguments.device)
    return tuple(each for each in faults.opened(tx) if arguments.device in (None, each.subject.device))


def _row(fault: Fault, settings: Settings, now: datetime) -> tuple[str, ...]:
    catalogue = translations(of_terminal())
    return (
        str(fault.id),
        catalogue.gettext(SEVERITIES[fault.severity.name]),
        _device(fault),
        local(fault.opened, settings.site.zone),
        duration((fault.closed or now) - fault.opened, catalogue),
        settings.called(fault.acknowledged.by) if fault.acknowledged else "",
        site.told(fault.summary) + ("" if fault.open else f"  ({_('recovered')})"),
    )


def _device(fault: Fault) -> str:
    """Return the device's name, or what the book is called."""
    book = BOOKS.get(fault.subject.device)
    return _(book) if book else fault.subject.device


SEVERITIES = {
    "INFORMATION": mark("information"),
    "WARNING": mark("warning"),
    "MINOR": mark("minor"),
    "MAJOR": mark("major"),
    "CRITICAL": mark("critical"),
}


def local(at: datetime, zone: ZoneInfo) -> str:
    """Return a time as the site's clocks show it."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def _plain(fault: Fault) -> dict[str, Any]:
    """Return a fault as JSON can carry it: times in UTC, the sentence in English beside its template."""

    def plain(value: Any) -> Any:
        match value:
            case datetime():
                return value.isoformat()
            case dict():
                return {key: plain(each) for key, each in value.items()}
            case _:
                return value.name.lower() if hasattr(value, "name") else value

    row: dict[str, Any] = plain(asdict(fault))
    return {**row, "text": str(fault.summary)}


def _show(arguments: argparse.Namespace) -> int:
    settings = site.settings(arguments)
    database = site.reader(settings)
    fault = database.read_now(lambda tx: faults.get(tx, FaultId(arguments.fault)))
    if fault is None:
        raise UsageError(mark("there is no fault {number}"), number=arguments.fault)
    states = database.read_now(overview.states) if fault.open and fault.reachability else {}
    hanging = because_of(fault.subject.device, settings.parents, states)
    _print_head(fault, settings, hanging)
    _print_changed(database, fault)
    _print_timeline(database, fault, settings)
    _print_telling(database, fault, settings)
    return 0


def _print_head(fault: Fault, settings: Settings, hanging: tuple[str, ...]) -> None:
    catalogue = translations(of_terminal())
    zone = settings.site.zone
    now = SystemClock().now()
    device = settings.devices.get(fault.subject.device)
    name = f"{device.title} ({fault.subject.device})" if device and device.title else _device(fault)
    lines = [
        (_("Fault"), f"{fault.id}"),
        (_("Device"), name),
        (_("Check"), fault.subject.id),
        (_("Severity"), catalogue.gettext(SEVERITIES[fault.severity.name])),
        (_("What"), site.told(fault.summary)),
        (_("Since"), local(fault.opened, zone)),
        (_("Confirmed"), local(fault.confirmed, zone)),
        (_("Recovered"), local(fault.closed, zone) if fault.closed else _("not yet")),
        (_("Lasting"), duration((fault.closed or now) - fault.opened, catalogue)),
        (_("Affected"), device.affects if device and device.affects else ""),
        (_("Redundancy lost"), _devices(hanging)),
        (_("Taken by"), _taken(fault, settings)),
        (_("Reopened"), str(fault.reopened) if fault.reopened else ""),
        (_("Because of fault"), str(fault.cause) if fault.cause else ""),
        (_("Quiet because"), site.told(fault.quiet) if fault.quiet else ""),
    ]
    for label, text in lines:
        if text:
            print(f"{label}{' ' * max(1, 20 - site.width(label))}{text}")


def _devices(names: tuple[str, ...]) -> str:
    """Return how many devices they are, and the first of them by name."""
    if not names:
        return ""
    left = len(names) - NAMED
    row = _(", ").join(names[:NAMED])
    if left > 0:
        row += ngettext(" and {count} more", " and {count} more", left).format(count=left)
    told = ngettext("{count} device: {names}", "{count} devices: {names}", len(names))
    return told.format(count=len(names), names=row)


def _taken(fault: Fault, settings: Settings) -> str:
    if fault.acknowledged is None:
        return ""
    return _(": ").join(part for part in (settings.called(fault.acknowledged.by), fault.acknowledged.text) if part)


def _print_changed(database: Database, fault: Fault) -> None:
    """Print what has changed on the device, in words, where that is the fault, and what to type."""
    deviation = database.read_now(lambda tx: deviation_of(tx, fault.subject))
    words = deviation.words() if deviation is not None else ()
    if words:
        print("\n" + _("What has changed"))
    for each in words:
        print(f"  - {site.told(each)}")
    for does, command in remedies(fault, deviation):
        print(f"{_(does)}{_(': ')}{command}")


def _print_timeline(database: Database, fault: Fault, settings: Settings) -> None:
    print("\n" + _("What happened"))
    for entry in database.read_now(lambda tx: events.of_fault(tx, fault.id)):
        print(f"  {local(entry.at, settings.site.zone)}  {_(HAPPENINGS[entry.kind])}{_rest(entry, settings)}")


def _rest(entry: Entry, settings: Settings) -> str:
    parts = [
        settings.called(entry.actor),
        site.told(naming.message(settings, entry.summary)) if entry.summary else "",
        entry.text or "",
    ]
    said = _(": ").join(part for part in parts if part)
    return f"  {said}" if said else ""


def _print_telling(database: Database, fault: Fault, settings: Settings) -> None:
    print("\n" + _("Who was told, and why"))
    decided = database.read_now(lambda tx: faults.decisions_of(tx, fault.id))
    letters = {letter.id: letter for letter in database.read_now(lambda tx: outbox.of_fault(tx, fault.id))}
    for each in decided:
        letter = letters.get(each.outbox or 0)
        answer = " ".join(filter(None, (_("told") if each.told else _("not told"), settings.called(each.person))))
        about = _("{text} ({note})").format(text=answer, note=_(NOTICES.get(each.kind, each.kind)))
        outcome = f" [{_(letter.state.value)}]" if letter is not None else ""
        print(
            f"  {local(each.at, settings.site.zone)}  {_(': ').join((about, site.told(naming.message(settings, each.why))))}{outcome}"
        )
    for letter in letters.values():
        if letter.recipient:
            sent = local(letter.sent_at, settings.site.zone) if letter.sent_at else "-"
            how = letter.relay or (site.of_mail(letter.error) if letter.error else "")
            print(f"  {sent}  {letter.recipient}  {_(letter.state.value)}  {how}")


DELIVERIES = (mark("unrouted"), mark("queued"), mark("sent"), mark("given up"), mark("routed"), mark("dropped"))
