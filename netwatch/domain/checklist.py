"""Checklists: what is looked at on a round, and what an answer says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from netwatch.domain.judge import number
from netwatch.domain.model import Severity
from probes.api import Message, _

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST = 500
"""Characters of an answer, and of a remark."""
DIGITS = 1
"""A sensor and a person agree where they do so to this many digits behind the point."""


class ItemKind(Enum):
    """How an item is answered: `ok`, `flag` or `fail`; a number; words."""

    OK = "ok"
    NUMBER = "number"
    TEXT = "text"


class Verdict(Enum):
    """What an answer says. A flag is seen and let stand; a fail opens a fault; what is only noted is not judged."""

    OK = "ok"
    FLAG = "flag"
    FAIL = "fail"
    NOTED = "noted"

    @property
    def title(self) -> str:
        """Its name for people, to be translated."""
        return _TITLES[self]


_TITLES = {
    Verdict.OK: _("good"),
    Verdict.FLAG: _("conspicuous"),
    Verdict.FAIL: _("not in order"),
    Verdict.NOTED: _("noted"),
}


@dataclass(frozen=True, slots=True)
class Sensor:
    """A reading that fills an item in before somebody looks: a check of a device, what it means, of which part."""

    device: str
    check: str
    meaning: str
    item: str = ""

    @property
    def source(self) -> str:
        """Under which name its polls are kept."""
        return f"{self.device}/{self.check}"

    @property
    def series(self) -> str:
        """Under which name its values are kept in a poll."""
        return f"{self.meaning}/{self.item}" if self.item else self.meaning


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to look at. A number below `low` or above `high` fails; `severity` is that of the fault."""

    name: str
    titles: Mapping[str, str]
    kind: ItemKind = ItemKind.OK
    unit: str = ""
    low: float | None = None
    high: float | None = None
    sensor: Sensor | None = None
    severity: Severity = Severity.MINOR

    def shown(self, value: str) -> str:
        """Return an answer as people read it: a number with its unit."""
        try:
            return number(float(value), self.unit) if self.kind is ItemKind.NUMBER else value
        except ValueError:
            return value


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody found at an item, and what the sensor said then, where there is one."""

    item: str
    value: str
    verdict: Verdict
    remark: str = ""
    sensed: float | None = None

    @property
    def differs(self) -> bool:
        """Whether the sensor said something else than the person."""
        return self.sensed is not None and round(float(self.value), DIGITS) != round(self.sensed, DIGITS)


class AnswerError(ValueError):
    """An answer does not fit its item; `message` says why."""

    def __init__(self, template: str, **values: str | float) -> None:
        self.message = Message(template, values)
        super().__init__(str(self.message))


def judged(item: Item, value: str, *, remark: str = "", sensed: float | None = None) -> Answer:
    """Judge an answer; AnswerError if it is none to this item. What is not in order needs a remark."""
    if len(value) > LONGEST or len(remark) > LONGEST:
        raise AnswerError(_("{item}: must be at most {most} characters"), item=item.name, most=LONGEST)
    verdict = _JUDGES[item.kind](item, value)
    if verdict in (Verdict.FLAG, Verdict.FAIL) and item.kind is ItemKind.OK and not remark:
        raise AnswerError(_("{item}: say what is wrong, as in {item}={value}:why"), item=item.name, value=value)
    return Answer(item.name, value, verdict, remark, sensed)


def _text(item: Item, value: str) -> Verdict:
    if not value:
        raise AnswerError(_("{item}: needs an answer in words"), item=item.name)
    return Verdict.NOTED


def _number(item: Item, value: str) -> Verdict:
    try:
        read = float(value)
    except ValueError:
        read = float("nan")
    if not abs(read) < float("inf"):
        raise AnswerError(_("{item}: must be a number"), item=item.name)
    low = item.low is not None and read < item.low
    high = item.high is not None and read > item.high
    if item.low is None and item.high is None:
        return Verdict.NOTED
    return Verdict.FAIL if low or high else Verdict.OK


def _word(item: Item, value: str) -> Verdict:
    try:
        return {each.value: each for each in (Verdict.OK, Verdict.FLAG, Verdict.FAIL)}[value]
    except KeyError:
        raise AnswerError(_("{item}: must be ok, flag or fail"), item=item.name) from None


_JUDGES = {ItemKind.TEXT: _text, ItemKind.NUMBER: _number, ItemKind.OK: _word}
