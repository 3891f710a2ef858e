"""The hardware of a device by serial number, from read to read: what is new, gone, or back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from netwatch.domain.approval import Happened, Happening
from probes.api import Message, _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from probes.api import Inventory

BOOTING = timedelta(minutes=20)
"""How long a part must be missing: the cards of a large chassis say who they are long after it answers again."""
WHOLE = frozenset({"chassis", "stack"})
"""The kinds of part that stand for a device as a whole."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of hardware as last seen. `missed` counts the complete reads in a row without it, since `missing`."""

    serial: str
    name: str
    model: str
    kind: str
    first_seen: datetime
    seen: datetime
    missed: int = 0
    missing: datetime | None = None
    gone: datetime | None = None

    @property
    def title(self) -> str:
        """What people call it."""
        return " ".join(dict.fromkeys(text for text in (self.name, self.model) if text)) or self.kind


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another device that has, or had, a part of the same serial number and model."""

    device: str
    model: str
    there: bool
    """Whether it was still there at that device's last complete read."""
    since: datetime


@dataclass(frozen=True, slots=True)
class Compared:
    """What a read has led to: the parts as they now are, and what happened."""

    parts: tuple[Part, ...]
    happened: tuple[Happened, ...] = ()


def compare(
    device: str,
    known: Iterable[Part],
    read: Inventory,
    elsewhere: Mapping[str, Elsewhere],
    now: datetime,
    reads: int,
) -> Compared:
    """Compare what is known of a device with a read of all its hardware.

    The first complete read is where it begins: nothing in it is new. An incomplete read, one without any
    serial number, and one older than the last say nothing of what they do not hold.
    """
    before = {part.serial: part for part in known}
    last = max((part.seen for part in before.values()), default=None)
    complete = read.is_complete and bool(read.parts)
    if (last is None and not complete) or (last is not None and now <= last):
        return Compared(tuple(before.values()))
    found = {each.serial: each for each in reversed(read.parts)}
    parts = {
        serial: replace(
            before.get(serial) or Part(serial, each.name, each.model, each.kind, now, now),
            name=each.name,
            model=each.model,
            kind=each.kind,
            seen=now,
            missed=0,
            missing=None,
            gone=None,
        )
        for serial, each in found.items()
    }
    for serial, part in before.items():
        if serial not in found:
            parts[serial] = _missed(part, now, reads) if complete and part.gone is None else part
    if last is None:
        return Compared(tuple(parts.values()))
    scene = _Scene(device, frozenset(part.serial for part in parts.values() if part.kind in WHOLE), elsewhere)
    sure = min((part.seen for part in before.values() if not part.missed and part.gone is None), default=last)
    return Compared(tuple(parts.values()), tuple(_happened(scene, before, parts, sure, now)))


def _missed(part: Part, now: datetime, reads: int) -> Part:
    missed, missing = part.missed + 1, part.missing or now
    is_gone = missed >= reads and now - missing >= BOOTING
    return replace(part, missed=missed, missing=missing, gone=now if is_gone else None)


@dataclass(frozen=True, slots=True)
class _Scene:
    device: str
    whole: frozenset[str]
    elsewhere: Mapping[str, Elsewhere]

    def happened(self, kind: Happening, part: Part, since: datetime, at: datetime) -> Happened:
        """Say what happened to a part, and where it has come from or gone to."""
        there = self.elsewhere.get(part.serial)
        other = there.device if there is not None and part.model == there.model and _moved(kind, part, there) else ""
        kind = Happening.PART_MOVED if other and kind is Happening.PART_NEW else kind
        values = {"part": part.title, "serial": part.serial, "other": other}
        said = _GONE_TO if other and kind is Happening.PART_GONE else _SAYS[kind]
        return Happened(kind, self.device, part.serial, since, at, Message(said, values), other, self.whole)


def _moved(kind: Happening, part: Part, there: Elsewhere) -> bool:
    """Whether another device has it now, or has it no more. Two that both have it do: some serial numbers are not."""
    if kind is Happening.PART_GONE:
        return there.there and there.since > part.first_seen
    return kind is Happening.PART_NEW and not there.there


def _happened(
    scene: _Scene, before: Mapping[str, Part], parts: Mapping[str, Part], since: datetime, now: datetime
) -> Iterable[Happened]:
    for serial, part in parts.items():
        was = before.get(serial)
        if was is None:
            yield scene.happened(Happening.PART_NEW, part, since, now)
        elif was.gone is not None and part.gone is None:
            yield scene.happened(Happening.PART_BACK, part, since, now)
        elif was.gone is None and part.gone is not None:
            yield scene.happened(Happening.PART_GONE, part, part.seen, part.missing or now)


_SAYS = {
    Happening.PART_GONE: _("{part} with the serial number {serial} is gone"),
    Happening.PART_NEW: _("{part} with the serial number {serial} is new"),
    Happening.PART_BACK: _("{part} with the serial number {serial} is back"),
    Happening.PART_MOVED: _("{part} with the serial number {serial} has come from {other}"),
}
_GONE_TO = _("{part} with the serial number {serial} is gone; {other} has it now")
