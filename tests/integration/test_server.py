"""Servers as they are read: over a real sshd with a restricted key, in a namespace of their own, in a bare chroot."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
import stat
import subprocess
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import asyncssh
import pytest

from probes.api import Failure, Message, Shared, Target, Trouble
from probes.collect import Collection
from probes.facets import PASSING
from probes.platforms import normalise, rules_of
from probes.server.collector import ServerCollector, command
from probes.server.facets import FACETS, SELDOM, USUAL, script
from probes.server.local import LocalCollector
from probes.server.ports import listening
from probes.server.reading import read
from tests.linux_root import KEY, LinuxRoot
from tests.openssh import OpenSsh

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

    from probes.collect import Capture

KEYED = b"k" * 32
TARGET = Target("srv-1", "127.0.0.1")
OF_FILES = frozenset(
    {"packages", "units", "users", "sudoers", "cron", "authorized_keys", "etc", "certificates", "logins"}
)
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may do that")


@pytest.fixture
def server(tmp_path: Path) -> LinuxRoot:
    return LinuxRoot(tmp_path / "root")


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[OpenSsh]:
    running = OpenSsh(tmp_path / "ssh").start()
    yield running
    running.stop()


@pytest.fixture
def installed(tmp_path: Path, server: LinuxRoot, sshd: OpenSsh) -> OpenSsh:
    """The script on the server, and a key that may run it and nothing else."""
    path = tmp_path / "netwatch-collect"
    path.write_bytes(script())
    path.chmod(0o755)
    sshd.allow(f'restrict,command="{path} root={server.path}"')
    return sshd


def collector(sshd: OpenSsh, **more: object) -> ServerCollector:
    values = {"credential": "servers", "port": sshd.port, "host_key": sshd.host_key, **more}
    options = ServerCollector.Options.model_validate(values)
    return ServerCollector(options, shared=Shared({"servers": sshd.login}))


async def visit(sshd: OpenSsh, facets: frozenset[str] = OF_FILES) -> Collection:
    found = await collector(sshd).collect(TARGET, facets)
    assert isinstance(found, Collection), found
    assert [each.facet for each in found.captures if each.gap is not None] == []
    return found


def text(capture: Capture) -> object:
    return normalise(rules_of(capture.rules), capture, KEYED).sections


def texts(found: Collection) -> dict[str, object]:
    return {each.facet: text(each) for each in found.captures}


def differing(before: Collection, after: Collection) -> set[str]:
    one, other = texts(before), texts(after)
    assert one.keys() == other.keys()
    return {name for name in one if one[name] != other[name]}


CHANGES: dict[str, tuple[Callable[[LinuxRoot], None], set[str]]] = {
    "nothing": (lambda root: None, set()),
    "a user": (lambda root: root.append("etc/passwd", "mallory:x:0:0::/:/bin/sh\n"), {"users", "etc"}),
    "a password": (lambda root: root.write("etc/shadow", "zhang:$6$a$b:19800::::::\n"), {"users", "etc"}),
    "a job": (lambda root: root.append("var/spool/cron/crontabs/zhang", "@reboot /tmp/x\n"), {"cron"}),
    "a system job": (lambda root: root.write("etc/cron.d/x", "@reboot root /tmp/x\n"), {"cron", "etc"}),
    "a file of /etc": (lambda root: root.write("etc/app/plain.conf", "x\n"), {"etc"}),
    "a mode": (lambda root: (root.path / "etc/hosts").chmod(0o666), {"etc"}),
    "a line of sudoers": (lambda root: root.append("etc/sudoers", "li ALL=(ALL) NOPASSWD: ALL\n"), {"sudoers", "etc"}),
    "a file of sudoers": (lambda root: root.write("etc/sudoers.d/x", "li ALL=(ALL) ALL\n"), {"sudoers", "etc"}),
    "a key": (lambda root: root.append("home/zhang/.ssh/authorized_keys", f"{KEY[:-14]}z== x\n"), {"authorized_keys"}),
    "a package": (
        lambda root: root.append(
            "var/lib/dpkg/status",
            "Package: nmap\nStatus: install ok installed\nArchitecture: amd64\nVersion: 7\nMaintainer: n <n@x.y>\nDescription: x\n\n",
        ),
        {"packages"},
    ),
    "a service": (lambda root: root.write("etc/systemd/system/x.service", "[Service]\nExecStart=/x\n"), {"units", "etc"}),
    "a log-in": (lambda root: root.log_in("li", "pts/1", "10.0.0.9", datetime(2026, 11, 27, tzinfo=UTC)), {"logins"}),
}  # fmt: skip


@pytest.mark.needs("sshd", "ssh-keygen", "dpkg-query", "systemctl", "last", "openssl")
@pytest.mark.parametrize("change", CHANGES)
async def test_a_change_on_a_server_is_seen_in_exactly_its_facets(
    installed: OpenSsh, server: LinuxRoot, change: str
) -> None:
    before = await visit(installed)
    make, expected = CHANGES[change]
    make(server)
    assert differing(before, await visit(installed)) == expected


@pytest.mark.needs("sshd", "ss")
async def test_a_port_that_somebody_listens_on_is_seen(installed: OpenSsh) -> None:
    before = await visit(installed, frozenset({"sockets"}))
    with closing(socket.socket()) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port = listening.getsockname()[1]
        during = await visit(installed, frozenset({"sockets"}))
    after = await visit(installed, frozenset({"sockets"}))
    line = f"tcp 127.0.0.1 {port} ".encode()
    told = [
        any(each.startswith(line) for each in found.captures[0].answers[0].raw.split(b"\n"))
        for found in (before, during, after)
    ]
    assert told == [False, True, False]


@pytest.mark.needs("sshd")
async def test_the_script_is_sent_where_it_is_not_installed(sshd: OpenSsh) -> None:
    sshd.allow("restrict")
    found = await visit(sshd, frozenset({"kernel", "mounts"}))
    assert [each.facet for each in found.captures] == ["kernel", "mounts"]
    assert b"mount " in found.captures[1].answers[0].raw
    assert found.host_key == sshd.host_key


@pytest.mark.needs("sshd", "last")
async def test_what_the_installed_script_reads_is_what_it_was_told_to_and_log_ins_are_evidence(
    installed: OpenSsh, server: LinuxRoot
) -> None:
    server.log_in("li", "pts/1", "10.0.0.9", datetime(2026, 11, 27, tzinfo=UTC))
    found = await visit(installed, frozenset({"users", "logins"}))
    assert [each.facet for each in found.captures] == ["users", "logins"]
    assert [(each.user, each.address) for each in found.evidence] == [("li", "10.0.0.9")]


@pytest.mark.needs("sshd")
async def test_the_key_can_run_nothing_else_and_gets_no_terminal(installed: OpenSsh) -> None:
    options = {"known_hosts": None, "client_keys": [installed.login.key.reveal()], "config": None, "agent_path": None}
    options["client_keys"] = [asyncssh.import_private_key(installed.login.key.reveal())]
    async with asyncssh.connect("127.0.0.1", installed.port, username=installed.user, **options) as line:
        said = await line.run("id; cat /etc/passwd users")
        assert said.stdout.startswith("netwatch-collect 1 begins\nbegin users\n")
        assert "uid=" not in said.stdout
        with pytest.raises(asyncssh.Error):
            await line.run("users", term_type="vt100")
        with pytest.raises(asyncssh.ChannelOpenError):
            await line.open_connection("127.0.0.1", installed.port)


@pytest.mark.needs("sshd")
async def test_a_key_that_runs_something_else_is_a_failure_and_no_empty_server(sshd: OpenSsh) -> None:
    sshd.allow('restrict,command="echo nothing here"')
    found = await collector(sshd).collect(TARGET, OF_FILES)
    assert isinstance(found, Failure)
    assert str(found.detail) == "what runs there is not netwatch-collect: its first line is missing"


@pytest.mark.needs("sshd")
async def test_nobody_logs_in_to_another_host_key(installed: OpenSsh) -> None:
    found = await collector(installed, host_key=f"SHA256:{'A' * 43}").collect(TARGET, OF_FILES)
    assert isinstance(found, Failure)
    assert found.trouble is Trouble.IDENTITY
    assert "Accepted" not in installed.log()


@pytest.mark.needs("sshd")
async def test_a_script_that_dies_in_between_leaves_gaps(sshd: OpenSsh, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    said = r"netwatch-collect 1 begins\nbegin users\n|a\n=1\nend users 0 \nbegin cron\n|b\n"
    broken.write_text(f"#!/bin/sh\nprintf '{said}'; exit 1\n", encoding="ascii")
    broken.chmod(0o755)
    sshd.allow(f'restrict,command="{broken}"')
    found = await collector(sshd).collect(TARGET, frozenset({"users", "cron", "etc"}))
    assert isinstance(found, Collection)
    assert {each.facet: each.gap is None for each in found.captures} == {"users": True, "cron": False, "etc": False}


@pytest.mark.needs("sshd")
async def test_a_visit_to_a_server_that_says_nothing_more_ends_when_it_is_given_up(
    sshd: OpenSsh, tmp_path: Path
) -> None:
    started = tmp_path / "started"
    # It ends by itself: without a terminal nobody tells it that the other side is gone.
    sshd.allow(f'restrict,command="touch {started}; exec sleep 30"')
    with pytest.raises(TimeoutError):
        await given_up_once(started, collector(sshd).collect(TARGET, OF_FILES))
    async with asyncio.timeout(5):
        while not re.search("Connection (closed|reset)|[Dd]isconnect", sshd.log()):  # noqa: ASYNC110 - sshd writes it
            await asyncio.sleep(0.02)


async def given_up_once(sign: Path, visiting: Coroutine[object, object, object]) -> None:
    """Give a visit up as its deadline would, as soon as a file is there."""
    async with asyncio.timeout(20) as bound, asyncio.TaskGroup() as group:
        group.create_task(visiting)
        while not sign.exists():  # noqa: ASYNC110, ASYNC240 - another process makes it
            await asyncio.sleep(0.02)
        bound.reschedule(0)


def test_all_that_is_ever_sent_as_a_command_is_the_names_of_facets() -> None:
    names = [each.name for each in FACETS]
    assert command(names) == f"sh -s -- {' '.join(names)}"
    assert command(["users", "; reboot", "$(id)"]) == "sh -s -- users"


def test_what_reads_whole_disks_is_read_only_where_it_is_asked_for() -> None:
    usual = LocalCollector(LocalCollector.Options(), shared=Shared())
    assert usual.offered() == USUAL
    assert LocalCollector(LocalCollector.Options(suid=True), shared=Shared()).offered() == ("suid",)
    assert SELDOM.isdisjoint(USUAL)


@pytest.mark.needs("dpkg-query", "ss", "ip")
async def test_this_very_machine_is_read_without_a_gap() -> None:
    local = LocalCollector(LocalCollector.Options(), shared=Shared())
    found = await local.collect(TARGET, frozenset())
    assert isinstance(found, Collection)
    assert {each.facet: str(each.gap) for each in found.captures if each.gap} == {}
    read_there = {each.facet for each in found.captures}
    assert read_there | set(found.unread) == set(USUAL)
    assert {"packages", "sockets", "kernel", "etc", "network", "hardware"} <= read_there
    assert ("users" in read_there) == (os.geteuid() == 0)


@pytest.mark.needs("ss")
async def test_where_no_command_tells_what_listens_psutil_tells_the_same() -> None:
    with closing(socket.socket()) as tcp, closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as udp:
        tcp.bind(("127.0.0.1", 0))
        tcp.listen()
        port = tcp.getsockname()[1]
        below = next(each for each in range(20_000, 20_100) if is_bound(udp, each))
        without = Collection((), unread={"sockets": Message("ss is not there"), "firewall": Message("nor nft")})
        told = await listening(without)
        usual = await LocalCollector(LocalCollector.Options(), shared=Shared()).collect(TARGET, frozenset({"sockets"}))
    assert isinstance(usual, Collection)
    assert told.unread.keys() == {"firewall"}
    wanted = (f"tcp 127.0.0.1 {port} ", f"udp 127.0.0.1 {below} ")
    for found in (told, usual):
        lines = found.captures[0].answers[0].raw.decode().splitlines()
        assert all(any(line.startswith(start) for line in lines) for start in wanted)


def is_bound(udp: socket.socket, port: int) -> bool:
    """Bind to a port that the kernel gives to no client, unless somebody has it."""
    try:
        udp.bind(("127.0.0.1", port))
    except OSError:
        return False
    return True


async def test_a_local_read_that_is_given_up_leaves_no_process_behind() -> None:
    local = LocalCollector(LocalCollector.Options(suid=True), shared=Shared())
    before = children()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await local.collect(TARGET, frozenset({"suid"}))
    assert children() - before == set()


def children() -> set[str]:
    """The processes that this one has started, directly or not, and that are still there."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid=,comm="], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in listed.splitlines()]
    mine = {str(os.getpid())}
    for pid, parent, name in rows:
        if parent in mine and name != "ps":
            mine.add(pid)
    return mine - {str(os.getpid())}


