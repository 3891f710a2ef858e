"""`netwatch drift approve|waive|reject`: what a leader says of what a device is set to."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from netwatch.cli import site
from netwatch.errors import UsageError
from netwatch.language import gettext as _
from probes.api import _ as mark

if TYPE_CHECKING:
    from collections.abc import Iterable


def add_verbs(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verbs by which a leader judges."""
    approve = verbs.add_parser("approve", help=_("approve what a device is now set to, as you have seen it"))
    approve.add_argument(
        "what",
        nargs="+",
        metavar="N|DEVICE",
        help=_("the number of the finding, or the device; several, and stretches such as 13-21"),
    )
    approve.add_argument("--facet", metavar="NAME", help=_("of a device: which side of it, such as running"))
    approve.add_argument("--content", metavar="HASH", help=_("the beginning of the hash of what you have seen"))
    approve.add_argument(
        "--first", action="store_true", help=_("of a device: all of which nothing was ever approved, as found")
    )
    approve.add_argument("--text", help=_("what is to be said of it"))
    approve.set_defaults(run=_approve)
    waive = verbs.add_parser("waive", help=_("waive a deviation until a date"))
    waive.add_argument("--until", required=True, metavar="TIME", help=_("until when, in the site's zone"))
    waive.add_argument("--owner", required=True, metavar="NAME", help=_("who answers for it, and is not you"))
    waive.set_defaults(run=_waive)
    reject = verbs.add_parser("reject", help=_("say that a device is to be put back"))
    reject.set_defaults(run=_reject)
    for verb in (waive, reject):
        verb.add_argument(
            "numbers",
            nargs="+",
            type=site.numbers,
            metavar="N",
            help=_("the number of the finding; several, and stretches such as 13-21"),
        )
        verb.add_argument("--reason", dest="text", required=True, help=_("why"))
    for verb in (approve, waive, reject):
        site.add_config(verb)
        site.add_actor(verb)


def _approve(arguments: argparse.Namespace) -> int:
    settings = site.settings(arguments)
    optional = {name: value for name in ("content", "text") if (value := getattr(arguments, name)) is not None}
    if arguments.first:
        return site.act_each(settings, "approve_first", arguments, ({"device": each} for each in arguments.what))
    wanted = [{**which, **optional} for each in arguments.what for which in _which(each, arguments.facet)]
    return site.act_each(settings, "approve_drift", arguments, wanted)


def _which(what: str, facet: str | None) -> Iterable[dict[str, Any]]:
    """Return what is named: one finding, those of a stretch of numbers, or a facet of a device."""
    if facet is not None:
        return ({"device": what, "facet": facet},)
    if what.replace("-", "").isdecimal():
        try:
            return tuple({"number": each} for each in site.numbers(what))
        except argparse.ArgumentTypeError as error:
            raise UsageError(mark("{what}: {note}"), what=what, note=str(error)) from error
    raise UsageError(mark("name the facet of {device} too, such as --facet running, or --first"), device=what)


def _waive(arguments: argparse.Namespace) -> int:
    return _judge(arguments, "waive_drift", {name: getattr(arguments, name) for name in ("until", "owner", "text")})


def _reject(arguments: argparse.Namespace) -> int:
    return _judge(arguments, "reject_drift", {"text": arguments.text})


def _judge(arguments: argparse.Namespace, action: str, values: dict[str, Any]) -> int:
    wanted = ({"number": each, **values} for stretch in arguments.numbers for each in stretch)
    return site.act_each(site.settings(arguments), action, arguments, wanted)
