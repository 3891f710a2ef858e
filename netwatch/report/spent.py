"""How the time of devices was spent, read from sights, faults and maintenance windows."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from netwatch.domain.availability import Share, everywhere, meet, share, spells, without
from netwatch.storage import faults, retrospect, sights, windows
from roster.spans import Span, merge

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.domain.model import Fault, FaultId, Window

Spells = dict[str, dict[str, list[Span]]]
"""When each check was bad, by device and check."""


def spent(tx: Connection, settings: Settings, devices: Collection[str], whole: Span) -> Mapping[str, tuple[Share, int]]:
    """Return for each device how the time was spent, and how often it was out.

    A device without a check that says whether it is reached was never seen, in this sense.
    """
    found = [fault for fault in faults.during(tx, whole.start, whole.end) if fault.reachability]
    bad, behind = _spells(found, retrospect.turns(tx, [fault.id for fault in found]), whole.end)
    seen = sights.during(tx, whole.start, whole.end)
    planned = _planned(maintenance(tx, settings, whole))
    checks = _checks(settings)
    answer = {}
    for name in devices:
        out = meet(_out(bad[name], checks[name]), (whole,))
        cut = merge(span for each in behind[name].values() for span in each)
        watched = tuple(each.span for each in seen.get(name, ()))
        told = share(whole, seen=watched, out=out, cut_off=cut, planned=planned[name])
        # An outage that nobody saw, or of planned maintenance, is none.
        counted = without(meet(out, merge(watched)), merge(planned[name]))
        answer[name] = (told, sum(bool(meet((each,), counted)) for each in out))
    return answer


def maintenance(tx: Connection, settings: Settings, whole: Span) -> tuple[Window, ...]:
    """Return the maintenance windows that meet a stretch of time: those planned, and those opened by command."""
    opened = (each.window for each in windows.overlapping(tx, whole.start, whole.end))
    return (*settings.windows(whole.start, whole.end), *opened)


def _spells(
    found: Collection[Fault], turns: Mapping[FaultId, tuple[tuple[datetime, bool], ...]], end: datetime
) -> tuple[Spells, Spells]:
    """Return when each check was bad, and, of that, when it was because of something in front."""
    bad: Spells = defaultdict(lambda: defaultdict(list))
    behind: Spells = defaultdict(lambda: defaultdict(list))
    for fault in found:
        subject = fault.subject
        # Faults from before the journal was cut are taken as one spell.
        own = turns.get(fault.id) or ((fault.opened, True), *(((fault.closed, False),) if fault.closed else ()))
        for span in spells(own, end):
            bad[subject.device][subject.check].append(span)
            if fault.cause is not None:
                behind[subject.device][subject.check].append(span)
    return bad, behind


def _out(bad: Mapping[str, list[Span]], checks: Collection[str]) -> tuple[Span, ...]:
    """Return when a device was out: none of its checks reached it, or one did not that it has no more."""
    together = everywhere([bad.get(check, []) for check in sorted(checks)])
    former = [span for check, spans in bad.items() if check not in checks for span in spans]
    return merge((*together, *former))


def _checks(settings: Settings) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for check in settings.checks:
        if check.reachability:
            found[check.device].add(check.name)
    return found


def _planned(found: Collection[Window]) -> Mapping[str, list[Span]]:
    planned: dict[str, list[Span]] = defaultdict(list)
    for window in found:
        for device in window.devices:
            planned[device].append(Span(window.start, window.end))
    return planned
