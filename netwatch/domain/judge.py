"""From a reading to observations: is what was read good or bad, and how bad."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from netwatch.domain.model import CheckId, CheckState, Health, Observation, Rule, Severity, Subject
from probes.api import Failure, Limits, Meaning, Measurement, Message, Reading, State, Value, _

if TYPE_CHECKING:
    from datetime import datetime

Rules = Callable[[Subject], Rule]
"""The rule that holds for a subject."""

STATES: Mapping[State, Severity | None] = {
    State.OK: None,
    State.UNKNOWN: None,
    State.WARNING: Severity.WARNING,
    State.CRITICAL: Severity.MAJOR,
}


@dataclass(frozen=True, slots=True)
class Judged:
    """A check as the judge sees it: what it is called, and how bad it is when nothing comes back."""

    device: str
    check: str
    reachability: bool
    severity: Severity
    meanings: Mapping[str, Meaning]


def judge(
    check: Judged, reading: Reading, at: datetime, rules: Rules, states: Mapping[CheckId, CheckState]
) -> tuple[Observation, ...]:
    """Return what one reading says of the check as a whole and of each item in it.

    A failed reading says nothing of the items: they keep what they were.
    """
    whole = Subject(check.device, check.check)
    match reading:
        case Failure(detail=detail):
            return (Observation(whole, at, check.severity, detail, check.reachability),)
        case Measurement(values=values):
            summary = _summary(reading)
            first = Observation(whole, at, None, summary, check.reachability)
            items = (_item(check, value, at, rules, states) for value in values)
            return (first, *(item for item in items if item is not None))


def _summary(reading: Measurement) -> Message:
    if reading.problems:
        return Message(
            _("answers; {count} parts could not be read: {first}"),
            {"count": len(reading.problems), "first": reading.problems[0].part},
        )
    return Message(_("answers"))


def _item(
    check: Judged, value: Value, at: datetime, rules: Rules, states: Mapping[CheckId, CheckState]
) -> Observation | None:
    """Judge one value; None where there is nothing by which to judge it."""
    subject = Subject(check.device, check.check, value.meaning, value.item)
    rule = rules(subject)
    if rule.off:
        return None
    meaning = check.meanings.get(value.meaning, Meaning(value.meaning, value.meaning))
    known = states.get(subject.id)
    if value.state is not None:
        severity = STATES[value.state]
        if severity is Severity.MAJOR:
            severity = rule.critical
        return Observation(subject, at, severity, _state_message(meaning, value), value=value.value)
    if rule.limits is None or value.value is None:
        return None
    severity, limit = _against_limits(value.value, rule, rule.limits, known)
    return Observation(subject, at, severity, _limit_message(meaning, value, severity, limit), value=value.value)


def _against_limits(
    number: float, rule: Rule, limits: Limits, known: CheckState | None
) -> tuple[Severity | None, float | None]:
    """Return how bad a number is and the limit that says so.

    While a subject is failing it is good again only beyond `recover`: a value that hovers at a limit
    is one fault, not many.
    """

    def breaks(limit: float | None) -> bool:
        return limit is not None and (number >= limit if limits.rising else number <= limit)

    if breaks(limits.critical):
        return rule.critical, limits.critical
    if breaks(limits.warning):
        return Severity.WARNING, limits.warning
    failing = known is not None and known.health is Health.FAILING
    if failing and limits.recover is not None and breaks(limits.recover):
        severity = Severity.WARNING if limits.warning is not None else rule.critical
        return severity, limits.recover
    return None, None


def _state_message(meaning: Meaning, value: Value) -> Message:
    values: dict[str, str | int | float] = {"what": meaning.title, "item": value.item}
    if value.note is not None:
        values |= {**value.note.values, "note": value.note.template}
        return Message(_("{what} {item}: {note}") if value.item else _("{what}: {note}"), values)
    values["state"] = value.state.value if value.state else ""
    return Message(_("{what} {item}: {state}") if value.item else _("{what}: {state}"), values)


def _limit_message(meaning: Meaning, value: Value, severity: Severity | None, limit: float | None) -> Message:
    values: dict[str, str | int | float] = {
        "what": meaning.title,
        "item": value.item,
        "value": number(value.value or 0.0, meaning.unit),
    }
    if severity is None or limit is None:
        return Message(_("{what} {item}: {value}") if value.item else _("{what}: {value}"), values)
    values["limit"] = number(limit, meaning.unit)
    if value.item:
        return Message(_("{what} {item} is {value}; the limit is {limit}"), values)
    return Message(_("{what} is {value}; the limit is {limit}"), values)


def number(value: float, unit: str) -> str:
    """Return a number with its unit, as short as it can be read: `93 %`, `2.4 Gbit/s`, `12.5 ms`."""
    if unit == "B":
        return _scaled(value, 1024, ("B", "KiB", "MiB", "GiB", "TiB", "PiB"))
    if unit == "s" and abs(value) >= LONG:
        return _span(value)
    if unit == "bit/s":
        return _scaled(value, 1000, ("bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"))
    return f"{_digits(value)} {unit}".rstrip()


LONG = 600
"""Seconds from which on a time is said in larger units."""


def _span(seconds: float) -> str:
    """Return a time in its two largest units: `14 d 6 h`."""
    minutes, sign = int(abs(seconds)) // 60, "-" if seconds < 0 else ""
    parts = ((minutes // 1440, "d"), (minutes // 60 % 24, "h"), (minutes % 60, "min"))
    first = next(place for place, (count, _unit) in enumerate(parts) if count)
    return sign + " ".join(f"{count} {name}" for count, name in parts[first : first + 2] if count)


def _scaled(value: float, step: int, units: tuple[str, ...]) -> str:
    power = 0
    while abs(value) >= step and power < len(units) - 1:
        value /= step
        power += 1
    return f"{_digits(value)} {units[power]}"


def _digits(value: float) -> str:
    """Return three digits at most before the point, or two that matter after it."""
    if value == int(value) or abs(value) >= 100:  # noqa: PLR2004 - three digits are enough to read
        return f"{value:.0f}"
    if abs(value) >= 1:
        return f"{value:.1f}"
    return f"{round(value, 3):.2g}"
