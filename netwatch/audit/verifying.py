"""Verification: the chain of the database, its checkpoints, what is kept outside, and what was sealed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from netwatch.audit import anchors as files
from netwatch.audit import segments as sealed
from netwatch.audit import signing
from netwatch.config.registers import types
from netwatch.domain.audit import Point, Wrong, walk
from netwatch.domain.checkpoints import (
    Verified,
    anchors_wrong,
    checkpoints_wrong,
    left_out,
    segments_wrong,
    unvouched,
    vouched,
)
from netwatch.domain.vouching import Ledger
from netwatch.drift import rereading
from netwatch.drift.keeping import SECRETS, Keys
from netwatch.drift.sealing import KEY
from netwatch.keyring import Keyring
from netwatch.storage import audit, baselines, blobs, checkpoints, judged
from probes.api import Message, _

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
    from datetime import tzinfo

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.domain.audit import AuditEvent, Walked
    from netwatch.domain.checkpoints import Anchor, Checkpoint, Segment

T = TypeVar("T")
MOST = 200
"""So many things that are wrong are told one by one."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a verification goes by. `own` is the service's file of anchors, `expected` are digits from mails."""

    keys: signing.Keys
    own: Path | None
    anchors: tuple[Path, ...] = ()
    segments: Path | None = None
    start: int = 0
    expected: tuple[str, ...] = ()
    people: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The fields of each register that name people."""
    deep: bool = False
    """Whether the texts of devices are hashed anew as well, and made anew from what the devices said."""
    reads: Keys | None = None
    """What that is opened with; without it, it is not."""
    zone: tzinfo = UTC


def asked(settings: Settings, more: Iterable[bytes] = ()) -> Asked:
    """Return what a verification on this machine goes by: its own key, and more public ones.

    A key that is not there is not made: whoever only looks would give it to the wrong user.
    """
    own = (signing.Signer(settings.keys).public,) if signing.is_made(settings.keys) else ()
    people = {name: kind.people for name, kind in types(settings.file).items()}
    made = all(signing.is_made(settings.keys, name) for name in (KEY, SECRETS))
    reads = Keys.of(Keyring(settings.keys)) if made else None
    return Asked(signing.Keys((*own, *more)), settings.anchors, people=people, reads=reads, zone=settings.site.zone)


def verify(tx: Connection, asked: Asked) -> Verified:
    """Return what is wrong with the audit log, in the order of its events. `tx` has read nothing yet.

    Raises StorageError where it cannot be read, and another NetwatchError where a file cannot.
    """
    with audit.readable():
        return _verified(tx, asked)


def _verified(tx: Connection, asked: Asked) -> Verified:
    # Files first: what is appended from now on is not older than what the database is about to show.
    found, wrong = _anchors(asked)
    rows, segments = checkpoints.after(tx, 0), checkpoints.segments(tx)
    seen = _Seen(asked.expected, whole=not segments or asked.segments is not None)
    keep = {each.seq for each in (*rows, *(each.checkpoint for each in found))}
    authentic, start = asked.keys.authentic, _start(tx, asked, segments)
    before, broken = _exhausted(_files(asked.segments, segments, keep, seen))
    walked, more = _exhausted(walk(seen.through(audit.after(tx, start.seq)), start, keep))
    walked = replace(walked, hashes={**before, **walked.hashes})
    wrong += [*segments_wrong(segments, authentic), *broken, *more, *seen.missed()]
    wrong += checkpoints_wrong(rows, walked, start, authentic)
    wrong += anchors_wrong(found, walked, start, authentic)
    wrong += _own(asked.own, rows, found, walked)
    if asked.start <= 1:
        wrong += seen.ledger.wrong(judged.everything(tx, asked.people), baselines.in_force(tx), judged.rows(tx))
    if asked.deep:
        wrong += _altered(tx, asked)
    good = vouched((*rows, *(each.checkpoint for each in found)), walked.hashes, authentic)
    wrong += unvouched(walked, good)
    ordered = tuple(sorted(wrong, key=lambda each: (not each.seq, each.seq))[:MOST])
    return Verified(ordered, walked.head, start, walked.count, len(segments), len(rows), len(found), good)


def _anchors(asked: Asked) -> tuple[list[Anchor], list[Wrong]]:
    own = (asked.own,) if asked.own is not None and asked.own.exists() else ()
    found: list[Anchor] = []
    wrong: list[Wrong] = []
    for path in dict.fromkeys((*own, *asked.anchors)):
        more, worse = files.read(path)
        found += more
        wrong += worse
    return found, wrong


def _own(own: Path | None, rows: Sequence[Checkpoint], found: Sequence[Anchor], walked: Walked) -> Iterator[Wrong]:
    """Yield what is missing in the service's own file of anchors, or is only there."""
    if own is None:
        return
    if own.exists():
        yield from left_out(rows, [each for each in found if each.file == str(own)], str(own), walked.head)
    elif len(rows) > 1:
        # The very first may be on its way.
        yield Wrong(0, Message(_("the file of anchors {file} is gone"), {"file": str(own)}))


