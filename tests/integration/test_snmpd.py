"""Against a real snmpd: every version, every security level, and an engine that restarts or is replaced."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

import pytest

from probes.api import Failure, Measurement, Shared, Target, Trouble
from probes.secret import Secret
from probes.snmp.client import Answer, Cause, Unanswered
from probes.snmp.codec import Kind, Question
from probes.snmp.credentials import Auth, Community, Priv, Usm
from probes.snmp.diagnosis import diagnose
from probes.snmp.endpoint import Endpoint, Patience
from probes.snmp.engine import Engine, connect
from probes.snmp.inspect import inspect
from probes.snmp.inspection import Device, Inspection
from probes.snmp.probe import SnmpProbe
from probes.snmp.system import SYS_LOCATION, SYS_UPTIME
from probes.snmp.usm_session import UsmSession
from probes.snmp.wire import WireCodec

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

pytestmark = pytest.mark.needs("snmpd")
HOME = ip_address("127.0.0.1")
AUTH_WORD, PRIV_WORD = "correct horse", "battery staple"
PAIRS = [
    (auth, priv)
    for auth in (Auth.MD5, Auth.SHA1, Auth.SHA224, Auth.SHA256, Auth.SHA384, Auth.SHA512)
    for priv in (Priv.DES, Priv.AES128)
]
_NAMES = {Auth.MD5: "MD5", Auth.SHA1: "SHA", Auth.SHA224: "SHA-224", Auth.SHA256: "SHA-256", Auth.SHA384: "SHA-384",
          Auth.SHA512: "SHA-512", Priv.DES: "DES", Priv.AES128: "AES"}  # fmt: skip


class Snmpd:
    """One snmpd on loopback, IPv4 and IPv6, with a user for each pair of protocols."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.location = "rack 7"

    def start(self, engine: str = "") -> None:
        lines = [
            f"agentAddress udp:127.0.0.1:{self.port},udp6:[::1]:{self.port}",
            "rocommunity public 127.0.0.1",
            "rocommunity6 public ::1",
            f"sysLocation {self.location}",
            "sysName lab",
            f'createUser authonly SHA-256 "{AUTH_WORD}"',
            "rouser authonly auth",
            *([f"engineID {engine}"] if engine else []),
        ]
        for auth, priv in PAIRS:
            user = f"{auth.value}-{priv.value}"
            lines += [
                f'createUser {user} {_NAMES[auth]} "{AUTH_WORD}" {_NAMES[priv]} "{PRIV_WORD}"',
                f"rouser {user} priv",
            ]
        config = self.folder / "snmpd.conf"
        config.write_text("\n".join(lines) + "\n")
        environment = {
            **os.environ,
            "SNMP_PERSISTENT_DIR": str(self.folder / f"persistent{engine}"),
            "MIBS": "",
            "MIBDIRS": "/none",
        }
        # Where pytest itself is killed, the agent must not be left behind.
        bound = ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []
        self.process = subprocess.Popen(
            [*bound, "/usr/sbin/snmpd", "-f", "-Lf", str(self.folder / "log"), "-C", "-c", str(config), "-I", "-smux"],
            env=environment,
        )
        self._wait()

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(10)
            self.process = None

    def _wait(self) -> None:
        """Wait until it answers a discovery of SNMPv3, which needs no rights."""
        codec = WireCodec()
        question = UsmSession(Usm(user="nobody"), codec).seal(codec.encode(Question(Kind.GET, ()), 1), 1, 0)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ask:
            ask.settimeout(0.05)
            for _attempt in range(200):
                ask.sendto(question, ("127.0.0.1", self.port))
                try:
                    ask.recv(2000)
                except TimeoutError:
                    continue
                return
        pytest.fail((self.folder / "log").read_text()[-2000:])


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(folder: Path, engine: str = "") -> Iterator[Snmpd]:
    server = Snmpd(folder)
    try:
        server.start(engine)
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module")
def snmpd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snmpd]:
    with running(tmp_path_factory.mktemp("snmpd")) as server:
        yield server


@pytest.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    opened = Endpoint()
    yield opened
    opened.close()


