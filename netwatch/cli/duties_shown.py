"""How duties, checklists and what was done of them are printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from netwatch.cli import site
from netwatch.cli.faults import local
from netwatch.domain.checklist import ItemKind
from netwatch.domain.duties import Mark, titled, when
from netwatch.domain.judge import number
from netwatch.language import gettext as _
from netwatch.language import of_terminal
from probes.api import _ as mark

if TYPE_CHECKING:
    from collections.abc import Mapping

    from netwatch.config import Settings
    from netwatch.domain.checklist import Answer, Item, Sensor
    from netwatch.domain.duties import Duty, Fulfilment, Standing

MARKS = {
    Mark.DONE: mark("done"),
    Mark.EXCUSED: mark("excused"),
    Mark.LAPSED: mark("lapsed without a reason"),
    Mark.SETTLED: mark("settled"),
}
KINDS = {
    ItemKind.OK: mark("ok, flag or fail"),
    ItemKind.NUMBER: mark("a number"),
    ItemKind.TEXT: mark("in words"),
}


def row(standing: Standing, settings: Settings) -> tuple[str, ...]:
    """Return an occurrence as a line of a table."""
    occurrence, duty = standing.occurrence, standing.occurrence.duty
    zone = settings.site.zone
    state = _(standing.state.title)
    if standing.closed is not None:
        state = f"{state} ({settings.called(standing.closed.actor)} {local(standing.closed.at, zone)})"
    return (
        local(occurrence.due_by, zone),
        duty.title(of_terminal()),
        when(occurrence, zone),
        state,
        _who(standing, settings),
        f"{len(standing.left)}/{len(duty.devices)}" if duty.devices else "",
        occurrence.key,
    )


def plain(standing: Standing) -> dict[str, Any]:
    """Return an occurrence as JSON has it."""
    occurrence, closed = standing.occurrence, standing.closed
    return {
        "key": occurrence.key,
        "duty": occurrence.duty.name,
        "titles": dict(occurrence.duty.titles),
        "kind": occurrence.duty.kind.value,
        "state": standing.state.value,
        "due_from": occurrence.due_from.isoformat(),
        "due_by": occurrence.due_by.isoformat(),
        "missed_at": occurrence.missed_at.isoformat(),
        "left": sorted(standing.left),
        "by": closed.actor if closed else None,
        "at": closed.at.isoformat() if closed else None,
        "text": closed.text if closed else None,
    }


def checklist(duty: Duty, read: Mapping[Sensor, float]) -> str:
    """Return a checklist, one line for each item, with what the sensors read."""
    rows = []
    for item in duty.items:
        sensed = read.get(item.sensor) if item.sensor else None
        reading = number(sensed, item.unit) if sensed is not None else "-" if item.sensor else ""
        rows.append((item.name, titled(item.titles, of_terminal()), _(KINDS[item.kind]), _limits(item), reading))
    head = (_("Checklist item"), _("Title"), _("Answer"), _("Limits"), _("Sensor"))
    return site.table(rows, head) if rows else _("No checklist.")


def history_row(entry: Fulfilment, settings: Settings) -> tuple[str, ...]:
    """Return what was entered as a line of a table."""
    said = [
        _answer(answer) for answer in entry.answers if answer.remark or answer.differs or answer.verdict.value == "fail"
    ]
    text = _("; ").join(part for part in (entry.text, _(", ").join(entry.devices), *said) if part)
    at = local(entry.at, settings.site.zone)
    return (at, entry.duty, _(MARKS[entry.mark]), settings.called(entry.actor), text, entry.occurrence)


def _answer(answer: Answer) -> str:
    told = f"{answer.item}={answer.value}"
    if answer.differs:
        told += _(" (sensor: {value})").format(value=f"{answer.sensed:g}")
    return f"{told}: {answer.remark}" if answer.remark else told


def _limits(item: Item) -> str:
    low = "" if item.low is None else f"≥ {number(item.low, item.unit)}"
    high = "" if item.high is None else f"≤ {number(item.high, item.unit)}"
    return " ".join(part for part in (low, high) if part)


def _who(standing: Standing, settings: Settings) -> str:
    occurrence, duty = standing.occurrence, standing.occurrence.duty
    if duty.person:
        return settings.called(duty.person)
    if occurrence.shift is not None:
        return _(", ").join(settings.called(name) for name in occurrence.shift.people) or _("nobody")
    return _(duty.post.title)
