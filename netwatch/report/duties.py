"""Recurring duties in a report: what was done of them, what is missed, what is due; and what the room's sensors read."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from netwatch.config.duties import duties
from netwatch.domain.checklist import ItemKind, Verdict
from netwatch.domain.duties import DutyKind, State, when
from netwatch.language import LANGUAGES, translations
from netwatch.storage import duties as entries
from netwatch.storage import registers, sensors
from netwatch.storage.agenda import Agenda
from probes.api import _
from roster import facts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.domain.checklist import Answer, Item, Sensor
    from netwatch.domain.duties import Fulfilment, Occurrence, Standing
    from netwatch.storage.sensors import Range
    from roster.cover import Shift

SOON = timedelta(hours=12)
"""What is due within this is of the shift that takes over."""
KEPT = {
    State.DUE: facts.Kept.DUE,
    State.OVERDUE: facts.Kept.OVERDUE,
    State.MISSED: facts.Kept.MISSED,
    State.EXCUSED: facts.Kept.MISSED,
    State.DONE: facts.Kept.DONE,
    State.LATE: facts.Kept.LATE,
}
AMBIENT = {
    "temperature": (_("Temperature"), "°C"),
    "humidity": (_("Humidity"), "%"),
    "ups.load": (_("UPS load"), "%"),
    "ups.charge": (_("Battery charge"), "%"),
    "ups.runtime": (_("Battery runtime"), "min"),
}
"""What is measured of a room and its power, where no checklist names its sensors."""
OF_A_ROOM = frozenset(AMBIENT) - {"temperature"}
"""Temperature alone may be a switch's own: it counts of devices that measure the room or the power as well."""


def performed(
    tx: Connection, settings: Settings, shift: Shift, after: int, upto: int, now: datetime
) -> tuple[facts.Performed, ...]:
    """Return what was entered since event `after`, what waits to be done or for a reason, and what is due soon."""
    entered = {each.occurrence for each in entries.within(tx, after, upto)}
    agenda = Agenda(tx, settings, now)
    end = shift.end + SOON
    return tuple(
        _performed(tx, settings, each)
        for each in agenda.current()
        if each.occurrence.key in entered or (each.open and each.occurrence.due_by <= end)
    )


def _performed(tx: Connection, settings: Settings, standing: Standing) -> facts.Performed:
    occurrence, duty, closed = standing.occurrence, standing.occurrence.duty, standing.closed
    last = closed or (standing.entries[-1] if standing.entries else None)
    proof = registers.get(tx, last.entry) if last is not None and last.entry is not None else None
    said = proof.values if proof is not None else {}
    return facts.Performed(
        key=occurrence.key,
        duty=duty.name,
        names=_names(occurrence, settings),
        kept=KEPT.get(standing.state, facts.Kept.DUE),
        due=occurrence.due_by,
        round=duty.kind is DutyKind.ROUND,
        by=settings.called(last.actor) if last is not None else "",
        at=last.at if last is not None else None,
        text=_text(standing, last),
        answers=tuple(_answers(duty.items, last)),
        receipt=said.get("receipt", ""),
        confirmed=" ".join(said[name] for name in ("phoned", "number", "phoned_at") if said.get(name)),
        event=last.event if last is not None else None,
    )


def _names(occurrence: Occurrence, settings: Settings) -> dict[str, str]:
    """Return what a duty is called, and of which shift it is: two rounds may stand below each other."""
    titles = dict(occurrence.duty.titles)
    if occurrence.shift is None:
        return titles
    of = when(occurrence, settings.site.zone)
    return {language: f"{title} · {of}" for language, title in titles.items()}


def _text(standing: Standing, last: Fulfilment | None) -> str:
    """Return what was written, and which devices are left."""
    written = last.text if last is not None else ""
    left = ", ".join(sorted(standing.left)) if standing.entries else ""
    return "; ".join(part for part in (written, f"… {left}" if left else "") if part)


def _answers(items: tuple[Item, ...], last: Fulfilment | None) -> Iterator[facts.Answer]:
    known = {item.name: item for item in items}
    for answer in last.answers if last is not None else ():
        item = known.get(answer.item)
        if item is not None:
            sensed = f" (≠ {answer.sensed:g})" if answer.differs and answer.sensed is not None else ""
            value = answer.verdict.title if item.kind is ItemKind.OK else item.shown(answer.value)
            yield facts.Answer(item.titles, f"{value}{sensed}", _good(answer), answer.remark)


def _good(answer: Answer) -> bool | None:
    return None if answer.verdict is Verdict.NOTED else answer.verdict is Verdict.OK


def environment(tx: Connection, settings: Settings, shift: Shift, now: datetime) -> tuple[facts.Environment, ...]:
    """Return the range of each sensor of the checklists over a shift; where none is named, of those of the rooms."""
    named = {item.sensor: item for duty in duties(settings.file) for item in duty.items if item.sensor is not None}
    read = sensors.ranges(tx, tuple(named) or _of_rooms(tx), shift.start, min(shift.end, now))
    return tuple(
        _listed(sensor, values, named[sensor]) if sensor in named else _plain(sensor, values)
        for sensor, values in read.items()
    )


def _of_rooms(tx: Connection) -> tuple[Sensor, ...]:
    found = sensors.of_meanings(tx, AMBIENT)
    rooms = {sensor.device for sensor in found if sensor.meaning in OF_A_ROOM}
    return tuple(sensor for sensor in found if sensor.device in rooms)


def _listed(sensor: Sensor, values: Range, item: Item) -> facts.Environment:
    names = {language: f"{sensor.device} {title}" for language, title in item.titles.items()}
    return facts.Environment(names, values.least, values.most, values.last, item.unit, item.low, item.high)


def _plain(sensor: Sensor, values: Range) -> facts.Environment:
    title, unit = AMBIENT[sensor.meaning]
    names = {
        language: " ".join(part for part in (sensor.device, translations(language).gettext(title), sensor.item) if part)
        for language in LANGUAGES
    }
    return facts.Environment(names, values.least, values.most, values.last, unit)
