"""The part of the configuration that mail needs, in one value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from netwatch.config.settings import LEADS
from netwatch.domain.notices import OnDuty
from roster.actual import present
from roster.cover import on_duty
from roster.layers import Post

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from netwatch.config import Settings
    from netwatch.config.settings import Device, Mail, Person
    from roster.actual import Relief
    from roster.cover import Roster, Shift


@dataclass(frozen=True, slots=True)
class Office:
    """Who can be told, in which words, and what is known of the devices that mails speak of."""

    name: str
    zone: ZoneInfo
    language: str
    mail: Mail
    roster: Roster
    people: Mapping[str, Person] = field(default_factory=dict)
    devices: Mapping[str, Device] = field(default_factory=dict)
    parents: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reliefs: tuple[Relief, ...] = ()

    @property
    def reachable(self) -> frozenset[str]:
        """The people who can get mail. A local part beyond ASCII needs SMTPUTF8, which few relays take."""
        return frozenset(name for name, person in self.people.items() if person.mail and person.mail.isascii())

    def shifts(self, at: datetime) -> tuple[Shift, ...]:
        """Return the shifts that are on at a time. Until a handover is signed both sides are."""
        return present(self.roster, self.reliefs, at)

    def speaks(self, person: str) -> str:
        """Return the language of somebody."""
        known = self.people.get(person)
        return (known.language if known else None) or self.language

    def called(self, person: str) -> str:
        """Return what somebody is called."""
        known = self.people.get(person)
        return (known.title if known else None) or person


def office_of(settings: Settings) -> Office:
    """Read it from the settings."""
    return Office(
        name=settings.site.name,
        zone=settings.site.zone,
        language=settings.site.language,
        mail=settings.file.mail,
        roster=settings.roster,
        people=settings.people,
        devices=settings.devices,
        parents=settings.parents,
        reliefs=settings.reliefs,
    )


def duty(shifts: tuple[Shift, ...]) -> OnDuty:
    """Return who holds which post."""

    def of(post: Post) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for shift in shifts if shift.post is post for name in shift.people))

    return OnDuty(of(Post.PRIMARY), of(Post.SECOND), of(Post.LEADER))


def leaders(settings: Settings, now: datetime) -> tuple[str, ...]:
    """Return who leads: on call now, as configured for handovers, and, where there is nobody else, by role."""
    on_call = [name for shift in on_duty(settings.roster, now) if shift.post is Post.LEADER for name in shift.people]
    named = (*on_call, *settings.file.handover.leaders)
    by_role = tuple(name for name, person in settings.people.items() if person.role in LEADS)
    return tuple(dict.fromkeys(named or by_role))


def seconds(settings: Settings, now: datetime) -> tuple[str, ...]:
    """Return who is second on duty now."""
    return tuple(name for shift in on_duty(settings.roster, now) if shift.post is Post.SECOND for name in shift.people)
