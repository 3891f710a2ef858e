"""Walking tables: several columns a request, each with its own fate. The rules are pure; `walk` carries them out.

A column ends complete, truncated or failed, and never by raising. What a device may do wrong and yet be
read: answer less than asked, mix the order, begin again from the start, fail for one column, run on for ever.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from probes.api import Message, _
from probes.snmp.client import HOPELESS, Answer, Cause, Missing, Oid, Reply, Unanswered, Value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from probes.snmp.client import SnmpClient, VarBind
    from probes.snmp.sizes import Sizes

ROWS = 20_000
"""Cells of one column at most: the largest chassis have fewer ports."""
OCTETS = 4 << 20
"""Octets of one column at most, for a device that sends long cells."""
SECONDS = 60.0
"""Time for one table at most."""
REPEATS = 100
"""Rows of one column that may come twice, one at a time, before it is taken for a loop."""
FIRST_ROWS = 10
"""Rows asked for before it is known whether the table is long."""
SILENCES = 2
"""Unanswered questions of the smallest size in a row after which the device is taken for gone."""


class Fate(Enum):
    """How far a column was read."""

    COMPLETE = "complete"
    TRUNCATED = "truncated"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its cells by index (the OID below the column's own), and how far it was read."""

    fate: Fate
    cells: Mapping[Oid, Value]
    why: Message | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """The next question of a walk: GETBULK with so many rows, or GETNEXT when `rows` is 0."""

    names: tuple[Oid, ...]
    rows: int
    is_untried: bool
    """Larger than anything that the device answered so far: one attempt will do."""

    @property
    def size(self) -> int:
        """Varbinds that come back."""
        return len(self.names) * max(1, self.rows)


@dataclass(slots=True)
class _Cursor:
    """Where one column's walk stands."""

    column: Oid
    at: Oid
    cells: dict[Oid, Value] = field(default_factory=dict)
    octets: int = 0
    repeats: int = 0
    is_repeating: bool = False
    fate: Fate | None = None
    why: Message | None = None

    def take(self, name: Oid, value: Value) -> None:
        """Take one varbind of this column's sequence."""
        index = name[len(self.column) :]
        if self.fate is not None:
            return
        if name[: len(self.column)] != self.column or not index or isinstance(value, Missing):
            self.fate = Fate.COMPLETE
        elif index in self.cells:
            self._repeated()
        elif len(self.cells) >= ROWS or self.octets >= OCTETS:
            self.end(Fate.TRUNCATED, Message(_("too long: cut after {rows} rows"), {"rows": len(self.cells)}))
        else:
            # Out of order but new: some agents list as they please. The end comes all the same.
            self.cells[index] = value
            self.octets += len(value) if isinstance(value, bytes) else 0
            self.at = name
            self.is_repeating = False

    def _repeated(self) -> None:
        """Once is tolerated, going on behind the last of all; twice running is a loop."""
        self.repeats += 1
        if self.is_repeating or self.repeats > REPEATS:
            self.end(Fate.TRUNCATED, Message(_("the device repeats itself: what follows is not known")))
        else:
            self.is_repeating = True
            self.at = (*self.column, *max(self.cells))

    def end(self, fate: Fate, why: Message) -> None:
        if self.fate is None:
            self.fate = Fate.FAILED if fate is Fate.TRUNCATED and not self.cells else fate
            self.why = why


class Walk:
    """The state of a walk over some columns of one table: ask `step`, tell `take`, until `step` is None."""

    def __init__(self, columns: Sequence[Oid], sizes: Sizes) -> None:
        self._sizes = sizes
        self._cursors = {column: _Cursor(column, column) for column in columns}
        self._asked: list[_Cursor] = []
        self._silences = 0
        self._singly = 0

    def step(self) -> Step | None:
        """Return the next question; None when every column has met its fate."""
        open_ = [cursor for cursor in self._cursors.values() if cursor.fate is None]
        if not open_:
            return None
        width = 1 if self._singly else self._sizes.limit
        # The columns that lag behind go first, so that all of a table's rows are of about one time.
        self._asked = sorted(open_, key=lambda cursor: len(cursor.cells))[:width]
        rows = self._sizes.rows(len(self._asked))
        if not any(cursor.cells for cursor in self._asked):
            rows = min(rows, FIRST_ROWS)
        return Step(tuple(c.at for c in self._asked), rows, len(self._asked) * max(1, rows) > self._sizes.good)

    def take(self, step: Step, reply: Reply) -> None:
        """Take the reply to the last step."""
        if isinstance(reply, Answer):
            self._silences = 0
            self._singly = max(0, self._singly - 1)
            self._sizes.worked(step.size, self._about())
            self._spread(reply.varbinds)
        else:
            self._unanswered(step, reply)

    def give_up(self, why: Message) -> None:
        """End every column that is still open."""
        for cursor in self._cursors.values():
            cursor.end(Fate.TRUNCATED, why)

    def columns(self) -> dict[Oid, Column]:
        """Return what was read of each column."""
        return {c.column: Column(c.fate or Fate.TRUNCATED, c.cells, c.why) for c in self._cursors.values()}

    def _spread(self, varbinds: Sequence[VarBind]) -> None:
        for n, (name, value) in enumerate(varbinds):
            self._asked[n % len(self._asked)].take(name, value)

    def _about(self) -> list[Oid]:
        return [cursor.column for cursor in self._asked]

    def _unanswered(self, step: Step, reply: Unanswered) -> None:
        if reply.cause in HOPELESS:
            self.give_up(reply.detail)
        elif step.size > 1 and reply.cause in (Cause.TIMEOUT, Cause.TOO_BIG, Cause.MALFORMED):
            self._sizes.failed(step.size, self._about())
        elif len(step.names) > 1:
            self._singly = len(step.names)  # one of the columns is the trouble: find out which
        elif step.rows:
            self._sizes.failed(step.size, self._about())
        else:
            self._lost(reply)

    def _lost(self, reply: Unanswered) -> None:
        """Give up one column whose smallest question has no answer; and all, when that goes on."""
        self._sizes.absolve(self._asked[0].column)
        if reply.cause is Cause.NO_SUCH_NAME:
            self._asked[0].fate = Fate.COMPLETE
            return
        self._asked[0].end(Fate.TRUNCATED, reply.detail)
        self._silences += reply.cause is Cause.TIMEOUT
        if self._silences >= SILENCES:
            self.give_up(reply.detail)


async def walk(
    client: SnmpClient, columns: Sequence[Oid], sizes: Sizes, *, seconds: float = SECONDS
) -> dict[Oid, Column]:
    """Read some columns of one table. Never raises for what the device does; ends after `seconds`."""
    state = Walk(columns, sizes)
    try:
        async with asyncio.timeout(seconds):
            while step := state.step():
                state.take(step, await _ask(client, step))
    except TimeoutError:
        state.give_up(Message(_("not read to the end within {seconds} s"), {"seconds": seconds}))
    return state.columns()


async def _ask(client: SnmpClient, step: Step) -> Reply:
    attempts = 1 if step.is_untried and step.size > 1 else None
    if step.rows:
        return await client.get_bulk(step.names, step.rows, attempts=attempts)
    return await client.get_next(step.names, attempts=attempts)
