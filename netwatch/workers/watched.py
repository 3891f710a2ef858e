"""What the service knows of every check just now: the rows' contents, kept at hand."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from netwatch.domain import topology
from netwatch.domain.model import CheckId, CheckState, Health, Subject, Window
from netwatch.domain.notices import Circumstances
from netwatch.domain.topology import Upstream

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from netwatch.config import Settings
    from netwatch.domain.topology import Reach


class Watched:
    """States by check and by device, and the windows in force. It is filled from rows, and rows are written first."""

    def __init__(self, settings: Settings, states: Mapping[CheckId, CheckState]) -> None:
        self.settings = settings
        self.windows: tuple[Window, ...] = ()
        self._by_device: dict[str, dict[CheckId, CheckState]] = defaultdict(dict)
        self.keep(states.values())

    def keep(self, states: Iterable[CheckState]) -> None:
        """Take over states that were saved."""
        for state in states:
            self._by_device[state.subject.device][state.subject.id] = state

    def forget(self, ids: Iterable[CheckId]) -> None:
        """Let go of states whose checks are gone."""
        for check in ids:
            for states in self._by_device.values():
                states.pop(check, None)

    def everything(self) -> tuple[CheckState, ...]:
        """Return every state."""
        return tuple(state for states in self._by_device.values() for state in states.values())

    def of(self, subject: Subject, now: datetime) -> CheckState:
        """Return the state of a subject as a new observation at `now` finds it."""
        state = self._by_device[subject.device].get(subject.id, CheckState(subject))
        if state.seen is not None and state.seen > now:
            # The wall clock was set back. What was seen "later" must not make us blind until then.
            return replace(state, seen=None)
        return state

    def states(self, device: str) -> tuple[CheckState, ...]:
        """Return the states of a device's checks and items."""
        return tuple(self._by_device[device].values())

    def by_id(self, device: str) -> Mapping[CheckId, CheckState]:
        """Return the same by their identity."""
        return self._by_device[device]

    def reach(self, device: str) -> Reach:
        """Return whether a device can be reached."""
        return topology.reach(self._by_device[device].values())

    def standing(self, device: str) -> topology.Standing:
        """Return what the device's parents say."""
        parents = self.settings.parents
        names = (device, *parents.get(device, ()))
        return topology.standing(device, parents, {name: self._reaching(name) for name in names})

    def isolated(self) -> bool:
        """Whether the monitor itself is cut off."""
        canaries = self.settings.site.canaries
        return topology.isolated(canaries, {name: self._reaching(name) for name in canaries})

    def window(self, device: str, now: datetime) -> Window | None:
        """Return the maintenance window that the device is in."""
        return next((window for window in self.windows if window.covers(device, now)), None)

    def around(self, device: str, now: datetime) -> Circumstances:
        """Return the circumstances of a device's faults."""
        return Circumstances(self.standing(device), self.window(device, now), self.isolated())

    def culprit(self, device: str) -> CheckId | None:
        """Return the failing check of the device in front that explains why this one is not reached."""
        standing = self.standing(device)
        if standing.upstream is not Upstream.DOWN:
            return None
        failing = (state for state in self._reaching(standing.by) if state.health is Health.FAILING)
        return next((state.subject.id for state in failing), None)

    def _reaching(self, device: str) -> tuple[CheckState, ...]:
        return tuple(state for state in self._by_device[device].values() if state.reachability)
