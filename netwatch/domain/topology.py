"""What stands in front of a device, asked at the moment of decision.

Incomplete knowledge never silences: a device is unreachable, instead of down, only when every one of its
configured parents is known to be away.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from netwatch.domain.model import CheckState, DeviceState, Health, Severity, Window
from probes.api import Message, _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Reach(Enum):
    """Whether a device can be reached, as its reachability checks say."""

    YES = "yes"
    DOUBT = "doubt"
    NO = "no"
    UNKNOWN = "unknown"


class Upstream(Enum):
    """What the parents of a device say about its silence."""

    CLEAR = "clear"
    DOUBT = "doubt"
    DOWN = "down"
    RECOVERING = "recovering"


@dataclass(frozen=True, slots=True)
class Standing:
    """The parents of a device, summed up; `by` names the parent that explains it."""

    upstream: Upstream
    by: str = ""


def reach(states: Iterable[CheckState]) -> Reach:
    """Sum up the reachability checks of one device: one that answers is enough."""
    found = [_reach_of(state) for state in states if state.reachability]
    for answer in (Reach.YES, Reach.DOUBT, Reach.NO):
        if answer in found:
            return answer
    return Reach.UNKNOWN


def _reach_of(state: CheckState) -> Reach:
    match state.health:
        case Health.FAILING:
            return Reach.NO
        case Health.OK | Health.UNKNOWN if state.in_doubt:
            return Reach.DOUBT
        case Health.OK:
            return Reach.YES
        case _:
            return Reach.UNKNOWN


def standing(
    device: str, parents: Mapping[str, tuple[str, ...]], states: Mapping[str, tuple[CheckState, ...]]
) -> Standing:
    """Return what the parents of a device that does not answer say.

    `states` holds each device's reachability checks. One parent that is reached, or of which nothing is
    known, leaves the fault with the device itself.
    """
    above = parents.get(device, ())
    if not above:
        return Standing(Upstream.CLEAR)
    answers = {parent: reach(states.get(parent, ())) for parent in above}
    seen = max((state.seen for state in states.get(device, ()) if state.seen), default=None)
    for parent, answer in answers.items():
        if answer is Reach.YES:
            back = max((state.since for state in states[parent] if state.since), default=None)
            fresh = seen is None or back is None or seen > back
            return Standing(Upstream.CLEAR if fresh else Upstream.RECOVERING, parent)
    if Reach.UNKNOWN in answers.values():
        return Standing(Upstream.CLEAR)
    for parent, answer in answers.items():
        if answer is Reach.DOUBT:
            return Standing(Upstream.DOUBT, parent)
    return Standing(Upstream.DOWN, above[0])


def behind(device: str, parents: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    """Return every device that is reached only through this one, however many steps behind it."""
    lost = {device}
    grown = True
    while grown:
        more = {name for name, above in parents.items() if name not in lost and above and lost.issuperset(above)}
        lost |= more
        grown = bool(more)
    return frozenset(lost - {device})


def isolated(canaries: Iterable[str], states: Mapping[str, tuple[CheckState, ...]]) -> bool:
    """Whether the monitor itself is cut off: it has canaries, and none of them answers."""
    answers = [reach(states.get(canary, ())) for canary in canaries]
    return bool(answers) and all(answer in (Reach.NO, Reach.DOUBT) for answer in answers)


def device_state(
    states: tuple[CheckState, ...], window: Window | None, upstream: Standing
) -> tuple[DeviceState, Message]:
    """Return what a device is, by all states of its checks, and why."""
    if window is not None:
        return DeviceState.MAINTENANCE, Message(_("maintenance: {title}"), {"title": window.title})
    reached = reach(states)
    failing = [state for state in states if state.health is Health.FAILING]
    if reached is Reach.NO:
        return _lost(failing, upstream)
    whole = [state for state in states if not state.subject.meaning]
    if reached is Reach.UNKNOWN and whole and all(state.health is Health.FAILING for state in whole):
        return DeviceState.DOWN, whole[0].summary
    if failing:
        worst = max(failing, key=lambda state: state.severity or Severity.INFORMATION)
        return DeviceState.DEGRADED, worst.summary
    if all(state.health is Health.UNKNOWN for state in states):
        return DeviceState.UNKNOWN, Message(_("not seen yet"))
    return DeviceState.UP, Message(_("answers"))


def _lost(failing: list[CheckState], upstream: Standing) -> tuple[DeviceState, Message]:
    if upstream.upstream is Upstream.DOWN:
        return DeviceState.UNREACHABLE, Message(_("behind {device}"), {"device": upstream.by})
    return DeviceState.DOWN, next(state.summary for state in failing if state.reachability)
