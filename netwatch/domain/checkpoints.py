"""What vouches for the audit log from outside: signed checkpoints, the anchors made of them, sealed segments.

A chain whose end was cut off, or that was written anew as a whole, is right in itself. A checkpoint says by a
signature where the chain stood at some time; an anchor is a checkpoint that is kept where the database is not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from netwatch.domain.audit import Point, Wrong, milliseconds
from probes.api import Message, _

if TYPE_CHECKING:
    from datetime import datetime

    from netwatch.domain.audit import Walked

TAG = "netwatch/audit/checkpoint/1"
SEGMENT_TAG = "netwatch/audit/segment/1"
OFTEN = timedelta(minutes=15)
"""How long an event waits at most for the checkpoint that vouches for it, while the service runs."""
MANY = 500
"""After so many events there is a checkpoint anyway."""
APPROVALS = ("approve", "reject", "release", "withhold", "waive", "judge", "explain", "accept", "countersign", "grant")
"""An action that begins with one of these words is an approval, or its refusal: its checkpoint does not wait."""
SHORT = 16
"""By so many hexadecimal digits a mail names the head of the chain."""
WHOLE_MONTH = timedelta(days=30)
"""Segments are not smaller than that, so that there are some dozen and not a thousand."""

Authentic = Callable[[str, bytes, str], bool]
"""Whether a signature is that of the key of this name over these bytes."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Where the chain stood: its last event, that event's hash, and when this was signed, in ms since 1970."""

    seq: int
    hash: str
    at: int
    key: str = ""
    signature: str = ""

    @property
    def said(self) -> bytes:
        """What is signed."""
        return f"{TAG}\n{self.seq} {self.hash} {self.at}".encode()

    @property
    def line(self) -> str:
        """The one line by which it is kept outside of the database."""
        return f"{TAG} seq={self.seq} hash={self.hash} at={self.at} key={self.key} signature={self.signature}"


@dataclass(frozen=True, slots=True)
class Anchor:
    """A checkpoint as it was found outside of the database: in which file, in which line."""

    checkpoint: Checkpoint
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Segment:
    """Events first..last, which were written into a file and taken out of the database."""

    first: int
    last: int
    prev_hash: str
    hash: str
    upto: int
    sealed_at: int
    digest: str
    key: str = ""
    signature: str = ""

    @property
    def said(self) -> bytes:
        """What is signed."""
        words = (self.first, self.last, self.prev_hash, self.hash, self.upto, self.sealed_at, self.digest)
        return f"{SEGMENT_TAG}\n{' '.join(map(str, words))}".encode()


_LINE = re.compile(
    rf"{TAG} seq=(\d{{1,15}}) hash=([0-9a-f]{{64}}) at=(\d{{1,15}}) key=([0-9a-f]{{16}}) signature=([0-9a-f]{{128}})\s*$"
)


def anchors_in(lines: Iterable[str], file: str) -> Iterator[Anchor | Wrong]:
    """Yield the anchors of a file, and what is wrong with lines that look like one.

    Lines that say something else are passed over: a file of syslog can be given as it is.
    """
    for number, line in enumerate(lines, 1):
        if TAG not in line:
            continue
        match = _LINE.search(line)
        if match is None:
            values: dict[str, str | int | float] = {"line": number, "file": file}
            yield Wrong(0, Message(_("line {line} of {file} is not a whole anchor"), values))
        else:
            yield Anchor(Checkpoint(int(match[1]), match[2], int(match[3]), match[4], match[5]), file, number)


def is_approval(action: str) -> bool:
    """Whether an action is one for whose checkpoint nobody waits."""
    return action.rpartition(".")[2].startswith(APPROVALS)


def is_due(oldest: int | None, count: int, now: datetime, *, approval: bool) -> bool:
    """Whether there is to be a checkpoint: `oldest` and `count` are of the events that none vouches for yet."""
    if oldest is None:
        return False
    return approval or count >= MANY or milliseconds(now) - oldest >= OFTEN // timedelta(milliseconds=1)


def sealed_before(oldest: int, now: datetime, keep: timedelta) -> int | None:
    """Return the time, in ms, before which events are to be sealed; None while that is not worth a segment."""
    until = milliseconds(now - keep)
    return until if until - oldest >= WHOLE_MONTH // timedelta(milliseconds=1) else None


def segments_wrong(segments: Sequence[Segment], authentic: Authentic) -> Iterator[Wrong]:
    """Yield what is wrong with the segments that were taken out, in order."""
    before = Point()
    for each in segments:
        values = {"first": each.first, "last": each.last}
        if (each.first, each.prev_hash) != (before.seq + 1, before.hash):
            yield Wrong(
                each.first, Message(_("sealed segment {first}-{last} does not continue the one before"), values)
            )
        if not authentic(each.key, each.said, each.signature):
            yield Wrong(each.first, Message(_("sealed segment {first}-{last} was altered or forged"), values))
        before = Point(each.last, each.hash, each.upto)


