"""Reading exactly known instances: as many in one question as the device answers. Rules first, then `fetch`."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from probes.api import Message, _
from probes.snmp.client import HOPELESS, Answer, Cause, Missing, Oid, Reply, Unanswered, Value
from probes.snmp.system import SYS_UPTIME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from probes.snmp.client import SnmpClient
    from probes.snmp.sizes import Sizes

GONE = 6
"""Lost questions in a row after which the device is taken for gone; one that was repeated counts for three."""
REPEATED = 3


@dataclass(slots=True)
class Fetched:
    """What was read. `ticks` is sysUpTime as it stood in the same answer as the value."""

    values: dict[Oid, Value] = field(default_factory=dict)
    ticks: dict[Oid, int] = field(default_factory=dict)
    unread: list[Oid] = field(default_factory=list)
    why: Unanswered | None = None
    """Why something is unread, the first time that it happened."""


class Fetch:
    """The state of a fetch: ask `step`, tell `take`, until `step` is None. Each question begins with sysUpTime."""

    def __init__(self, names: Sequence[Oid], sizes: Sizes) -> None:
        self._left = deque(names)
        self._sizes = sizes
        self._asked: tuple[Oid, ...] = ()
        self._lead: tuple[Oid, ...] = (SYS_UPTIME,)
        self._timeouts = 0
        self.fetched = Fetched()

    def step(self) -> tuple[Oid, ...] | None:
        """Return the names to ask for next; None when there is nothing left to ask."""
        if not self._left:
            return None
        width = max(1, self._sizes.limit - 1)
        self._asked = tuple(self._left.popleft() for _n in range(min(width, len(self._left))))
        return self._lead + self._asked

    @property
    def is_untried(self) -> bool:
        """Whether the last step is larger than anything that was answered so far: one attempt will do."""
        return len(self._asked) > 1 and len(self._asked) + 1 > self._sizes.good

    def take(self, reply: Reply) -> None:
        """Take the reply to the last step."""
        if isinstance(reply, Answer):
            self._answered(reply)
            return
        self.fetched.why = self.fetched.why or reply
        if reply.cause is Cause.TIMEOUT:
            self._timeouts += self._weight()
        if reply.cause in HOPELESS or self._timeouts >= GONE:
            self.give_up(reply)
        elif len(self._asked) == 1:
            self._sizes.absolve(self._asked[0])
            self._blame_one(reply)
        elif reply.cause is Cause.ERROR_STATUS and len(self._lead) < reply.index <= len(self._lead + self._asked):
            self._leave_out(reply.index - 1 - len(self._lead))
        else:
            self._sizes.failed(len(self._asked) + 1, self._asked)
            self._left.extendleft(reversed(self._asked))

    def _weight(self) -> int:
        """Return how much a lost question says that the device is gone.

        When nothing was answered in this fetch, and the question was no larger than others that were answered
        before, it says everything: a device that fell silent must not cost time-out after time-out.
        """
        if self.is_untried:
            return 1
        return REPEATED if self.fetched.values or len(self._asked) == 1 else GONE

    def give_up(self, why: Unanswered) -> None:
        """Leave the rest unread."""
        self.fetched.why = self.fetched.why or why
        self.fetched.unread += (*self._asked, *self._left)
        self._asked = ()
        self._left.clear()

    def _answered(self, reply: Answer) -> None:
        self._timeouts = 0
        self._sizes.worked(len(self._asked) + 1, self._asked)
        ticks = reply.varbinds[0][1] if self._lead else None
        for name, value in reply.varbinds[len(self._lead) :]:
            self.fetched.values[name] = value
            if isinstance(ticks, int):
                self.fetched.ticks[name] = int(ticks)
        if self._lead:
            self.fetched.values.setdefault(SYS_UPTIME, ticks)
        elif SYS_UPTIME not in self.fetched.unread:
            self.fetched.unread.append(SYS_UPTIME)

    def _blame_one(self, reply: Unanswered) -> None:
        """Blame a single name; but while nothing was read, sysUpTime may be to blame: try without it."""
        if self._lead and reply.cause is not Cause.TIMEOUT and not self.fetched.values:
            self._lead = ()
            self._left.extendleft(self._asked)
        else:
            self._lead = self._lead if self.fetched.values else (SYS_UPTIME,)
            self.fetched.unread += self._asked

    def _leave_out(self, place: int) -> None:
        """Leave out the culprit that the device names, and ask for the others again."""
        self.fetched.unread.append(self._asked[place])
        self._left.extendleft(reversed(self._asked[:place] + self._asked[place + 1 :]))


async def fetch(client: SnmpClient, names: Sequence[Oid], sizes: Sizes, *, seconds: float) -> Fetched:
    """Read these instances. Never raises for what the device does; ends after `seconds`."""
    state = Fetch(names, sizes)
    try:
        async with asyncio.timeout(seconds):
            while step := state.step():
                state.take(await client.get(step, attempts=1 if state.is_untried else None))
    except TimeoutError:
        what = Message(_("not read to the end within {seconds} s"), {"seconds": seconds})
        state.give_up(Unanswered(Cause.TIMEOUT, what))
    return state.fetched


def is_missing(value: Value) -> bool:
    """Whether the device says that it has no such instance."""
    return isinstance(value, Missing)
