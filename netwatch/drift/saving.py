"""Whether a device has saved what it runs: what it says itself, or else the two configurations side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwatch.storage import baselines, snapshots
from probes import facets
from probes.collect import EvidenceKind

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.domain.drift.snapshot import Snapshot

RUNNING, STARTUP = facets.RUNNING.name, facets.STARTUP.name
HISTORY = 50
"""So many contents are looked through for one that both have had."""


def approved_running(tx: Connection, device: str) -> frozenset[str]:
    """Return the contents that a device may have saved: what was ever approved to run, and what runs now."""
    newest = snapshots.newest(tx, device, RUNNING)
    return baselines.ever(tx, device, RUNNING) | ({newest.content} if newest is not None else frozenset())


def unsaved(tx: Connection, running: Snapshot | None, startup: Snapshot | None) -> datetime | None:
    """Return since when a device runs what it has not saved; None where it has, or nobody can tell.

    Both are the newest that count of the device.
    """
    if running is None:
        return None
    if running.saved_at is not None:
        return _by_header(running, running.saved_at)
    if startup is None or startup.content == running.content or not _alike(tx, running.device):
        return None
    return max(running.first_seen, startup.first_seen)


def _by_header(running: Snapshot, saved: datetime) -> datetime | None:
    """Return what the device itself says: when it was changed, where that is after it was saved."""
    changed = [each.at for each in running.evidence if each.kind is EvidenceKind.HEADER and each.at is not None]
    last = max(changed, default=None)
    return last if last is not None and last > saved else None


def _alike(tx: Connection, device: str) -> bool:
    """Whether the two configurations were ever the same text: on some platforms they never are, saved or not."""
    once = {each.content for each in snapshots.history(tx, device, STARTUP, HISTORY)}
    return bool(once & ({each.content for each in snapshots.history(tx, device, RUNNING, HISTORY)}))
