"""Whom to tell what, and why not: each decision carries its reason, and it is stored.

A decision follows from what the fault is now and what people were last told, not from the event that led
there. So it can be asked again at any time: when a window ends, when a parent recovers, after a crash.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from netwatch.domain.model import Fault, Severity, Told, Window
from netwatch.domain.topology import Standing, Upstream
from probes.api import Message, _


class Kind(Enum):
    """What a notice says."""

    OPENED = "opened"
    WORSE = "worse"
    REMINDER = "reminder"
    RECOVERED = "recovered"
    FLAPPING = "flapping"


TELLS = {
    Kind.OPENED: Told.OPENED,
    Kind.WORSE: Told.OPENED,
    Kind.REMINDER: Told.OPENED,
    Kind.RECOVERED: Told.CLOSED,
    Kind.FLAPPING: Told.FLAPPING,
}
"""What people have been told of a fault after each kind of notice."""


@dataclass(frozen=True, slots=True)
class Step:
    """Who is told as well once a fault has waited this long for somebody to take it."""

    after: timedelta
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Telling:
    """The site's rules about telling."""

    tell_from: Severity = Severity.MINOR
    remind_from: Severity = Severity.CRITICAL
    remind_every: timedelta = timedelta(minutes=15)
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is so around a fault at the time of the decision."""

    standing: Standing
    window: Window | None = None
    isolated: bool = False


@dataclass(frozen=True, slots=True)
class Tell:
    """Tell who is on duty, and those in `also`: people, or the posts `second` and `leader`."""

    kind: Kind
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Quiet:
    """Tell nobody, for this reason."""

    why: Message


Decision = Tell | Quiet


def decide(fault: Fault, around: Circumstances, rules: Telling, now: datetime) -> Decision:
    """Decide what is to be told of a fault now."""
    if around.isolated:
        return Quiet(Message(_("the monitor itself is cut off; told when it is connected again")))
    if fault.open:
        return _of_open(fault, around, rules, now)
    return _of_closed(fault)


def _of_open(fault: Fault, around: Circumstances, rules: Telling, now: datetime) -> Decision:
    if fault.told in (Told.OPENED, Told.FLAPPING):
        return _again(fault, around, rules, now)
    silence = _silence(fault, around, rules)
    if silence is not None:
        return Quiet(silence)
    return Tell(Kind.FLAPPING if fault.flapping else Kind.OPENED)


def _again(fault: Fault, around: Circumstances, rules: Telling, now: datetime) -> Decision:
    """Decide about an open fault of which people know."""
    if fault.flapping:
        if fault.told is Told.OPENED:
            return Tell(Kind.FLAPPING)
        return Quiet(Message(_("it changes too often; told when it settles")))
    if fault.told is Told.FLAPPING:
        return Tell(Kind.OPENED)
    silence = _silence(fault, around, rules)
    if silence is not None:
        return Quiet(silence)
    if fault.told_severity is not None and fault.severity > fault.told_severity:
        return Tell(Kind.WORSE)
    return _reminder(fault, rules, now)


def _reminder(fault: Fault, rules: Telling, now: datetime) -> Decision:
    taken = fault.acknowledged
    if taken is not None and (taken.until is None or now < taken.until):
        return Quiet(Message(_("{who} has taken it"), {"who": taken.by}))
    if fault.severity < rules.remind_from:
        return Quiet(Message(_("already told")))
    if fault.told_at is not None and now - fault.told_at < rules.remind_every:
        return Quiet(Message(_("already told; the next reminder is due later")))
    waited = now - fault.confirmed
    also = tuple(name for step in rules.steps if waited >= step.after for name in step.to)
    return Tell(Kind.REMINDER, tuple(dict.fromkeys(also)))


def _silence(fault: Fault, around: Circumstances, rules: Telling) -> Message | None:
    """Return why an open fault is nobody's alarm."""
    if around.window is not None:
        return Message(_("in the maintenance window {title}"), {"title": around.window.title})
    if fault.reachability and around.standing.upstream is not Upstream.CLEAR:
        return Message(_UPSTREAM[around.standing.upstream], {"device": around.standing.by})
    if fault.severity < rules.tell_from:
        return Message(_("below the level for mail; told in the handover report"))
    return None


_UPSTREAM = {
    Upstream.DOWN: _("unreachable behind {device}, whose fault is told"),
    Upstream.DOUBT: _("{device} in front of it is being checked"),
    Upstream.RECOVERING: _("{device} in front of it has just come back; it is checked again first"),
}


def _of_closed(fault: Fault) -> Decision:
    if fault.told is None:
        return Quiet(Message(_("it recovered, and nobody had been told of it")))
    if fault.told is Told.CLOSED:
        return Quiet(Message(_("its recovery is told")))
    if fault.flapping:
        if fault.told is Told.OPENED:
            return Tell(Kind.FLAPPING)
        return Quiet(Message(_("it changes too often; told when it settles")))
    return Tell(Kind.RECOVERED)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who gets a mail, and why."""

    person: str
    why: Message


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Who holds which post at the time of sending. During a handover both sides hold it."""

    primary: tuple[str, ...] = ()
    second: tuple[str, ...] = ()
    leader: tuple[str, ...] = ()


def route(
    duty: OnDuty, also: tuple[str, ...], fallback: tuple[str, ...], reachable: frozenset[str]
) -> tuple[tuple[Recipient, ...], tuple[Recipient, ...]]:
    """Return who is to get a mail, and who was passed over, each with the reason.

    Nobody on duty is never nobody: the second, then the leader, then the configured fallback.
    `reachable` are the people who have a mail address.
    """
    wanted: list[Recipient] = [Recipient(person, Message(_("on duty"))) for person in duty.primary]
    for post, people in (("second", duty.second), ("leader", duty.leader)):
        if post in also:
            wanted += [Recipient(person, Message(_("escalation"))) for person in people]
    posts = ("second", "leader")
    wanted += [Recipient(person, Message(_("escalation"))) for person in also if person not in posts]
    ladder = (
        (duty.second, Message(_("second on duty: the first cannot be told"))),
        (duty.leader, Message(_("leader on call: nobody on duty can be told"))),
        (fallback, Message(_("fallback: nobody on duty can be told"))),
    )
    for people, why in ladder:
        if any(each.person in reachable for each in wanted):
            break
        wanted += [Recipient(person, why) for person in people]
    unique = {each.person: each for each in reversed(wanted)}
    ordered = sorted(unique.values(), key=lambda each: [other.person for other in wanted].index(each.person))
    told = tuple(each for each in ordered if each.person in reachable)
    passed = tuple(
        Recipient(each.person, Message(_("has no mail address"))) for each in ordered if each.person not in reachable
    )
    return told, passed
