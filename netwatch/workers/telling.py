"""From a decision to rows: the outbox, the reason, the fault's memory of what was told. All in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from netwatch.domain.notices import TELLS, Circumstances, Kind, Quiet, Step, Tell, Telling, decide
from netwatch.storage import faults, outbox
from netwatch.storage.faults import Decided
from netwatch.storage.outbox import Delivery, Letter
from probes.api import Message, _

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from netwatch.config.settings import Mail
    from netwatch.domain.model import Fault


@dataclass(frozen=True, slots=True)
class Manner:
    """How the site tells: the rules, how long a first mail waits, and when a mail is given up."""

    rules: Telling
    wait: timedelta
    deadline: timedelta


def manner(mail: Mail) -> Manner:
    """Read it from the configuration."""
    steps = tuple(Step(step.after, step.to) for step in sorted(mail.escalation, key=lambda step: step.after))
    rules = Telling(mail.tell_from, mail.remind_from, mail.remind_every, steps)
    return Manner(rules, mail.wait, mail.deadline)


def tell(tx: Connection, fault: Fault, around: Circumstances, how: Manner, now: datetime) -> Fault:
    """Decide what is to be told of a fault now, and write it down; return the fault as it is then."""
    fault = _take_back(tx, fault, around, how, now)
    decision = decide(fault, around, how.rules, now)
    match decision:
        case Quiet(why=why):
            return _keep_quiet(tx, fault, why, now)
        case Tell():
            return _queue(tx, fault, decision, how, now)


def _take_back(tx: Connection, fault: Fault, around: Circumstances, how: Manner, now: datetime) -> Fault:
    """Take back a first mail that has not left yet, when by now it would not be written."""
    if fault.told is None or fault.notices == 0:
        return fault
    letter = next((each for each in outbox.of_fault(tx, fault.id) if each.key == _key(fault, fault.notices - 1)), None)
    if letter is None or letter.state is not Delivery.UNROUTED or letter.kind != Kind.OPENED.value:
        return fault
    before = replace(fault, told=None, told_at=None, told_severity=None)
    again = decide(before, around, how.rules, now)
    if isinstance(again, Tell):
        return fault
    outbox.save(tx, replace(letter, state=Delivery.DROPPED, error=str(again.why)))
    return before


def _keep_quiet(tx: Connection, fault: Fault, why: Message, now: datetime) -> Fault:
    """Record a reason for silence when it is another one than before."""
    if fault.quiet == why:
        return fault
    faults.decide(tx, Decided(now, fault.id, "quiet", told=False, why=why))
    fault = replace(fault, quiet=why)
    faults.save(tx, fault)
    return fault


def _queue(tx: Connection, fault: Fault, decision: Tell, how: Manner, now: datetime) -> Fault:
    waits = how.wait if decision.kind is Kind.OPENED else timedelta()
    letter = Letter(
        key=_key(fault, fault.notices),
        kind=decision.kind.value,
        created=now,
        next_at=now + waits,
        deadline=now + how.deadline,
        priority=int(fault.severity),
        fault=fault.id,
        also=decision.also,
    )
    number = outbox.add(tx, letter)
    faults.decide(tx, Decided(now, fault.id, decision.kind.value, told=True, why=_WHY[decision.kind], outbox=number))
    told = TELLS[decision.kind]
    fault = replace(fault, told=told, told_at=now, told_severity=fault.severity, notices=fault.notices + 1, quiet=None)
    faults.save(tx, fault)
    return fault


_WHY = {
    Kind.OPENED: Message(_("confirmed; goes to who is on duty")),
    Kind.WORSE: Message(_("it has become worse")),
    Kind.REMINDER: Message(_("nobody has acknowledged it")),
    Kind.RECOVERED: Message(_("it has recovered")),
    Kind.FLAPPING: Message(_("it changes too often; told once")),
}


def _key(fault: Fault, number: int) -> str:
    return f"fault/{fault.id}/{number}"
