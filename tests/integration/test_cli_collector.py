"""The collector `cli` against devices over SSH on loopback."""

from __future__ import annotations

import asyncio
import logging
import threading
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import asyncssh
import pytest

from probes.api import Failure, Shared, Target, Trouble
from probes.collect import Collection
from probes.platforms.platform import load
from probes.secret import Secret
from probes.ssh import hostkey
from probes.ssh.channel import Channel
from probes.ssh.collector import CliCollector
from probes.ssh.credentials import Login
from probes.ssh.dialogue import Dialogue
from probes.ssh.lockout import Guard
from probes.ssh.options import CliOptions
from probes.ssh.plan import Patience
from probes.ssh.proof import Proof
from probes.ssh.terminal import shown
from tests.cli_sessions import IOS, SESSIONS, VRP, device
from tests.ssh_device import PASSWORD, USER, Served, ssh_device

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from tests.cli_device import CliDevice

NOW = datetime(2026, 11, 28, 4, tzinfo=UTC)
HERE = Target("sw-1", "127.0.0.1")
QUICK = Patience(connect=5, idle=0.6, total=5, settle=0.02, stall=0.2)


def collector(
    served: Served, platform: str, login: Login | None = None, patience: Patience = QUICK, **options: Any
) -> CliCollector:
    login = login or Login(user=USER, password=Secret(PASSWORD))
    values = {"host_key": served.host_key, "port": served.port, **options}
    made = CliOptions(platform=platform, credential="core", **values)
    return CliCollector(made, shared=Shared({"core": login}), patience=patience)


async def read(served: Served, platform: str, **options: Any) -> Collection | Failure:
    reader = collector(served, platform, **options)
    outcome = await reader.collect(HERE, frozenset(reader.offered()))
    await served.emptied()
    return outcome


def of(platform: str, **changes: object) -> Callable[[], CliDevice]:
    return lambda: device(platform, **changes)


def gaps(outcome: Collection | Failure) -> dict[str, str | None]:
    assert isinstance(outcome, Collection), str(outcome.detail)
    return {each.facet: None if each.gap is None else str(each.gap) for each in outcome.captures}


@pytest.mark.parametrize("name", sorted(SESSIONS))
async def test_every_platform_is_read_whole_by_its_commands_and_nothing_else(name: str) -> None:
    platform = load(name)
    talk = platform.dialogue
    assert talk is not None
    async with ssh_device(of(name)) as served:
        outcome = await read(served, name)
    assert gaps(outcome) == {each.name: None for each in platform.readings}
    assert isinstance(outcome, Collection)
    assert (outcome.host_key, dict(outcome.unread)) == (served.host_key, {})
    reading = [command for each in platform.readings for command in each.commands]
    if talk.channel == "exec":
        assert served.commands == reading
        assert b"".join(each.received[0] for each in served.sessions) == "".join(reading).encode()
    else:
        typed = [*talk.setup, *reading, *([talk.exit] if talk.exit else [])]
        assert served.commands == []
        assert b"".join(served.sessions[0].received) == "".join(f"{line}\n" for line in typed).encode()


async def test_bytes_of_gbk_survive_and_each_answer_says_how_long_it_took() -> None:
    async with ssh_device(of("huawei_vrp"), delay=0.05) as served:
        outcome = await read(served, "huawei_vrp")
    assert isinstance(outcome, Collection)
    (answer,) = outcome.captures[0].answers
    assert answer.raw == VRP.replace(b"\r\n", b"\n")
    assert 0.05 <= answer.seconds < 2
    assert outcome.captures[0].rules == "huawei_vrp"


