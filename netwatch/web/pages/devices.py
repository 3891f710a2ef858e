"""Devices: counted by state, grouped on the status page, listed on their own."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from netwatch.domain.model import DeviceState
from netwatch.storage import overview
from netwatch.web.pages import naming
from netwatch.web.wording import STATES
from probes.api import Message, _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.storage.devices import Standing

TROUBLED = 60
"""How many devices that are not up the status page names."""
CALM = 240
"""How many devices that are up it names."""
CALM_OF_GROUP = 40
PAGE = 100
"""How many devices stand on one page of the list."""
LONGEST = 100
"""How much of a search is read."""
ORDER = {state: rank for rank, state in enumerate(STATES)}
NOT_SEEN = Message(_("not seen yet"))
UNGROUPED = ""


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """A device in one line. `since` is None when nothing is known of it yet."""

    name: str
    title: str
    address: str
    state: DeviceState
    since: datetime | None
    reason: Message


@dataclass(frozen=True, slots=True)
class GroupView:
    """A group: how many of its devices are what, the first of those not up, and of those up."""

    name: str
    title: str
    counts: Mapping[DeviceState, int]
    troubled: tuple[DeviceLine, ...]
    calm: tuple[DeviceLine, ...]

    @property
    def total(self) -> int:
        """Return how many devices it has."""
        return sum(self.counts.values())

    @property
    def amiss(self) -> int:
        """Return how many of them are not up."""
        return self.total - self.counts.get(DeviceState.UP, 0)

    @property
    def omitted(self) -> int:
        """Return how many of those that are not up are not named here."""
        return self.amiss - len(self.troubled)

    @property
    def worst(self) -> DeviceState:
        """Return the worst state in it."""
        return min(self.counts, key=ORDER.__getitem__, default=DeviceState.UP)


@dataclass(frozen=True, slots=True)
class DevicesView:
    """Every device, by state and by group; groups in trouble first."""

    counts: Mapping[DeviceState, int]
    groups: tuple[GroupView, ...]

    @property
    def total(self) -> int:
        """Return how many devices there are."""
        return sum(self.counts.values())

    @property
    def amiss(self) -> int:
        """Return how many of them are not up."""
        return self.total - self.counts.get(DeviceState.UP, 0)

    @property
    def unsure(self) -> int:
        """Return how many are neither up nor in maintenance."""
        return self.amiss - self.counts.get(DeviceState.MAINTENANCE, 0)

    @property
    def troubled(self) -> tuple[GroupView, ...]:
        """Return the groups in which something is not up."""
        return tuple(group for group in self.groups if group.amiss)

    @property
    def calm(self) -> tuple[GroupView, ...]:
        """Return the groups in which everything is up."""
        return tuple(group for group in self.groups if not group.amiss)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list of devices is asked for. An unknown state or group finds nothing."""

    words: str = ""
    state: str = ""
    group: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class DeviceList:
    """One page of the list, and what may be asked for."""

    asked: Asked
    lines: tuple[DeviceLine, ...]
    total: int
    pages: int
    groups: tuple[tuple[str, str], ...]

    @property
    def states(self) -> tuple[DeviceState, ...]:
        """Return every state, the worst first."""
        return tuple(STATES)


def devices_view(tx: Connection, settings: Settings) -> DevicesView:
    """Return every device by group, those that are not up in front."""
    states = _states(tx, settings)
    groups = _grouped(settings)
    order = sorted(groups, key=lambda group: min((ORDER[states[name]] for name in groups[group]), default=len(ORDER)))
    troubled, calm = _chosen(groups, order, states)
    known = overview.standings(tx, [name for names in (*troubled.values(), *calm.values()) for name in names])
    titles = {group.name: group.title or group.name for group in settings.file.group}

    def lines(names: Sequence[str]) -> tuple[DeviceLine, ...]:
        return tuple(_line(settings, name, known.get(name)) for name in names)

    views = tuple(
        GroupView(
            name=group,
            title=titles.get(group, group),
            counts=_counted(states[name] for name in groups[group]),
            troubled=lines(troubled[group]),
            calm=lines(calm[group]),
        )
        for group in order
    )
    return DevicesView(_counted(states.values()), views)


def device_list(tx: Connection, settings: Settings, asked: Asked) -> DeviceList:
    """Return the devices that are asked for, the worst first."""
    states = _states(tx, settings)
    names = [name for name in settings.devices if _is_asked(settings, name, states[name], asked)]
    names.sort(key=lambda name: ORDER[states[name]])
    pages = max(1, -(-len(names) // PAGE))
    page = min(max(1, asked.page), pages)
    shown = names[(page - 1) * PAGE : page * PAGE]
    known = overview.standings(tx, shown)
    return DeviceList(
        asked=Asked(asked.words, asked.state, asked.group, page),
        lines=tuple(_line(settings, name, known.get(name)) for name in shown),
        total=len(names),
        pages=pages,
        groups=tuple((group.name, group.title or group.name) for group in settings.file.group),
    )


def _states(tx: Connection, settings: Settings) -> dict[str, DeviceState]:
    """Return the state of every configured device; one that was never looked at is unknown."""
    seen = overview.states(tx)
    return {name: seen.get(name, DeviceState.UNKNOWN) for name in settings.devices}


def _grouped(settings: Settings) -> dict[str, list[str]]:
    """Return the devices of each group, in the order of the configuration; each stands in its first group only."""
    groups: dict[str, list[str]] = {group.name: [] for group in settings.file.group}
    for name, device in settings.devices.items():
        groups.setdefault(device.groups[0] if device.groups else UNGROUPED, []).append(name)
    return {group: names for group, names in groups.items() if names}


def _chosen(
    groups: Mapping[str, list[str]], order: list[str], states: Mapping[str, DeviceState]
) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Choose the devices to name: those not up until the page is full, and some of the others."""
    troubled, calm, left, room = {}, {}, TROUBLED, CALM
    for group in order:
        amiss = sorted(
            (name for name in groups[group] if states[name] is not DeviceState.UP), key=lambda name: ORDER[states[name]]
        )
        troubled[group] = amiss[:left]
        left -= len(troubled[group])
        up = [name for name in groups[group] if states[name] is DeviceState.UP]
        calm[group] = up[: min(room, CALM_OF_GROUP)]
        room -= len(calm[group])
    return troubled, calm


def _counted(states: Iterable[DeviceState]) -> dict[DeviceState, int]:
    """Count, the worst state first."""
    counts = Counter(states)
    return {state: counts[state] for state in STATES if counts[state]}


def _line(settings: Settings, name: str, standing: Standing | None) -> DeviceLine:
    device = settings.devices[name]
    return DeviceLine(
        name=name,
        title=device.title or name,
        address=device.address,
        state=standing.state if standing else DeviceState.UNKNOWN,
        since=standing.since if standing else None,
        reason=naming.message(settings, standing.reason) if standing else NOT_SEEN,
    )


def _is_asked(settings: Settings, name: str, state: DeviceState, asked: Asked) -> bool:
    device = settings.devices[name]
    if asked.state and state.value != asked.state:
        return False
    if asked.group and asked.group not in device.groups:
        return False
    words = asked.words[:LONGEST].casefold().split()
    text = f"{name} {device.title or ''} {device.address} {device.affects or ''}".casefold()
    return all(word in text for word in words)
