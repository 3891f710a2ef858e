"""`netwatch drift show`, `diff` and `history`: what a facet says, what differs, in words and line by line."""

from __future__ import annotations

import shutil
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from netwatch.actions.reading import found
from netwatch.cli import site
from netwatch.cli.faults import local
from netwatch.clock import SystemClock
from netwatch.domain.drift.patch import rows
from netwatch.domain.drift.risk import risks
from netwatch.domain.drift.snapshot import written
from netwatch.domain.drift.words import called, sentences, shown
from netwatch.drift.comparing import compared
from netwatch.drift.sealing import KEY, opened
from netwatch.errors import UsageError
from netwatch.keyring import Keyring
from netwatch.language import gettext as _
from netwatch.storage import baselines, snapshots
from probes.api import _ as mark
from probes.facets import title

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.domain.drift.difference import Difference
    from netwatch.domain.drift.patch import Row
    from netwatch.domain.drift.snapshot import Snapshot

DIGITS = 12
"""So many digits of a hash name a content."""
LINE = 2000
"""Characters of a line that are printed."""


def add_verbs(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verbs that print texts."""
    show = verbs.add_parser("show", help=_("what a device is set to, secrets masked"))
    show.add_argument("--at", metavar="TIME", help=_("as it was then"))
    show.add_argument("--raw", action="store_true", help=_("what it said, to the letter; for leaders, and on record"))
    show.set_defaults(run=_show)
    site.add_actor(show)
    diff = verbs.add_parser("diff", help=_("what differs from what was approved, or between two times"))
    diff.add_argument(
        "--from", dest="start", metavar="TIME", help=_("from what it was then, not from what is approved")
    )
    diff.add_argument("--to", dest="end", metavar="TIME", help=_("to what it was then, not to what it is now"))
    diff.add_argument("--side-by-side", action="store_true", help=_("in two columns"))
    diff.set_defaults(run=_diff)
    history = verbs.add_parser("history", help=_("what a device was set to, and from when until when"))
    history.set_defaults(run=_history)
    for verb in (diff, history):
        verb.add_argument("--format", choices=("table", "json"), default="table", help=_("how to print"))
    for verb in (show, diff, history):
        verb.add_argument("device", metavar="DEVICE")
        verb.add_argument("--facet", metavar="NAME", help=_("which side of it; its running configuration by default"))
        site.add_config(verb)


def _facet(tx: Connection, arguments: argparse.Namespace) -> str:
    """Return the facet that is meant: the one that is named, `running`, or the only one."""
    known = snapshots.facets(tx, arguments.device)
    if not known:
        raise UsageError(mark("nothing was ever read of {device}"), device=arguments.device)
    wanted = arguments.facet or ("running" if "running" in known else known[0] if len(known) == 1 else "")
    if wanted not in known:
        template = mark("name one of the facets of {device}: {facets}")
        raise UsageError(template, device=arguments.device, facets=", ".join(known))
    return str(wanted)


def _snapshot(tx: Connection, device: str, facet: str, moment: datetime | None) -> Snapshot:
    read = snapshots.newest(tx, device, facet) if moment is None else snapshots.at(tx, device, facet, moment)
    if read is None:
        raise UsageError(mark("nothing of {device} was read by then"), device=device)
    return read


def _show(arguments: argparse.Namespace) -> int:
    settings = site.settings(arguments)
    moment = site.moment(arguments.at, settings) if arguments.at else None
    if arguments.raw:
        return _show_raw(settings, arguments, moment)
    with closing(site.reader(settings)) as database:
        facet = database.read_now(partial(_facet, arguments=arguments))
        read = database.read_now(partial(_snapshot, device=arguments.device, facet=facet, moment=moment))
        text = database.read_now(partial(snapshots.sections_of, snapshot=read))
    for line in written(text):
        print(shown(line, LINE))
    return 0


def _show_raw(settings: Settings, arguments: argparse.Namespace, moment: datetime | None) -> int:
    """Print what a device said. The service opens it for a leader; without one, whoever may read the keys does."""
    with closing(site.reader(settings)) as database:
        facet = database.read_now(partial(_facet, arguments=arguments))
    values: dict[str, Any] = {"device": arguments.device, "facet": facet}
    if moment is not None:
        values["at"] = moment.isoformat()
    said = site.answered(settings, "show_raw", arguments, **values)
    if "text" not in said.values:
        text = _opened_here(settings, arguments.device, facet, moment or SystemClock().now())
    else:
        text = str(said.values["text"])
        while len(text) < int(said.values["length"]):
            said = site.answered(settings, "show_raw", arguments, **values, offset=len(text))
            text += str(said.values["text"])
    for line in text.splitlines():
        print(shown(line, LINE))
    return 0


def _opened_here(settings: Settings, device: str, facet: str, moment: datetime) -> str:
    with closing(site.reader(settings)) as database:
        kept = database.read_now(partial(found, device=device, facet=facet, at=moment))
    return opened(Keyring(settings.keys).get(KEY), kept)


def _diff(arguments: argparse.Namespace) -> int:
    settings = site.settings(arguments)
    with closing(site.reader(settings)) as database:
        found = database.read_now(partial(_compared, settings=settings, arguments=arguments))
    difference = found.difference
    if arguments.format == "json":
        print(site.as_json(_plain(found)))
        return 1 if not difference.empty else 0
    if difference.empty:
        print(_("Nothing differs."))
        return 0
    for sentence in sentences(difference):
        print(f"- {site.told(sentence)}")
    about = ", ".join(_(each.title) for each in risks(difference, facet=found.facet))
    if about:
        print(_("It is about: {topics}").format(topics=about))
    print()
    lines = _beside(rows(difference)) if arguments.side_by_side else _below(rows(difference))
    for line in lines:
        print(line)
    if not arguments.start and not arguments.end:
        print()
        command = f"netwatch drift approve {arguments.device} --facet {found.facet} --content {found.after[:DIGITS]}"
        print(_("To approve exactly this, as a leader: {command}").format(command=command))
    return 1


@dataclass(frozen=True, slots=True)
class _Compared:
    """Two contents of a facet, by their hashes, and what differs."""

    facet: str
    before: str
    after: str
    difference: Difference


def _compared(tx: Connection, settings: Settings, arguments: argparse.Namespace) -> _Compared:
    device, facet = arguments.device, _facet(tx, arguments)
    end = site.moment(arguments.end, settings) if arguments.end else None
    after = _snapshot(tx, device, facet, end).content
    if arguments.start:
        before = _snapshot(tx, device, facet, site.moment(arguments.start, settings)).content
    else:
        approved = baselines.approved(tx, device, facet)
        if approved is None:
            template = mark("nothing of {facet} of {device} is approved yet; compare two times by --from and --to")
            raise UsageError(template, facet=title(facet), device=device)
        before = approved.content
    return _Compared(facet, before, after, compared(tx, before, after).difference)


def _plain(found: _Compared) -> dict[str, Any]:
    difference = found.difference
    return {
        "before": found.before,
        "after": found.after,
        "words": [str(each) for each in sentences(difference)],
        "risks": [each.value for each in risks(difference, facet=found.facet)],
        "sections": [
            {"path": list(each.path), "removed": list(each.removed), "added": list(each.added)}
            for each in difference.alterations
        ],
    }


def _below(found: Iterable[Row]) -> Iterator[str]:
    """Yield a difference with old lines above new ones."""
    new: list[str] = []
    for row in found:
        if row.section is None and not row.same:
            if row.before is not None:
                yield f"- {shown(row.before, LINE)}"
            new += [] if row.after is None else [f"+ {shown(row.after, LINE)}"]
            continue
        yield from new
        new = []
        yield f"@@ {called(row.section)} @@" if row.section is not None else f"  {shown(row.before or '', LINE)}"
    yield from new


def _beside(found: Iterable[Row]) -> Iterator[str]:
    """Yield a difference in two columns, as wide as the terminal allows."""
    half = max(20, (shutil.get_terminal_size((120, 24)).columns - 3) // 2)
    for row in found:
        if row.section is not None:
            yield f"@@ {called(row.section)} @@"
            continue
        mark_of = " " if row.same else "<" if row.after is None else ">" if row.before is None else "|"
        left = _cut(shown(row.before or "", LINE), half)
        yield f"{left}{' ' * (half - site.width(left))} {mark_of} {_cut(shown(row.after or '', LINE), half)}".rstrip()


def _cut(text: str, most: int) -> str:
    """Return as much of a text as fits into so many columns."""
    if site.width(text) <= most:
        return text
    while site.width(text) > most - 1:
        text = text[:-1]
    return f"{text}…"


def _history(arguments: argparse.Namespace) -> int:
    settings = site.settings(arguments)
    with closing(site.reader(settings)) as database:
        facet = database.read_now(partial(_facet, arguments=arguments))
        read = database.read_now(partial(snapshots.history, device=arguments.device, facet=facet))
        approved = database.read_now(partial(baselines.approved, device=arguments.device, facet=facet))
    if arguments.format == "json":
        print(site.as_json([_told(each) for each in read]))
        return 0
    zone = settings.site.zone
    in_force = approved.content if approved is not None else ""
    table = [
        (
            local(each.first_seen, zone),
            local(each.last_seen, zone),
            each.content[:12],
            each.rules,
            _("approved") if each.content == in_force else "",
            ", ".join(dict.fromkeys(shown(word.user) for word in each.evidence if word.user)),
        )
        for each in read
    ]
    print(site.table(table, (_("From"), _("Until"), _("Content"), _("Rules"), _("Approval"), _("By, says the device"))))
    return 0


def _told(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "content": snapshot.content,
        "rules": snapshot.rules,
        "previous_seen": snapshot.previous_seen.isoformat() if snapshot.previous_seen else None,
        "first_seen": snapshot.first_seen.isoformat(),
        "last_seen": snapshot.last_seen.isoformat(),
        "reads": snapshot.reads,
        "saved_at": snapshot.saved_at.isoformat() if snapshot.saved_at else None,
        "saved_by": snapshot.saved_by,
        "evidence": [
            {
                "kind": each.kind.value,
                "at": each.at.isoformat() if each.at else None,
                "user": each.user,
                "address": each.address,
                "what": each.what,
            }
            for each in snapshot.evidence
        ],
    }
