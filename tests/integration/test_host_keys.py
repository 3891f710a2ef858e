"""A real SSH server whose host key nobody has approved, then somebody has, then is another."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import asyncssh

from netwatch.config import load
from netwatch.plugins import Registry
from netwatch.storage import doors
from netwatch.storage.database import Database
from tests.drift_scene import KINDS, SITE, DriftService, config

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from netwatch.config import Settings
    from netwatch.domain.drift.visit import Door

DEVICE = """
[[device]]
name = "sw-1"
address = "127.0.0.1"
check = [{{ kind = "icmp" }}]
collect = [{{ kind = "cli", credential = "reader", platform = "huawei_vrp", port = {port}, facets = ["running"] }}]
"""


class Account(asyncssh.SSHServer):
    """Lets the reader in, and counts the passwords that it was shown."""

    passwords = 0

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        Account.passwords += 1
        return (username, password) == ("reader", "pw")


async def shell(process: asyncssh.SSHServerProcess[bytes]) -> None:
    process.stdout.write(b"<sw-1>")
    async for line in process.stdin:
        command = line.strip()
        if command == b"quit":
            break
        said = config().replace(b"\n", b"\r\n") if command == b"display current-configuration" else b""
        process.stdout.write(command + b"\r\n" + said + b"<sw-1>")
    process.exit(0)


@asynccontextmanager
async def switch(key: asyncssh.SSHKey, port: int = 0) -> AsyncIterator[int]:
    server = await asyncssh.listen(
        "127.0.0.1",
        port,
        server_factory=Account,
        server_host_keys=[key],
        process_factory=shell,
        encoding=None,
        line_editor=False,
        reuse_address=True,
    )
    try:
        yield server.get_port()
    finally:
        server.close()
        await server.wait_closed()


def site(folder: Path, port: int) -> Settings:
    path = folder / "config.toml"
    path.write_text(SITE.format(drift="", password="pw") + DEVICE.format(port=port), encoding="utf-8")
    path.chmod(0o600)
    return load(path, Registry(KINDS))


class RealSwitch(DriftService):
    """A device that is read by the real collector."""

    def door(self, device: str = "sw-1") -> Door:
        return self.rows(lambda tx: doors.get(tx, device, "cli"))

    async def tried(self, offered: str) -> None:
        await self.until(lambda: self.worker.idle and self.door().offered == offered)


async def test_no_password_is_sent_before_a_leader_has_approved_the_key_nor_after_it_has_changed(
    tmp_path: Path,
) -> None:
    Account.passwords = 0
    keys = [asyncssh.generate_private_key("ssh-ed25519") for _key in range(2)]
    prints = [key.get_fingerprint("sha256") for key in keys]
    database = Database(f"sqlite:///{tmp_path}/netwatch.db").open()
    try:
        async with switch(keys[0]) as port:
            scene = RealSwitch(site(tmp_path, port), database)
            async with scene.running():
                await scene.tried(prints[0])
                assert Account.passwords == 0
                await scene.let_pass(minutes=1)
                await scene.does("chen", "trust_device", device="sw-1", key=prints[0])
                await scene.until(lambda: scene.newest() is not None and scene.worker.idle)
                assert Account.passwords == 1
                assert "description uplink" in scene.text()
                (kept,) = scene.kept()
                assert kept.host_key == prints[0]
        scene = RealSwitch(site(tmp_path, port), database)  # the service has started anew
        async with switch(keys[1], port), scene.running():
            await scene.let_pass(hours=6)
            await scene.tried(prints[1])
            assert Account.passwords == 1
            (said,) = scene.wrong().values()
            assert said.startswith(f"another host key: {prints[1]}, approved is {prints[0]}")
    finally:
        database.close()
