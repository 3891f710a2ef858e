"""Who was on a server on a terminal, against what was approved: rule C5 lets nobody work there unasked."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from netwatch.domain.model import Severity
from probes.api import Message, _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime, timedelta

    from netwatch.domain.drift.permit import Permit
    from probes.server.sessions import Session


@dataclass(frozen=True, slots=True)
class Accounts:
    """Whose accounts are whose: `owners` are people by their accounts, in small letters; others are called as they are.

    `shared` accounts are nobody's own: somebody on one may be any of the people who are allowed. Those in `ignored`
    are never asked about.
    """

    owners: Mapping[str, str] = field(default_factory=dict)
    shared: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()

    def may_be(self, account: str, people: frozenset[str]) -> bool:
        """Whether somebody on an account may be one of these people; of none, anybody."""
        if not people or account in self.shared:
            return True
        return bool({account, self.owners.get(account.casefold(), account)} & people)


@dataclass(frozen=True, slots=True)
class Stay:
    """Somebody's log-in on a server, until `end`: the moment it was seen last, while it lasts."""

    device: str
    groups: frozenset[str]
    session: Session
    end: datetime

    @property
    def key(self) -> str:
        """What it is called among all that is wrong: it stays the same while the log-in lasts."""
        said = f"{self.session.user}\0{self.session.tty}\0{self.session.source}"
        plain = re.sub(r"[^A-Za-z0-9.-]+", "_", self.session.user)[:20]
        digest = hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:8]
        return f"login-{self.session.start:%Y%m%dT%H%M%S}-{plain}-{digest}"


def stay(device: str, groups: frozenset[str], session: Session, seen: datetime) -> Stay:
    """Return a log-in as it was last seen. Of one whose end nobody wrote down only the beginning is known."""
    end = session.end or (max(seen, session.start) if session.is_open else session.start)
    return Stay(device, groups, session, end)


@dataclass(frozen=True, slots=True)
class Remark:
    """What is wrong with a log-in, how bad that is, and by which key it is known."""

    key: str
    severity: Severity
    summary: Message


def remarks(
    stays: Iterable[Stay], permits: Iterable[Permit], accounts: Accounts, grace: timedelta
) -> tuple[Remark, ...]:
    """Return what is wrong with log-ins: nobody had approved them, or they were not as they were approved."""
    allowed = tuple(each for each in permits if not each.claimed)
    found = (remark(each, allowed, accounts, grace) for each in stays if each.session.user not in accounts.ignored)
    return tuple(each for each in found if each is not None)


def remark(stay: Stay, permits: Iterable[Permit], accounts: Accounts, grace: timedelta) -> Remark | None:
    """Return what is wrong with one log-in: what comes closest to allowing it says what it lacks."""
    begun = [each for each in permits if _names(each, stay) and _open(each, stay.session.start, grace)]
    by_person = [each for each in begun if accounts.may_be(stay.session.user, each.people)]
    if any(_open(each, stay.end, grace) for each in by_person):
        return None
    if by_person:
        return _said(stay, Severity.MINOR, _TOO_LONG, by_person[0])
    if begun:
        return _said(stay, Severity.MAJOR, _SOMEBODY_ELSE, begun[0])
    return _said(stay, Severity.MAJOR, _UNASKED if stay.session.source else _UNASKED_THERE, None)


_UNASKED = _("{user} was logged in on {tty} from {source} and nobody had approved it")
_UNASKED_THERE = _("{user} was logged in on {tty}, at the machine itself, and nobody had approved it")
_SOMEBODY_ELSE = _("{user} was logged in on {tty} during {note}, which names others")
_TOO_LONG = _("{user} was logged in on {tty} for longer than {note} allows")


def _names(permit: Permit, stay: Stay) -> bool:
    """Whether a permit is about this server. What it allows to change there does not matter: one must log in for it."""
    return any(scope.device == stay.device or scope.group in stay.groups for scope in permit.scopes)


def _open(permit: Permit, at: datetime, grace: timedelta) -> bool:
    return permit.start - grace <= at and (permit.end is None or at <= permit.end + grace)


def _said(stay: Stay, severity: Severity, template: str, permit: Permit | None) -> Remark:
    session = stay.session
    values: dict[str, str | int | float] = {"user": session.user, "tty": session.tty, "source": session.source}
    if permit is not None:
        values |= {**permit.name.values, "note": permit.name.template}
    return Remark(stay.key, severity, Message(template, values))