def alone(*facets: str) -> Collection:
    """Read in a namespace of its own, where no other process of this machine runs or listens."""
    line = ["unshare", "--net", "--pid", "--fork", "--mount-proc", "sh", "-s", "--", *facets]
    done = subprocess.run(line, input=script(), stdout=subprocess.PIPE, check=True, timeout=50)
    found = read(done.stdout, frozenset(facets))
    assert isinstance(found, Collection)
    return found


@needs_root
@pytest.mark.needs("unshare", "ss", "ip")
def test_two_reads_in_a_row_of_an_idle_server_are_the_same() -> None:
    names = tuple(name for name in USUAL if name not in PASSING)
    one, other = alone(*names), alone(*names)
    assert [each.facet for each in one.captures if each.gap] == []
    assert len(one.captures) > 8
    assert differing(one, other) == set()


@needs_root
@pytest.mark.needs("busybox")
def test_a_bare_server_is_read_as_far_as_it_has_commands(tmp_path: Path, server: LinuxRoot) -> None:
    bare = chroot(tmp_path / "bare", server)
    names = ("packages", "units", "sockets", "users", "cron", "network", "certificates", "logins", "etc", "sysctl")
    done = subprocess.run(
        ["chroot", str(bare), "/bin/sh", "-s", "--", *names],
        input=script(),
        stdout=subprocess.PIPE,
        check=True,
        timeout=50,
    )
    found = read(done.stdout, frozenset(names))
    assert isinstance(found, Collection)
    assert {name: str(why).partition(": ")[2] for name, why in found.unread.items()} == {
        "units": "systemctl",
        "sockets": "ss or netstat",
        "network": "ip",
        "certificates": "openssl",
        "logins": "last or journalctl",
        "sysctl": "sysctl",
    }
    told = {each.facet: each.answers[0].raw for each in found.captures}
    assert told["packages"] == b"apk musl 1.2.4 x86_64 installed\n"
    assert b"shadow root locked" in told["users"]
    assert b"/etc/hosts 644 root:root 081ef9d5367595d16e30b4b4549d9f43" in told["etc"]
    assert all(each.gap is None for each in found.captures)


