"""Whom each notice goes to now, and what was written to whom already."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from netwatch.domain.notices import Kind, OnDuty, Recipient, route
from netwatch.mail.sorting import Slip
from netwatch.storage.outbox import Delivery, Letter
from probes.api import Message, _

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from netwatch.domain.model import Fault
    from netwatch.mail.office import Office


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell, the row that asks for it, and the mails that it has become so far, by person."""

    base: str
    kind: Kind
    fault: Fault
    source: Letter
    written: Mapping[str, Letter] = field(default_factory=dict)

    @property
    def new(self) -> bool:
        """Whether nothing has been written for it yet."""
        return self.source.state is Delivery.UNROUTED


@dataclass(frozen=True, slots=True)
class Addressed:
    """A notice with its readers. `strays` are mails to people who are no longer meant."""

    notice: Notice
    slips: tuple[Slip, ...]
    passed: tuple[Recipient, ...] = ()
    strays: tuple[Letter, ...] = ()


def base_of(letter: Letter) -> str:
    """Return the key of the notice that a mail to a person is of: `fault/17/0` of `fault/17/0/zhang`."""
    return letter.key.removesuffix(f"/{letter.person}") if letter.person else letter.key


def address(notice: Notice, duty: OnDuty, office: Office) -> Addressed:
    """Find a notice's readers among those on duty now. Whom mail cannot reach is passed over for the next."""
    failed = {person for person, letter in notice.written.items() if letter.state is Delivery.GIVEN_UP}
    told, passed = route(duty, notice.source.also, office.mail.fallback, office.reachable - failed)
    meant = {recipient.person for recipient in told}
    strays = tuple(
        letter for person, letter in notice.written.items() if letter.state is Delivery.QUEUED and person not in meant
    )
    if strays and not told:
        stay = Message(_("nobody else can be told"))
        told, strays = tuple(Recipient(letter.person or "", stay) for letter in strays), ()
    return Addressed(notice, tuple(_slips(notice, told)), passed, strays)


def _slips(notice: Notice, told: tuple[Recipient, ...]) -> Iterator[Slip]:
    for recipient in told:
        known = notice.written.get(recipient.person)
        if known is None or known.state is Delivery.QUEUED:
            yield Slip(notice.base, notice.kind, notice.fault, recipient.person, recipient.why, notice.source, known)
