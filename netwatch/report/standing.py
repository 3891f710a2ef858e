"""Who stands in for whom on a shift."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwatch.storage import roster
from roster import facts
from roster.cover import shifts

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from netwatch.config import Settings
    from roster.cover import Cover, Shift


def stands(tx: Connection, settings: Settings, shift: Shift) -> tuple[facts.Stand, ...]:
    """Return who is there in the time of a shift without having been planned, of every post."""
    waiting = {cover for exchange in roster.waiting(tx) for cover in exchange.effective}
    return tuple(
        _stand(settings, each, person, waiting)
        for each in shifts(settings.roster, shift.start, shift.end)
        for person in each.people
        if person not in each.planned
    )


def _stand(settings: Settings, shift: Shift, person: str, waiting: set[Cover]) -> facts.Stand:
    cover = next((each for each in settings.roster.covers if each.by == person and _of(each, shift)), None)
    away = tuple(name for name in shift.planned if name not in shift.people)
    return facts.Stand(
        post=shift.post,
        person=settings.called(person),
        planned=", ".join(settings.called(name) for name in away),
        reason=cover.reason if cover is not None else "",
        approved=cover not in waiting,
    )


def _of(cover: Cover, shift: Shift) -> bool:
    if cover.slot:
        return cover.slot == shift.slot
    meets = (cover.start is None or cover.start < shift.end) and (cover.end is None or shift.start < cover.end)
    return meets and cover.post in {None, shift.post}
