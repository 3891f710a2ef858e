"""From observations to events: confirm before alarm and before recovery, and notice flapping."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from netwatch.domain.model import (
    Changed,
    CheckState,
    Closed,
    Event,
    FlapEnded,
    FlapStarted,
    Health,
    Observation,
    Opened,
    Policy,
)

if TYPE_CHECKING:
    from datetime import datetime


def step(state: CheckState, seen: Observation, policy: Policy) -> tuple[CheckState, tuple[Event, ...]]:
    """Return the state after one more observation, and what has happened by it.

    An observation that is not newer than the last one changes nothing: late results do not rewrite history.
    """
    if state.seen is not None and seen.at <= state.seen:
        return state, ()
    state = replace(state, seen=seen.at, value=seen.value, reachability=seen.reachability)
    if seen.good:
        state, event = _after_good(state, seen, policy)
    else:
        state, event = _after_bad(state, seen, policy)
    state, flap = _flap(state, event, seen.at, policy)
    return state, tuple(each for each in (event, flap) if each is not None)


def _after_good(state: CheckState, seen: Observation, policy: Policy) -> tuple[CheckState, Event | None]:
    if state.health is Health.FAILING:
        state = _doubt(state, seen)
        if state.against < policy.recover_after:
            return state, None
        at = state.doubt_since or seen.at
        return _settle(state, Health.OK, seen, at), Closed(at, seen.at, seen.summary)
    since = state.since if state.health is Health.OK and state.since else seen.at
    return _settle(state, Health.OK, seen, since), None


def _after_bad(state: CheckState, seen: Observation, policy: Policy) -> tuple[CheckState, Event | None]:
    assert seen.severity is not None  # noqa: S101 - the caller has just asked
    if state.health is not Health.FAILING:
        state = _doubt(state, seen)
        if state.against < policy.fail_after:
            return state, None
        at = state.doubt_since or seen.at
        return _settle(state, Health.FAILING, seen, at), Opened(at, seen.at, seen.severity, seen.summary)
    if seen.severity == state.severity:
        return replace(_calm(state), summary=seen.summary), None
    state = _doubt(state, seen)
    if state.against < policy.fail_after:
        return state, None
    at = state.doubt_since or seen.at
    state = replace(_calm(state), severity=seen.severity, summary=seen.summary)
    return state, Changed(at, seen.severity, seen.summary)


def _doubt(state: CheckState, seen: Observation) -> CheckState:
    """Count one more observation against what is confirmed; one that says something else starts anew."""
    same = state.health is not Health.FAILING or state.doubt == seen.severity
    if not (state.in_doubt and same):
        return replace(state, against=1, doubt=seen.severity, doubt_since=seen.at)
    return replace(state, against=state.against + 1, doubt=seen.severity)


def _calm(state: CheckState) -> CheckState:
    return replace(state, against=0, doubt=None, doubt_since=None)


def _settle(state: CheckState, health: Health, seen: Observation, since: datetime) -> CheckState:
    return replace(_calm(state), health=health, severity=seen.severity, summary=seen.summary, since=since)


def penalty(state: CheckState, now: datetime, policy: Policy) -> float:
    """Return the penalty of flapping at `now`: it halves with every half-life."""
    if state.flaps_at is None:
        return 0.0
    half_lives: float = max(0.0, (now - state.flaps_at) / policy.flap_half_life)
    return float(state.flaps * 0.5**half_lives)


def _flap(
    state: CheckState, event: Event | None, now: datetime, policy: Policy
) -> tuple[CheckState, FlapStarted | FlapEnded | None]:
    """Double the penalty with each confirmed change, let it decay with time, and say when it starts and ends.

    1, 3, 7: by default the third change within a few minutes starts it.
    """
    now_penalty = penalty(state, now, policy)
    if isinstance(event, Opened | Closed):
        state = replace(state, flaps=min(2 * now_penalty + 1, 4 * policy.flap_start), flaps_at=now)
        if not state.flapping and state.flaps >= policy.flap_start:
            return replace(state, flapping=True), FlapStarted(now)
    elif state.flapping and not state.in_doubt and now_penalty < policy.flap_end:
        return replace(state, flapping=False, flaps=0.0, flaps_at=None), FlapEnded(now, state.health)
    return state, None
