"""The service itself: its database and its mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwatch.config.findings import Finding, found, unknown
from netwatch.config.handover import Handover
from netwatch.config.settings import Mail, Person, Relay, Storage
from netwatch.config.values import is_loopback
from probes.api import _
from roster.layers import Post

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netwatch.config.draft import Draft
    from netwatch.config.locate import KeyPath

POSTS_TOLD = frozenset({Post.SECOND.value, Post.LEADER.value})
"""Whom an escalation may name besides people."""


def storage(draft: Draft) -> Iterator[Finding]:
    """Yield what is wrong with the database."""
    table = draft.one(Storage)
    if table.password is not None and table.url.startswith("sqlite:"):
        yield found(("storage", "password"), _("is of no use: SQLite has no password"))


def relays(draft: Draft) -> Iterator[Finding]:
    """Yield relays that cannot be signed in to, or not safely."""
    for index, relay in enumerate(draft.one(Mail).relay):
        yield from _relay(("mail", "relay", index), relay)


def told(draft: Draft) -> Iterator[tuple[KeyPath, str]]:
    """Yield every person by name who is told of faults besides the roster, and where that stands."""
    mail, handover = draft.one(Mail), draft.one(Handover)
    for index, name in enumerate(mail.fallback):
        yield ("mail", "fallback", index), name
    for number, step in enumerate(mail.escalation):
        for index, name in enumerate(step.to):
            if name not in POSTS_TOLD:
                yield ("mail", "escalation", number, "to", index), name
    for index, name in enumerate(handover.leaders):
        yield ("handover", "leaders", index), name


def recipients(draft: Draft) -> Iterator[Finding]:
    """Yield people to be told whom nobody knows or no mail reaches."""
    people = draft.names(Person)
    reached = {person.name for _path, person in draft.valid(Person) if person.mail is not None}
    valid = {person.name for _path, person in draft.valid(Person)}
    for path, name in told(draft):
        if name not in people:
            yield unknown(path, _("person"), name, people)
        elif name in valid - reached:
            yield found(path, _("'{name}' is to be told and has no mail address"), name=name)


def _relay(path: KeyPath, relay: Relay) -> Iterator[Finding]:
    if relay.password is not None and relay.user is None:
        yield found((*path, "password"), _("needs user beside it"))
    if relay.user is not None and relay.password is None:
        yield found((*path, "user"), _("needs password beside it"))
    if relay.password is not None and relay.tls == "none" and not is_loopback(relay.host):
        yield found((*path, "tls"), _("a password is not sent without encryption: choose starttls or implicit"))
    if relay.ca_file is not None and not relay.ca_file.is_file():
        yield found((*path, "ca_file"), _("there is no such file: {file}"), file=str(relay.ca_file))
