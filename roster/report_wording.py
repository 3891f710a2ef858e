"""What a report says of its parts, in one language and zone: one wording for page, text and mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roster.facts import Severity
from roster.layers import Post
from roster.report import Colour, Reason
from roster.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from roster.facts import Fault, LogEntry, MailFigures, Monitoring, Polls, Unseen
    from roster.report import FaultEntry, Handover, Head

# Of the regulation: following the handover procedure, and recording faults and their repair.
_CLAUSES = "C2, C4"


def _(title: str) -> str:
    """Mark a title for translation; it is translated where it is shown."""
    return title


_COLOURS = {Colour.RED: _("red"), Colour.AMBER: _("amber"), Colour.GREEN: _("green")}


class ReportWording(Wording):
    """The words of a handover report."""

    def carried(self, age: int) -> str:
        """Return for how many shifts something has been handed on."""
        return (
            self.ngettext("carried over for {n} shift", "carried over for {n} shifts", age) if age else self(_("new"))
        )

    def colour(self, colour: Colour) -> str:
        """Return the name of the state's colour."""
        return self(_COLOURS[colour])

    def state(self, handover: Handover) -> str:
        """Return the state in one sentence."""
        told = self.statements(*self._state(handover))
        return self(_("{sentence}."), sentence=told[:1].upper() + told[1:])

    def _state(self, handover: Handover) -> list[str]:
        reasons = handover.state.reasons
        lesser = len(handover.lesser)
        return [
            *(self._grave(handover) or [self(_("no critical or major fault is open"))]),
            self.ngettext("{n} lesser fault is open", "{n} lesser faults are open", lesser) if lesser else "",
            self(_("the monitoring itself needs attention")) if Reason.MONITORING in reasons else "",
            self(_("nobody is on duty next")) if Reason.NOBODY_NEXT in reasons else "",
            self.seen(handover.monitoring),
        ]

    def _grave(self, handover: Handover) -> list[str]:
        critical = sum(entry.worst is Severity.CRITICAL for entry in handover.act_now)
        major = len(handover.act_now) - critical
        blind = Reason.BLIND in handover.state.reasons
        told = [
            self(_("the monitoring sees no device at all")) if blind else "",
            self.ngettext("{n} critical fault is open", "{n} critical faults are open", critical) if critical else "",
            self.ngettext("{n} major fault is open", "{n} major faults are open", major) if major else "",
        ]
        return [clause for clause in told if clause]

    def seen(self, own: Monitoring) -> str:
        """Return the share of devices seen."""
        return self(_("{seen} of {total} devices seen"), seen=own.devices_seen, total=own.devices_total)

    def polled(self, polls: Polls) -> str:
        """Return how one kind of poll fares."""
        late = self.ngettext("{n} late", "{n} late", polls.late) if polls.late else ""
        return self.clauses(f"{self.word(polls.kind)} {self.when(polls.last)}", late)

    def mail(self, mail: MailFigures) -> str:
        """Return how mail fares."""
        return self.clauses(
            self(_("{n} sent"), n=mail.sent),
            self.ngettext("{n} failed attempt", "{n} failed attempts", mail.failed),
            self(_("{n} waiting"), n=mail.waiting),
            self(_("the oldest since {time}"), time=self.when(mail.oldest)) if mail.oldest else "",
            self(_("{n} given up"), n=mail.given_up),
        )

    def clock(self, own: Monitoring) -> str:
        """Return how far the clock can be trusted."""
        kept = {None: "", True: self(_("synchronised")), False: self(_("not synchronised"))}[own.clock_synchronised]
        off = "" if own.clock_offset is None else self(_("off by {seconds} s"), seconds=f"{own.clock_offset:+.3f}")
        return self.clauses(kept, off) or self(_("not known"))

    def backup(self, own: Monitoring) -> str:
        """Return when netwatch itself was last backed up."""
        made = self.when(own.backup_at) if own.backup_at else self(_("not known"))
        return self.clauses(made, self(_("failed")) if own.backup_good is False else "")

    def signers(self, head: Head) -> tuple[tuple[str, str], ...]:
        """Return who signs: each label with its names."""
        sides = (
            (_("Outgoing"), head.outgoing, False),
            (_("Incoming"), head.incoming, False),
            (_("Leader"), head.outgoing, True),
        )
        return tuple(
            (self(label), self.listed(duty.person.name for duty in duties if (duty.post is Post.LEADER) == leads))
            for label, duties, leads in sides
        )

    def revision(self, head: Head) -> str:
        """Return which revision of the report it is."""
        return self(_("revision {n}"), n=head.revision)

    def foot(self, head: Head) -> str:
        """Return what names the report beyond doubt, and which rules it serves."""
        parts = (
            "netwatch",
            head.shift,
            self.revision(head),
            self(_("events {first} to {last}"), first=head.after_event + 1, last=head.upto_event),
            self(_("after {shift}"), shift=head.previous or self(_("None"))),
            self(_("rules {clauses}"), clauses=_CLAUSES),
        )
        return " · ".join(parts)

    def fault(self, entry: FaultEntry) -> str:
        """Return which fault it is: `core-a machine room: power supply 1 has failed`, and what is odd about it."""
        fault = entry.fault
        where = f"{fault.device} {fault.where}" if fault.where else fault.device
        return self.noted(self.labelled(where, self.said(fault.summary)), self.remarks(entry))

    def remarks(self, entry: FaultEntry) -> str:
        """Return what is odd about a fault's record."""
        reopened = entry.fault.reopened
        again = self.ngettext("reopened {n} time", "reopened {n} times", reopened) if reopened else ""
        return self.clauses(self(_("netwatch no longer knows this fault")) if entry.lost else "", again)

    def behind(self, entry: FaultEntry) -> str:
        """Return how many faults it explains, and of which devices."""
        if not entry.hidden:
            return ""
        count = self.ngettext("{n} more fault behind it", "{n} more faults behind it", entry.hidden)
        return self.labelled(count, self.listed(entry.behind, entry.hidden)) if entry.behind else count

    def numbers(self, handover: Handover) -> str:
        """Return how many faults were opened and closed in the shift."""
        opened, closed = len(handover.opened), len(handover.closed)
        return self(_("{opened} opened, {closed} closed"), opened=opened, closed=closed)

    def recorded(self, entry: LogEntry) -> str:
        """Return when a log entry was recorded, where that was not when it happened."""
        written = self.when(entry.recorded_at)
        return self(_("recorded {time}"), time=written) if written != self.when(entry.occurred_at) else ""

    def unseen(self, devices: Iterable[Unseen]) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Return the devices whose state is not known, those with one reason together: the reason, and who they are."""
        alike: dict[str, list[str]] = {}
        for each in devices:
            reason = self.said(each.reason) if each.reason else ""
            why = self.clauses(self(each.sight.title), reason, self.since(each.since))
            alike.setdefault(why, []).append(f"{each.device} {each.where}".rstrip())
        return tuple((why, tuple(names)) for why, names in alike.items())

    def explained(self, handover: Handover) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Return the faults that another one explains, by that one: its number, and which they are."""
        by_root: dict[int, list[str]] = {}
        for entry in sorted(handover.explained, key=lambda entry: entry.fault.id):
            by_root.setdefault(entry.fault.root or 0, []).append(f"F{entry.fault.id} {entry.fault.device}")
        return tuple((f"F{root}", tuple(names)) for root, names in sorted(by_root.items()))

    def headline(self, handover: Handover) -> str:
        """Return what a mail's subject says: which shift, and the worst of it."""
        head = handover.head
        shift = head.title or head.shift
        worst = self.clauses(*self._grave(handover)) or self(_("no critical or major fault is open"))
        return self(_("Handover {date} {shift}: {state}"), date=head.date, shift=shift, state=worst)

    def taken(self, fault: Fault, at: datetime) -> str:
        """Return who has taken a fault upon themselves, until when, and what they wrote."""
        held = fault.acknowledged
        if held is None or not held.in_force(at):
            return self(_("nobody yet"))
        taken = self.clauses(f"{held.by} {self.when(held.at)}", self.until(held.until))
        return self.labelled(taken, held.text) if held.text else taken

    def action(self, fault: Fault) -> str:
        """Return by when, who, and whom to call about a fault."""
        next_action = fault.next_action
        if next_action is None:
            return fault.phone
        return self.clauses(self.due(next_action.due), next_action.who, next_action.phone or fault.phone)
