"""What a report says of its parts, in one language and zone: one wording for page, text and mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roster.facts import ANSWERS, Saying, Severity
from roster.layers import Post
from roster.phrase import Sentence
from roster.report import Colour, Reason
from roster.signing import Step, short
from roster.wall import wall
from roster.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from roster.facts import (
        Answer,
        Environment,
        Fault,
        Forecast,
        LogEntry,
        MailFigures,
        Monitoring,
        Names,
        Outlook,
        Performed,
        Polls,
        Record,
        Redundancy,
        Stand,
        Task,
        Unapproved,
        Unseen,
        Word,
    )
    from roster.report import FaultEntry, Handover, Head, TaskEntry
    from roster.signing import Signature

# Of the regulation: following the handover procedure, and recording faults and their repair.
_CLAUSES = "C2, C4"


def _(title: str) -> str:
    """Mark a title for translation; it is translated where it is shown."""
    return title


_PLAIN = frozenset({"ok", "good", ""})
_JUDGED = frozenset({"not in order", "conspicuous"})
"""Answers that say themselves that something is not as it should be."""
_FORECASTS = {
    (True, True): _("{what} {item} of {device} reaches {limit} about {date} (now {now}, {daily} a day)"),
    (False, True): _("{what} of {device} reaches {limit} about {date} (now {now}, {daily} a day)"),
    (True, False): _("{what} {item} of {device} falls to {limit} about {date} (now {now}, {daily} a day)"),
    (False, False): _("{what} of {device} falls to {limit} about {date} (now {now}, {daily} a day)"),
}
"""What is said of something with a name and without, that rises or that falls."""
_COLOURS = {Colour.RED: _("red"), Colour.AMBER: _("amber"), Colour.GREEN: _("green")}


def forecast_sentence(each: Forecast, zone: ZoneInfo) -> Sentence:
    """Return what reaches which limit when, and what that rests on, not translated yet."""
    values = {
        "what": each.what,
        "item": each.item,
        "device": each.device,
        "limit": each.limit,
        "date": f"{wall(each.reaches, zone):%Y-%m-%d}",
        "now": each.now,
        "daily": each.daily,
    }
    return Sentence(_FORECASTS[bool(each.item), each.rising], values)


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
            self(_("something happened without approval")) if Reason.UNAPPROVED in reasons else "",
            self(_("a duty is missed or overdue")) if Reason.DUTIES in reasons else "",
            self(_("something in the registers is overdue")) if Reason.RECORDS in reasons else "",
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
        last = self.when(polls.last) if polls.last else self(_("not known"))
        return self.clauses(f"{self.word(polls.kind)} {last}", late)

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
        kept = {
            None: self(_("whether it is synchronised is not known")),
            True: self(_("synchronised")),
            False: self(_("not synchronised")),
        }
        off = "" if own.clock_offset is None else self(_("off by {seconds} s"), seconds=f"{own.clock_offset:+.3f}")
        return self.clauses(kept[own.clock_synchronised], off)

    def backup(self, own: Monitoring, at: datetime) -> str:
        """Return when netwatch itself was last backed up, and how long ago that was."""
        if own.backup_at is None:
            return self(_("no back-up known"))
        return self.noted(self.when(own.backup_at), self(_("{length} ago"), length=self.lasted(at - own.backup_at)))

    def monitoring(self, handover: Handover) -> tuple[tuple[str, tuple[tuple[str, bool], ...]], ...]:
        """Return every line of the section on the monitoring itself, none ever absent.

        Each is a label and what there is to say, with whether that is as it should be.
        """
        own, mail = handover.monitoring, handover.mail
        polls = tuple((self.polled(each), not each.late) for each in own.polls)
        problems = tuple((self.said(each), False) for each in own.problems)
        queue = self(_("not known")) if own.queue is None else str(own.queue)
        return (
            (self(_("Devices seen")), ((self.seen(own), Reason.BLIND not in handover.state.reasons),)),
            (self(_("Last polls")), polls or ((self(_("not known")), True),)),
            (self(_("Polls waiting")), ((queue, True),)),
            (self(_("Mail")), ((self.mail(mail), not mail.given_up),)),
            (self(_("Clock")), ((self.clock(own), own.clock_synchronised is not False),)),
            (self(_("Back-up of netwatch")), ((self.backup(own, handover.head.at), own.backup_good is not False),)),
            (self(_("Problems")), problems or ((self(_("None")), True),)),
        )

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
        return self.noted(
            self.labelled(" ".join(filter(None, self.device(fault))), self.said(fault.summary)), self.remarks(entry)
        )

    def device(self, fault: Fault) -> tuple[str, str]:
        """Return which device it is, and what people call it; of a book that people keep only its name."""
        return (self(fault.where), "") if fault.device.startswith("@") else (fault.device, fault.where)

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

    def chained(self, entry: LogEntry) -> str:
        """Return how an entry of the duty log hangs together with others."""
        return self.clauses(
            f"#{entry.id}",
            self(_("corrects #{n}"), n=entry.corrects) if entry.corrects else "",
            self(_("replies to #{n}"), n=entry.replies_to) if entry.replies_to else "",
            self(_("corrected by {numbers}"), numbers=self.listed(f"#{n}" for n in entry.corrected_by))
            if entry.corrected_by
            else "",
        )

    def entry(self, entry: LogEntry) -> str:
        """Return what an entry says, or that it is hidden."""
        return self(_("hidden by an admin")) if entry.hidden else entry.text

    def unseen(self, devices: Iterable[Unseen]) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Return the devices whose state is not known, those with one reason together: the reason, and who they are."""
        alike: dict[str, list[str]] = {}
        for each in devices:
            reason = self.said(each.reason) if each.reason else ""
            why = self.clauses(self(each.sight.title), reason, self.since(each.since))
            alike.setdefault(why, []).append(f"{each.device} {each.where}".rstrip())
        return tuple((why, tuple(names)) for why, names in alike.items())

    def redundancy(self, devices: Iterable[Redundancy]) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Return the devices that have lost an uplink, those by the same fault together: how, and who they are."""
        alike: dict[tuple[object, ...], list[Redundancy]] = {}
        for each in devices:
            alike.setdefault((each.away, each.left, each.since, each.faults), []).append(each)
        return tuple(
            (self._hanging(found[0]), tuple(f"{each.device} {each.where}".rstrip() for each in found))
            for found in alike.values()
        )

    def _hanging(self, each: Redundancy) -> str:
        away = self(_("{devices} away"), devices=self.listed(each.away))
        left = self.ngettext("{n} uplink left", "{n} uplinks left", each.left)
        return self.clauses(away, left, self.since(each.since), *(f"F{number}" for number in each.faults))

    def forecast(self, each: Forecast) -> str:
        """Return what reaches which limit when, and what that rests on."""
        return self.said(forecast_sentence(each, self.zone))

    def looked(self, outlook: Outlook) -> str:
        """Return how many values were looked at, where those were not all."""
        said = _("Of {known} values, only the {looked} nearest to their limits were looked at.")
        return self(said, looked=outlook.looked, known=outlook.known)

    def explained(self, handover: Handover) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Return the faults that another one explains, by that one: its number, and which they are."""
        by_root: dict[int, list[str]] = {}
        for entry in sorted(handover.explained, key=lambda entry: entry.fault.id):
            by_root.setdefault(entry.fault.root or 0, []).append(f"F{entry.fault.id} {self.device(entry.fault)[0]}")
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

    def action(self, fault: Fault, at: datetime) -> str:
        """Return by when, who, and whom to call about a fault; and whether that is late by now."""
        next_action = fault.next_action
        if next_action is None:
            return fault.phone
        return self.clauses(self.by(next_action.due, at), next_action.who, next_action.phone or fault.phone)

    def named(self, names: Names) -> str:
        """Return what a site calls something, in this language or else in the one it has."""
        for language in (self.language.replace("-", "_"), "en", *names):
            if names.get(language):
                return names[language]
        return ""

    def task(self, task: Task) -> str:
        """Return what is handed on, as written or as the program says it."""
        return self.said(task.what) if task.what else _numbered(task.key, task.text)

    def handed_on(self, entry: TaskEntry, at: datetime) -> str:
        """Return by when a task is to be done, by whom, and since how many shifts; and whether it is late by now."""
        task = entry.task
        return self.clauses(self.by(task.due, at), task.who, task.phone, self.carried(entry.age))

    def by(self, due: datetime | None, at: datetime) -> str:
        """Return until when something has time, and whether that is over."""
        return self.clauses(self.due(due), self(_("overdue")) if due is not None and due < at else "")

    def performed(self, each: Performed) -> str:
        """Return what became of a duty: `Inspection round: done, 2026-11-22 08:40 Zhang`."""
        done = f"{self.when(each.at)} {each.by}" if each.at else self.due(each.due)
        kept = self.clauses(self(each.kept.title), done)
        receipt = self.labelled(self(_("receipt")), each.receipt) if each.receipt else ""
        phone = self.labelled(self(_("confirmed by phone")), each.confirmed) if each.confirmed else ""
        return self.statements(self.labelled(self.named(each.names), kept), receipt, phone, each.text)

    def answers(self, each: Performed) -> tuple[str, ...]:
        """Return what was found at each item of a checklist that is worth a line: what is not as it should be first."""
        told = [answer for answer in each.answers if answer.good is not True or answer.text]
        told += [answer for answer in each.answers if answer not in told and answer.value not in _PLAIN]
        return tuple(self.answer(answer) for answer in told)

    def answer(self, answer: Answer) -> str:
        """Return one item and what was found there."""
        found = self.word(answer.value)
        flagged = self(_("not as it should be")) if answer.good is False and answer.value not in _JUDGED else ""
        return self.statements(self.labelled(self.named(answer.item), self.noted(found, flagged)), answer.text)

    def environment(self, each: Environment) -> str:
        """Return what a sensor read over the shift: `Temperature: 21.5 – 24 °C, last 22 (18 – 27)`."""
        unit = f" {each.unit}" if each.unit else ""
        read = self(_("{least} – {most}{unit}, last {last}"), least=_plain(each.least), most=_plain(each.most), unit=unit,
                    last=_plain(each.last))  # fmt: skip
        bounds = [
            self(_("at least {value}"), value=_plain(each.low)) if each.low is not None else "",
            self(_("at most {value}"), value=_plain(each.high)) if each.high is not None else "",
        ]
        return self.labelled(self.named(each.names), self.noted(read, self.clauses(*bounds)))

    def record(self, each: Record) -> str:
        """Return an entry of a register: which, what, who asked and approved, and until when."""
        head = f"{self.named(each.names)} {each.number}"
        approved = self.labelled(self(_("approved by")), each.approver) if each.approver else ""
        late = self(_("overdue")) if each.overdue and each.open else ""
        ends = self(_("until {time}"), time=self.when(each.closed)) if each.closed else self.due(each.due)
        state = self.clauses(self.word(each.state), late, self.since(each.since), ends)
        said = [
            self.labelled(self.named(field.names), self.chosen(field.value)) for field in each.fields if field.value
        ]
        asked = self.labelled(self(_("applicant")), each.applicant) if each.applicant else ""
        return self.statements(self.labelled(head, each.text or self.word(each.state)), state, asked, approved, *said)

    def chosen(self, value: str) -> str:
        """Return what somebody entered: as it was written, unless it was chosen among what a shipped register offers."""
        return self.word(ANSWERS[value]) if value in ANSWERS else value

    def unapproved(self, each: Unapproved) -> str:
        """Return what happened to a device without approval, and what a leader said of it."""
        what = f"{each.mark}{each.number} {each.device} {self.said(each.what)}"
        return self.noted(self.clauses(what, self.when(each.at)), self.judged(each))

    def judged(self, each: Unapproved) -> str:
        """Return what explains it, or what a leader said of it."""
        if each.change:
            explained = self(_("explained by change request {number}"), number=each.change)
            return self.clauses(explained, self.word(each.verdict))
        if each.entry:
            return self.clauses(self(_("explained by entry {number}"), number=each.entry), self.word(each.verdict))
        if each.settled:
            who = self(_("judged by {who}"), who=each.by) if each.by else ""
            return self.clauses(who, self.word(each.verdict), each.text)
        return self(_("without approval"))

    def spoken(self, word: Word) -> str:
        """Return what a person said, and who it was."""
        return self.noted(
            _numbered(word.key if word.saying is Saying.WATCH else "", word.text),
            self.clauses(word.by, self.when(word.at)),
        )

    def stand(self, each: Stand) -> str:
        """Return who stands in for whom."""
        sentence = self(_("{person} for {planned}"), person=each.person, planned=each.planned or self(_("nobody")))
        pending = "" if each.approved else self(_("not approved yet"))
        return self.noted(self.labelled(self(each.post.title), sentence), self.clauses(each.reason, pending))

    def signed(self, signature: Signature) -> str:
        """Return who signed what and when, what was read back, and what they wrote."""
        who = signature.by or "netwatch"
        items = tuple(short(item) for item in signature.items)
        read = self(_("read back: {items}"), items=self.listed(items)) if signature.items else ""
        amends = self(_("amendment {number}"), number=signature.amends) if signature.amends else ""
        own = self(_("amendment {number}"), number=signature.number) if signature.step is Step.AMENDED else ""
        said = self.clauses(f"{self(signature.step.title)}", f"{who} {self.when(signature.at)}", amends, own, read)
        return self.statements(said, signature.text)


def _plain(value: float) -> str:
    return f"{value:.4g}"


def _numbered(key: str, text: str) -> str:
    """Return what somebody wrote, behind the number by which it is closed."""
    return f"{short(key)} {text}" if key else text
