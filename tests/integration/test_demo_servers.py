"""What answers in the demo, asked as netwatch asks: by SNMP, TCP, HTTP and SMTP."""

from __future__ import annotations

import asyncio
import socket
import time
from contextlib import asynccontextmanager
from email.message import EmailMessage
from ipaddress import ip_address
from typing import TYPE_CHECKING

import aiosmtplib
import httpx
import pytest

from netwatch.demo.catcher import Catcher, Caught
from netwatch.demo.effects import Condition
from netwatch.demo.hospital import HOSPITAL
from netwatch.demo.servers import COMMUNITY, Site, listening
from probes.secret import Secret
from probes.snmp.client import Cause, Unanswered
from probes.snmp.credentials import Community
from probes.snmp.endpoint import Endpoint, Patience
from probes.snmp.engine import connect
from probes.snmp.inspect import inspect
from probes.snmp.inspection import Device, Inspection

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

DEVICES = {device.name: device for device in HOSPITAL}


@pytest.fixture
async def site(request: pytest.FixtureRequest) -> AsyncIterator[Site]:
    played = Site(DEVICES[request.param], time.monotonic)
    await played.open()
    yield played
    played.close()
    await asyncio.sleep(0)


async def look(site: Site) -> Inspection | Unanswered:
    endpoint = Endpoint()
    where = site.where
    community = Community(community=Secret(COMMUNITY))
    client = connect(endpoint, ip_address(where.address), where.agent, community, patience=Patience(0.3, 0))
    try:
        return await inspect(client, Device(where.address, where.agent, "2c"))
    finally:
        endpoint.close()


@pytest.mark.parametrize("site", ["core-a", "pacs", "ups"], indirect=True)
async def test_an_inspection_finds_what_the_device_has(site: Site) -> None:
    device = site.machine.device
    found = await look(site)
    assert isinstance(found, Inspection)
    assert found.problems == ()
    assert (found.system.name, found.platform.model) == (device.name, device.model)
    assert [port.name for port in found.interfaces] == [port.name for port in device.ports]
    assert [port.speed_bps for port in found.interfaces] == [port.speed for port in device.ports]
    assert [pool.name for pool in found.storage] == [volume.name for volume in device.volumes]
    states = {sensor.name: sensor.state for sensor in found.sensors if sensor.kind == "state"}
    assert (states.get("Output source") == "ok") is (device.name == "ups")


@pytest.mark.parametrize("site", ["emergency"], indirect=True)
async def test_a_device_without_power_is_silent_until_it_is_back(site: Site) -> None:
    await site.take(Condition(silent=True))
    silent = await look(site)
    await site.take(Condition())
    assert isinstance(silent, Unanswered)
    assert silent.cause is Cause.TIMEOUT
    assert isinstance(await look(site), Inspection)


@pytest.mark.parametrize("site", ["lis"], indirect=True)
async def test_a_service_that_refuses_comes_back_at_the_same_port(site: Site) -> None:
    place = site.where.address, site.where.services["interface"]
    await _connected(place)
    await site.take(Condition(refusing=frozenset({"interface"})))
    with pytest.raises(ConnectionRefusedError):
        await _connected(place)
    await site.take(Condition())
    await _connected(place)


@pytest.mark.parametrize("site", ["portal"], indirect=True)
async def test_a_page_answers_well_or_with_an_error(site: Site) -> None:
    url = f"http://{site.where.address}:{site.where.services['web']}/"
    async with httpx.AsyncClient(trust_env=False) as client:
        well = await client.get(url)
        await site.take(Condition(broken=frozenset({"web"})))
        ill = await client.get(url)
    assert (well.status_code, ill.status_code) == (200, 503)


async def test_two_hospitals_on_one_machine_do_not_disturb_each_other() -> None:
    first, second = (Site(DEVICES["lis"], time.monotonic) for _number in range(2))
    assert (first.where.address, first.where.agent) != (second.where.address, second.where.agent)
    assert first.where != second.where
    first.close()
    second.close()


@asynccontextmanager
async def catching(catcher: Catcher) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        running = group.create_task(catcher.run())
        yield
        running.cancel()


async def test_every_mail_is_kept_whole_in_memory_and_as_a_file(tmp_path: Path) -> None:
    told: list[Caught] = []
    bound = listening(socket.SOCK_STREAM, "127.0.0.1", 0)
    catcher = Catcher(bound, tmp_path, told.append)
    mail = EmailMessage()
    mail["From"], mail["To"] = "netwatch@hospital.example", "zhangsan@hospital.example"
    mail["Subject"] = "[紧急] 核心交换机A/1：中断"
    mail.set_content("第一行\n.一个点\n..两个点\n" + "长" * 3000 + "\n", cte="8bit")
    relay = aiosmtplib.SMTP(hostname="127.0.0.1", port=bound.getsockname()[1], start_tls=False)
    async with catching(catcher), relay:
        await relay.send_message(mail, recipients=["zhangsan@hospital.example", "lisi@hospital.example"])
        await relay.send_message(mail, recipients=["wangwu@hospital.example"])

    assert catcher.mails == told
    assert [each.recipients for each in told] == [
        ("zhangsan@hospital.example", "lisi@hospital.example"),
        ("wangwu@hospital.example",),
    ]
    assert told[0].subject == mail["Subject"]
    assert told[0].path.name == "001 zhangsan _紧急_ 核心交换机A_1_中断.eml"
    for each in told:
        assert each.path.read_bytes() == each.content
        assert "第一行\r\n.一个点\r\n..两个点\r\n" in each.content.decode()


async def test_who_does_not_speak_its_language_is_told_so(tmp_path: Path) -> None:
    bound = listening(socket.SOCK_STREAM, "127.0.0.1", 0)
    async with catching(Catcher(bound, tmp_path, lambda _mail: None)):
        reader, writer = await asyncio.open_connection(*bound.getsockname())
        writer.write(b"BDAT 3\r\nDATA\r\nQUIT\r\n")
        answers = await reader.read()
        writer.close()
        await writer.wait_closed()
    assert [line[:3] for line in answers.splitlines()] == [b"220", b"502", b"503", b"221"]


async def _connected(place: tuple[str, int]) -> None:
    _reader, writer = await asyncio.open_connection(*place)
    writer.close()
    await writer.wait_closed()
