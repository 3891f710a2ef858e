"""The audit log: how long it is kept, and what vouches for it outside of the database."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator

from netwatch.config.table import Table
from netwatch.config.values import HIGHEST_PORT, Keeping, PathOf, wrong

FLOOR = timedelta(days=184)
"""Any six months of a calendar are no longer than that."""


def _target(value: object) -> bool | str:
    if isinstance(value, bool):
        return value
    match = _TARGET.fullmatch(value) if isinstance(value, str) else None
    if match is None or not 0 < int(match[1]) <= HIGHEST_PORT:
        raise wrong("syslog")
    return str(value)


_TARGET = re.compile(r"(?:udp|tcp)://(?:\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9.-]{1,253}):(\d{1,5})", re.ASCII)


class AuditTable(Table):
    """Who did what, chained so that nobody can change it unseen: how long it is kept, and what vouches for it."""

    keep: Keeping = timedelta(days=1096)
    """How long events stay in the database; then they are sealed into a signed file. The law has six months at least."""
    anchors: PathOf | None = None
    """The file to which signed checkpoints are appended; by default `audit.anchors` beside the database. Better elsewhere."""
    segments: PathOf | None = None
    """The folder of the sealed files; by default `audit-segments` beside the database."""
    syslog: Annotated[bool | str, BeforeValidator(_target)] = False
    """Whether checkpoints go to this machine's syslog as well, or to that of another: `udp://HOST:514`, `tcp://HOST:601`."""
