"""Reading known instances, as many at once as the device answers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from probes.snmp.client import Cause, Missing, Oid, TimeTicks
from probes.snmp.fetch import Fetched, fetch
from probes.snmp.sizes import Sizes
from probes.snmp.system import SYS_UPTIME
from tests.snmp_agent import Agent, MemoryClient

NAMES: list[Oid] = [(1, 3, 6, 1, 4, 1, 32473, 1, number) for number in range(200)]


def agent(**faults: object) -> Agent:
    ticks = iter(range(1_000_000))
    mib: dict[Oid, object] = {name: name[-1] for name in NAMES}
    return Agent(mib | {SYS_UPTIME: lambda: TimeTicks(next(ticks))}, **faults)  # type: ignore[arg-type]


async def read(of: Agent, names: list[Oid] = NAMES, sizes: Sizes | None = None) -> Fetched:
    return await fetch(MemoryClient(of), names, sizes or Sizes(), seconds=10)


async def test_everything_is_read_in_few_questions_each_with_its_own_time() -> None:
    of = agent()
    found = await read(of)
    assert {name: found.values[name] for name in NAMES} == {name: name[-1] for name in NAMES}
    assert len(of.asked) == 3
    assert all(names[0] == SYS_UPTIME for _kind, names, _rows in of.asked)
    assert (found.ticks[NAMES[0]], found.ticks[NAMES[-1]]) == (0, 2)
    assert found.why is None


async def test_questions_shrink_to_what_the_device_answers_and_stay_so() -> None:
    of, sizes = agent(most=10, beyond="tooBig"), Sizes()
    assert len((await read(of, sizes=sizes)).values) == 201
    of.asked.clear()
    await read(of, sizes=sizes)
    assert max(len(names) for _kind, names, _rows in of.asked) <= 10


async def test_what_is_missing_is_said_and_is_not_zero() -> None:
    of = agent()
    del of.mib[NAMES[5]]
    found = await read(of)
    assert found.values[NAMES[5]] is Missing.NO_SUCH_INSTANCE
    assert found.unread == []


async def test_the_culprit_that_the_device_names_is_left_out() -> None:
    of = agent(broken=(NAMES[7],))
    found = await read(of)
    assert found.unread == [NAMES[7]]
    assert len(found.values) == 200
    assert found.why is not None
    assert found.why.cause is Cause.ERROR_STATUS
    assert len(of.asked) < 10


async def test_one_instance_without_an_answer_does_not_keep_the_others_back() -> None:
    of, sizes = agent(silent=(NAMES[7],)), Sizes()
    sizes.worked(70)
    found = await read(of, NAMES[:30], sizes)
    assert NAMES[7] not in found.values
    assert NAMES[0] in found.values or found.unread


async def test_a_device_that_is_gone_is_given_up_soon() -> None:
    of = agent(silent=((1, 3),))
    found = await read(of)
    assert found.values == {}
    assert len(found.unread) == 200
    assert len(of.asked) <= 6


async def test_a_device_that_answered_before_and_fell_silent_costs_one_question() -> None:
    of, sizes = agent(), Sizes()
    await read(of, sizes=sizes)
    of.asked.clear()
    of.silent = ((1, 3),)
    found = await read(of, sizes=sizes)
    assert len(found.unread) == 200
    assert len(of.asked) == 1


@given(
    broken=st.sets(st.integers(0, 199), max_size=8),
    missing=st.sets(st.integers(0, 199), max_size=8),
    most=st.integers(2, 80),
    beyond=st.sampled_from(["tooBig", "silence"]),
)
async def test_every_name_is_read_or_named_as_unread(
    broken: set[int], missing: set[int], most: int, beyond: str
) -> None:
    of = agent(broken=tuple(NAMES[number] for number in broken), most=most, beyond=beyond)
    for number in missing - broken:
        del of.mib[NAMES[number]]
    found = await read(of)
    assert found.values.keys() - {SYS_UPTIME} | set(found.unread) == set(NAMES)
    assert not found.values.keys() & set(found.unread)
    if beyond == "tooBig":
        assert set(found.unread) == {NAMES[number] for number in broken}
