"""A real sshd that knows only what switches of ten years ago knew, with the legacy profile and without."""

from __future__ import annotations

import asyncio
import getpass
import os
import shutil
import socket
import subprocess
from contextlib import asynccontextmanager
from ipaddress import ip_address
from typing import TYPE_CHECKING

import asyncssh
import pytest

from probes.api import Failure, Trouble
from probes.secret import Secret
from probes.ssh.channel import opened
from probes.ssh.credentials import Login
from probes.ssh.transport import NoSessionError, Place, session

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

pytestmark = [pytest.mark.needs("sshd"), pytest.mark.filterwarnings("ignore:Diffie-Hellman over finite fields")]
PATH = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))
LEGACY = "KexAlgorithms diffie-hellman-group14-sha1\nHostKeyAlgorithms ssh-rsa\n"
OLDEST = LEGACY.replace("group14", "group1") + "Ciphers aes128-cbc,3des-cbc\nMACs hmac-sha1\n"
CONFIG = """\
ListenAddress 127.0.0.1:{port}
HostKey {folder}/host
PidFile none
AuthorizedKeysFile {folder}/authorized
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
PermitUserRC no
{more}
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def answering(port: int, process: subprocess.Popen[bytes]) -> None:
    async with asyncio.timeout(10):
        while process.poll() is None:
            try:
                _reader, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.02)
            else:
                writer.close()
                await writer.wait_closed()
                return
    assert process.stderr is not None
    pytest.fail(f"sshd did not start: {process.stderr.read().decode()}")


@asynccontextmanager
async def sshd(folder: Path, more: str) -> AsyncIterator[tuple[Place, Login]]:
    """Start one on loopback that lets this user in by a key, and end it by its process id."""
    if os.geteuid() == 0:  # sshd wants the place that it gives up its rights in
        os.makedirs("/run/sshd", exist_ok=True)  # noqa: PTH103 - a folder of the system
    host, own = asyncssh.generate_private_key("ssh-rsa"), asyncssh.generate_private_key("ssh-rsa")
    host.write_private_key(str(folder / "host"))
    (folder / "host").chmod(0o600)
    own.write_public_key(str(folder / "authorized"))
    port = free_port()
    (folder / "config").write_text(CONFIG.format(port=port, folder=folder, more=more))
    program = shutil.which("sshd", path=PATH)
    assert program is not None
    command = [program, "-D", "-e", "-f", str(folder / "config")]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)  # noqa: ASYNC220 - it starts at once
    try:
        await answering(port, process)
        login = Login(user=getpass.getuser(), key=Secret(own.export_private_key().decode()))
        yield Place(ip_address("127.0.0.1"), port, host.get_fingerprint("sha256")), login
    finally:
        process.terminate()
        process.communicate(timeout=10)


async def said(place: Place, login: Login) -> bytes | Failure:
    try:
        async with session(place, login, "old") as held:
            channel = await opened(held.connection, 5, "echo read")
            assert not isinstance(channel, Failure)
            text = b""
            while not channel.is_over:
                text += await channel.receive(5)
            return text
    except NoSessionError as error:
        return error.failure


@pytest.mark.parametrize("more", [LEGACY, OLDEST], ids=["group14-sha1", "group1-sha1, CBC"])
async def test_an_old_device_is_reached_with_the_legacy_profile_and_not_without(tmp_path: Path, more: str) -> None:
    async with sshd(tmp_path, more) as (place, login):
        refused = await said(place, login)
        assert isinstance(refused, Failure)
        assert refused.trouble is Trouble.PROTOCOL
        assert "legacy = true" in str(refused.detail)
        legacy = Place(place.address, place.port, place.host_key, legacy=True)
        assert await said(legacy, login) == b"read\n"


async def test_a_device_of_today_is_reached_without_it_and_a_key_that_is_not_known_is_refused(tmp_path: Path) -> None:
    async with sshd(tmp_path, "") as (place, login):
        assert await said(place, login) == b"read\n"
        stranger = asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode()
        refused = await said(place, Login(user=login.user, key=Secret(stranger)))
        assert isinstance(refused, Failure)
        assert refused.trouble is Trouble.AUTHENTICATION


async def test_nothing_of_the_user_is_used_to_log_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    (home / ".ssh").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "agent"))
    async with sshd(tmp_path, "") as (place, login):
        assert login.key is not None
        (home / ".ssh/id_rsa").write_text(login.key.reveal())
        (home / ".ssh/config").write_text("Host *\n  User somebody\n  Ciphers aes128-cbc\n")
        (home / ".ssh/known_hosts").write_text(f"[127.0.0.1]:{place.port} ssh-rsa AAAA\n")
        refused = await said(place, Login(user=login.user, password=Secret("none")))
        assert isinstance(refused, Failure)
        assert refused.trouble is Trouble.AUTHENTICATION
        assert await said(place, login) == b"read\n"
