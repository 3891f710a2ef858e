"""What every SNMP client keeps, whichever engine answers: the fast one, pysnmp's, and the tests' own in memory."""

from __future__ import annotations

from ipaddress import IPv4Address, ip_address
from typing import TYPE_CHECKING

import pytest

from probes.secret import Secret
from probes.snmp.client import (
    Answer,
    Cause,
    Counter32,
    Counter64,
    Gauge32,
    Missing,
    Opaque,
    SnmpClient,
    TimeTicks,
    Unanswered,
    oid,
)
from probes.snmp.credentials import Community
from probes.snmp.endpoint import Endpoint, Patience
from probes.snmp.engine import connect
from tests.snmp_agent import Agent, MemoryClient, serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

A, B, C = oid("1.3.6.1.2.1.1.1.0"), oid("1.3.6.1.2.1.1.3.0"), oid("1.3.6.1.2.1.1.5.0")
ABSENT = oid("1.3.6.1.2.1.1.4.0")
VALUES = {
    "integer": 42,
    "negative": -42,
    "smallest": -(2**31),
    "counter32": Counter32(2**32 - 1),
    "counter64": Counter64(2**64 - 1),
    "gauge": Gauge32(2**31),
    "ticks": TimeTicks(12345),
    "octets": "机房 A".encode("gb18030") + b"\0\xff",
    "long": b"x" * 1000,
    "empty": b"",
    "oid": oid("1.3.6.1.4.1.2011.2.23.4294967295"),
    "null oid": (0, 0),
    "address": IPv4Address("10.1.2.3"),
    "opaque": Opaque(bytes.fromhex("9f780442f60000")),
}


@pytest.fixture
def agent() -> Agent:
    return Agent({A: b"one", B: TimeTicks(2), C: b"three"})


@pytest.fixture(params=["fast", "pysnmp", "memory"])
async def client(request: pytest.FixtureRequest, agent: Agent) -> AsyncIterator[SnmpClient]:
    if request.param == "memory":
        yield MemoryClient(agent)
        return
    endpoint = Endpoint()
    async with serving(agent) as server:
        credential = Community(community=Secret("public"))
        patience = Patience(0.2, 1)
        address = ip_address("127.0.0.1")
        yield connect(endpoint, address, server.port, credential, patience=patience, engine=request.param)
    endpoint.close()


async def test_get_answers_in_the_order_of_the_question(client: SnmpClient) -> None:
    assert await client.get([C, A, B]) == Answer(((C, b"three"), (A, b"one"), (B, 2)))


async def test_what_is_not_there_is_said_beside_what_is(client: SnmpClient) -> None:
    assert await client.get([A, ABSENT]) == Answer(((A, b"one"), (ABSENT, Missing.NO_SUCH_INSTANCE)))


async def test_get_next_answers_with_what_follows_each_name(client: SnmpClient) -> None:
    assert await client.get_next([A, ABSENT]) == Answer(((B, 2), (C, b"three")))


async def test_the_end_is_a_value(client: SnmpClient) -> None:
    reply = await client.get_next([C])
    assert isinstance(reply, Answer)
    assert reply.varbinds[0][1] is Missing.END_OF_MIB_VIEW


async def test_get_bulk_goes_row_by_row(client: SnmpClient) -> None:
    reply = await client.get_bulk([A, ABSENT], 2)
    assert isinstance(reply, Answer)
    assert reply.varbinds[:3] == ((B, 2), (C, b"three"), (C, b"three"))


async def test_too_big_is_told_apart(client: SnmpClient, agent: Agent) -> None:
    agent.most, agent.beyond = 2, "tooBig"
    reply = await client.get([A, B, C])
    assert isinstance(reply, Unanswered)
    assert reply.cause is Cause.TOO_BIG


async def test_an_error_names_its_place(client: SnmpClient, agent: Agent) -> None:
    agent.broken = (B,)
    reply = await client.get([A, B, C])
    assert isinstance(reply, Unanswered)
    assert (reply.cause, reply.index) == (Cause.ERROR_STATUS, 2)


async def test_silence_is_a_time_out(client: SnmpClient, agent: Agent) -> None:
    agent.silent = (A,)
    reply = await client.get([A], attempts=1)
    assert isinstance(reply, Unanswered)
    assert reply.cause is Cause.TIMEOUT
    assert str(reply.detail)


@pytest.mark.parametrize("kind", VALUES)
async def test_values_keep_their_type(client: SnmpClient, agent: Agent, kind: str) -> None:
    agent.mib[A] = VALUES[kind]
    reply = await client.get([A])
    assert isinstance(reply, Answer)
    assert reply.varbinds == ((A, VALUES[kind]),)
    assert type(reply.varbinds[0][1]) is type(VALUES[kind])


async def test_many_names_fit_in_one_question(client: SnmpClient, agent: Agent) -> None:
    names = [(1, 3, 6, 1, 4, 1, 32473, 1, index) for index in range(60)]
    agent.mib |= {name: Counter64(2**40 + name[-1]) for name in names}
    reply = await client.get(names)
    assert isinstance(reply, Answer)
    assert [int(value) - 2**40 for _name, value in reply.varbinds if isinstance(value, int)] == list(range(60))
