"""What the script has said, as a collection: the same for a server over SSH and for this very machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from probes.api import Failure, Message, Trouble, _
from probes.collect import Collection
from probes.server.sessions import evidence, sessions
from probes.server.stream import taken_apart

if TYPE_CHECKING:
    from collections.abc import Iterable

    from probes.collect import Capture, Evidence

BIGGEST = 64 << 20
"""Bytes of one answer; what is more is not waited for, and what it cuts is a gap."""


def read(raw: bytes, asked: frozenset[str], host_key: str = "") -> Collection | Failure:
    """Return what an answer says of the facets that were asked for."""
    visit = taken_apart(raw, asked)
    if visit is None:
        what = Message(_("what runs there is not netwatch-collect: its first line is missing"))
        return Failure(Trouble.PROTOCOL, what)
    return Collection(visit.captures, host_key, _evidence(visit.captures), visit.unread)


def _evidence(captures: Iterable[Capture]) -> tuple[Evidence, ...]:
    logins = [each for each in captures if each.facet == "logins"]
    lines = (answer.raw.decode("utf-8", "replace") for each in logins for answer in each.answers)
    return evidence(each for text in lines for each in sessions(text.splitlines()))
