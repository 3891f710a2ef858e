"""Keeps the feeds of duty in step with the roster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwatch.actions.feeds import fill
from netwatch.storage import feeds

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings


def turn(tx: Connection, settings: Settings, now: datetime) -> None:
    """Let every feed say what the roster says now."""
    for feed in feeds.everything(tx):
        fill(tx, settings, feed, now)