APPLETS = "sh awk cat cut find grep head id sed sha256sum sort stat tr uname ls readlink"


def chroot(bare: Path, server: LinuxRoot) -> Path:
    """Return a root that has busybox and its libraries, the files of the server, and nothing else."""
    shutil.copytree(server.path, bare, symlinks=True)
    shutil.rmtree(bare / "var/lib/dpkg")
    program = Path(shutil.which("busybox") or "/bin/busybox").resolve()
    linked = subprocess.run(["ldd", str(program)], capture_output=True, text=True, check=False).stdout
    libraries = [word for word in linked.split() if word.startswith("/") and Path(word).exists()]
    for each in libraries:
        (bare / each[1:]).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(each, bare / each[1:])
    (bare / "bin").mkdir()
    shutil.copy(program, bare / "bin/busybox")
    for name in APPLETS.split():
        (bare / "bin" / name).symlink_to("busybox")
    (bare / "dev").mkdir()
    # A plain file in its place could not be written to, as the script forbids itself all files.
    os.mknod(bare / "dev/null", 0o666 | stat.S_IFCHR, os.makedev(1, 3))
    apk = bare / "lib/apk/db/installed"
    apk.parent.mkdir(parents=True)
    apk.write_text("P:musl\nV:1.2.4\nA:x86_64\n\n", encoding="ascii")
    return bare
