"""Approvals against the audit log: two people for each, each one on record, and every row where the log has it.

A row that says "approved" is only as good as the event by which it came to say so.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from netwatch.domain.audit import Wrong, milliseconds
from netwatch.domain.drift.baseline import sealed
from probes.api import Message, _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from netwatch.domain.audit import AuditEvent
    from netwatch.domain.drift.baseline import Baseline

JUDGING = frozenset({"approve_entry", "reject_entry", "approve_change", "reject_change"})
BASELINES = frozenset({"baseline.approved", "baseline.carried"})
WAIVERS = frozenset({"drift.waived", "baseline.carried"})
HOST_KEYS = frozenset({"trust_device"})
STANDS = "stands"
"""Under which an event's detail says where a row stands after it: see `stands`."""


@dataclass(frozen=True, slots=True)
class Approval:
    """A row that somebody has judged: what it is (`entry/12`), who asked, who else had a part in it, who judged."""

    what: str
    asked_by: str | None
    judged_by: str
    at: int
    parties: frozenset[str] = frozenset()
    is_logged: bool = True
    """Whether an event of the log must say so."""
    terms: str = ""
    """What the event must say of it besides: see `terms`."""
    may_be_older: bool = False
    """Whether there were such rows before there was a log."""


@dataclass(frozen=True, slots=True)
class Row:
    """Where a row stands. `key` is what the log calls it, `what` how people find it, `says` what it binds."""

    key: str
    what: str
    state: str
    says: str


def stands(key: str, state: str, says: str) -> dict[str, Any]:
    """Return what an event that moves a row is to say in its detail: who moves it by hand is found by that."""
    return {STANDS: [key, state, says]}


def terms(fingerprint: str, owner: str, until: datetime) -> str:
    """Return what a waiver binds, in a word that is compared: this deviation, who answers for it, until when."""
    return f"{fingerprint} {owner} {milliseconds(until)}"


class Ledger:
    """What the audit log says of approvals, gathered while it is walked. `whole` where that begins with its first."""

    def __init__(self, *, whole: bool = True) -> None:
        self.since: int | None = None
        """When the first event was recorded; of what was before, nothing can be on record."""
        self._whole = whole
        self._judged: set[tuple[str, str, str]] = set()
        self._baselines: dict[str, tuple[str, int]] = {}
        self._stand: dict[str, tuple[str, str, int]] = {}

    def take(self, event: AuditEvent) -> None:
        """Take note of an event."""
        if self.since is None:
            self.since = event.at
        if f'"{STANDS}":[' in event.detail:
            self._moved(_said(event).get(STANDS), event.seq)
        if event.action in JUDGING and _said(event).get("outcome") == "done":
            self._judged.add((event.subject, event.actor, ""))
        elif event.action in HOST_KEYS and (said := _said(event)).get("outcome") == "done":
            self._judged.add(_host_key(event.subject, event.actor, said))
        elif event.action in BASELINES:
            self._based(_said(event), event)
        if event.action in WAIVERS and "waiver" in (said := _said(event)):
            self._waived(said, event.actor)

    def _moved(self, said: Any, seq: int) -> None:
        if isinstance(said, list) and len(said) == 3:  # noqa: PLR2004 - key, state, what it says
            self._stand[str(said[0])] = (str(said[1]), str(said[2]), seq)

    def _based(self, said: dict[str, Any], event: AuditEvent) -> None:
        content = str(said.get("content"))
        self._baselines[event.subject] = (content, event.seq)
        # An event of before events said who proposed it binds the content alone.
        bound = f"{content} {said['proposed_by']}" if "proposed_by" in said else content
        self._judged.add((f"baseline/{said.get('baseline')}", str(said.get("judged_by", event.actor)), bound))

    def _waived(self, said: dict[str, Any], actor: str) -> None:
        try:
            bound = terms(str(said["fingerprint"]), str(said["owner"]), datetime.fromisoformat(said["until"]))
        except (KeyError, TypeError, ValueError):
            return
        self._judged.add((f"waiver/{said['waiver']}", str(said.get("granted_by", actor)), bound))

    def wrong(
        self, approvals: Iterable[Approval], in_force: Iterable[Baseline], rows: Iterable[Row]
    ) -> Iterator[Wrong]:
        """Yield what rows say of approvals and the log does not."""
        for each in approvals:
            values = {"what": each.what, "name": each.judged_by or "-"}
            if each.judged_by == each.asked_by or each.judged_by in each.parties:
                yield Wrong(0, Message(_("{what} was judged by {name}, whose own it is: four eyes are needed"), values))
            elif each.is_logged and self._covers(each) and not self._has_judged(each):
                yield Wrong(0, Message(_("{what} says that {name} judged it, and the log does not"), values))
        yield from self._of_baselines({f"{each.device}/{each.facet}": each for each in in_force})
        yield from self._of_rows({each.key: each for each in rows})

    def _has_judged(self, each: Approval) -> bool:
        bindings = (each.terms, each.terms.partition(" ")[0])
        return any((each.what, each.judged_by, bound) in self._judged for bound in bindings)

    def _of_baselines(self, in_force: dict[str, Baseline]) -> Iterator[Wrong]:
        for name, each in in_force.items():
            content, seq = self._baselines.get(name, ("", 0))
            values = {"what": name, "content": each.content[:12], "logged": content[:12]}
            if sealed(each) != each.seal:
                yield Wrong(0, Message(_("the baseline of {what} is not what was approved: its seal differs"), values))
            if content and content != each.content:
                template = _("the baseline of {what} is {content}; by the log {logged} was approved")
                yield Wrong(seq, Message(template, values))
            elif not content and each.judged_at is not None and self._reaches(milliseconds(each.judged_at)):
                yield Wrong(0, Message(_("no event of the log approves the baseline of {what}"), values))
        for name, (content, seq) in self._baselines.items():
            if name not in in_force:
                values = {"what": name, "logged": content[:12]}
                template = _("by the log {logged} is the baseline of {what}; the database has none in force")
                yield Wrong(seq, Message(template, values))

    def _of_rows(self, rows: dict[str, Row]) -> Iterator[Wrong]:
        for key, (state, says, seq) in self._stand.items():
            row = rows.get(key)
            values: dict[str, str | int] = {"what": key if row is None else row.what, "number": seq, "logged": state}
            if row is None:
                template = _("{what} is not in the database; by event {number} of the log it is {logged}")
                yield Wrong(seq, Message(template, values))
            elif row.state != state:
                template = _("{what} is {state}; by event {number} of the log it is {logged}")
                yield Wrong(seq, Message(template, {**values, "state": row.state}))
            elif row.says != says:
                yield Wrong(seq, Message(_("{what} is not what it was at event {number} of the log"), values))

    def _covers(self, approval: Approval) -> bool:
        """Whether the log would say so. A row can be made to look older than the log, and then what it tells of it."""
        is_whole = self._whole and (approval.what in self._stand or not approval.may_be_older)
        return is_whole or self._follows(approval.at)

    def _reaches(self, at: int) -> bool:
        return self._whole or self._follows(at)

    def _follows(self, at: int) -> bool:
        return self.since is not None and at >= self.since


def _host_key(subject: str, actor: str, said: dict[str, Any]) -> tuple[str, str, str]:
    given = said.get("arguments")
    key = given.get("key") if isinstance(given, dict) else None
    return f"host key/{subject.removeprefix('device/')}", actor, str(key)


def _said(event: AuditEvent) -> dict[str, Any]:
    """Return an event's detail; nothing where it is not what was recorded, which its hash says."""
    try:
        said = json.loads(event.detail)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
