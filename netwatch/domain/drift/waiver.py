"""Waivers: one deviation that is waived until a date, by somebody who answers for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from netwatch.domain.registers import Doer, NotAllowed
from probes.api import _

if TYPE_CHECKING:
    from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Waiver:
    """For one fingerprint, and until a time: whatever changes next is another deviation."""

    finding: int
    fingerprint: str
    owner: str
    """Who asked for it and answers for it; never who granted it."""
    granted_by: str
    granted_at: datetime
    until: datetime
    reason: str
    ended: datetime | None = None
    id: int = 0

    def holds(self, now: datetime) -> bool:
        """Whether it is in force."""
        return self.ended is None and now < self.until


def grant(draft: Waiver, who: Doer, now: datetime, longest: timedelta) -> Waiver:
    """Return a waiver that may be granted; NotAllowed where it may not, or not by them."""
    if not who.leader:
        raise NotAllowed(_("{name} does not lead"), {"name": who.name})
    if draft.owner == who.name:
        raise NotAllowed(_("{name} answers for it; somebody else grants it"), {"name": who.name})
    if draft.until <= now:
        raise NotAllowed(_("until: must be in the future"))
    if draft.until > now + longest:
        raise NotAllowed(_("until: at most {days} days from now"), {"days": longest.days})
    return draft
