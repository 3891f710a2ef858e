"""What to type against a fault that only a person can end: a host key to compare, log-ins that were refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwatch.domain.drift.condition import ANOTHER_KEY, LOCKED, NEW_KEY
from netwatch.domain.drift.visit import COLLECT
from probes.api import _

if TYPE_CHECKING:
    from netwatch.domain.model import Fault
    from netwatch.mail.wording import Wording


def remedies(word: Wording, fault: Fault) -> tuple[tuple[str, str], ...]:
    """Return what to type: what it does, and the command; nothing where a fault ends by itself."""
    said, device = fault.summary, fault.subject.device
    if not fault.open or fault.subject.check != COLLECT:
        return ()
    if said.template in {ANOTHER_KEY, NEW_KEY}:
        does = word(_("Once it was compared on the device, as a leader"))
        return ((does, f"netwatch drift trust {device} {said.values['shown']}"),)
    if said.template == LOCKED:
        return ((word(_("Once the password is right")), f"netwatch drift unlock {device}"),)
    return ()
