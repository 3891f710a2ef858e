"""Feeds of duty for calendars. The secret in the address is made by the command and never comes here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from netwatch.errors import UsageError
from netwatch.language import translations
from netwatch.mail.office import office_of
from netwatch.storage import events, feeds, identity
from netwatch.storage.events import EventKind
from netwatch.storage.feeds import Feed
from probes.api import Message, _
from roster.cover import shifts
from roster.ical import AHEAD, BEHIND, Entry, entry, turned
from roster.layers import Post

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.actions.doing import Action, Doing
    from netwatch.config import Settings

MOST = 500
"""So many feeds there may be at once."""
SHORT = 8
"""By so many characters of its digest a feed is called."""


def add(tx: Connection, doing: Doing) -> Message:
    """Make a feed of one's own duty; a leader makes one for anybody, or of a post."""
    digest = doing.text("digest")
    if re.fullmatch(r"[0-9a-f]{64}", digest, re.ASCII) is None:
        raise UsageError(_("{field}: must be a SHA-256 digest"), field="digest")
    person = doing.colleague("person").name if doing.arguments.get("person") else ""
    post = _post(doing) if doing.arguments.get("post") else None
    if post is not None or person not in {"", doing.actor}:
        doing.leader()
    if len(feeds.everything(tx)) >= MOST:
        raise UsageError(_("there are {count} feeds already; revoke one first"), count=MOST)
    feed = Feed(digest, doing.now, doing.actor, "" if post else person or doing.person.name, post)
    feeds.add(tx, feed)
    # A calendar program looks at once, and then not again for an hour. By the site's identity it knows each shift again.
    identity.of(tx)
    fill(tx, doing.settings, feed, doing.now)
    events.add(
        tx, doing.entry(EventKind.ROSTER, data={"feed": digest[:SHORT], "of": feed.person or doing.text("post")})
    )
    return Message(_("feed {name} is made"), {"name": digest[:SHORT]})


def fill(tx: Connection, settings: Settings, feed: Feed, now: datetime) -> None:
    """Let a feed say what the roster says now."""
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


def revoke(tx: Connection, doing: Doing) -> Message:
    """Make a feed's address nobody's: its own person may, and leaders."""
    name = doing.text("feed")
    found = [each for each in feeds.everything(tx) if len(name) >= SHORT and each.digest.startswith(name)]
    if len(found) != 1:
        raise UsageError(_("there is no feed {name}"), name=name[:64])
    if found[0].person != doing.person.name:
        doing.leader()
    feeds.remove(tx, found[0])
    events.add(tx, doing.entry(EventKind.ROSTER, data={"feed": found[0].digest[:SHORT], "revoked": True}))
    return Message(_("feed {name} is revoked; its address leads nowhere any more"), {"name": found[0].digest[:SHORT]})


def _post(doing: Doing) -> Post:
    try:
        return Post(doing.text("post"))
    except ValueError:
        posts = ", ".join(post.value for post in Post)
        raise UsageError(_("{field}: must be one of {choices}"), field="post", choices=posts) from None


ACTIONS: Mapping[str, Action] = {"add_feed": add, "revoke_feed": revoke}
