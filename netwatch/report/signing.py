"""What people added to a report in words: next actions, items carried on, things to watch, counts, instructions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwatch.storage import remarks
from netwatch.storage.remarks import Remark, RemarkKind
from roster import facts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from netwatch.config import Settings

SAYINGS = {
    RemarkKind.WATCH: facts.Saying.WATCH,
    RemarkKind.OBJECTS: facts.Saying.OBJECTS,
    RemarkKind.INSTRUCTION: facts.Saying.INSTRUCTION,
}


def next_actions(tx: Connection, settings: Settings) -> Mapping[int, facts.NextAction]:
    """Return what is next of each fault, as somebody said last."""
    return {
        fault: facts.NextAction(remark.text, remark.due, settings.called(remark.who), remark.phone or "")
        for fault, remark in remarks.next_actions(tx).items()
    }


def tasks(tx: Connection, settings: Settings) -> tuple[facts.Task, ...]:
    """Return the items that are handed on until somebody closes them."""
    return tuple(
        facts.Task(
            key=f"item/{remark.id}",
            text=remark.text,
            since=remark.at,
            due=remark.due,
            who=settings.called(remark.who),
            phone=remark.phone or "",
        )
        for remark in remarks.standing(tx)
        if remark.kind is RemarkKind.CARRY and remark.closed_at is None
    )


def words(tx: Connection, settings: Settings, after: int) -> tuple[facts.Word, ...]:
    """Return what is to be watched, leaders' instructions, and what was counted since event `after`."""
    return tuple(
        facts.Word(
            saying=SAYINGS[remark.kind],
            text=remark.text,
            by=settings.called(remark.actor),
            at=remark.at,
            key=f"item/{remark.id}",
        )
        for remark in remarks.standing(tx, since=after)
        if remark.kind in SAYINGS and _stands(remark, after)
    )


def _stands(remark: Remark, after: int) -> bool:
    """Whether it belongs into the report: a count is of one shift, anything else stands until it is closed."""
    if remark.kind is RemarkKind.OBJECTS:
        return remark.event > after
    return remark.closed_at is None
