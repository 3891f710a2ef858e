"""Walking tables of agents that err (design rules 7 and 8)."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.snmp import walk as walking
from probes.snmp.client import Missing, oid
from probes.snmp.sizes import Sizes
from probes.snmp.walk import Fate, walk
from tests.snmp_agent import Agent, MemoryClient

if TYPE_CHECKING:
    from probes.snmp.client import Oid
    from probes.snmp.walk import Column

ENTRY = oid("1.3.6.1.4.1.32473.9.1")
AFTER = oid("1.3.6.1.4.1.32473.10.1.0")


def table(columns: int = 3, rows: int = 40) -> dict[Oid, object]:
    cells: dict[Oid, object] = {
        (*ENTRY, column, row): 1000 * column + row for column in range(1, columns + 1) for row in range(1, rows + 1)
    }
    return cells | {AFTER: 1}


def names(columns: int = 3) -> list[Oid]:
    return [(*ENTRY, column) for column in range(1, columns + 1)]


async def read(agent: Agent, columns: int = 3, sizes: Sizes | None = None) -> dict[Oid, Column]:
    return await walk(MemoryClient(agent), names(columns), sizes or Sizes())


def expected(agent: Agent, column: int) -> dict[Oid, object]:
    prefix = (*ENTRY, column)
    return {name[len(prefix) :]: value for name, value in agent.mib.items() if name[: len(prefix)] == prefix}


def assert_whole(agent: Agent, columns: dict[Oid, Column]) -> None:
    for name, column in columns.items():
        assert column.fate is Fate.COMPLETE, column.why
        assert dict(column.cells) == expected(agent, name[-1])


async def test_a_table_is_read_whole_several_columns_at_once() -> None:
    agent = Agent(table())
    assert_whole(agent, await read(agent))
    assert len(agent.asked) < 10
    assert all(len(asked) == 3 for _kind, asked, _rows in agent.asked)


async def test_what_lies_beyond_a_column_is_left_alone() -> None:
    agent = Agent(table(rows=1))
    columns = await read(agent)
    assert [dict(column.cells) for column in columns.values()] == [{(1,): 1001}, {(1,): 2001}, {(1,): 3001}]


async def test_an_absent_table_is_complete_and_empty() -> None:
    columns = await read(Agent({AFTER: 1}))
    assert {(column.fate, len(column.cells)) for column in columns.values()} == {(Fate.COMPLETE, 0)}


async def test_the_end_of_all_is_the_end_of_a_column() -> None:
    agent = Agent({(*ENTRY, 1, 1): 5})
    assert_whole(agent, await read(agent))


async def test_columns_with_holes_are_read_each_by_itself() -> None:
    mib = table()
    for row in range(2, 40, 2):
        del mib[(*ENTRY, 2, row)]
    agent = Agent(mib)
    assert_whole(agent, await read(agent))


@pytest.mark.parametrize("beyond", ["tooBig", "silence"])
async def test_too_big_questions_are_halved_and_the_size_is_remembered(beyond: str) -> None:
    agent, sizes = Agent(table(), most=9, beyond=beyond), Sizes()
    assert_whole(agent, await read(agent, sizes=sizes))
    assert sizes.limit <= 9
    agent.asked.clear()
    await read(agent, sizes=sizes)
    assert max(len(asked) * max(1, rows) for _kind, asked, rows in agent.asked) <= 9


async def test_a_size_that_was_never_answered_is_tried_once_only() -> None:
    client = MemoryClient(Agent(table(), most=9, beyond="silence"))
    await walk(client, names(), Sizes())
    assert client.attempts[0] == 1


async def test_an_agent_without_getbulk_is_walked_with_getnext() -> None:
    agent, sizes = Agent(table(rows=5), has_bulk=False), Sizes()
    assert_whole(agent, await read(agent, sizes=sizes))
    assert not sizes.has_bulk
    assert agent.asked[-1][0] == "next"


async def test_answers_that_are_cut_short_are_taken_as_far_as_they_go() -> None:
    agent = Agent(table(), most=7, beyond="truncate")
    assert_whole(agent, await read(agent))


async def test_rows_out_of_order_are_read_all_the_same() -> None:
    mib = table(1, 12)
    rows = [(*ENTRY, 1, row) for row in (1, 2, 10, 11, 12, 3, 4, 5, 6, 7, 8, 9)]
    agent = Agent(mib, order=[*rows, AFTER])
    assert_whole(agent, await read(agent, 1))


async def test_one_repeated_row_is_tolerated() -> None:
    rows = [(*ENTRY, 1, row) for row in range(1, 9)]

    class Stutter(Agent):
        def _rows(self, names_: object, repetitions: int) -> list[object]:
            found = super()._rows(names_, repetitions)  # type: ignore[arg-type]
            return [found[0], *found]  # the first row twice

    agent = Stutter(table(1, 8), order=[*rows, AFTER])
    assert_whole(agent, await read(agent, 1))


async def test_a_loop_ends_as_truncated_with_what_was_read() -> None:
    agent = Agent(table(1, 20), jumps={(*ENTRY, 1, 20): (*ENTRY, 1, 3)})
    (column,) = (await read(agent, 1)).values()
    assert column.fate is Fate.TRUNCATED
    assert dict(column.cells) == expected(agent, 1)
    assert len(agent.asked) < 10


async def test_an_agent_that_stands_still_ends_as_truncated() -> None:
    first = (*ENTRY, 1, 1)
    agent = Agent(table(1, 20), jumps={first: first})
    (column,) = (await read(agent, 1)).values()
    assert (column.fate, dict(column.cells)) == (Fate.TRUNCATED, {(1,): 1001})


async def test_an_endless_table_is_cut_at_a_number_of_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walking, "ROWS", 100)
    agent = Agent(table(1, 300))
    (column,) = (await read(agent, 1)).values()
    assert (column.fate, len(column.cells)) == (Fate.TRUNCATED, 100)


async def test_long_cells_are_cut_at_a_number_of_octets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walking, "OCTETS", 10_000)
    agent = Agent({(*ENTRY, 1, row): bytes(1000) for row in range(1, 40)})
    (column,) = (await read(agent, 1)).values()
    assert (column.fate, len(column.cells)) == (Fate.TRUNCATED, 10)


async def test_one_broken_column_fails_alone() -> None:
    agent = Agent(table(columns=5), broken=((*ENTRY, 3),))
    columns = await walk(MemoryClient(agent), [(*ENTRY, 1), (*ENTRY, 3), (*ENTRY, 5)], Sizes())
    first, second, third = columns.values()
    assert (first.fate, second.fate, third.fate) == (Fate.COMPLETE, Fate.FAILED, Fate.COMPLETE)
    assert not second.cells
    assert second.why is not None


async def test_a_column_that_breaks_half_way_is_truncated() -> None:
    agent = Agent(table(), broken=tuple((*ENTRY, 2, row) for row in range(20, 41)))
    first, second, third = (await read(agent)).values()
    assert (first.fate, second.fate, third.fate) == (Fate.COMPLETE, Fate.TRUNCATED, Fate.COMPLETE)
    assert list(second.cells) == [(row,) for row in range(1, 20)]


async def test_a_column_that_is_never_answered_does_not_shrink_the_questions_for_ever() -> None:
    agent, sizes = Agent(table(columns=5), silent=((*ENTRY, 3),)), Sizes()
    columns = await walk(MemoryClient(agent), [(*ENTRY, 1), (*ENTRY, 3), (*ENTRY, 5)], sizes)
    assert [column.fate for column in columns.values()] == [Fate.COMPLETE, Fate.FAILED, Fate.COMPLETE]
    assert sizes.has_bulk
    assert sizes.limit == Sizes().limit


async def test_a_device_that_falls_silent_is_given_up_soon() -> None:
    agent = Agent(table(), silent=(ENTRY,))
    columns = await read(agent, 3)
    assert {column.fate for column in columns.values()} == {Fate.FAILED}
    assert len(agent.asked) < 20


async def test_a_value_without_meaning_is_kept_apart_from_zero() -> None:
    mib = table(1, 3)
    mib[(*ENTRY, 1, 2)] = Missing.NO_SUCH_INSTANCE
    (column,) = (await read(Agent(mib), 1)).values()
    assert (2,) not in column.cells


@given(
    rows=st.sets(st.tuples(st.integers(1, 4), st.integers(0, 2**32 - 1)), max_size=80),
    most=st.integers(1, 100),
    beyond=st.sampled_from(["truncate", "tooBig", "silence"]),
)
async def test_any_table_is_read_whole_from_any_patient_agent(
    rows: set[tuple[int, int]], most: int, beyond: str
) -> None:
    mib: dict[Oid, object] = {(*ENTRY, column, row): row for column, row in rows}
    agent = Agent(mib | {AFTER: 1}, most=most, beyond=beyond)
    assert_whole(agent, await read(agent, 4))


@given(data=st.data())
async def test_no_agent_keeps_a_walk_for_ever(data: st.DataObject) -> None:
    cells = [(*ENTRY, 1, row) for row in range(1, 13)]
    jumps = data.draw(st.dictionaries(st.sampled_from(cells), st.sampled_from([*cells, AFTER]), max_size=6))
    silent = tuple(data.draw(st.lists(st.sampled_from(cells), max_size=2)))
    agent = Agent(dict.fromkeys(cells, 1) | {AFTER: 1}, jumps=jumps, silent=silent, most=data.draw(st.integers(1, 30)))
    (column,) = (await read(agent, 1)).values()
    assert set(column.cells) <= {name[-1:] for name in cells}
    assert len(agent.asked) < 200


def test_sizes_grow_again_only_after_many_answers_and_never_to_what_failed() -> None:
    sizes = Sizes()
    sizes.failed(70)
    assert sizes.limit == 35
    for _answer in range(1000):
        sizes.worked(sizes.limit)
    assert sizes.limit == 69
    limits = [sizes.limit]
    for size in (69, 34, 17, 8, 4, 2, 1):
        sizes.failed(size)
        limits.append(sizes.limit)
    assert all(later <= earlier for earlier, later in pairwise(limits))
    assert sizes.limit == 1
