"""`netwatch duties`: what recurs and has to be done, the checklist of a round, and what was done."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from netwatch.cli import site
from netwatch.cli.duties_shown import checklist, history_row, plain, row
from netwatch.clock import SystemClock
from netwatch.config.duties import duties
from netwatch.domain.duties import DutyKind
from netwatch.errors import UsageError
from netwatch.language import gettext as _
from netwatch.language import of_terminal
from netwatch.storage import duties as entries
from netwatch.storage import sensors
from netwatch.storage.agenda import Agenda
from probes.api import _ as mark

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.domain.checklist import Sensor
    from netwatch.domain.duties import Duty, Standing

MOST_DAYS = 400


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("duties", help=_("recurring duties: what is due, rounds, what was done"))
    verbs = parser.add_subparsers(dest="verb", metavar=_("VERB"), required=True)
    listing = verbs.add_parser("list", help=_("what is due, overdue or missed, and what comes"))
    listing.add_argument("--days", type=site.number, default=1, metavar="N", help=_("how many days ahead"))
    show = verbs.add_parser("show", help=_("one duty: when, by whom, its checklist"))
    past = verbs.add_parser("history", help=_("what was done, newest first"))
    past.add_argument("duty", nargs="?", metavar="NAME")
    past.add_argument("--most", type=site.number, default=50, metavar="N", help=_("how many"))
    tour = verbs.add_parser(
        "round", help=_("the checklist of the round that is due, filled in from sensors; or answer it")
    )
    tour.add_argument("duty", nargs="?", metavar="NAME")
    done = verbs.add_parser("done", help=_("enter that a duty is done"))
    excused = verbs.add_parser("excuse", help=_("enter why a duty was not done"))
    settled = verbs.add_parser("settle", help=_("enter that what a round found is settled"))
    for verb in (show, done, excused, settled):
        verb.add_argument("duty", metavar="NAME")
    settled.add_argument("item", metavar="ITEM")
    settled.add_argument("--device", metavar="NAME", help=_("of this device only"))
    for verb in (excused, settled):
        verb.add_argument("--reason", required=True, metavar="TEXT", help=_("why, for the record"))
    for verb in (done, excused):
        verb.add_argument("--occurrence", metavar="KEY", help=_("which one, as list shows; by default the oldest"))
    done.add_argument(
        "--device", action="append", default=[], metavar="NAME", help=_("a device that is done; may be repeated")
    )
    done.add_argument("--all-devices", action="store_true", help=_("every device that is left is done"))
    done.add_argument("--entry", type=site.number, metavar="N", help=_("the entry of the register that proves it"))
    for verb in (tour, done):
        _add_answers(verb)
    for verb in (listing, show, past, tour):
        verb.add_argument("--format", choices=("table", "json"), default="table", help=_("how to print"))
    for verb, run in ((listing, _list), (show, _show), (past, _history), (tour, _round), (done, _done),
                      (excused, _excuse), (settled, _settle)):  # fmt: skip
        site.add_config(verb)
        verb.set_defaults(run=run)
    for verb in (tour, done, excused, settled):
        site.add_actor(verb)


def _add_answers(parser: argparse.ArgumentParser) -> None:
    answer = _("an answer, such as water=ok, power=fail:fuse or temperature=23.5; may be repeated")
    parser.add_argument("--answer", action="append", default=[], metavar="ITEM=VALUE[:REMARK]", help=answer)
    parser.add_argument("--ok-rest", action="store_true", help=_("what is not answered is good, or as its sensor says"))
    parser.add_argument("--text", metavar="TEXT", help=_("a remark"))


def _list(arguments: argparse.Namespace) -> int:
    settings, now = site.planned(site.settings(arguments)), SystemClock().now()
    until = now + timedelta(days=max(0, min(arguments.days, MOST_DAYS)))

    def work(tx: Connection) -> dict[str, Standing]:
        agenda = Agenda(tx, settings, now)
        found = [*(each for each in agenda.current() if each.open), *agenda.scheduled(now, until)]
        return {each.occurrence.key: each for each in found}

    found = sorted(site.reader(settings).read_now(work).values(), key=lambda each: each.occurrence.scheduled)
    return _print(arguments, [plain(each) for each in found], [row(each, settings) for each in found], _LISTED)


_LISTED = (mark("Due by"), mark("Duty"), mark("Which"), mark("State"), mark("Who"), mark("Devices left"), mark("Key"))
_PAST = (mark("At"), mark("Duty"), mark("State"), mark("By"), mark("Text"), mark("Key"))
_KEYS = ("at", "duty", "what", "by", "text", "key")


def _show(arguments: argparse.Namespace) -> int:
    settings, now = site.planned(site.settings(arguments)), SystemClock().now()

    def work(tx: Connection) -> tuple[Duty | None, tuple[Standing, ...], Mapping[Sensor, float]]:
        agenda = Agenda(tx, settings, now)
        duty = agenda.duty(arguments.duty)
        if duty is None:
            return None, (), {}
        ahead = agenda.scheduled(now - timedelta(days=31), now + timedelta(days=366), duty)
        return duty, ahead, _read(tx, duty, now)

    duty, found, read = site.reader(settings).read_now(work)
    if duty is None:
        raise UsageError(mark("there is no duty {name}"), name=arguments.duty)
    found = tuple(each for each in found if each.open or each.occurrence.scheduled >= now)[:10]
    if arguments.format == "table":
        print(f"{duty.name}{_(': ')}{duty.title(of_terminal())}")
        print(checklist(duty, read))
    return _print(arguments, [plain(each) for each in found], [row(each, settings) for each in found], _LISTED)


def _history(arguments: argparse.Namespace) -> int:
    settings = site.settings(arguments)
    most = max(1, min(arguments.most, 1000))
    found = site.reader(settings).read_now(lambda tx: entries.newest(tx, most, duty=arguments.duty))
    rows = [history_row(each, settings) for each in found]
    titles = {each.name: each.title(of_terminal()) for each in duties(settings.file)}
    told = [(row[0], titles.get(row[1], row[1]), *row[2:]) for row in rows]
    return _print(arguments, [dict(zip(_KEYS, each, strict=True)) for each in rows], told, _PAST)


def _round(arguments: argparse.Namespace) -> int:
    settings, now = site.planned(site.settings(arguments)), SystemClock().now()

    def work(tx: Connection) -> tuple[tuple[Standing, ...], Mapping[Sensor, float]]:
        found = tuple(each for each in Agenda(tx, settings, now).current() if _meant(each, arguments.duty, now))
        return found, _read(tx, found[0].occurrence.duty, now) if found else {}

    found, read = site.reader(settings).read_now(work)
    if not found:
        raise UsageError(mark("no round is due now"))
    duty = found[0].occurrence.duty
    if arguments.answer or arguments.ok_rest:
        return _enter(settings, duty.name, arguments)
    if arguments.format == "table":
        print(site.table([row(found[0], settings)], [_(head) for head in _LISTED]), end="\n\n")
        print(checklist(duty, read))
        return 0
    items = [
        {"item": each.name, "kind": each.kind.value, "sensor": read.get(each.sensor) if each.sensor else None}
        for each in duty.items
    ]
    print(site.as_json({**plain(found[0]), "items": items}))
    return 0


def _meant(standing: Standing, name: str | None, now: datetime) -> bool:
    duty = standing.occurrence.duty
    wanted = duty.name == name if name else duty.kind is DutyKind.ROUND
    return wanted and standing.occurrence.open_at(now)


def _read(tx: Connection, duty: Duty, now: datetime) -> Mapping[Sensor, float]:
    linked = [item.sensor for item in duty.items if item.sensor is not None]
    found = {each: sensors.latest(tx, each, now) for each in linked}
    return {sensor: value for sensor, value in found.items() if value is not None}


def _done(arguments: argparse.Namespace) -> int:
    return _enter(site.settings(arguments), arguments.duty, arguments)


def _enter(settings: Settings, duty: str, arguments: argparse.Namespace) -> int:
    values: dict[str, Any] = {"duty": duty, "answers": arguments.answer, "rest": arguments.ok_rest}
    given = vars(arguments)
    wanted = {
        "text": "text",
        "device": "devices",
        "all_devices": "all_devices",
        "entry": "entry",
        "occurrence": "occurrence",
    }
    values |= {name: given[key] for key, name in wanted.items() if given.get(key)}
    return site.act(settings, "duty_done", arguments, **values)


def _excuse(arguments: argparse.Namespace) -> int:
    values = {"duty": arguments.duty, "reason": arguments.reason, "occurrence": arguments.occurrence or ""}
    return site.act(site.settings(arguments), "duty_excused", arguments, **values)


def _settle(arguments: argparse.Namespace) -> int:
    values = {
        "duty": arguments.duty,
        "item": arguments.item,
        "reason": arguments.reason,
        "device": arguments.device or "",
    }
    return site.act(site.settings(arguments), "duty_settled", arguments, **values)


def _print(
    arguments: argparse.Namespace, plain: list[Any], rows: Iterable[tuple[str, ...]], head: tuple[str, ...]
) -> int:
    rows = list(rows)
    if arguments.format == "json":
        print(site.as_json(plain))
    elif not rows:
        print(_("Nothing."))
    else:
        print(site.table(rows, [_(name) for name in head]))
    return 0
