"""One device: what it is, what its checks last read, its faults and facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from netwatch.domain.judge import number
from netwatch.domain.model import DeviceState, Health, Subject
from netwatch.domain.redundancy import lost
from netwatch.drift.overview import standings
from netwatch.report.capacity import outlook
from netwatch.storage import checks, faults, history, overview
from netwatch.web.pages import naming
from netwatch.web.pages.baselines import FacetView, facet_view
from netwatch.web.pages.devices import NOT_SEEN
from netwatch.web.pages.faults import FaultView, hanging_of, view
from probes.api import Meaning, Message
from roster.report_wording import forecast_sentence

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Check, Settings
    from netwatch.domain.model import CheckState, Severity

LOOKED_BACK = timedelta(minutes=15)
"""How old the last values may be, beyond two intervals of their check."""
RECENT = 20
"""How many closed faults are listed."""


@dataclass(frozen=True, slots=True)
class Link:
    """Another device."""

    name: str
    title: str


@dataclass(frozen=True, slots=True)
class ValueView:
    """One value as last read, and how it is judged; `health` is None where nothing judges it."""

    title: str
    item: str
    shown: str
    health: Health | None
    severity: Severity | None
    summary: Message | None
    since: datetime | None


@dataclass(frozen=True, slots=True)
class CheckView:
    """One check: how it is as a whole, and what it read last."""

    name: str
    kind: str
    every: timedelta
    health: Health
    severity: Severity | None
    summary: Message
    since: datetime | None
    seen: datetime | None
    read_at: datetime | None
    in_doubt: bool
    judged: tuple[ValueView, ...]
    """Values with a verdict, the bad ones first."""
    others: tuple[ValueView, ...]


@dataclass(frozen=True, slots=True)
class DevicePage:
    """The page of one device."""

    name: str
    title: str
    address: str
    state: DeviceState
    since: datetime | None
    reason: Message
    groups: tuple[Link, ...]
    parents: tuple[Link, ...]
    affects: str
    runbook: str
    facts: Mapping[str, str]
    checks: tuple[CheckView, ...]
    open: tuple[FaultView, ...]
    closed: tuple[FaultView, ...]
    lost: tuple[Link, ...] = ()
    """The devices in front that are away while it goes on over another."""
    forecasts: tuple[Message, ...] = ()
    facets: tuple[FacetView, ...] = ()
    """How what it is set to stands against what was approved; nothing where it is not read."""


def device_page(tx: Connection, settings: Settings, name: str, now: datetime) -> DevicePage | None:
    """Return the page of a device; None when none of that name is configured."""
    device = settings.devices.get(name)
    if device is None:
        return None
    standing = overview.standings(tx, (name,)).get(name)
    known = {state.subject: state for state in checks.of_device(tx, name)}
    closed = [fault for fault in faults.listed(tx, RECENT, device=name) if not fault.open]
    titles = {group.name: group.title or group.name for group in settings.file.group}
    return DevicePage(
        name=name,
        title=device.title or name,
        address=device.address,
        state=standing.state if standing else DeviceState.UNKNOWN,
        since=standing.since if standing else None,
        reason=naming.message(settings, standing.reason) if standing else NOT_SEEN,
        groups=tuple(Link(group, titles.get(group, group)) for group in device.groups),
        parents=tuple(Link(each, naming.device(settings, each)) for each in settings.parents.get(name, ())),
        affects=device.affects or "",
        runbook=device.runbook or "",
        facts=dict(standing.facts) if standing else {},
        checks=tuple(_check(tx, settings, each, known, now) for each in settings.checks if each.device == name),
        open=_open(tx, settings, name, now),
        closed=tuple(view(settings, each, now) for each in closed),
        lost=_lost(tx, settings, name),
        forecasts=_forecasts(tx, settings, name, now),
        facets=tuple(map(facet_view, standings(tx, settings, now, {name}))),
    )


def _forecasts(tx: Connection, settings: Settings, name: str, now: datetime) -> tuple[Message, ...]:
    found = (forecast_sentence(each, settings.site.zone) for each in outlook(tx, settings, now, device=name).forecasts)
    return tuple(Message(each.template, each.values) for each in found)


def _lost(tx: Connection, settings: Settings, name: str) -> tuple[Link, ...]:
    known = overview.standings(tx, (name, *settings.parents.get(name, ())))
    found = lost(settings.parents, {each.name: each.state for each in known.values()}, device=name)
    return tuple(Link(each, naming.device(settings, each)) for one in found for each in one.away)


def _open(tx: Connection, settings: Settings, name: str, now: datetime) -> tuple[FaultView, ...]:
    found = faults.opened_of(tx, name)
    told, hanging = overview.telling(tx, [fault.id for fault in found]), hanging_of(tx, settings, found)
    return tuple(
        view(settings, each, now, telling=told.get(each.id), hanging=hanging.get(each.id, ())) for each in found
    )


def _check(
    tx: Connection, settings: Settings, check: Check, known: Mapping[Subject, CheckState], now: datetime
) -> CheckView:
    whole = known.get(Subject(check.device, check.name))
    start = now - max(2 * check.every, LOOKED_BACK)
    polls = history.read(tx, f"{check.device}/{check.name}", start, now + timedelta(seconds=1))
    read_at, values = polls[-1] if polls else (None, {})
    judged, others = _values(settings.meanings(check.kind), check, values, known)
    return CheckView(
        name=check.name,
        kind=check.kind,
        every=check.every,
        health=whole.health if whole else Health.UNKNOWN,
        severity=whole.severity if whole else None,
        summary=whole.summary if whole and whole.seen else NOT_SEEN,
        since=whole.since if whole else None,
        seen=whole.seen if whole else None,
        read_at=read_at,
        in_doubt=whole.in_doubt if whole else False,
        judged=judged,
        others=others,
    )


def _values(
    meanings: Mapping[str, Meaning], check: Check, values: Mapping[str, float], known: Mapping[Subject, CheckState]
) -> tuple[tuple[ValueView, ...], tuple[ValueView, ...]]:
    """Return the values that are judged and those that are not."""
    series = {(meaning, item): value for key, value in values.items() for meaning, _s, item in (key.partition("/"),)}
    states = {(s.meaning, s.item): state for s, state in known.items() if s.check == check.name and s.meaning}
    views = [
        _value(meanings.get(key[0], Meaning(key[0], key[0])), key[1], series.get(key), states.get(key))
        for key in dict.fromkeys((*states, *series))
    ]
    judged = sorted((each for each in views if each.health is not None), key=_badness)
    return tuple(judged), tuple(each for each in views if each.health is None)


def _value(meaning: Meaning, item: str, value: float | None, state: CheckState | None) -> ValueView:
    return ValueView(
        title=meaning.title,
        item=item,
        shown="" if value is None else number(value, meaning.unit),
        health=state.health if state else None,
        severity=state.severity if state else None,
        summary=state.summary if state else None,
        since=state.since if state else None,
    )


def _badness(value: ValueView) -> tuple[int, str, str]:
    return (-(value.severity or 0), value.title, value.item)