def checkpoints_wrong(
    checkpoints: Sequence[Checkpoint], walked: Walked, start: Point, authentic: Authentic
) -> Iterator[Wrong]:
    """Yield what is wrong with the checkpoints of the database, or with the chain by their word."""
    for each in checkpoints:
        if not authentic(each.key, each.said, each.signature):
            template = _("the checkpoint at event {number} was altered or forged")
            yield Wrong(0, Message(template, {"number": each.seq}))
            continue
        yield from _against(each, walked, start, _AT_EVENT, {"number": each.seq})


def anchors_wrong(anchors: Sequence[Anchor], walked: Walked, start: Point, authentic: Authentic) -> Iterator[Wrong]:
    """Yield what is wrong with the anchors, or with the chain by their word."""
    for each in anchors:
        known = each.checkpoint
        values: dict[str, str | int | float] = {"line": each.line, "file": each.file}
        if not authentic(known.key, known.said, known.signature):
            yield Wrong(0, Message(_("the anchor in line {line} of {file} was altered or forged"), values))
            continue
        yield from _against(known, walked, start, _IN_LINE, {**values, "number": known.seq})


@dataclass(frozen=True, slots=True)
class _Words:
    """How it is said that something signed does not lie on the chain."""

    cut: str
    rewritten: str


_AT_EVENT = _Words(
    cut=_("the log ends at event {last}; a signed checkpoint says that it went to {number}: its end was cut"),
    rewritten=_("event {number} has another hash than its signed checkpoint: the log was rewritten"),
)
_IN_LINE = _Words(
    cut=_("the log ends at event {last}; by line {line} of {file} it went to {number}: its end was cut"),
    rewritten=_("event {number} has another hash than the anchor in line {line} of {file}: the log was rewritten"),
)


def _against(
    checkpoint: Checkpoint, walked: Walked, start: Point, words: _Words, values: Mapping[str, str | int | float]
) -> Iterator[Wrong]:
    """Yield what an authentic checkpoint says against the chain; of what was not walked nothing is known."""
    seq, last = checkpoint.seq, walked.head.seq
    if seq > last:
        yield Wrong(last + 1, Message(words.cut, {**values, "last": last}))
    elif (seq >= start.seq or seq in walked.hashes) and walked.hashes.get(seq) != checkpoint.hash:
        yield Wrong(seq, Message(words.rewritten, values))


def unvouched(walked: Walked, good: Sequence[int]) -> Iterator[Wrong]:
    """Yield that far more events than usual have no checkpoint after them: somebody took them out, or none are made."""
    last = good[-1] if good else walked.head.seq - walked.count
    if (count := walked.head.seq - last) > 2 * MANY:
        yield Wrong(0, Message(_("no checkpoint vouches for the last {count} events"), {"count": count}))


def left_out(checkpoints: Sequence[Checkpoint], anchors: Sequence[Anchor], file: str, head: Point) -> Iterator[Wrong]:
    """Yield checkpoints that are in the database or in our own file of anchors, and not in the other.

    The newest one may be on its way into the file.
    """
    here = {each.seq: each for each in checkpoints}
    there = {each.checkpoint.seq for each in anchors}
    newest = max(here, default=0)
    for seq in sorted(here.keys() - there - {newest}):
        values: dict[str, str | int | float] = {"number": seq, "file": file}
        yield Wrong(0, Message(_("the checkpoint at event {number} is missing in {file}"), values))
    for seq in sorted(there - here.keys()):
        if seq <= head.seq:
            yield Wrong(
                0, Message(_("the checkpoint at event {number} was taken out of the database"), {"number": seq})
            )


@dataclass(frozen=True, slots=True)
class Verified:
    """What came of a verification."""

    wrong: tuple[Wrong, ...]
    head: Point
    start: Point
    count: int
    segments: int = 0
    checkpoints: int = 0
    anchors: int = 0
    vouched: tuple[int, ...] = ()
    """The events at which an authentic checkpoint or anchor lies on the chain."""

    @property
    def first_bad(self) -> int | None:
        """The first event that is not as it was; None where all is well."""
        return min((each.seq for each in self.wrong if each.seq), default=None)

    @property
    def last_good(self) -> int | None:
        """The last event before that for which a checkpoint or an anchor vouches."""
        bad = self.first_bad
        return max((seq for seq in self.vouched if bad is None or seq < bad), default=None)


def vouched(checkpoints: Iterable[Checkpoint], hashes: Mapping[int, str], authentic: Authentic) -> tuple[int, ...]:
    """Return the events at which an authentic checkpoint lies on the chain."""
    return tuple(
        sorted(
            {
                each.seq
                for each in checkpoints
                if hashes.get(each.seq) == each.hash and authentic(each.key, each.said, each.signature)
            }
        )
    )


def signed(checkpoint: Checkpoint, key: str, signature: str) -> Checkpoint:
    """Return a checkpoint with its signature."""
    return replace(checkpoint, key=key, signature=signature)
