"""The registers in a report: what moved since the one before, what stands, what waits, what is overdue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwatch.config.registers import types
from netwatch.domain.registers import EntryState, EntryStep, FieldKind
from netwatch.storage import registers
from roster import facts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.domain.registers import Entry, RegisterType
    from netwatch.storage.registers import Taken

ABOUT = ("item", "name", "software", "what")
BEGINS = frozenset({EntryStep.OPEN, EntryStep.SUBMIT})


def records(tx: Connection, settings: Settings, after: int, upto: int, now: datetime) -> tuple[facts.Record, ...]:
    """Return the entries that moved after event `after`, and those with which something is still to happen."""
    kinds = types(settings.file)
    moved = registers.moved(tx, after, upto)
    standing = {entry.id: entry for entry in registers.open_entries(tx)}
    known = {**{entry.id: entry for entry in registers.several(tx, sorted(set(moved) - set(standing)))}, **standing}
    return tuple(
        _record(settings, kinds[entry.register], entry, moved.get(entry.id, ()), now)
        for entry in known.values()
        if entry.register in kinds and _belongs(kinds[entry.register], entry, moved, settings, now)
    )


def _belongs(
    kind: RegisterType, entry: Entry, moved: Mapping[int, tuple[Taken, ...]], settings: Settings, now: datetime
) -> bool:
    """Whether it belongs into the report: a draft is nobody's business yet, and what is done and quiet is over."""
    if entry.state is EntryState.DRAFT:
        return False
    waits = entry.state is EntryState.DONE and not entry.overdue(kind, now, settings.site.zone)
    return not waits or entry.id in moved


def _record(
    settings: Settings, kind: RegisterType, entry: Entry, moved: tuple[Taken, ...], now: datetime
) -> facts.Record:
    steps = {taken.step: taken for taken in moved}
    ended = steps.get(EntryStep.DONE) or steps.get(EntryStep.CANCEL) or steps.get(EntryStep.REJECT)
    device = next((entry.values.get(each.name, "") for each in kind.fields if each.kind is FieldKind.DEVICE), "")
    text = next((entry.values[name] for name in ABOUT if entry.values.get(name)), device)
    return facts.Record(
        number=entry.id,
        register=kind.name,
        names=kind.titles,
        place=facts.Place(kind.place),
        state=entry.state.title,
        text=text,
        applicant=settings.called(entry.applicant),
        since=entry.opened or entry.created,
        due=None if entry.closed else entry.due,
        overdue=entry.overdue(kind, now, settings.site.zone),
        waiting=entry.state is EntryState.SUBMITTED,
        open=entry.state is EntryState.OPEN,
        approver=settings.called(entry.approved_by or ""),
        closed=entry.closed,
        fields=tuple(
            facts.Labelled(each.titles, settings.called(entry.values[each.name]))
            for each in kind.fields
            if entry.values.get(each.name) and entry.values[each.name] != text
        ),
        device=device,
        opened_event=max((taken.event for taken in moved if taken.step in BEGINS), default=0),
        closed_event=ended.event if ended else None,
    )
