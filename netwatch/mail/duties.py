"""Mails about recurring duties: due soon, overdue, and to those above when nobody does it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from netwatch.domain.duties import State, titled, when
from netwatch.domain.judge import number
from netwatch.domain.model import Severity
from netwatch.domain.notices import OnDuty, route
from netwatch.mail.compose import Reader, letter
from netwatch.mail.envelope import seal
from netwatch.mail.layout import laid_out
from netwatch.mail.office import duty as holders
from netwatch.mail.sheet import Fact, Sheet, footer
from netwatch.mail.wording import Wording, harmless
from probes.api import _

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from netwatch.domain.checklist import Item
    from netwatch.domain.duties import Standing
    from netwatch.mail.office import Office
    from netwatch.storage.outbox import Letter

KIND = "duty"
ITEMS = 30
"""So many items of a checklist are named."""


class Notice(Enum):
    """What a mail about a duty says."""

    REMINDER = "reminder"
    OVERDUE = "overdue"
    ESCALATION = "escalation"


@dataclass(frozen=True, slots=True)
class Told:
    """A notice that is to be written to one person; `key` makes it unique."""

    notice: Notice
    standing: Standing
    person: str

    @property
    def key(self) -> str:
        """Return the key of its row in the outbox."""
        return f"{KIND}/{self.standing.occurrence.key}/{self.notice.value}/{self.person}"


def notices(standing: Standing, now: datetime, window: timedelta) -> tuple[Notice, ...]:
    """Return what is to be told of an occurrence now; what should have been told longer than `window` ago is not."""
    occurrence, duty = standing.occurrence, standing.occurrence.duty
    if not standing.open:
        return ()
    told = []
    if standing.state is State.DUE and occurrence.due_by - duty.remind <= now:
        told.append(Notice.REMINDER)
    if standing.state is State.OVERDUE:
        told.append(Notice.OVERDUE)
    escalated = None if duty.escalate_after is None else occurrence.due_by + duty.escalate_after
    if escalated is not None and escalated <= now < escalated + window:
        told.append(Notice.ESCALATION)
    return tuple(told)


def readers(office: Office, standing: Standing, notice: Notice, now: datetime) -> tuple[str, ...]:
    """Return who is told: who is to do it, or the second and the leader; nobody is never nobody."""
    on = holders(office.shifts(now))
    duty = standing.occurrence.duty
    if notice is Notice.ESCALATION:
        told = route(OnDuty((), on.second, on.leader), ("second", "leader"), office.mail.fallback, office.reachable)[0]
    else:
        at = office.shifts(now)
        meant = (duty.person,) if duty.person else tuple(
            name for shift in at if shift.post is duty.post for name in shift.people
        )  # fmt: skip
        told = route(OnDuty(meant, on.second, on.leader), (), office.mail.fallback, office.reachable)[0]
    return tuple(each.person for each in told)


def letter_for_duty(office: Office, identity: str, told: Told, now: datetime) -> Letter:
    """Write one of them, ready to go."""
    reader = Reader(office, identity, told.person, told.key, now)
    word, occurrence = reader.word, told.standing.occurrence
    text, html = laid_out("notice", _sheet(word, office, told, now), word.language)
    subject = word(_SUBJECTS[told.notice], **_values(word, office, told))
    ready = seal(reader.envelope(f"{KIND}/{occurrence.key}"), subject, text, html)
    priority = Severity.MAJOR if told.notice is Notice.ESCALATION else Severity.MINOR
    return letter(ready, reader, kind=KIND, priority=priority)


_SUBJECTS = {
    Notice.REMINDER: _("To do by {by}: {duty} ({when})"),
    Notice.OVERDUE: _("Overdue: {duty} ({when})"),
    Notice.ESCALATION: _("Not done: {duty} ({when})"),
}
_FIRST = {
    Notice.REMINDER: _("{duty} of {when} is due by {by} and not done yet"),
    Notice.OVERDUE: _("{duty} of {when} was due by {by} and is not done; from {missed} on it counts as missed"),
    Notice.ESCALATION: _("{duty} of {when} was due by {by} and nobody has done it ({length})"),
}
_TONES = {Notice.REMINDER: "information", Notice.OVERDUE: "warning", Notice.ESCALATION: "major"}


def _values(word: Wording, office: Office, told: Told) -> dict[str, str]:
    occurrence = told.standing.occurrence
    return {
        "duty": harmless(occurrence.duty.title(word.language)),
        "when": harmless(when(occurrence, office.zone)),
        "by": word.time(occurrence.due_by),
        "missed": word.time(occurrence.missed_at),
    }


def _sheet(word: Wording, office: Office, told: Told, now: datetime) -> Sheet:
    occurrence, duty = told.standing.occurrence, told.standing.occurrence.duty
    values = {**_values(word, office, told), "length": word.length(now - occurrence.due_by)}
    meant = harmless(office.called(duty.person)) if duty.person else word(duty.post.title)
    facts = (
        Fact(word(_("Due by")), word.moment(occurrence.due_by)),
        Fact(word(_("Missed from")), word.moment(occurrence.missed_at)),
        Fact(word(_("Who does it")), meant),
        Fact(word(_("Devices left")), word.listed(tuple(sorted(told.standing.left)), ITEMS)),
        Fact(word(_("Checklist")), word(_("; ")).join(_item(word, item) for item in duty.items[:ITEMS])),
        Fact(word(_("Clauses")), ", ".join(duty.clauses)),
    )
    return Sheet(
        language=word.language,
        tone=_TONES[told.notice],
        badge=word(told.standing.state.title),
        first=word(_FIRST[told.notice], **values),
        facts=tuple(fact for fact in facts if fact.text),
        commands=_commands(word, told),
        footer=footer(word, office, now),
    )


def _item(word: Wording, item: Item) -> str:
    title = harmless(titled(item.titles, word.language), 80)
    low = "" if item.low is None else f"≥ {number(item.low, item.unit)}"
    high = "" if item.high is None else f"≤ {number(item.high, item.unit)}"
    limits = ", ".join(limit for limit in (low, high) if limit)
    return f"{title} ({limits})" if limits else title


def _commands(word: Wording, told: Told) -> tuple[Fact, ...]:
    duty = told.standing.occurrence.duty
    if told.notice is Notice.ESCALATION:
        return (Fact(word(_("To excuse it")), f'netwatch duties excuse {duty.name} --reason "…"'),)
    done = f"netwatch duties round {duty.name}" if duty.items else f"netwatch duties done {duty.name}"
    return (Fact(word(_("To enter it")), done),)
