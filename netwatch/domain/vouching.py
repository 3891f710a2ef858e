"""Approvals against the audit log: two people for each, each one on record, and baselines as the log has them.

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


@dataclass(frozen=True, slots=True)
class Approval:
    """A row that somebody has judged: what it is (`entry/12`), who asked, who else had a part in it, who judged."""

    what: str
    asked_by: str
    judged_by: str
    at: int
    parties: frozenset[str] = frozenset()
    is_logged: bool = True
    """Whether an event of the log must say so."""
    terms: str = ""
    """What the event must say of it besides: see `terms`."""


def terms(fingerprint: str, owner: str, until: datetime) -> str:
    """Return what a waiver binds, in a word that is compared: this deviation, who answers for it, until when."""
    return f"{fingerprint} {owner} {milliseconds(until)}"


class Ledger:
    """What the audit log says of approvals, gathered while it is walked."""

    def __init__(self) -> None:
        self.since: int | None = None
        """When the first event was recorded; of what was before, nothing can be on record."""
        self._judged: set[tuple[str, str, str]] = set()
        self._baselines: dict[str, tuple[str, int]] = {}

    def take(self, event: AuditEvent) -> None:
        """Take note of an event."""
        if self.since is None:
            self.since = event.at
        if event.action in JUDGING and _said(event).get("outcome") == "done":
            self._judged.add((event.subject, event.actor, ""))
        elif event.action in BASELINES:
            self._baselines[event.subject] = (str(_said(event).get("content")), event.seq)
        if event.action in WAIVERS and "waiver" in (said := _said(event)):
            self._waived(said, event.actor)

    def _waived(self, said: dict[str, Any], actor: str) -> None:
        try:
            bound = terms(str(said["fingerprint"]), str(said["owner"]), datetime.fromisoformat(said["until"]))
        except (KeyError, TypeError, ValueError):
            return
        self._judged.add((f"waiver/{said['waiver']}", str(said.get("granted_by", actor)), bound))

    def wrong(self, approvals: Iterable[Approval], in_force: Iterable[Baseline]) -> Iterator[Wrong]:
        """Yield what rows say of approvals and the log does not."""
        for each in approvals:
            values = {"what": each.what, "name": each.judged_by}
            if each.judged_by == each.asked_by or each.judged_by in each.parties:
                yield Wrong(0, Message(_("{what} was judged by {name}, whose own it is: four eyes are needed"), values))
            elif (
                each.is_logged and self._covers(each.at) and (each.what, each.judged_by, each.terms) not in self._judged
            ):
                yield Wrong(0, Message(_("{what} says that {name} judged it, and the log does not"), values))
        yield from self._of_baselines({f"{each.device}/{each.facet}": each for each in in_force})

    def _of_baselines(self, in_force: dict[str, Baseline]) -> Iterator[Wrong]:
        for name, each in in_force.items():
            content, seq = self._baselines.get(name, ("", 0))
            values = {"what": name, "content": each.content[:12], "logged": content[:12]}
            if sealed(each) != each.seal:
                yield Wrong(0, Message(_("the baseline of {what} is not what was approved: its seal differs"), values))
            if content and content != each.content:
                template = _("the baseline of {what} is {content}; by the log {logged} was approved")
                yield Wrong(seq, Message(template, values))
            elif not content and each.judged_at is not None and self._covers(milliseconds(each.judged_at)):
                yield Wrong(0, Message(_("no event of the log approves the baseline of {what}"), values))
        for name, (content, seq) in self._baselines.items():
            if name not in in_force:
                values = {"what": name, "logged": content[:12]}
                template = _("by the log {logged} is the baseline of {what}; the database has none in force")
                yield Wrong(seq, Message(template, values))

    def _covers(self, at: int) -> bool:
        return self.since is not None and at >= self.since


def _said(event: AuditEvent) -> dict[str, Any]:
    """Return an event's detail; nothing where it is not what was recorded, which its hash says."""
    try:
        said = json.loads(event.detail)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
