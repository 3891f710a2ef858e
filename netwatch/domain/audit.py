"""The audit log as a chain: what one event says, in one form only, and its hash over that and the hash before it.

A row that is altered, left out, put in or put elsewhere does not fit its neighbours. Who rewrites the whole chain
from there on, or cuts its end, is found by the checkpoints: see `netwatch.domain.checkpoints`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from json import JSONEncoder
from typing import TYPE_CHECKING, Any

from probes.api import Message, _

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

GENESIS = "0" * 64
"""What the first event has for the hash before it."""
TAG = b"netwatch/audit/event/1\n"
"""So that a hash of this chain is a hash of nothing else."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
BACKWARDS = 10 * 60 * 1000
"""So many milliseconds a machine's clock may be set back before the event itself must say so."""
SET_BACK = "clock_set_back"
"""Under which an event's detail says by how many seconds the clock was set back just before it."""

LONGEST, WIDEST, DEEPEST, MOST_BYTES = 500, 50, 4, 8192
"""How much of an event's detail is kept: of a text, of a list, of what is nested, of all of it."""
HIDDEN = "***"
CONFIDENTIAL = ("password", "passphrase", "secret", "token", "private", "community", "credential")
"""A value under a name that holds one of these words is not kept, whatever it is."""

encode = JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode
"""Canonical JSON: keys in order, UTF-8, no blanks."""


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One row of the log. `at` is in milliseconds since 1970, `detail` canonical JSON."""

    seq: int
    at: int
    actor: str
    address: str
    action: str
    subject: str
    detail: str
    prev_hash: str
    hash: str


def milliseconds(moment: datetime) -> int:
    """Return a time as it is hashed."""
    return (moment - EPOCH) // MILLISECOND


def moment(milliseconds: int) -> datetime:
    """Return the time that was hashed."""
    return EPOCH + milliseconds * MILLISECOND


def canonical(seq: int, at: int, actor: str, address: str, action: str, subject: str, detail: str) -> bytes:
    """Return the one form of what an event says. `detail` is canonical JSON already."""
    text = (
        f'{{"action":{encode(action)},"actor":{encode(actor)},"address":{encode(address)},"at":{at},'
        f'"detail":{detail},"seq":{seq},"subject":{encode(subject)}}}'
    )
    return text.encode("utf-8", "surrogatepass")


def hashed(said: bytes, prev_hash: str) -> str:
    """Return the hash of an event in its canonical form: SHA-256 of the tag, the hash before it, and the form."""
    return hashlib.sha256(TAG + prev_hash.encode() + said).hexdigest()


def hash_of(event: AuditEvent) -> str:
    """Return the hash that an event must have."""
    said = canonical(event.seq, event.at, event.actor, event.address, event.action, event.subject, event.detail)
    return hashed(said, event.prev_hash)


def detailed(detail: Mapping[str, Any]) -> str:
    """Return what is kept of an event's detail, as canonical JSON: bounded, without secrets and without floats."""
    text = encode(_plain(detail, DEEPEST))
    if len(text.encode()) <= MOST_BYTES:
        return text
    return encode({"cut": True, "sha256": hashlib.sha256(text.encode()).hexdigest(), "start": text[:LONGEST]})


def _plain(value: Any, deep: int) -> Any:
    """Return a value in the few kinds that have one form only. What shows itself as *** stays so."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, datetime):
        return milliseconds(value)
    if isinstance(value, bytes):
        return f"sha256:{hashlib.sha256(value).hexdigest()}"
    if isinstance(value, Mapping | Sequence | AbstractSet) and not isinstance(value, str):
        return _nested(value, deep)
    return _text(value if isinstance(value, str) else str(value))


def _nested(value: Any, deep: int) -> Any:
    if deep == 0:
        return "…"
    if isinstance(value, Mapping):
        kept = sorted((_text(str(key)), each) for key, each in value.items())[:WIDEST]
        return {key: HIDDEN if confidential(key) else _plain(each, deep - 1) for key, each in kept}
    each_of = sorted(value, key=str) if isinstance(value, AbstractSet) else value
    kept = [_plain(each, deep - 1) for each in each_of[:WIDEST]]
    return [*kept, f"… {len(value)}"] if len(value) > WIDEST else kept


def confidential(name: str) -> bool:
    """Whether what stands under a name is not for the log."""
    return any(word in name.casefold() for word in CONFIDENTIAL)


def _text(text: str) -> str:
    """Return a text that every database gives back as it took it."""
    clean = text.replace("\0", "\ufffd").encode(errors="replace").decode()
    return clean if len(clean) <= LONGEST else f"{clean[:LONGEST]}… {len(clean)}"


def bounded(text: str, most: int) -> str:
    """Return a text that fits a column, and that every database gives back as it took it."""
    return text.replace("\0", "\ufffd").encode(errors="replace").decode()[:most]


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something that is wrong with the log, and at which event."""

    seq: int
    message: Message


@dataclass(frozen=True, slots=True)
class Point:
    """A place in the chain: the number of an event, its hash, and when it was recorded."""

    seq: int = 0
    hash: str = GENESIS
    at: int = 0


def walk(events: Iterable[AuditEvent], start: Point, keep: AbstractSet[int]) -> Generator[Wrong, None, Walked]:
    """Yield what is wrong with events in the order of their numbers, after a point that is known.

    Returns where it ends, how many there were, and the hashes of the events whose numbers are to be kept.
    """
    before, count, kept = start, 0, {start.seq: start.hash}
    for event in events:
        yield from _follows(event, before)
        before = Point(event.seq, event.hash, event.at)
        count += 1
        if event.seq in keep:
            kept[event.seq] = event.hash
    kept[before.seq] = before.hash
    return Walked(before, count, kept)


@dataclass(frozen=True, slots=True)
class Walked:
    """What a walk along the chain has seen."""

    head: Point
    count: int
    hashes: Mapping[int, str]


def _follows(event: AuditEvent, before: Point) -> Iterable[Wrong]:
    """Yield what is wrong with one event, after the one before it."""
    if event.seq != before.seq + 1:
        values = {"first": before.seq + 1, "last": event.seq - 1}
        yield Wrong(before.seq + 1, Message(_("events {first} to {last} are missing"), values))
    elif event.prev_hash != before.hash:
        template = _("event {number} does not continue the event before it: one was altered, moved or put in")
        yield Wrong(event.seq, Message(template, {"number": event.seq}))
    if event.hash != hash_of(event):
        yield Wrong(event.seq, Message(_("event {number} was altered after it was recorded"), {"number": event.seq}))
    if event.at < before.at - BACKWARDS and f'"{SET_BACK}":' not in event.detail:
        values = {"number": event.seq, "seconds": (before.at - event.at) // 1000}
        yield Wrong(
            event.seq, Message(_("event {number} is {seconds} s older than one before it: the clock went back"), values)
        )
