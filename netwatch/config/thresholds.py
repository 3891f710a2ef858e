"""Which limits hold for one item of one device: the most specific threshold, else those of the meaning."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from netwatch.domain.model import Rule
from probes.api import Limits, Meaning
from probes.meanings import SHARED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from netwatch.config.checks import Check
    from netwatch.config.settings import Threshold
    from netwatch.domain.model import Subject
    from netwatch.plugins import Registry

REMEMBERED = 100_000
"""How many rules are kept: those of 300 switches of 48 ports, worked out again beyond that."""
EVERYWHERE = {meaning.name: meaning for meaning in SHARED}


class Meanings:
    """What the numbers of each kind mean, each kind asked once."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._known: dict[str, Mapping[str, Meaning]] = {}

    def of(self, kind: str) -> Mapping[str, Meaning]:
        """Return every meaning that this kind of probe may report, by name."""
        if kind not in self._known:
            own = {meaning.name: meaning for meaning in self._registry.probe(kind).meanings}
            self._known[kind] = EVERYWHERE | own
        return self._known[kind]


def rising(threshold: Threshold, meaning: Meaning) -> bool | None:
    """Return whether high values are bad; None where neither the meaning nor the limits say so.

    `bad` says it. Else the meaning's own limits do, else the order of those that are given.
    """
    if threshold.bad is not None:
        return threshold.bad == "above"
    if meaning.limits is not None:
        return meaning.limits.rising
    rungs = [rung for rung in (threshold.recover, threshold.warning, threshold.critical) if rung is not None]
    return rungs[0] < rungs[-1] if rungs[0] != rungs[-1] else None


def has_limits(threshold: Threshold) -> bool:
    """Say whether a threshold brings limits of its own."""
    return threshold.warning is not None or threshold.critical is not None


def limits(threshold: Threshold, meaning: Meaning) -> Limits:
    """Return the limits that a threshold brings."""
    up = rising(threshold, meaning) is not False
    return Limits(threshold.warning, threshold.critical, threshold.recover, rising=up)


@dataclass(frozen=True, slots=True)
class Place:
    """What of a subject decides on its limits. `groups` are in the device's order, the last the strongest."""

    device: str
    groups: tuple[str, ...]
    item: str


class Rules:
    """The rules of all subjects."""

    def __init__(
        self,
        thresholds: Iterable[Threshold],
        checks: Iterable[Check],
        groups: Mapping[str, tuple[str, ...]],
        meanings: Meanings,
    ) -> None:
        self._kinds = {(check.device, check.name): check.kind for check in checks}
        self._groups = groups
        self._meanings = meanings
        self._plain: dict[tuple[str | None, str], Rule] = {}
        self._by_meaning: dict[str, list[Threshold]] = {}
        for threshold in thresholds:
            self._by_meaning.setdefault(threshold.meaning, []).append(threshold)
        self._special = lru_cache(maxsize=REMEMBERED)(self._work_out)

    def of(self, subject: Subject) -> Rule:
        """Return the rule that holds for a subject; without limits where nothing is known of it."""
        kind = self._kinds.get((subject.device, subject.check))
        if subject.meaning in self._by_meaning:
            place = Place(subject.device, self._groups.get(subject.device, ()), subject.item)
            return self._special(kind, subject.meaning, place)
        key = (kind, subject.meaning)
        if key not in self._plain:
            self._plain[key] = Rule(self._meaning(kind, subject.meaning).limits)
        return self._plain[key]

    def _work_out(self, kind: str | None, name: str, place: Place) -> Rule:
        meaning = self._meaning(kind, name)
        rule = Rule(meaning.limits)
        ranked = [(rank, each) for each in self._by_meaning[name] if (rank := _rank(each, place)) is not None]
        for _rank_of_it, threshold in sorted(ranked, key=lambda pair: pair[0]):
            rule = replace(
                rule,
                limits=limits(threshold, meaning) if has_limits(threshold) else rule.limits,
                critical=rule.critical if threshold.severity is None else threshold.severity,
                off=rule.off if threshold.off is None else threshold.off,
            )
        return rule

    def _meaning(self, kind: str | None, name: str) -> Meaning:
        known = EVERYWHERE if kind is None else self._meanings.of(kind)
        return known.get(name, Meaning(name, name))


def _rank(threshold: Threshold, place: Place) -> tuple[int, int, int] | None:
    """Return how specific a threshold is for a place; None where it is not meant."""
    item = _item_rank(threshold.item, place.item)
    if item is None:
        return None
    if threshold.device is not None:
        return (item, 2, 0) if threshold.device == place.device else None
    if threshold.group is not None:
        return (item, 1, place.groups.index(threshold.group)) if threshold.group in place.groups else None
    return item, 0, 0


def _item_rank(pattern: str | None, item: str) -> int | None:
    if pattern is None:
        return 0
    if pattern == item:
        return 2
    parts = (re.escape(part) for part in pattern.split("*"))
    return 1 if "*" in pattern and re.fullmatch(".*".join(parts), item, re.DOTALL) else None
