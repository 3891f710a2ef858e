"""The duty of a person or a post as a calendar to subscribe to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwatch.language import translations
from netwatch.storage import feeds, identity, records
from roster.ical import feed

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from netwatch.config import Settings


def feed_page(tx: Connection, settings: Settings, digest: str) -> bytes | None:
    """Return the calendar of the feed under a digest; None where there is none, or its person is gone."""
    known = feeds.get(tx, digest)
    if known is None or (known.person and known.person not in settings.people):
        return None
    if known.post is not None:
        name = f"{settings.site.name} · {translations(settings.site.language).gettext(known.post.title)}"
    else:
        name = f"{settings.site.name} · {settings.called(known.person)}"
    return feed(name, feeds.said(tx, known), records.get(tx, identity.KEY) or "netwatch")
