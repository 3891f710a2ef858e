"""How one shift hands over to the next."""

from __future__ import annotations

from datetime import time, timedelta

from netwatch.config.table import Table
from netwatch.config.values import ClockTime, Duration, Name
from roster.signing import Patience


class Handover(Table):
    """The report at each shift's end, and how long it waits for its signature."""

    leaders: tuple[Name, ...] = ()
    """Who leads, whatever their role: they approve as a `leader` does, and get every report, as the outgoing, the
    incoming and the leader on call do. A `viewer` or an `auditor` approves nothing."""
    open_before: Duration = timedelta(minutes=30)
    """How long before a shift's end the outgoing is asked to offer it, and the incoming gets a preview."""
    remind_after: Duration = timedelta(minutes=15)
    """When both sides are reminded of a report that nobody has accepted, from the shift's end or the offer."""
    escalate_after: Duration = timedelta(minutes=30)
    """When the second on duty and the leaders are told."""
    lapse_after: Duration = timedelta(hours=2)
    """When it lapses: archived as it is, without a signature, at the latest when the next shift ends."""
    offer_again: Duration = timedelta(minutes=60)
    """When a handover that was deferred for a major fault is offered anew."""
    digest_at: ClockTime = time(8, 30)
    """When the leaders get the day's handovers in one mail."""

    @property
    def patience(self) -> Patience:
        """How long a handover waits."""
        return Patience(self.remind_after, self.escalate_after, self.lapse_after, self.offer_again)
