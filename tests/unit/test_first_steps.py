"""What a person meets first: where the configuration is, how the service is reached, and each mistake in their words."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from netwatch import daemon
from netwatch.cli import main, probe
from netwatch.config import load
from netwatch.errors import ConfigError
from netwatch.language import said, translations
from netwatch.plugins import Registry
from netwatch.storage.database import Database
from netwatch.storage.lock import beside, holder
from probes.api import Measurement, Reading, State, Value

if TYPE_CHECKING:
    from collections.abc import Iterator

BAD = Path(__file__).parent / "config" / "bad"
CHINESE = re.compile("[一-鿿]")


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of somebody who has nothing yet."""
    monkeypatch.setenv("NETWATCH_LANGUAGE", "en")
    monkeypatch.delenv("NETWATCH_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def in_chinese(path: Path) -> list[str]:
    try:
        load(path, Registry.installed())
    except ConfigError as error:
        return [said(problem.what, problem.values, translations("zh_CN")) for problem in error.problems]
    return []


def test_every_mistake_in_a_configuration_is_told_in_chinese() -> None:
    told = [(path.name, sentence) for path in BAD.glob("*.toml") for sentence in in_chinese(path)]
    assert len(told) > 100
    assert [each for each in told if not CHINESE.search(each[1])] == []


def test_what_the_system_says_of_a_secret_file_is_told_in_chinese(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[credential.a]\ncommunity = { file = "none" }\n', encoding="utf-8")
    assert in_chinese(path) == [f"无法读取密钥文件 {tmp_path}/none：没有此文件或目录"]


def test_a_page_that_cannot_be_is_refused_in_chinese(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    check = '[{ kind = "http", url = "ftp://x/" }]'
    path.write_text(f'[[device]]\nname = "a"\naddress = "127.0.0.1"\ncheck = {check}\n', encoding="utf-8")
    assert in_chinese(path) == ["必须以 http:// 或 https:// 开头，并写明主机"]


def test_a_first_configuration_that_cannot_be_written_is_one_sentence(
    empty: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("netwatch.first_run.snmp_answers", lambda: False)
    (empty / "var").write_text("", encoding="utf-8")
    assert main(["run", "--first"]) == 1
    assert capsys.readouterr().err.startswith(f"{empty}/var cannot be written: File exists; ")


def test_the_process_to_signal_is_said_at_the_start(
    empty: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("netwatch.first_run.snmp_answers", lambda: False)
    monkeypatch.setattr(daemon, "run", lambda *_arguments: 0)
    assert main(["run", "--first"]) == 0
    assert f"kill -HUP {os.getpid()} takes up a changed configuration" in capsys.readouterr().out
    assert (empty / "var/config.toml").is_file()


def test_a_database_that_was_let_go_names_no_process_to_signal(tmp_path: Path) -> None:
    path = tmp_path / "netwatch.db"
    database = Database(f"sqlite:///{path}").open()
    assert holder(path) == str(os.getpid())
    database.close()
    assert beside(path).read_text(encoding="ascii") == ""


def test_a_port_that_the_device_does_not_have_is_not_called_good(
    empty: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def misspelt(*_arguments: object) -> Reading:
        return Measurement((Value("port.state", None, "GE9/9", State.UNKNOWN),))

    config = empty / "config.toml"
    credential = '[credential.c]\ncommunity = { env = "PATH" }\n'
    device = '[[device]]\nname = "a"\naddress = "127.0.0.1"\ncheck = [{ kind = "snmp", credential = "c" }]\n'
    config.write_text(credential + device, encoding="utf-8")
    monkeypatch.setattr(probe, "read", misspelt)
    assert main(["probe", "a", "--config", str(config)]) == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "GE9/9" in line]
    assert line.split()[-2:] == ["not", "known"]


def test_help_is_chinese_to_its_last_line(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETWATCH_LANGUAGE", "zh_CN")
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "show program's version" not in capsys.readouterr().out
