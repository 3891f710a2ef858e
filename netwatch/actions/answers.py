"""Answers to a checklist, as a command brings them: `item=value:remark`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwatch.domain.checklist import Answer, AnswerError, Item, ItemKind, Verdict, judged
from netwatch.errors import UsageError
from netwatch.storage import sensors
from probes.api import _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from netwatch.actions.doing import Doing
    from netwatch.domain.duties import Duty

NAMES = 10


def answered(tx: Connection, doing: Doing, duty: Duty) -> tuple[Answer, ...]:
    """Return an answer to every item; with `rest` what was not named is good, or as its sensor says."""
    given = _given(doing, duty)
    answers, missing = [], []
    for item in duty.items:
        sensed = sensors.latest(tx, item.sensor, doing.now) if item.sensor else None
        value = given.get(item.name) or (_assumed(item, sensed) if doing.arguments.get("rest") is True else None)
        if value is None:
            missing.append(item.name)
        else:
            answers.append(_judged(item, value, sensed))
    if missing:
        names = ", ".join(missing[:NAMES])
        raise UsageError(
            _("{duty}: not answered: {names}; --ok-rest takes what is left as good"), duty=duty.name, names=names
        )
    return tuple(answers)


def _given(doing: Doing, duty: Duty) -> Mapping[str, str]:
    given: dict[str, str] = {}
    for each in doing.names("answers"):
        name, equals, value = each.partition("=")
        if not equals:
            raise UsageError(_("{answer}: must be such as temperature=23.5 or water=fail:wet floor"), answer=each[:80])
        if duty.item(name) is None:
            items = ", ".join(item.name for item in duty.items)
            raise UsageError(
                _("{duty} has no item {name}; its items are: {items}"), duty=duty.name, name=name[:80], items=items
            )
        if name in given:
            raise UsageError(_("{name} is answered twice"), name=name)
        given[name] = "".join(char for char in value if char.isprintable()).strip()
    return given


def _assumed(item: Item, sensed: float | None) -> str | None:
    """Return what is taken for an item that nobody named: nothing where only a person can say it."""
    match item.kind:
        case ItemKind.OK:
            return Verdict.OK.value
        case ItemKind.NUMBER:
            return None if sensed is None else f"{sensed:g}"
        case ItemKind.TEXT:
            return None


def _judged(item: Item, value: str, sensed: float | None) -> Answer:
    remark = ""
    if item.kind is not ItemKind.TEXT:
        value, _colon, remark = value.partition(":")
    try:
        return judged(item, value.strip(), remark=remark.strip(), sensed=sensed)
    except AnswerError as error:
        raise UsageError(error.message.template, **error.message.values) from None
