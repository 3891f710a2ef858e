"""How devices are read for what they are set to: what every reading has in common, and one way into one device."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from netwatch.config.table import Table
from netwatch.config.values import Duration, Keeping, Name, PathOf


class DriftTable(Table):
    """How devices are read for what they are set to, and compared with what was approved."""

    workers: Annotated[int, Field(ge=1, le=200)] = 25
    """How many devices are visited at one time; of each device one session only."""
    settle: Duration = timedelta(seconds=60)
    """How long after a first read another must say the same before a change counts: somebody may be typing."""
    ticks_every: Duration = timedelta(minutes=5)
    """How often SNMP is asked whether anything was changed, where a device tells; a change is read at once."""
    retry: Duration = timedelta(minutes=2)
    """How soon an incomplete read is tried again; twice as long after each further one, up to `every`."""
    stale_after: Annotated[int, Field(ge=1, le=1000)] = 2
    """After how many intervals without a complete read what is known of a device is stale, which is a fault."""
    missing_after: Annotated[int, Field(ge=1, le=1000)] = 6
    """After how many of them it is missing, which is a worse one."""
    keep_captures: Keeping = timedelta(days=90)
    """How long what a device said is kept, encrypted. The newest stays, and that of each approved baseline."""
    mirror: PathOf | None = None
    """A folder that becomes a git repository of all texts, secrets masked; it takes the extra `git`."""


class CollectTable(BaseModel):
    """One way to read a device or the devices of a group. Keys beyond these are the options of its kind.

    A device has those of its groups. One of the same name in a later group, and then in the device itself,
    changes it key by key.
    """

    model_config = ConfigDict(
        frozen=True, extra="allow", strict=True, arbitrary_types_allowed=True, hide_input_in_errors=True
    )

    kind: Name | None = None
    """How to read: `cli`, `server`, `snmp`, `local` … It must be given, here or in the group that it comes from."""
    name: Name | None = None
    """Tells two of one kind apart; the kind itself by default."""
    every: Duration | None = None
    """How often to read; by default every 6 hours, servers every hour."""
    facets: tuple[Name, ...] = ()
    """What to read, such as `running`; by default all that the kind can read."""
    deadline: Duration = timedelta(minutes=5)
    """When a visit is given up as a whole."""
    enabled: bool = True
    """Whether to read at all; `false` also takes away what a group brings."""
