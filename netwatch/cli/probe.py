"""`netwatch probe DEVICE`: look now, and show what was read and how it is judged."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from netwatch.cli import site
from netwatch.cli.faults import SEVERITIES
from netwatch.clock import SystemClock
from netwatch.domain.judge import Judged, judge, number
from netwatch.errors import UsageError
from netwatch.language import gettext as _
from netwatch.plugins import Registry
from netwatch.workers.prober import Look, looks, read
from probes.api import Failure, Measurement, Reading, Shared, State
from probes.api import _ as mark

if TYPE_CHECKING:
    import argparse

    from netwatch.config import Settings
    from netwatch.domain.model import Observation


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("probe", help=_("run one device's checks now; show readings and judgements"))
    parser.add_argument("device", metavar="DEVICE")
    parser.add_argument("--check", metavar="NAME", help=_("this check only"))
    parser.add_argument("--again", type=float, metavar="SECONDS", help=_("look twice, so that rates can be shown"))
    parser.add_argument("--format", choices=("table", "json"), default="table", help=_("how to print"))
    site.add_config(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Look at every check of a device. Nothing is recorded. Exit 1 when something is wrong."""
    settings = site.settings(arguments)
    if arguments.device not in settings.devices:
        raise UsageError(mark("there is no device {name}"), name=arguments.device)
    results = asyncio.run(_look(settings, arguments))
    if not results:
        raise UsageError(mark("{name} has no such check"), name=arguments.device)
    judged = [(look, reading, _judge(settings, look, reading)) for look, reading in results]
    if arguments.format == "json":
        print(site.as_json([_plain(*each) for each in judged]))
    else:
        for each in judged:
            _print(settings, *each)
    return 0 if all(seen.good for _look_, _reading, found in judged for seen in found) else 1


async def _look(settings: Settings, arguments: argparse.Namespace) -> list[tuple[Look, Reading]]:
    shared = Shared(settings.credentials)
    clock = SystemClock()
    wanted = [
        look
        for look in looks(settings, Registry.installed(), shared, {}).values()
        if look.check.device == arguments.device and arguments.check in (None, look.check.name)
    ]
    try:
        if arguments.again:
            for look in wanted:
                await read(look, clock)
            await clock.sleep(min(arguments.again, 300))
        return [(look, await read(look, clock)) for look in wanted]
    finally:
        await shared.close()


def _judge(settings: Settings, look: Look, reading: Reading) -> tuple[Observation, ...]:
    check = look.check
    judged = Judged(check.device, check.name, check.reachability, check.severity, settings.meanings(check.kind))
    return judge(judged, reading, SystemClock().now(), settings.rule, {})


def _print(settings: Settings, look: Look, reading: Reading, found: tuple[Observation, ...]) -> None:
    whole = found[0]
    verdict = _("good") if whole.good else _(SEVERITIES[whole.severity.name]) if whole.severity else ""
    print(f"{look.check.device}/{look.check.name}  {verdict}{_(': ')}{site.told(whole.summary)}")
    if isinstance(reading, Failure):
        return
    meanings = settings.meanings(look.check.kind)
    judged = {seen.subject.id: seen for seen in found}
    rows = []
    for value in reading.values:
        meaning = meanings.get(value.meaning)
        shown = value.state.value if value.state else ""
        if value.value is not None:
            shown = " ".join(part for part in (shown, number(value.value, meaning.unit if meaning else "")) if part)
        seen = next(
            (
                each
                for each in judged.values()
                if (each.subject.meaning, each.subject.item) == (value.meaning, value.item)
            ),
            None,
        )
        if seen is None:
            says = ""
        elif value.state is State.UNKNOWN and seen.severity is None:
            says = _("not known")  # such as a port whose name is misspelt: to call it good would hide that
        else:
            says = _("good") if seen.severity is None else _(SEVERITIES[seen.severity.name])
        note = site.told(value.note) if value.note else ""
        rows.append(("", _(meaning.title) if meaning else value.meaning, value.item, shown or "-", says, note))
    if rows:
        print(site.table(rows, ("", _("Reading"), _("Item"), _("Value"), _("Judgement"), _("Note"))))
    for name, fact in sorted(reading.facts.items()):
        print(f"  {name}{_(': ')}{fact}")
    for problem in reading.problems:
        print("  " + _("not read: {part}: {what}").format(part=problem.part, what=site.told(problem.what)))


def _plain(look: Look, reading: Reading, found: tuple[Observation, ...]) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "device": look.check.device,
        "check": look.check.name,
        "judgements": [
            {
                "subject": seen.subject.id,
                "good": seen.good,
                "severity": seen.severity.name.lower() if seen.severity else None,
                "summary": str(seen.summary),
            }
            for seen in found
        ],
    }
    match reading:
        case Failure(trouble=trouble, detail=detail):
            plain["failure"] = {"trouble": trouble.value, "detail": str(detail)}
        case Measurement():
            plain["values"] = [
                {
                    "meaning": value.meaning,
                    "item": value.item,
                    "value": value.value,
                    "state": value.state.value if value.state else None,
                }
                for value in reading.values
            ]
            plain["facts"] = dict(reading.facts)
            plain["problems"] = [{"part": each.part, "what": str(each.what)} for each in reading.problems]
    return plain
