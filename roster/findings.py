"""What can be wrong with a roster, and what it is held to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time, timedelta
from enum import Enum
from typing import TYPE_CHECKING

from roster.layers import Post

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from roster.phrase import Sentence


def _(title: str) -> str:
    """Mark a title for translation; it is translated where it is shown."""
    return title


class Check(Enum):
    """What can be wrong."""

    GAP = "gap"
    DOUBLE = "double"
    LEAVE = "leave"
    REST = "rest"
    NIGHTS = "nights"
    LEADER = "leader"
    ADDRESS = "address"
    UNPUBLISHED = "unpublished"
    OVERLAP = "overlap"
    PROVISIONAL = "provisional"

    @property
    def title(self) -> str:
        """Its name for people, to be translated."""
        return _TITLES[self]


_TITLES = {
    Check.GAP: _("gap"),
    Check.DOUBLE: _("double duty"),
    Check.LEAVE: _("on duty while on leave"),
    Check.REST: _("too little rest"),
    Check.NIGHTS: _("too many nights"),
    Check.LEADER: _("holiday without a leader"),
    Check.ADDRESS: _("no mail address"),
    Check.UNPUBLISHED: _("month not published"),
    Check.OVERLAP: _("overlapping rotations"),
    Check.PROVISIONAL: _("calendar not official"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: since when, until when, whose shift and which, and the sentence to translate.

    A day or a month in the sentence is written out; times are in `start` and `end`, for the reader's zone.
    """

    check: Check
    sentence: Sentence
    start: datetime
    end: datetime
    people: tuple[str, ...] = ()
    shifts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Leave:
    """Somebody is away."""

    person: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Standards:
    """What the roster is held to.

    On working days the office is staffed from `office` to its end, so that nobody on the roster then is no gap;
    equal times are no office hours. A night is a shift that is on at three in the morning.
    """

    office: tuple[time, time] = (time(8), time(17))
    required: tuple[Post, ...] = (Post.PRIMARY,)
    least_rest: timedelta = timedelta(hours=8)
    most_nights: int = 3
    holiday_leader: bool = True
    publish_before: timedelta = timedelta(days=7)
    reachable: Mapping[str, bool] = field(default_factory=dict, hash=False)
    """Whether somebody has an address that works; of people not named it is not known, and not asked."""