def _start(tx: Connection, asked: Asked, segments: Sequence[Segment]) -> Point:
    """Return after which point of the database the walk begins."""
    sealed_upto = Point(segments[-1].last, segments[-1].hash, segments[-1].upto) if segments else Point()
    if asked.start <= sealed_upto.seq + 1:
        return sealed_upto
    return audit.point(tx, asked.start - 1)


def _files(
    folder: Path | None, segments: Sequence[Segment], keep: set[int], seen: _Seen
) -> Generator[Wrong, None, dict[int, str]]:
    """Yield what is wrong with the files of the sealed segments, where they are to be read; return their hashes."""
    hashes: dict[int, str] = {}
    for each in segments if folder is not None else ():
        path = (folder or Path()) / sealed.name_of(each.first, each.last)
        values = {"file": str(path)}
        if not path.exists():
            yield Wrong(each.first, Message(_("the sealed segment {file} is gone"), values))
            continue
        if sealed.digest_of(path) != each.digest:
            yield Wrong(each.first, Message(_("the sealed segment {file} was altered"), values))
        start = Point(each.first - 1, each.prev_hash)
        walked = yield from walk(seen.through(sealed.events_in(path)), start, keep)
        if (walked.head.seq, walked.head.hash) != (each.last, each.hash):
            yield Wrong(each.last, Message(_("the sealed segment {file} does not end where it should"), values))
        hashes |= walked.hashes
    return hashes


class _Seen:
    """What is looked for while the log is walked: digits that people were mailed, and approvals."""

    def __init__(self, expected: Iterable[str], *, whole: bool) -> None:
        self.ledger = Ledger(whole=whole)
        self._missing = {each.lower() for each in expected}

    def through(self, events: Iterable[AuditEvent]) -> Iterator[AuditEvent]:
        for event in events:
            if self._missing:
                self._missing = {each for each in self._missing if not event.hash.startswith(each)}
            self.ledger.take(event)
            yield event

    def missed(self) -> Iterator[Wrong]:
        for each in sorted(self._missing):
            yield Wrong(0, Message(_("no event of the log has the digits {digits}"), {"digits": each[:64]}))


def _altered(tx: Connection, asked: Asked) -> Iterator[Wrong]:
    """Yield the texts of devices that are no longer what was read."""
    for name in blobs.altered(tx):
        yield Wrong(0, Message(_("the text {name} was altered in the database"), {"name": name[:12]}))
    if asked.reads is not None:
        yield from (Wrong(0, each) for each in rereading.altered(tx, asked.reads, asked.zone))


def _exhausted(going: Generator[Wrong, None, T]) -> tuple[T, list[Wrong]]:
    """Return what a walk returns, and the first of what it yields."""
    found: list[Wrong] = []
    while True:
        try:
            each = next(going)
        except StopIteration as done:
            return done.value, found
        if len(found) < MOST:
            found.append(each)
