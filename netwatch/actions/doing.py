"""What every action is given: who does it, when, on which configuration, with what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from netwatch.config.settings import LEADS, Role
from netwatch.domain.registers import Doer, NotAllowed
from netwatch.errors import UsageError
from netwatch.storage.events import Entry, EventKind
from probes.api import Message, _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.config.settings import Person
    from netwatch.progress import Progress

WRITES = (Role.ENGINEER, Role.LEADER, Role.ADMIN)
LONGEST = 4000
LARGEST = 2**31 - 1
"""The largest number that anything has: a column of PostgreSQL holds no more."""


@dataclass(frozen=True, slots=True)
class Doing:
    """Who does something, when, on which configuration, with what."""

    settings: Settings
    actor: str
    now: datetime
    arguments: Mapping[str, Any]
    login: str = ""
    """Who typed it, where somebody else than `actor`: root, or the service's own user."""
    progress: Progress | None = None
    """How the service itself fares, where one runs."""

    @property
    def person(self) -> Person:
        """Whoever acts, as the configuration knows them."""
        found = self.settings.people.get(self.actor)
        if found is None:
            raise UsageError(_("{name} is not among the people of the configuration"), name=self.actor)
        return found

    def require(self, *roles: Role) -> Person:
        """Return whoever acts; UsageError unless they have one of these roles. An admin has every one of them."""
        person = self.person
        if person.role not in (*roles, Role.ADMIN):
            template = _("{name} may not do this; it takes the role {role}")
            raise UsageError(template, name=person.name, role=" / ".join(role.value for role in roles))
        return person

    def leader(self) -> Person:
        """Return whoever acts; UsageError unless they lead: see `leads`."""
        person = self.require(*WRITES)
        return person if self.leads(person) else self.require(Role.LEADER)

    def leads(self, person: Person) -> bool:
        """Whether somebody leads: by their role, or at handovers."""
        return person.role in LEADS or person.name in self.settings.file.handover.leaders

    def doer(self) -> Doer:
        """Return whoever acts as rules of four eyes know them; UsageError unless they may write."""
        person = self.require(*WRITES)
        return Doer(person.name, leader=self.leads(person))

    def device(self, argument: str) -> str:
        """Return a device of the configuration named in an argument."""
        name = self.text(argument)
        if name not in self.settings.devices:
            raise UsageError(_("there is no device {name}"), name=name[:64])
        return name

    def colleague(self, name: str) -> Person:
        """Return somebody of the configuration named in an argument."""
        who = self.text(name)
        found = self.settings.people.get(who)
        if found is None:
            raise UsageError(_("{name} is not among the people of the configuration"), name=who)
        return found

    def entry(self, kind: EventKind, **more: Any) -> Entry:
        """Return a line of the journal by whoever acts."""
        if self.login:
            more["data"] = {**(more.get("data") or {}), "entered_by": self.login}
        return Entry(kind=kind, at=self.now, recorded_at=self.now, actor=self.actor, **more)

    def text(self, name: str, *, needed: bool = True) -> str:
        """Return what a person wrote: bounded, and without control characters but line ends."""
        value = self.arguments.get(name, "")
        if not isinstance(value, str) or len(value) > LONGEST:
            raise UsageError(_("{field}: must be a text of at most {most} characters"), field=name, most=LONGEST)
        clean = "".join(each for each in value if each in "\n\t" or each.isprintable()).strip()
        if needed and not clean:
            raise UsageError(_("{field}: must not be empty"), field=name)
        return clean

    def number(self, name: str) -> int:
        """Return a number."""
        value = self.arguments.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or abs(value) > LARGEST:
            raise UsageError(_("{field}: must be a number"), field=name)
        return value

    def seconds(self, name: str) -> timedelta | None:
        """Return a length of time given in seconds, None where there is none."""
        value = self.arguments.get(name)
        if value is None:
            return None
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= 366 * 86400:
            raise UsageError(_("{field}: must be a time between a second and a year"), field=name)
        return timedelta(seconds=value)

    def names(self, argument: str) -> list[str]:
        """Return a list of names."""
        value = self.arguments.get(argument) or []
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise UsageError(_("{field}: must be names"), field=argument)
        return value

    def moment(self, argument: str) -> datetime | None:
        """Return a time, in the site's zone where it names none."""
        value = self.arguments.get(argument)
        if value is None:
            return None
        try:
            moment = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            raise UsageError(_("{field}: must be a time such as 2026-11-22 08:00"), field=argument) from None
        return moment if moment.tzinfo else moment.replace(tzinfo=self.settings.site.zone)

    def day(self, argument: str) -> date | None:
        """Return a date."""
        value = self.arguments.get(argument)
        if value is None:
            return None
        try:
            return date.fromisoformat(value)
        except (TypeError, ValueError):
            raise UsageError(_("{field}: must be a date such as 2026-11-22"), field=argument) from None


@contextmanager
def ruled() -> Iterator[None]:
    """Say what a rule does not allow as the mistake of whoever asked for it."""
    try:
        yield
    except NotAllowed as error:
        raise UsageError(error.template, **error.values) from error


Action = Callable[["Connection", Doing], Message]
