"""A real sshd that knows only what switches of ten years ago knew, with the legacy profile and without."""

from __future__ import annotations

from contextlib import contextmanager
from ipaddress import ip_address
from typing import TYPE_CHECKING

import asyncssh
import pytest

from probes.api import Failure, Trouble
from probes.secret import Secret
from probes.ssh.channel import opened
from probes.ssh.credentials import Login
from probes.ssh.transport import NoSessionError, Place, session
from tests.openssh import OpenSsh

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.needs("sshd"), pytest.mark.filterwarnings("ignore:Diffie-Hellman over finite fields")]
LEGACY = "KexAlgorithms diffie-hellman-group14-sha1\nHostKeyAlgorithms ssh-rsa\n"
OLDEST = LEGACY.replace("group14", "group1") + "Ciphers aes128-cbc,3des-cbc\nMACs hmac-sha1\n"


@contextmanager
def sshd(folder: Path, more: str = "") -> Iterator[OpenSsh]:
    """Start one that lets this user in by a key."""
    server = OpenSsh(folder, keys="ssh-rsa", more=more)
    try:
        server.start().allow("")
        yield server
    finally:
        server.stop()


async def said(server: OpenSsh, login: Login | None = None, *, legacy: bool = False) -> bytes | Failure:
    place = Place(ip_address("127.0.0.1"), server.port, server.host_key, legacy)
    try:
        async with session(place, login or server.login, "old") as held:
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
    with sshd(tmp_path, more) as server:
        refused = await said(server)
        assert isinstance(refused, Failure)
        assert refused.trouble is Trouble.PROTOCOL
        assert "legacy = true" in str(refused.detail)
        assert await said(server, legacy=True) == b"read\n"


async def test_a_device_of_today_is_reached_without_it_and_a_key_that_is_not_known_is_refused(tmp_path: Path) -> None:
    with sshd(tmp_path) as server:
        assert await said(server) == b"read\n"
        stranger = asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode()
        refused = await said(server, Login(user=server.user, key=Secret(stranger)))
        assert isinstance(refused, Failure)
        assert refused.trouble is Trouble.AUTHENTICATION


async def test_nothing_of_the_user_is_used_to_log_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "home/.ssh"
    own.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "agent"))
    with sshd(tmp_path / "server") as server:
        assert server.login.key is not None
        (own / "id_rsa").write_text(server.login.key.reveal())
        (own / "config").write_text("Host *\n  User somebody\n  Ciphers aes128-cbc\n")
        (own / "known_hosts").write_text(f"[127.0.0.1]:{server.port} ssh-rsa AAAA\n")
        refused = await said(server, Login(user=server.user, password=Secret("none")))
        assert isinstance(refused, Failure)
        assert refused.trouble is Trouble.AUTHENTICATION
        assert await said(server) == b"read\n"
