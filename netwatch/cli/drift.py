"""`netwatch drift`: what devices are set to, against what was approved; and reading them."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any

from netwatch.cli import drift_approval, drift_script, drift_text, site
from netwatch.cli.faults import local
from netwatch.clock import SystemClock
from netwatch.domain.drift.condition import Condition
from netwatch.domain.drift.finding import FindingState
from netwatch.drift.overview import standings
from netwatch.errors import UsageError
from netwatch.language import gettext as _
from probes.api import _ as mark

if TYPE_CHECKING:
    import argparse
    from zoneinfo import ZoneInfo

    from netwatch.drift.overview import Standing


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("drift", help=_("what devices are set to, against what was approved; reading them"))
    verbs = parser.add_subparsers(dest="verb", metavar=_("VERB"), required=True)
    _add_status(verbs)
    drift_text.add_verbs(verbs)
    drift_approval.add_verbs(verbs)
    drift_script.add_verb(verbs)
    collect = verbs.add_parser("collect", help=_("have devices read now"))
    collect.set_defaults(run=_collect)
    unlock = verbs.add_parser("unlock", help=_("try a device again whose log-ins were refused"))
    unlock.set_defaults(run=_unlock)
    trust = verbs.add_parser("trust", help=_("approve the host key that a device shows, as a leader"))
    trust.set_defaults(run=_trust)
    for verb, many in ((collect, "+"), (unlock, None), (trust, None)):
        verb.add_argument("device", metavar="DEVICE", nargs=many)
        site.add_config(verb)
        site.add_actor(verb)
    trust.add_argument("key", metavar="SHA256:…", help=_("its fingerprint, as compared on the device"))


def _collect(arguments: argparse.Namespace) -> int:
    devices = ({"device": each} for each in arguments.device)
    return site.act_each(site.settings(arguments), "collect_device", arguments, devices)


def _unlock(arguments: argparse.Namespace) -> int:
    return site.act(site.settings(arguments), "unlock_device", arguments, device=arguments.device)


def _trust(arguments: argparse.Namespace) -> int:
    return site.act(site.settings(arguments), "trust_device", arguments, device=arguments.device, key=arguments.key)


def _add_status(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    status = verbs.add_parser("status", help=_("every facet of every device: approved, changed, not read, not saved"))
    status.add_argument("device", nargs="?", metavar="DEVICE", help=_("this device only"))
    status.add_argument("--wrong", action="store_true", help=_("only what is not as approved, or not read"))
    status.add_argument("--format", choices=("table", "json"), default="table", help=_("how to print"))
    site.add_config(status)
    status.set_defaults(run=_status)


def _status(arguments: argparse.Namespace) -> int:
    settings = site.settings(arguments)
    if arguments.device is not None and arguments.device not in settings.devices:
        raise UsageError(mark("there is no device {name}"), name=arguments.device)
    now = SystemClock().now()
    with closing(site.reader(settings)) as database:
        wanted = None if arguments.device is None else (arguments.device,)
        found = database.read_now(partial(standings, settings=settings, now=now, devices=wanted))
    found = tuple(each for each in found if not arguments.wrong or _is_wrong(each))
    if arguments.format == "json":
        print(site.as_json([_plain(each) for each in found]))
        return 0
    if not found:
        print(_("Nothing is wrong.") if arguments.wrong else _("Nothing is read: no device has a [[device.collect]]."))
        return 0
    zone = settings.site.zone
    head = (_("Device"), _("Facet"), _("Verdict"), _("As it is since"), _("Last read"), _("Not saved"), _("In the way"))
    print(site.table([_row(each, zone) for each in found], head))
    return 0


def _is_wrong(found: Standing) -> bool:
    shut = found.door is not None and found.door.shut
    late = found.condition is not Condition.KNOWN
    return found.verdict.drifts or late or shut or found.unsaved is not None or found.finding is not None


def _row(found: Standing, zone: ZoneInfo) -> tuple[str, ...]:
    read = found.visit.completed if found.visit is not None else None
    return (
        found.device,
        found.facet,
        _verdict(found),
        local(found.since, zone) if found.since else "",
        local(read, zone) if read else "",
        local(found.unsaved, zone) if found.unsaved else "",
        site.told(found.obstacle) if found.obstacle is not None else "",
    )


def _verdict(found: Standing) -> str:
    """Return what a facet is, the number of what stands there, and what a leader has said of it."""
    said, finding = _(found.verdict.title), found.finding
    if finding is None:
        return said
    judged = finding.state in {FindingState.WAIVED, FindingState.ACKNOWLEDGED}
    return f"{said} #{finding.id}" + (_(", {state}").format(state=_(finding.state.title)) if judged else "")


def _plain(found: Standing) -> dict[str, Any]:
    snapshot, visit, door = found.snapshot, found.visit, found.door
    return {
        "device": found.device,
        "facet": found.facet,
        "verdict": found.verdict.value,
        "condition": found.condition.value,
        "collect": found.collect,
        "content": snapshot.content if snapshot else None,
        "rules": snapshot.rules if snapshot else None,
        "since": found.since.isoformat() if found.since else None,
        "read": visit.completed.isoformat() if visit and visit.completed else None,
        "unsaved_since": found.unsaved.isoformat() if found.unsaved else None,
        "suspects": visit.suspects if visit else 0,
        "why": str(visit.why) if visit and visit.why else None,
        "finding": found.finding.id if found.finding else None,
        "failures": door.failures if door else 0,
        "locked": door.locked if door else False,
        "host_key": door.host_key if door else "",
        "host_key_offered": door.offered if door else "",
    }
