"""`netwatch audit`: who did what, whether the log of it is as it was, and what vouches for that."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netwatch.audit import segments, signing, verifying
from netwatch.cli import site
from netwatch.cli.faults import local
from netwatch.domain.audit import moment
from netwatch.errors import UsageError
from netwatch.language import gettext as _
from netwatch.language import ngettext
from netwatch.storage import audit, checkpoints
from probes.api import Message
from probes.api import _ as mark

if TYPE_CHECKING:
    import argparse

    from sqlalchemy import Connection

    from netwatch.audit.segments import Exported
    from netwatch.config import Settings
    from netwatch.domain.audit import AuditEvent, Point
    from netwatch.domain.checkpoints import Verified

MOST = 50
BROKEN = 1


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("audit", help=_("the audit log: list, verify, export, its key"))
    verbs = parser.add_subparsers(dest="verb", metavar=_("VERB"), required=True)
    _add_list(verbs)
    _add_verify(verbs)
    export = verbs.add_parser("export", help=_("write events into a signed file"))
    export.add_argument("file", type=Path, metavar="FILE", help=_("the file, one event a line"))
    export.add_argument(
        "--from", dest="start", type=site.number, metavar="N", help=_("the first event; by default the oldest")
    )
    export.add_argument("--upto", type=site.number, metavar="N", help=_("the last event; by default the newest"))
    export.set_defaults(run=_export)
    key = verbs.add_parser("key", help=_("the public key by which others can verify checkpoints and segments"))
    key.set_defaults(run=_key)
    for verb in verbs.choices.values():
        site.add_config(verb)


def _add_list(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    listing = verbs.add_parser("list", help=_("the newest events, newest first"))
    listing.add_argument("--actor", metavar="NAME", help=_("only what this person did"))
    listing.add_argument("--action", metavar="NAME", help=_("only actions that begin so, such as approve"))
    listing.add_argument("--subject", metavar="TEXT", help=_("only about what is called so, such as entry/12"))
    listing.add_argument("--since", metavar="TIME", help=_("only from then on, in the site's zone"))
    listing.add_argument("--most", type=site.number, default=MOST, metavar="COUNT", help=_("how many at most"))
    listing.add_argument("--format", choices=("table", "json"), default="table", help=_("how to print"))
    listing.set_defaults(run=_list)


def _add_verify(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verify = verbs.add_parser("verify", help=_("whether the log is as it was: exit 0 if so, 1 if not, 75 if unknown"))
    verify.add_argument(
        "--from", dest="start", type=site.number, default=0, metavar="N", help=_("begin with this event")
    )
    verify.add_argument(
        "--anchors",
        type=Path,
        nargs="+",
        default=[],
        metavar="FILE",
        help=_("further files with anchors, or of syslog"),
    )
    verify.add_argument("--segments", type=Path, metavar="DIR", help=_("read the sealed segments in this folder, too"))
    verify.add_argument(
        "--expect", action="append", default=[], metavar="DIGITS", help=_("digits from a mail that must be there")
    )
    verify.add_argument(
        "--key", action="append", default=[], metavar="KEY", help=_("a public key to go by, besides the site's own")
    )
    verify.add_argument("--deep", action="store_true", help=_("hash every stored text of devices anew as well"))
    verify.add_argument("--format", choices=("table", "json"), default="table", help=_("how to print"))
    verify.set_defaults(run=_verify)


def _verify(arguments: argparse.Namespace) -> int:
    settings = site.settings(arguments)
    asked = replace(
        verifying.asked(settings, [signing.public_key(text) for text in arguments.key]),
        anchors=tuple(arguments.anchors),
        segments=arguments.segments,
        start=arguments.start,
        expected=tuple(arguments.expect),
        deep=arguments.deep,
    )
    with closing(site.reader(settings)) as database:
        found = database.read_now(partial(verifying.verify, asked=asked))
    if arguments.format == "json":
        print(site.as_json(_plain(found)))
    else:
        _tell(found, settings)
    return BROKEN if found.wrong else 0


def _plain(found: Verified) -> dict[str, Any]:
    return {
        "ok": not found.wrong,
        "events": found.count,
        "head": asdict(found.head),
        "first_bad": found.first_bad,
        "last_good": found.last_good,
        "checkpoints": found.checkpoints,
        "anchors": found.anchors,
        "segments": found.segments,
        "wrong": [{"event": each.seq or None, "what": str(each.message)} for each in found.wrong],
    }


def _tell(found: Verified, settings: Settings) -> None:
    for each in found.wrong:
        print(site.told(each.message))
    events = ngettext("{count} event", "{count} events", found.count).format(count=found.count)
    values = {"checkpoints": found.checkpoints, "anchors": found.anchors, "segments": found.segments}
    also = _("checkpoints: {checkpoints}, anchors: {anchors}, sealed segments: {segments}").format(**values)
    print(_("; ").join((events, also)))
    if found.head.seq:
        when = local(moment(found.head.at), settings.site.zone)
        template = _("the last is event {number} of {at}: {digits}")
        print(template.format(number=found.head.seq, at=when, digits=found.head.hash))
    if not found.wrong:
        print(_("The audit log is as it was recorded."))
        return
    print(_("The audit log is not as it was recorded."))
    if found.first_bad is not None:
        print(_("The first event that is wrong: {number}").format(number=found.first_bad))
    if found.last_good is not None:
        template = _("Up to event {number} it is vouched for by a signature and as it was.")
        print(template.format(number=found.last_good))


def _list(arguments: argparse.Namespace) -> int:
    settings = site.settings(arguments)
    since = site.moment(arguments.since, settings) if arguments.since else None
    wanted = audit.Wanted(arguments.actor, arguments.action, arguments.subject, since)
    with closing(site.reader(settings)) as database:
        found = database.read_now(partial(audit.newest, wanted=wanted, most=max(1, arguments.most)))
    if arguments.format == "json":
        print(site.as_json([_event(each) for each in found]))
        return 0
    if not found:
        print(_("Nothing of that kind is in the audit log."))
        return 0
    rows = [
        (str(each.seq), local(moment(each.at), settings.site.zone), each.actor, each.action, each.subject, _said(each))
        for each in found
    ]
    print(site.table(rows, (_("No."), _("When"), _("Who"), _("Action"), _("Concerns"), _("Outcome"))))
    return 0


def _said(event: AuditEvent) -> str:
    detail = json.loads(event.detail)
    outcome, why = (str(detail.get(key) or "") for key in ("outcome", "why"))
    why = site.told(Message(**detail["sentence"])) if "sentence" in detail else _(why) if why else ""
    return _(": ").join(part for part in (_(OUTCOMES.get(outcome, outcome)) if outcome else "", why) if part)[:100]


OUTCOMES = {"done": mark("done"), "refused": mark("refused"), "failed": mark("failed")}


def _event(event: AuditEvent) -> dict[str, Any]:
    return {**asdict(event), "at": moment(event.at).isoformat(), "detail": json.loads(event.detail)}


def _export(arguments: argparse.Namespace) -> int:
    settings = site.settings(arguments)
    if arguments.file.exists():
        raise UsageError(mark("{path} is there already"), path=str(arguments.file))
    signer = signing.Signer(settings.keys)
    with closing(site.reader(settings)) as database:
        done = database.read_now(partial(_exported, arguments=arguments, signer=signer))
    template = _("events {first} to {last} are in {path}; its SHA-256 is {digest}")
    print(template.format(first=done.first, last=done.last, path=arguments.file, digest=done.digest))
    return 0


def _exported(tx: Connection, arguments: argparse.Namespace, signer: signing.Signer) -> Exported:
    after = _after(tx, arguments.start)
    upto = arguments.upto if arguments.upto is not None else audit.head(tx).seq
    return segments.export(tx, after, upto, arguments.file.absolute(), signer)


def _after(tx: Connection, start: int | None) -> Point:
    sealed = checkpoints.sealed(tx)
    if start is None or start <= sealed.seq + 1:
        return sealed
    return audit.point(tx, start - 1)


def _key(arguments: argparse.Namespace) -> int:
    settings = site.settings(arguments)
    if not signing.is_made(settings.keys):
        raise UsageError(mark("the key is made when the service first signs a checkpoint; there is none yet"))
    signer = signing.Signer(settings.keys)
    print(f"{signer.public.hex()}  {signer.name}")
    return 0
