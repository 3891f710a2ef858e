"""A switch whose configuration is full of secrets, read by a real service: where none of them may ever appear."""

from __future__ import annotations

import asyncio
import email
import email.policy
import urllib.request
import zlib
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import pytest

from netwatch.clock import SystemClock
from netwatch.config import load
from netwatch.domain.drift.verdict import Verdict
from netwatch.domain.model import Severity
from netwatch.drift.overview import standings
from netwatch.plugins import Registry
from netwatch.storage import doors
from tests.cli_device import CliDevice
from tests.e2e.service import wait_for
from tests.ssh_device import PASSWORD, USER, ssh_device

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.e2e.service import RunningService

pytestmark = pytest.mark.timeout(150)
CANARY = "canary"
RUNNING = """\
!Last configuration was updated at 2026-11-28 09:00:00+08:00 by admin
#
sysname sw-1
#
snmp-agent community read cipher canary-community
snmp-agent target-host trap address udp-domain 192.0.2.9 params securityname canary-trap
snmp-agent usm-user version v3 monitor authentication-mode sha cipher canary-auth
#
radius-server shared-key cipher canary-radius
#
aaa
 local-user admin password irreversible-cipher canary-admin
 local-user admin privilege level 15
#
interface GigabitEthernet1/0/1
 description {description}
 ospf authentication-mode md5 1 cipher canary-ospf
#
ike peer branch
 pre-shared-key cipher canary-ike
#
user-interface vty 0 4
 set authentication password cipher {vty}
#
{more}return
"""
SITE = """
[drift]
settle = "1s"
retry = "1s"
mirror = "mirror"
[handover]
leaders = ["zhao"]
[[person]]
name = "zhao"
role = "leader"
mail = "zhao@hospital.example"
[credential.ssh]
user = "{user}"
password = "{password}"
[[device]]
name = "sw-1"
address = "127.0.0.1"
check = [{{ kind = "icmp" }}]
collect = [{{ kind = "cli", platform = "huawei_vrp", credential = "ssh", port = {port}, idle = 5.0 }}]
"""


class Switch:
    """What a switch says; each session is told what it is set to just then."""

    def __init__(self) -> None:
        self.running = self.said()
        self.cut: int | None = None

    def said(self, *, description: str = "uplink", vty: str = "canary-vty", more: str = "") -> bytes:
        text = RUNNING.format(description=description, vty=vty, more=more)
        return text.replace("\n", "\r\n").encode("gb18030")

    def session(self) -> CliDevice:
        return CliDevice(
            b"<sw-1>",
            {
                "screen-length 0 temporary": b"",
                "display current-configuration": self.running,
                "display saved-configuration": self.running,
                "display version": b"Huawei Versatile Routing Platform Software\r\n",
            },
            unknown=b"Error: Unrecognized command found at '^' position.\r\n",
            cut=self.cut,
        )


class Site:
    """The service with the switch, and all that it has ever printed."""

    def __init__(self, service: RunningService) -> None:
        self.service = service
        self.printed: list[str] = []

    async def command(self, *arguments: str, code: int | None = 0) -> str:
        done = await asyncio.to_thread(self._run, arguments, code)
        self.printed.append(done)
        return done

    def _run(self, arguments: tuple[str, ...], code: int | None) -> str:
        if code is not None:
            return self.service.command(*arguments, code=code)
        with suppress(AssertionError):
            return self.service.command(*arguments)
        return ""

    async def becomes(self, verdict: Verdict) -> None:
        """Wait until the running configuration is judged so."""
        settings = load(self.service.path, Registry.installed())

        def is_so() -> bool:
            found = self.service.rows(partial(standings, settings=settings, now=SystemClock().now(), devices={"sw-1"}))
            return any(each.facet == "running" and each.verdict is verdict for each in found)

        await asyncio.to_thread(wait_for, is_so, 40)

    async def is_asked_to_trust(self, key: str) -> None:
        """Wait until the switch has shown its host key."""
        await asyncio.to_thread(
            wait_for, lambda: any(each.offered == key for each in self.service.rows(doors.everything).values()), 40
        )

    async def page(self, path: str) -> None:
        def fetched() -> str:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.service.port}{path}", timeout=10) as answer:
                return str(answer.read().decode())

        self.printed.append(await asyncio.to_thread(fetched))


def opened(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield all that a site has written, but its configuration: files as they are, and what is packed in them."""
    for path in (each for each in folder.rglob("*") if each.is_file() and each.suffix != ".toml"):
        raw = path.read_bytes()
        yield str(path), raw
        if path.suffix == ".eml":
            letter = email.message_from_bytes(raw, policy=email.policy.default)
            for part in letter.walk():
                if part.get_content_maintype() == "text":
                    yield str(path), str(part.get_content()).encode()
        if "objects" in path.parts:
            with suppress(zlib.error):
                yield str(path), zlib.decompress(raw)


async def test_no_secret_of_a_device_appears_anywhere_but_to_a_leader_who_asks_for_the_raw_text(
    service: RunningService,
) -> None:
    switch, site = Switch(), Site(service)
    async with ssh_device(switch.session) as served:
        service.configure(SITE.format(user=USER, password=PASSWORD, port=served.port))
        await asyncio.to_thread(service.start)
        await site.is_asked_to_trust(served.host_key)
        await site.command("drift", "trust", "sw-1", served.host_key, "--by", "zhao")
        await site.becomes(Verdict.NO_BASELINE)
        assert "GigabitEthernet1/0/1" in await site.command("drift", "show", "sw-1")
        await site.command("drift", "approve", "sw-1", "--first", "--by", "zhao")
        switch.running = switch.said(
            description="核心", vty="canary-changed", more="acl number 3001\n rule 5 permit ip\n#\n"
        )
        await site.command("drift", "collect", "sw-1", "--by", "zhang")
        await site.becomes(Verdict.UNAUTHORISED)
        difference = await site.command("drift", "diff", "sw-1", code=1)
        assert "核心" in difference
        assert "the secret changed" in difference
        switch.cut = 900
        await site.command("drift", "collect", "sw-1", "--by", "zhang")
        (fault,) = [each for each in service.faults() if each.subject.meaning.startswith("running/")]
        assert fault.severity is Severity.CRITICAL
        await asyncio.to_thread(wait_for, service.mails, 20)
        for words in (("drift", "status"), ("drift", "history", "sw-1"), ("faults", "show", str(fault.id)),
                      ("audit", "list"), ("mail", "list"), ("handover", "show", "--live")):  # fmt: skip
            await site.command(*words, code=None)
        for path in ("/", f"/faults/{fault.id}", "/devices/sw-1"):
            await site.page(path)
        await site.command("drift", "show", "sw-1", "--raw", "--by", "zhang", code=2)
        await asyncio.to_thread(service.kill)
        await asyncio.to_thread(service.start)
        await site.command("audit", "verify", "--deep")
        raw = await asyncio.to_thread(service.command, "drift", "show", "sw-1", "--raw", "--by", "zhao")
        assert "canary-community" in raw
        assert await asyncio.to_thread(service.stop) == 0
    assert {password for _user, password in served.attempts} == {PASSWORD}
    said = "\n".join(site.printed)
    assert CANARY not in said
    assert PASSWORD not in said
    written = list(opened(service.folder))
    for place in ("mirror", ".eml"):
        assert any(place in name and "核心".encode() in raw for name, raw in written)
    assert [name for name, raw in written if CANARY.encode() in raw or PASSWORD.encode() in raw] == []
