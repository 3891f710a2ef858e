"""What the roster is held to."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Annotated

from pydantic import Field

from netwatch.config.table import PostName, Table
from netwatch.config.values import ClockTime, Duration
from roster.layers import Post


class RosterTable(Table):
    """What the roster is held to when it is checked; nothing of it keeps anybody from being on duty."""

    office_start: ClockTime = Field(time(8), validate_default=True)
    """From when the office is staffed on working days, so that nobody on the roster then is no gap."""
    office_end: ClockTime = Field(time(17), validate_default=True)
    """Until when; the same as `office_start` where there are no office hours."""
    required: tuple[PostName, ...] = (Post.PRIMARY,)
    """The posts that somebody must have at every time outside office hours."""
    least_rest: Duration = timedelta(hours=8)
    """The least time between two shifts of one person."""
    most_nights: Annotated[int, Field(ge=1, le=31)] = 3
    """How many nights in a row one person may have."""
    holiday_leader: bool = True
    """Whether each public holiday needs a leader on call."""
    publish_before: Duration = timedelta(days=7)
    """How long before a month begins it must be published."""
    remind: tuple[Duration, ...] = (timedelta(hours=24), timedelta(hours=1))
    """How long before a shift whoever has it is reminded by mail; `[]` never."""
    published: bool = True
    """Whether months are published here: the leaders are then reminded of the next from the 25th on."""
