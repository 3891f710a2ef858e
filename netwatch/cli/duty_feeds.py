"""`netwatch duty feed`: duty as a calendar to subscribe to."""

from __future__ import annotations

import secrets
from contextlib import closing
from typing import TYPE_CHECKING

from netwatch.cli import site
from netwatch.cli.faults import local
from netwatch.language import gettext as _
from netwatch.storage import feeds
from roster.layers import Post

if TYPE_CHECKING:
    import argparse


def add_verb(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add it."""
    feed = verbs.add_parser("feed", help=_("duty as a calendar to subscribe to, under a secret address"))
    inner = feed.add_subparsers(metavar=_("VERB"), required=True)
    new = inner.add_parser("new", help=_("make one: your own duty, or with a leader's word another's"))
    of = new.add_mutually_exclusive_group()
    of.add_argument("--person", metavar="NAME", help=_("whose duty; for leaders"))
    of.add_argument("--post", choices=[post.value for post in Post], help=_("of everybody on a post; for leaders"))
    new.set_defaults(run=_new_feed)
    listed = inner.add_parser("list", help=_("the feeds, and whose they are"))
    listed.add_argument("--format", choices=("table", "json"), default="table", help=_("how to print"))
    listed.set_defaults(run=_show_feeds)
    revoke = inner.add_parser("revoke", help=_("make a feed's address lead nowhere"))
    revoke.add_argument("feed", metavar="FEED", help=_("its name, as list shows it"))
    revoke.set_defaults(run=_revoke)
    for verb in (new, listed, revoke):
        site.add_config(verb)
    for verb in (new, revoke):
        site.add_actor(verb)


def _new_feed(arguments: argparse.Namespace) -> int:
    settings = site.settings(arguments)
    secret = secrets.token_urlsafe(32)
    values = {"digest": feeds.digest_of(secret)}
    values |= {name: value for name in ("person", "post") if (value := getattr(arguments, name))}
    code = site.act(settings, "add_feed", arguments, **values)
    page = settings.mail.page or "http://{}:{}".format(*settings.listen)
    print(_("Subscribe to this address; it is shown only now, and whoever has it can read the feed:"))
    print(f"{page.rstrip('/')}/ical/{secret}.ics")
    return code


def _show_feeds(arguments: argparse.Namespace) -> int:
    settings = site.settings(arguments)
    with closing(site.reader(settings)) as database:
        found = database.read_now(feeds.everything)
    if arguments.format == "json":
        listed = [
            {"feed": each.digest[:8], "person": each.person, "post": each.post.value if each.post else "",
             "created": each.created.isoformat(), "by": each.actor}
            for each in found
        ]  # fmt: skip
        print(site.as_json(listed))
    elif not found:
        print(_("No feeds."))
    else:
        rows_ = [
            (
                each.digest[:8],
                settings.called(each.person) if each.post is None else _(each.post.title),
                local(each.created, settings.site.zone),
                settings.called(each.actor),
            )
            for each in found
        ]
        print(site.table(rows_, (_("Feed"), _("Of"), _("From"), _("By"))))
    return 0


def _revoke(arguments: argparse.Namespace) -> int:
    return site.act(site.settings(arguments), "revoke_feed", arguments, feed=arguments.feed)
