"""The shared socket: who is answered, who is told of an error of the network, and what closing leaves behind."""

from __future__ import annotations

import asyncio
import errno
import socket
from contextlib import closing

import pytest

from probes.snmp.ber import element, integer
from probes.snmp.endpoint import Endpoint, Silence
from tests.snmp_agent import Agent, serving, system


def message(number: int) -> bytes:
    return element(0x30, integer(1) + element(0x04, b"x") + element(0xA0, integer(number)))


async def ask(endpoint: Endpoint, port: int, waits: tuple[float, ...] = (0.2,)) -> bytes | Silence:
    number = endpoint.number()
    return await endpoint.ask(("127.0.0.1", port), number, message(number), lambda answer: answer, waits)


@pytest.fixture
def echo() -> socket.socket:
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.bind(("127.0.0.1", 0))
    opened.setblocking(False)
    return opened


async def test_each_question_gets_its_own_answer_in_whatever_order(echo: socket.socket) -> None:
    endpoint, loop = Endpoint(), asyncio.get_running_loop()
    with closing(echo):
        asked = [asyncio.ensure_future(ask(endpoint, echo.getsockname()[1], (5.0,))) for _question in range(50)]  # noqa: TID251
        received = [await loop.sock_recvfrom(echo, 2000) for _question in range(50)]
        for data, source in reversed(received):
            echo.sendto(data, source)
        answers = await asyncio.gather(*asked)
    endpoint.close()
    assert sorted(answers) == sorted(data for data, _source in received)


async def test_a_closed_port_does_not_disturb_the_others() -> None:
    """An ICMP error is handed to whichever send comes next on the socket: that send must not be lost."""
    endpoint = Endpoint()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        dead = free.getsockname()[1]
    async with serving(Agent(system())) as wire:
        wire.garbage = message(0)
        for _again in range(20):
            refused, other = await asyncio.gather(ask(endpoint, dead, (0.05, 0.05)), ask(endpoint, wire.port, (0.05,)))
            assert isinstance(refused, Silence)
            assert refused.error == errno.ECONNREFUSED
            assert isinstance(other, Silence)
            assert other.rejected == 1, "it was asked, and its answer came"
            assert other.error == 0
    endpoint.close()


async def test_closing_ends_the_waiting_and_opens_nothing_again(echo: socket.socket) -> None:
    endpoint = Endpoint()
    with closing(echo):
        waiting = asyncio.ensure_future(ask(endpoint, echo.getsockname()[1], (30.0, 30.0)))  # noqa: TID251
        await asyncio.sleep(0)
        endpoint.close()
        assert isinstance(await asyncio.wait_for(waiting, 1), Silence)
        assert isinstance(await ask(endpoint, echo.getsockname()[1], (30.0,)), Silence)
    assert endpoint._sockets == {}


async def test_one_who_is_cancelled_leaves_nothing_behind(echo: socket.socket) -> None:
    endpoint = Endpoint()
    with closing(echo):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await ask(endpoint, echo.getsockname()[1], (30.0,))
        assert endpoint._waiting == {}
        assert endpoint._by_source == {}
    endpoint.close()


async def test_the_receive_buffer_is_raised() -> None:
    endpoint = Endpoint()
    await ask(endpoint, 9, (0.0,))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as plain:
        usual = plain.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
    raised = endpoint._sockets[socket.AF_INET].getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
    assert raised > usual
    endpoint.close()
