"""When to look next. Times are monotonic seconds."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import timedelta


def offset(check: str, every: timedelta) -> float:
    """Return where in its interval a check has its first turn: spread evenly, and the same after a restart."""
    share = int.from_bytes(hashlib.blake2b(check.encode(), digest_size=8).digest(), "big") / 2**64
    return share * every.total_seconds()


def following(due: float, finished: float, every: timedelta) -> float:
    """Return the turn after one that was due then and has finished now.

    Turns keep their places in the interval; those that passed while it ran are skipped, never made up for.
    """
    step = every.total_seconds()
    passed = max(0, int((finished - due) // step))
    return due + step * (passed + 1)
