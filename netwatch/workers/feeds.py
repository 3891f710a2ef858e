"""Keeps the feeds of duty in step with the roster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwatch.language import translations
from netwatch.mail.office import office_of
from netwatch.storage import feeds
from probes.api import _
from roster.cover import shifts
from roster.ical import AHEAD, BEHIND, Entry, entry, turned

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.storage.feeds import Feed


def turn(tx: Connection, settings: Settings, now: datetime) -> None:
    """Let every feed say what the roster says now."""
    for feed in feeds.everything(tx):
        known = {each.uid: each for each in feeds.said(tx, feed)}
        changed = turned(known, _wanted(settings, feed, now), now)
        if changed or any(each.end < now - BEHIND for each in known.values()):
            feeds.turn(tx, feed, changed, now - BEHIND)


def _wanted(settings: Settings, feed: Feed, now: datetime) -> Iterator[Entry]:
    language = office_of(settings).speaks(feed.person) if feed.person else settings.site.language
    catalogue = translations(language)
    for shift in shifts(settings.roster, now - BEHIND, now + AHEAD):
        title, post = shift.title or shift.template, catalogue.gettext(shift.post.title)
        if feed.person in shift.people:
            said = catalogue.gettext(_("On duty: {title} ({post})"))
            yield entry(shift, said.format(title=title, post=post), now)
        elif feed.post is shift.post:
            names = ", ".join(settings.called(name) for name in shift.people) or catalogue.gettext(_("nobody"))
            yield entry(shift, f"{title}: {names}" if language == "en" else f"{title}：{names}", now)