def usm(user: str = "sha256-aes128", **more: Any) -> Usm:
    settings = {
        "auth": Auth.SHA256,
        "auth_password": Secret(AUTH_WORD),
        "priv": Priv.AES128,
        "priv_password": Secret(PRIV_WORD),
    }
    return Usm(user=user, **{**settings, **more})


PUBLIC = Community(community=Secret("public"))
ONCE = Patience(0.5, 0)


@pytest.mark.parametrize("engine", ["fast", "pysnmp"])
@pytest.mark.parametrize("version", ["1", "2c", "3"])
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_every_version_is_spoken_over_both_families(
    snmpd: Snmpd, endpoint: Endpoint, engine: Engine, version: str, host: str
) -> None:
    credential = usm() if version == "3" else Community(version=version, community=Secret("public"))  # type: ignore[arg-type]
    client = connect(endpoint, ip_address(host), snmpd.port, credential, patience=Patience(2, 1), engine=engine)
    reply = await client.get((SYS_LOCATION,))
    assert reply == Answer(((SYS_LOCATION, b"rack 7"),))


@pytest.mark.parametrize(("auth", "priv"), PAIRS, ids=[f"{auth.value}-{priv.value}" for auth, priv in PAIRS])
async def test_every_pair_of_protocols_is_understood(snmpd: Snmpd, endpoint: Endpoint, auth: Auth, priv: Priv) -> None:
    client = connect(endpoint, HOME, snmpd.port, usm(f"{auth.value}-{priv.value}", auth=auth, priv=priv))
    for _again in range(2):
        assert isinstance(await client.get((SYS_UPTIME,)), Answer)


async def test_authentication_alone_is_enough_where_the_device_says_so(snmpd: Snmpd, endpoint: Endpoint) -> None:
    client = connect(endpoint, HOME, snmpd.port, usm("authonly", priv_password=None))
    assert isinstance(await client.get((SYS_UPTIME,)), Answer)


@pytest.mark.parametrize(
    ("credential", "words"),
    [
        (usm("nobody"), "no user nobody"),
        (usm(auth_password=Secret("wrong horse")), "digest"),
        (usm(auth=Auth.SHA512), "digest"),
        (usm(priv_password=Secret("wrong staple")), "privacy"),
        (usm(priv=Priv.DES), "privacy"),
        (usm(priv_password=None), "rights"),
        (usm(context="nowhere"), "context"),
    ],
    ids=["user", "auth password", "auth protocol", "priv password", "priv protocol", "level", "context"],
)
async def test_what_is_wrong_with_a_user_is_told_apart_from_silence(
    snmpd: Snmpd, endpoint: Endpoint, credential: Usm, words: str
) -> None:
    reply = await connect(endpoint, HOME, snmpd.port, credential, patience=ONCE).get((SYS_UPTIME,))
    assert isinstance(reply, Unanswered)
    assert reply.cause is Cause.AUTHENTICATION, reply.detail
    assert words in str(reply.detail)
    assert "horse" not in str(reply)


async def test_a_host_is_inspected(snmpd: Snmpd, endpoint: Endpoint) -> None:
    client = connect(endpoint, HOME, snmpd.port, PUBLIC)
    found = await inspect(client, Device("127.0.0.1", snmpd.port, "2c"))
    assert isinstance(found, Inspection)
    assert (found.system.name, found.system.location) == ("lab", "rack 7")
    assert "lo" in {port.name for port in found.interfaces}
    assert {pool.name for pool in found.memory} >= {"Physical memory"}
    assert ("127.0.0.1", 8) in {(each.address, each.prefix_length) for each in found.addresses}
    assert found.problems == ()


@pytest.mark.parametrize("name", ["v1", "v2c", "v3"])
async def test_the_probe_measures_by_every_version(snmpd: Snmpd, name: str) -> None:
    credentials = {"v1": Community(version="1", community=Secret("public")), "v2c": PUBLIC, "v3": usm()}
    shared = Shared(credentials)
    probe = SnmpProbe(SnmpProbe.Options(credential=name, port=snmpd.port), shared=shared)
    for _again in range(2):
        reading = await probe.measure(Target("here", "127.0.0.1"), datetime.now(UTC))  # noqa: TID251 - a real device
        assert isinstance(reading, Measurement), reading
    assert {"uptime", "memory.usage"} <= {value.meaning for value in reading.values}
    assert all(0 <= (value.value or 0) <= 100 for value in reading.values if value.meaning.endswith("usage"))
    await shared.close()


