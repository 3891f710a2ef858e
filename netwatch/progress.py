"""What the running service says of itself just now: live counters, kept in memory only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(slots=True)
class Progress:
    """Counters that the workers update and the status page reads. All are of this run; times are in UTC."""

    started_at: datetime
    """When the service was started."""
    polls: int = 0
    """How many looks were taken, good or bad."""
    late: int = 0
    """How many were taken up later than their turn."""
    overdue: int = 0
    """How many wait just now for longer than they should."""
    skipped: int = 0
    """How many turns passed without a look."""
    last_poll_at: datetime | None = None
    """When the last look ended."""
    last_reload_at: datetime | None = None
    """When the configuration was last read again, whether it was taken or refused."""
    last_reload_error: str | None = None
    """Why it was refused; None when it was taken."""
    clock_synchronised: bool | None = None
    """Whether a time server keeps the machine's clock; None where the kernel does not say."""
    isolated: bool = False
    """Whether the monitor itself is cut off, so that states are frozen."""
    writer_ok: bool = True
    """Whether the last write to the database succeeded."""
    outbox_error: str | None = None
    """Why mail could last not be handed to a relay; None when it could."""
    page_error: str | None = None
    """Why the status page does not listen; None when it does. The page itself keeps this one."""
