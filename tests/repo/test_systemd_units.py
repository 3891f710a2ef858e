"""The shipped units: valid, closed, and what the how-to says of them."""

from __future__ import annotations

import configparser
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from netwatch.config.find import SYSTEM
from netwatch.errors import AlreadyRunning, ConfigError, StorageUnavailable

REPOSITORY = Path(__file__).parents[2]
SYSTEMD = REPOSITORY / "systemd"
HOW_TO = (REPOSITORY / "docs/howto/run-under-systemd.md").read_text(encoding="utf-8")
MOST_EXPOSURE = 1.5
PROGRAM = "/opt/netwatch/.venv/bin/netwatch"
PLACES = ("/opt/netwatch", "/etc/netwatch", "/var/lib/netwatch")


def unit(name: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign] # keys keep their capitals
    parser.read(SYSTEMD / name, encoding="utf-8")
    return parser


@pytest.fixture(scope="module")
def service() -> configparser.SectionProxy:
    return unit("netwatch.service")["Service"]


@pytest.mark.needs("systemd-analyze")
def test_systemd_takes_every_line_of_the_units(tmp_path: Path) -> None:
    for name in ("netwatch.service", "netwatch-trap.socket"):
        text = (SYSTEMD / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace(PROGRAM, sys.executable), encoding="utf-8")
    units = [str(tmp_path / "netwatch.service"), str(tmp_path / "netwatch-trap.socket")]
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    assert [line for line in done.stderr.splitlines() if "netwatch" in line] == []
    assert done.returncode == 0


@pytest.mark.needs("systemd-analyze")
def test_the_service_is_closed_to_all_that_it_does_not_need() -> None:
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(SYSTEMD / "netwatch.service")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"Overall exposure level for netwatch\.service: ([\d.]+)", done.stdout)
    assert found is not None, done.stdout + done.stderr
    assert float(found[1]) <= MOST_EXPOSURE
    assert f"{found[1]} of 10" in HOW_TO


def test_it_is_restarted_unless_its_configuration_is_wrong(service: configparser.SectionProxy) -> None:
    assert service["Restart"] == "on-failure"
    never = {int(status) for status in service["RestartPreventExitStatus"].split()}
    assert never == {ConfigError.exit_code}
    assert never.isdisjoint({AlreadyRunning.exit_code, StorageUnavailable.exit_code, 1})
    # Restart= heeds the exit status of the main process only: a check in front of it would be tried for ever.
    assert "ExecStartPre" not in service
    assert unit("netwatch.service")["Unit"]["StartLimitIntervalSec"] == "0"


def test_it_tells_systemd_when_it_is_ready_and_alive(service: configparser.SectionProxy) -> None:
    assert service["Type"] == "notify"
    assert service["WatchdogSec"] == "60s"
    assert service["ExecReload"] == "/bin/kill -HUP $MAINPID"


def test_it_runs_as_its_own_user_with_one_capability(service: configparser.SectionProxy) -> None:
    (user,) = re.findall(r"^u (\S+) ", (SYSTEMD / "netwatch.sysusers").read_text(encoding="utf-8"), re.MULTILINE)
    assert service["User"] == service["Group"] == user
    assert service["AmbientCapabilities"] == service["CapabilityBoundingSet"] == "CAP_NET_RAW"


def test_it_may_read_the_addresses_and_routes_of_its_own_machine(service: configparser.SectionProxy) -> None:
    families = set(service["RestrictAddressFamilies"].split())
    assert families == {"AF_INET", "AF_INET6", "AF_NETLINK", "AF_UNIX"}


def test_program_and_configuration_are_where_the_how_to_puts_them(service: configparser.SectionProxy) -> None:
    assert service["ExecStart"] == f"{PROGRAM} run"
    assert f"ln -s {PROGRAM} /usr/local/bin/netwatch" in HOW_TO
    assert service["Environment"] == f"NETWATCH_CONFIG={SYSTEM}"
    assert f"config.example.toml {SYSTEM}" in HOW_TO
    assert f'url = "sqlite:///{service["WorkingDirectory"]}/netwatch.db"' in HOW_TO


@pytest.mark.parametrize("name", ["run-under-systemd", "use-postgresql"])
@pytest.mark.parametrize("language", ["", ".zh-CN"])
def test_cron_finds_the_program_that_a_how_to_gives_it(name: str, language: str) -> None:
    how_to = (REPOSITORY / f"docs/howto/{name}{language}.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"30 3 \* \* \* netwatch (.*)", how_to)
    assert re.findall(r"(\S*)netwatch db ", command) == ["/usr/local/bin/"]  # cron's PATH has only /usr/bin and /bin


def test_every_place_that_the_how_to_names_is_one_of_the_service(service: configparser.SectionProxy) -> None:
    named = set(re.findall(r"/(?:opt|etc|var/lib)/[a-z][\w.-]*", HOW_TO))
    elsewhere = {"/etc/sysusers.d", "/etc/tmpfiles.d", "/etc/systemd", "/etc/cron.d"}
    assert named - elsewhere == set(PLACES)
    for kind, folder in (("StateDirectory", "/var/lib"), ("ConfigurationDirectory", "/etc")):
        assert f"{folder}/{service[kind]}" in PLACES
    made = set(re.findall(r"^[dz] (\S+)", (SYSTEMD / "netwatch.tmpfiles").read_text(encoding="utf-8"), re.MULTILINE))
    assert made == {"/etc/netwatch", "/etc/netwatch/secrets", "/etc/netwatch/config.toml", "/var/lib/netwatch"}


def test_every_shipped_file_is_in_the_how_to_and_none_else() -> None:
    assert set(re.findall(r"systemd/(netwatch[\w.-]+)", HOW_TO)) - {"netwatch.conf"} >= {
        path.name for path in SYSTEMD.iterdir()
    }
    assert all((REPOSITORY / path).is_file() for path in re.findall(r"(?<![\w/])systemd/netwatch[\w.-]+\w", HOW_TO))


def test_the_trap_socket_is_not_enabled_before_there_is_a_receiver() -> None:
    socket = unit("netwatch-trap.socket")
    assert socket["Socket"]["ListenDatagram"] == "162"
    assert "Not to be enabled yet" in (SYSTEMD / "netwatch-trap.socket").read_text(encoding="utf-8")
    assert "do not enable it" in HOW_TO
    assert not re.search(r"enable[^\n]*netwatch-trap", HOW_TO)


@pytest.mark.needs("systemd-sysusers", "systemd-tmpfiles")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make users and give folders away")
def test_user_and_folders_are_made_with_their_rights(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    for command in ("sysusers", "tmpfiles"):
        options = ["--create"] if command == "tmpfiles" else []
        done = subprocess.run(
            [f"systemd-{command}", f"--root={tmp_path}", *options, str(SYSTEMD / f"netwatch.{command}")],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    passwd = (tmp_path / "etc/passwd").read_text()
    found = re.search(r"^netwatch:[^:]*:(\d+):(\d+):[^:]*:/var/lib/netwatch:\S*nologin$", passwd, re.MULTILINE)
    assert found is not None
    user = int(found[1])
    rights = {
        path: (oct(status.st_mode & 0o777), status.st_uid)
        for path in ("etc/netwatch", "etc/netwatch/secrets", "var/lib/netwatch")
        for status in [(tmp_path / path).stat()]
    }
    assert rights == {
        "etc/netwatch": ("0o750", 0),
        "etc/netwatch/secrets": ("0o700", user),
        "var/lib/netwatch": ("0o700", user),
    }
