"""Feeds of duty for calendars: under which secret, whose, and what each has said so far."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from netwatch.storage.schema import feed_shifts, feeds
from roster.ical import Entry
from roster.layers import Post

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection, Row


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed of one person's duty, or of everybody's who holds a post. `digest` is of the secret in its address."""

    digest: str
    created: datetime
    actor: str
    person: str = ""
    post: Post | None = None


def digest_of(secret: str) -> str:
    """Return under what a secret is on record: who reads the database cannot read the feeds."""
    return hashlib.sha256(secret.encode()).hexdigest()


def add(tx: Connection, feed: Feed) -> None:
    """Record a feed."""
    tx.execute(
        insert(feeds).values(
            digest=feed.digest,
            person=feed.person or None,
            post=feed.post.value if feed.post else None,
            created=feed.created,
            actor=feed.actor,
        )
    )


def everything(tx: Connection) -> tuple[Feed, ...]:
    """Return every feed, the oldest first."""
    return tuple(_feed(row) for row in tx.execute(select(feeds).order_by(feeds.c.created, feeds.c.digest)))


def get(tx: Connection, digest: str) -> Feed | None:
    """Return the feed on record under a digest."""
    row = tx.execute(select(feeds).where(feeds.c.digest == digest)).one_or_none()
    return None if row is None else _feed(row)


def remove(tx: Connection, feed: Feed) -> None:
    """Forget a feed and all that it said; its address is nobody's any more."""
    tx.execute(delete(feed_shifts).where(feed_shifts.c.feed == feed.digest))
    tx.execute(delete(feeds).where(feeds.c.digest == feed.digest))


def said(tx: Connection, feed: Feed) -> tuple[Entry, ...]:
    """Return what a feed says."""
    return tuple(
        Entry(row.uid, row.start, row.end, row.title, row.changed, row.sequence, bool(row.cancelled))
        for row in tx.execute(select(feed_shifts).where(feed_shifts.c.feed == feed.digest))
    )


def turn(tx: Connection, feed: Feed, changed: Iterable[Entry], before: datetime) -> None:
    """Let a feed say other things of some shifts, and nothing of those that ended before a time."""
    rows = [
        {
            "feed": feed.digest,
            "uid": each.uid,
            "start": each.start,
            "end": each.end,
            "title": each.title,
            "sequence": each.sequence,
            "cancelled": each.cancelled,
            "changed": each.changed,
        }
        for each in changed
    ]
    own = feed_shifts.c.feed == feed.digest
    tx.execute(delete(feed_shifts).where(own, feed_shifts.c.end < before))
    if rows:
        tx.execute(delete(feed_shifts).where(own, feed_shifts.c.uid.in_([row["uid"] for row in rows])))
        tx.execute(insert(feed_shifts), rows)


def _feed(row: Row[tuple[object, ...]]) -> Feed:
    return Feed(row.digest, row.created, row.actor, row.person or "", Post(row.post) if row.post else None)