async def test_wrong_rights_are_a_failure_of_their_own_kind(snmpd: Snmpd) -> None:
    shared = Shared({"lab": usm("nobody")})
    probe = SnmpProbe(SnmpProbe.Options(credential="lab", port=snmpd.port), shared=shared)
    reading = await probe.measure(Target("here", "127.0.0.1"), datetime.now(UTC))  # noqa: TID251 - a real device
    assert isinstance(reading, Failure)
    assert reading.trouble is Trouble.AUTHENTICATION
    await shared.close()


async def test_an_engine_that_restarts_is_met_again(tmp_path: Path, endpoint: Endpoint) -> None:
    with running(tmp_path) as server:
        client = connect(endpoint, HOME, server.port, usm(), patience=Patience(1, 1))
        assert isinstance(await client.get((SYS_UPTIME,)), Answer)
        server.stop()
        server.start()
        assert isinstance(await client.get((SYS_UPTIME,)), Answer)


async def test_a_device_that_is_replaced_is_met_anew(tmp_path: Path, endpoint: Endpoint) -> None:
    with running(tmp_path, "one") as server:
        client = connect(endpoint, HOME, server.port, usm(), patience=Patience(1, 1))
        assert isinstance(await client.get((SYS_UPTIME,)), Answer)
        server.stop()
        server.start("two")
        assert isinstance(await client.get((SYS_UPTIME,)), Answer)


async def test_the_diagnosis_tells_a_wrong_community_from_a_dead_host(snmpd: Snmpd, endpoint: Endpoint) -> None:
    wrong = Community(community=Secret("wrong"))
    silence = await connect(endpoint, HOME, snmpd.port, wrong, patience=Patience(0.2, 0)).get((SYS_UPTIME,))
    assert isinstance(silence, Unanswered)
    (finding,) = (await diagnose(endpoint, HOME, snmpd.port, wrong, silence, seconds=0.3)).findings
    assert "community is wrong" in str(finding)

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mute:
        mute.bind(("127.0.0.1", 0))
        port = mute.getsockname()[1]
        tried, check = (await diagnose(endpoint, HOME, port, wrong, silence, seconds=0.1)).findings
    assert "versions 1 and 2c" in str(tried)
    assert str(port) in str(check)


def netwatch(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "netwatch", "inspect", *arguments]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "LC_ALL": "C", **environment},
        check=False,
    )


class TestCommand:
    def test_json_has_what_the_device_says(self, snmpd: Snmpd) -> None:
        done = netwatch(f"[::1]:{snmpd.port}", "--community", "public", "--format", "json")
        assert done.returncode == 0, done.stderr
        plain = json.loads(done.stdout)
        assert plain["target"] == {"address": "::1", "port": snmpd.port, "version": "2c"}
        assert plain["system"]["location"] == "rack 7"

    def test_a_user_signs_in_with_passwords_that_no_one_sees(self, snmpd: Snmpd, tmp_path: Path) -> None:
        (tmp_path / "priv").write_text(PRIV_WORD + "\n")
        done = netwatch(
            f"127.0.0.1:{snmpd.port}", "--user", "sha256-aes128", "--auth-password-env", "WORD",
            "--priv-password-file", str(tmp_path / "priv"), WORD=AUTH_WORD,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "rack 7" in done.stdout
        assert "SNMP 3" in done.stdout

    def test_silence_is_explained_and_ends_with_one(self, snmpd: Snmpd) -> None:
        done = netwatch(f"127.0.0.1:{snmpd.port}", "--community", "secretword", "--timeout", "0.2", "--retries", "0")
        assert done.returncode == 1
        first, second = done.stderr.splitlines()
        assert first.startswith("no answer from 127.0.0.1")
        assert "community is wrong" in second
        assert "secretword" not in done.stderr
        assert done.stdout == ""

    def test_a_closed_port_is_said_in_one_sentence(self) -> None:
        done = netwatch(f"127.0.0.1:{free_port()}", "--timeout", "0.2")
        assert done.returncode == 1
        assert len(done.stderr.splitlines()) == 1
        assert "no SNMP agent listens there" in done.stderr
