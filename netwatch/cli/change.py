"""`netwatch change`: change requests, asked for by one, approved by another, verified by a third."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any

from netwatch.cli import site
from netwatch.cli.faults import local
from netwatch.clock import SystemClock
from netwatch.config.changes import patience
from netwatch.domain.drift.change_request import ChangeKind
from netwatch.domain.drift.change_window import overdue, unreported
from netwatch.errors import UsageError
from netwatch.language import gettext as _
from netwatch.storage import baselines, change_requests, deviations
from probes.api import _ as mark

if TYPE_CHECKING:
    import argparse

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.domain.drift.baseline import Baseline
    from netwatch.domain.drift.change_request import ChangeRequest
    from netwatch.domain.drift.finding import Finding
    from netwatch.domain.drift.permit import Scope

MOST = 200
STEPS = (
    ("submit", "submit_change", mark("submit a draft for approval")),
    ("approve", "approve_change", mark("approve a change of somebody else")),
    ("reject", "reject_change", mark("reject a change of somebody else")),
    ("cancel", "cancel_change", mark("cancel what has not begun")),
    ("implemented", "implement_change", mark("say that it was done")),
    ("verify", "verify_change", mark("confirm what somebody else did, and propose it as the new baseline")),
    ("rolled-back", "roll_back_change", mark("say that it was undone")),
)
WORDS = frozenset({"reject", "cancel", "rolled-back"})
"""The steps that need a reason."""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("change", help=_("change requests: ask, approve, implement, verify"))
    verbs = parser.add_subparsers(dest="verb", metavar=_("VERB"), required=True)
    _add_new(verbs)
    for name, action, about in STEPS:
        verb = verbs.add_parser(name, help=_(about))
        verb.add_argument("number", type=site.number, metavar="N", help=_("its number"))
        verb.add_argument("--reason", dest="text", required=name in WORDS, help=_("why"))
        verb.set_defaults(run=partial(_act, action))
    listing = verbs.add_parser("list", help=_("those with which something is still to happen"))
    listing.add_argument("--all", action="store_true", help=_("those that are over, too"))
    listing.set_defaults(run=_list)
    show = verbs.add_parser("show", help=_("one of them, and what has come of it"))
    show.add_argument("number", type=site.number, metavar="N", help=_("its number"))
    show.set_defaults(run=_show)
    for verb in verbs.choices.values():
        site.add_config(verb)
    for verb in (listing, show):
        verb.add_argument("--format", choices=("table", "json"), default="table", help=_("how to print"))
    for name, verb in verbs.choices.items():
        if name not in {"list", "show"}:
            site.add_actor(verb)


def _add_new(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    new = verbs.add_parser("new", help=_("write a change request and submit it"))
    new.add_argument("title", help=_("what is to be changed, in a few words"))
    kinds = [each.value for each in ChangeKind]
    new.add_argument("--kind", choices=kinds, default=kinds[0], help=_("what kind of change it is"))
    new.add_argument("--reason", required=True, help=_("why it is needed"))
    new.add_argument("--from", dest="start", metavar="TIME", help=_("from when, in the site's zone; now by default"))
    new.add_argument("--until", dest="end", metavar="TIME", required=True, help=_("until when"))
    for name, about in (
        ("device", _("a device that it is about; may be repeated")),
        ("group", _("a group that it is about; may be repeated")),
        ("facet", _("only this side of them, such as running; may be repeated")),
        ("path", _("only sections like this, such as 'interface GE1/0/*'; may be repeated")),
        ("implementer", _("who is to do it, by default who asks; may be repeated")),
    ):
        new.add_argument(f"--{name}", action="append", default=[], metavar=name.upper(), help=about)
    new.add_argument("--rollback", help=_("how it is undone"))
    new.add_argument("--risk", help=_("what may go wrong"))
    new.add_argument("--evidence", help=_("of software: how it was searched for viruses"))
    new.add_argument("--emergency", action="store_true", help=_("it cannot wait for its approval, or is done already"))
    new.add_argument("--draft", action="store_true", help=_("do not submit it yet"))
    new.set_defaults(run=_new)


def _new(arguments: argparse.Namespace) -> int:
    values: dict[str, Any] = {
        "title": arguments.title,
        "kind": arguments.kind,
        "reason": arguments.reason,
        "end": arguments.end,
        "devices": arguments.device,
        "groups": arguments.group,
        "facets": arguments.facet,
        "paths": arguments.path,
        "implementers": arguments.implementer,
    }
    optional = ("start", "rollback", "risk", "evidence")
    values |= {name: value for name in optional if (value := getattr(arguments, name)) is not None}
    values |= {name: True for name in ("emergency", "draft") if getattr(arguments, name)}
    return site.act(site.settings(arguments), "new_change", arguments, **values)


def _act(action: str, arguments: argparse.Namespace) -> int:
    values: dict[str, Any] = {"number": arguments.number}
    if arguments.text is not None:
        values["text"] = arguments.text
    return site.act(site.settings(arguments), action, arguments, **values)


def _list(arguments: argparse.Namespace) -> int:
    settings = site.settings(arguments)
    with closing(site.reader(settings)) as database:
        found = database.read_now(partial(change_requests.newest, most=MOST, everything=arguments.all))
    if arguments.format == "json":
        print(site.as_json([_plain(each) for each in found]))
        return 0
    if not found:
        print(_("No change requests."))
        return 0
    zone = settings.site.zone
    rows = [
        (
            str(each.id),
            _state(settings, each),
            local(each.start, zone),
            local(each.end, zone),
            each.requested_by,
            ", ".join(_target(target) for target in each.targets)[:40],
            each.title[:60],
        )
        for each in found
    ]
    head = (_("No."), _("State"), _("From"), _("Until"), _("Applicant"), _("On"), _("About"))
    print(site.table(rows, head))
    return 0


def _state(settings: Settings, request: ChangeRequest) -> str:
    now, wait = SystemClock().now(), patience(settings)
    said = [_(request.state.title)]
    if request.emergency:
        said.append(_("emergency"))
    if overdue(request, now, wait) or unreported(request, now, wait):
        said.append(_("overdue"))
    return _(", ").join(said)


def _target(scope: Scope) -> str:
    named = scope.device or _("group {name}").format(name=scope.group)
    return " · ".join((named, *scope.facets, *scope.paths))


def _show(arguments: argparse.Namespace) -> int:
    settings = site.settings(arguments)
    with closing(site.reader(settings)) as database:
        request, found, proposed = database.read_now(partial(_all_of, number=arguments.number))
    if request is None:
        raise UsageError(mark("there is no change request {number}"), number=arguments.number)
    if arguments.format == "json":
        more = {
            "findings": [{"number": each.id, "verdict": each.told.verdict.value} for each in found],
            "baselines": [{"number": each.id, "content": each.content, "state": each.state.value} for each in proposed],
        }
        print(site.as_json({**_plain(request), **more}))
        return 0
    print(f"{request.id}  {request.title}  {_state(settings, request)}")
    print(site.table([row for row in _fields(settings, request) if row[1]], (_("Field"), _("Value"))))
    print()
    print(_outcome(settings, found))
    return 0


def _all_of(tx: Connection, number: int) -> tuple[ChangeRequest | None, tuple[Finding, ...], tuple[Baseline, ...]]:
    return change_requests.get(tx, number), deviations.of_change(tx, number), baselines.of_change(tx, number)


def _fields(settings: Settings, request: ChangeRequest) -> list[tuple[str, str]]:
    zone = settings.site.zone

    def by(name: str | None, moment: Any) -> str:
        if not (name and moment):
            return ""
        return _("{first}, {rest}").format(first=settings.called(name), rest=local(moment, zone))

    judged = _("Approved by") if request.approved_by else _("Decided by")
    return [
        (_("Kind"), _(request.kind.title)),
        (_("Applicant"), by(request.requested_by, request.created)),
        (_("Why"), request.reason),
        (_("From"), local(request.start, zone)),
        (_("Until"), local(request.end, zone)),
        *((_("On"), _target(each)) for each in request.targets),
        (_("Implementers"), _(", ").join(settings.called(each) for each in request.implementers)),
        (_("Risk"), request.risk),
        (_("Roll-back"), request.rollback),
        (_("Virus check"), request.evidence),
        (judged, by(request.judged_by, request.judged_at)),
        (_("Said"), request.judgement),
        (_("Implemented by"), by(request.implemented_by, request.implemented_at)),
        (_("Verified by"), by(request.verified_by, request.verified_at)),
        (_("Ended"), local(request.ended, zone) if request.ended else ""),
    ]


def _outcome(settings: Settings, found: tuple[Finding, ...]) -> str:
    """Return what has changed by a request, as a table."""
    if not found:
        return _("Nothing was seen to change by it.")
    rows = [
        (
            str(each.id),
            each.device,
            each.facet,
            local(each.opened, settings.site.zone),
            _(each.closing.title) if each.closing else _(each.told.verdict.title),
            site.told(each.told.summary)[:100],
        )
        for each in found
    ]
    return site.table(rows, (_("No."), _("Device"), _("Facet"), _("When"), _("Verdict"), _("What")))


def _plain(request: ChangeRequest) -> dict[str, Any]:
    moments = ("created", "start", "end", "submitted", "judged_at", "implemented_at", "verified_at", "ended")
    return {
        "number": request.id,
        "kind": request.kind.value,
        "title": request.title,
        "state": request.state.value,
        "emergency": request.emergency,
        "reason": request.reason,
        "risk": request.risk,
        "rollback": request.rollback,
        "evidence": request.evidence,
        "requested_by": request.requested_by,
        "implementers": list(request.implementers),
        "targets": [
            {"device": each.device, "group": each.group, "facets": list(each.facets), "paths": list(each.paths)}
            for each in request.targets
        ],
        "judged_by": request.judged_by,
        "judgement": request.judgement,
        "implemented_by": request.implemented_by,
        "verified_by": request.verified_by,
        **{name: moment.isoformat() if (moment := getattr(request, name)) else None for name in moments},
    }