@pytest.mark.parametrize("name", ["huawei_vrp", "cisco_nxos", "fortinet"])
@pytest.mark.parametrize("fraction", range(5, 100, 15))
async def test_a_connection_that_is_lost_anywhere_is_a_gap_or_a_failure(name: str, fraction: int) -> None:
    prompt, answers = SESSIONS[name]
    size = sum(len(command) + len(text) + len(prompt) + 2 for command, text in answers.items())
    async with ssh_device(of(name, cut=size * fraction // 100)) as served:
        outcome = await read(served, name)
    assert isinstance(outcome, Failure) or list(gaps(outcome).values())[-1] is not None


async def test_a_device_that_hangs_up_is_told_from_one_that_falls_silent() -> None:
    async with ssh_device(of("cisco_ios", cut=200)) as served:
        outcome = await read(served, "cisco_ios")
    assert gaps(outcome)["running"] == "The device closed the session in the middle of “show running-config”"


@pytest.mark.parametrize("name", ["cisco_ios", "frr"])
async def test_what_a_device_says_is_drawn_and_judged_beside_the_event_loop(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = []

    def watched(work: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **options: Any) -> Any:
            threads.append((work.__name__, threading.current_thread() is threading.main_thread()))
            return work(*args, **options)

        return run

    monkeypatch.setattr("probes.ssh.commands.shown", watched(shown))
    monkeypatch.setattr(Dialogue, "_text", watched(Dialogue._text))
    monkeypatch.setattr(Proof, "gap", watched(Proof.gap))
    async with ssh_device(of(name)) as served:
        await read(served, name)
    assert {work for work, _ in threads} == {"gap", "shown" if name == "frr" else "_text"}
    assert not any(is_in_the_loop for _, is_in_the_loop in threads)


def test_a_channel_that_is_lost_behind_its_end_has_not_ended_well() -> None:
    channel = Channel()
    channel.eof_received()
    assert channel.has_ended
    channel.connection_lost(asyncssh.ConnectionLost("gone"))
    assert not channel.has_ended


@pytest.mark.parametrize("name", ["juniper_junos", "mikrotik_routeros", "frr"])
@pytest.mark.parametrize("fraction", range(5, 100, 15))
async def test_a_command_whose_channel_is_lost_is_a_gap(name: str, fraction: int) -> None:
    reading = load(name).reading("running")
    assert reading is not None
    size = len(SESSIONS[name][1][reading.commands[0]])
    async with ssh_device(of(name, cut=size * fraction // 100)) as served:
        outcome = await read(served, name)
    assert all(gap is not None for gap in gaps(outcome).values())
    assert gaps(outcome)["running"] == f"The device closed the session in the middle of “{reading.commands[0]}”"


async def test_a_file_that_is_not_there_is_unread_and_the_rest_is_read() -> None:
    answers = {"vtysh -c 'show running-config no-header'": IOS}
    unknown = b"cat: /etc/frr/frr.conf: No such file or directory\n"
    async with ssh_device(of("frr", answers=answers, unknown=unknown)) as served:
        reader = collector(served, "frr")
        outcome = await reader.collect(HERE, frozenset({"running", "startup"}))
    assert gaps(outcome) == {"running": None}
    assert isinstance(outcome, Collection)
    assert str(outcome.unread["startup"]) == "the device has none"


async def test_more_rights_are_asked_for_with_their_own_password() -> None:
    login = Login(user=USER, password=Secret(PASSWORD), enable_password=Secret("more-rights"))
    async with ssh_device(of("cisco_ios", password=b"more-rights")) as served:
        outcome = await read(served, "cisco_ios", login=login)
        typed = b"".join(served.sessions[0].received)
    assert set(gaps(outcome).values()) == {None}
    assert typed.startswith(b"enable\nmore-rights\nterminal length 0\n")


async def test_a_wrong_password_for_more_rights_is_a_refused_log_in() -> None:
    login = Login(user=USER, password=Secret(PASSWORD), enable_password=Secret("other"))
    async with ssh_device(of("cisco_ios", password=b"more-rights")) as served:
        outcome = await read(served, "cisco_ios", login=login)
        typed = b"".join(served.sessions[0].received)
    assert isinstance(outcome, Failure)
    assert outcome.trouble is Trouble.AUTHENTICATION
    assert typed == b"enable\nother\n"


@pytest.mark.parametrize("by_keyboard", [False, True])
async def test_a_wrong_password_is_tried_once_a_visit_and_two_visits_shut_the_guard(by_keyboard: bool) -> None:
    guard = Guard()
    async with ssh_device(of("cisco_ios"), by_keyboard=by_keyboard) as served:
        for _visit in range(4):
            if guard.refusal("core") is None:
                outcome = await read(served, "cisco_ios", login=Login(user=USER, password=Secret("wrong")))
                guard = guard.after(outcome, NOW)
                assert isinstance(outcome, Failure)
                assert outcome.trouble is Trouble.AUTHENTICATION
    assert guard.is_shut
    assert served.attempts == [(USER, "wrong")] * 2


async def test_a_device_that_asks_by_keyboard_is_logged_in_to() -> None:
    async with ssh_device(of("cisco_ios"), by_keyboard=True) as served:
        outcome = await read(served, "cisco_ios")
    assert set(gaps(outcome).values()) == {None}


async def test_an_unknown_host_key_is_named_and_no_password_is_sent() -> None:
    async with ssh_device(of("cisco_ios")) as served:
        outcome = await read(served, "cisco_ios", host_key=None)
    assert isinstance(outcome, Failure)
    assert (outcome.trouble, hostkey.offered(outcome)) == (Trouble.IDENTITY, served.host_key)
    assert not hostkey.has_changed(outcome)
    assert str(outcome.detail).startswith(f"the host key {served.host_key} of 127.0.0.1 is not approved")
    assert (served.attempts, served.sessions) == ([], [])


async def test_a_changed_host_key_is_told_as_such_and_no_password_is_sent() -> None:
    pinned = asyncssh.generate_private_key("ssh-ed25519").get_fingerprint("sha256")
    async with ssh_device(of("cisco_ios")) as served:
        outcome = await read(served, "cisco_ios", host_key=pinned)
    assert isinstance(outcome, Failure)
    assert (outcome.trouble, hostkey.offered(outcome)) == (Trouble.IDENTITY, served.host_key)
    assert hostkey.has_changed(outcome)
    assert outcome.detail.values["pinned"] == pinned
    assert (served.attempts, served.sessions) == ([], [])


async def test_a_slow_device_is_waited_for() -> None:
    async with ssh_device(of("cisco_ios"), delay=0.3) as served:
        outcome = await read(served, "cisco_ios")
    assert set(gaps(outcome).values()) == {None}


async def test_a_device_without_a_prompt_is_a_failure() -> None:
    async with ssh_device(of("cisco_ios", prompt=b"", banner=b"Welcome\r\n")) as served:
        outcome = await read(served, "cisco_ios")
    assert isinstance(outcome, Failure)
    assert str(outcome.detail) == "the device shows no prompt after the log-in"


async def test_a_device_that_falls_silent_in_the_middle_is_a_gap_that_says_so() -> None:
    async with ssh_device(of("cisco_ios", stuck=200)) as served:
        outcome = await read(served, "cisco_ios")
    assert gaps(outcome) == {
        "running": "The device stopped in the middle of “show running-config”: nothing came for 0.6 s",
        "startup": "The session ended before “show startup-config” could be asked",
        "hardware": "The session ended before “show inventory” could be asked",
        "version": "The session ended before “show version” could be asked",
    }


async def test_a_device_that_never_stops_is_given_up_within_the_limit() -> None:
    endless = {"show running-config": IOS * 2000}
    async with ssh_device(of("cisco_ios", answers=endless)) as served:
        reader = collector(
            served, "cisco_ios", patience=Patience(connect=5, idle=1, total=5, settle=0.02, stall=0.2, limit=300_000)
        )
        outcome = await reader.collect(HERE, frozenset({"running", "startup"}))
        await served.emptied()
    assert gaps(outcome) == {
        "running": "“show running-config” was answered with more than 300000 bytes, and no end to it",
        "startup": "The session ended before “show startup-config” could be asked",
    }


async def test_a_visit_that_takes_too_long_ends_with_what_it_has() -> None:
    async with ssh_device(of("cisco_ios"), delay=0.4) as served:
        reader = collector(served, "cisco_ios", patience=Patience(connect=5, idle=1, total=1.5, settle=0.02, stall=0.2))
        outcome = await reader.collect(HERE, frozenset(reader.offered()))
        await served.emptied()
    found = gaps(outcome)
    assert None in found.values() or "when the visit had taken 1.5 s" in str(found["running"])
    assert "could be asked" in str(found["version"])


async def test_a_visit_that_is_cancelled_leaves_nothing_open() -> None:
    async with ssh_device(of("cisco_ios"), delay=3) as served:
        reader = collector(served, "cisco_ios")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await reader.collect(HERE, frozenset({"running"}))
        await served.emptied()
    assert served.most_connections == 1


async def test_of_one_device_there_is_one_session_at_a_time() -> None:
    async with ssh_device(of("cisco_ios"), delay=0.02) as served:
        shared = Shared({"core": Login(user=USER, password=Secret(PASSWORD))})
        options = CliOptions(platform="cisco_ios", credential="core", host_key=served.host_key, port=served.port)
        readers = [CliCollector(options, shared=shared, patience=QUICK) for _reader in range(3)]
        outcomes = await asyncio.gather(*(each.collect(HERE, frozenset({"running"})) for each in readers))
    assert [gaps(outcome) for outcome in outcomes] == [{"running": None}] * 3
    assert served.most_connections == 1


async def test_nobody_there_is_a_failure_like_any_other() -> None:
    async with ssh_device(of("cisco_ios")) as served:
        pass
    outcome = await read(served, "cisco_ios")
    assert isinstance(outcome, Failure)
    assert outcome.trouble is Trouble.REFUSED


@asynccontextmanager
async def stranger(says: bytes, *, waits: bool) -> AsyncIterator[Served]:
    """Somebody on a port who speaks no SSH: says something and hangs up, or waits."""
    gone = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(says)
        with suppress(OSError):
            if waits:
                await reader.read()
            writer.close()
            await writer.wait_closed()
        gone.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield Served(port=server.sockets[0].getsockname()[1])
        async with asyncio.timeout(5):
            await gone.wait()
    finally:
        server.close()


async def test_somebody_who_speaks_no_ssh_is_a_failure() -> None:
    async with stranger(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 100, waits=False) as served:
        outcome = await read(served, "cisco_ios", host_key=None)
    assert isinstance(outcome, Failure)
    assert outcome.trouble is Trouble.PROTOCOL


async def test_a_device_that_hangs_up_over_the_algorithms_is_told_with_what_to_do() -> None:
    async with stranger(b"SSH-2.0-old\r\n", waits=False) as served:
        outcome = await read(served, "cisco_ios", host_key=None)
        legacy = await read(served, "cisco_ios", host_key=None, legacy=True)
    assert isinstance(outcome, Failure)
    assert isinstance(legacy, Failure)
    assert "hung up while algorithms were agreed on; very old devices need legacy = true" in str(outcome.detail)
    assert "legacy" not in str(legacy.detail)


async def test_somebody_who_says_nothing_is_given_up() -> None:
    async with stranger(b"", waits=True) as served:
        outcome = await read(served, "cisco_ios", host_key=None, connect=0.3)
    assert isinstance(outcome, Failure)
    assert outcome.trouble is Trouble.TIMEOUT


async def test_a_credential_that_is_not_there_is_a_failure() -> None:
    reader = CliCollector(CliOptions(platform="cisco_ios", credential="core"), shared=Shared())
    outcome = await reader.collect(HERE, frozenset({"running"}))
    assert isinstance(outcome, Failure)
    assert str(outcome.detail) == "no SSH credential is called core"


async def test_a_private_key_that_cannot_be_read_is_a_failure_that_does_not_show_it() -> None:
    login = Login(
        user=USER, key=Secret("-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n-----END OPENSSH PRIVATE KEY-----")
    )
    async with ssh_device(of("cisco_ios")) as served:
        outcome = await read(served, "cisco_ios", login=login)
    assert isinstance(outcome, Failure)
    assert "c2VjcmV0" not in str(outcome.detail)
    assert outcome.trouble is Trouble.PERMISSION
    assert served.attempts == []


async def test_no_secret_is_in_any_log_nor_in_what_is_returned(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    login = Login(user=USER, password=Secret(PASSWORD), enable_password=Secret("more-rights"))
    async with ssh_device(of("cisco_ios", password=b"more-rights")) as served:
        good = await read(served, "cisco_ios", login=login)
        bad = await read(served, "cisco_ios", login=Login(user=USER, password=Secret("wrong-horse")))
    told = "\n".join((caplog.text, repr(good), repr(bad), repr(login), str(login)))
    assert not [secret for secret in (PASSWORD, "more-rights", "wrong-horse") if secret in told]
    assert caplog.records == [] or all(
        record.levelno >= logging.WARNING for record in caplog.records if "asyncssh" in record.name
    )


async def test_a_device_that_sends_nonsense_behind_its_greeting_is_a_failure_and_no_crash() -> None:
    async with stranger(b"SSH-2.0-x\r\n" + b"\0\0\1\0" * 5000, waits=False) as served:
        outcome = await read(served, "cisco_ios", host_key=None)
    assert isinstance(outcome, Failure)
    assert outcome.trouble is Trouble.PROTOCOL
    assert str(outcome.detail) == "127.0.0.1 ended the log-in: PacketDecodeError"
