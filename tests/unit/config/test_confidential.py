"""Nobody but the owner may read a file that holds a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest

from netwatch.config import load
from netwatch.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

    from netwatch.plugins import Registry

LITERAL = '[credential.a]\ncommunity = "words"\n'
KEPT = '[credential.a]\ncommunity = {{ {} = "{}" }}\n'
APART = 'move it to a file of its own, { file = "NAME" }'
DEVICE = '[[device]]\nname = "sw-1"\naddress = "127.0.0.1"\n'


class Told(Protocol):
    """Load a configuration of a mode; return its problems."""

    def __call__(self, text: str, mode: int) -> list[str]: ...


@pytest.fixture
def told(tmp_path: Path, registry: Registry) -> Told:
    def of(text: str, mode: int) -> list[str]:
        path = tmp_path / "config.toml"
        path.write_text(text)
        path.chmod(mode)
        try:
            load(path, registry)
        except ConfigError as error:
            return str(error).splitlines()
        return []

    return of


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620])
def test_a_configuration_with_a_secret_that_others_may_read_is_refused(mode: int, told: Told, tmp_path: Path) -> None:
    where = "config.toml:2: credential.a.community: is a secret in a file that others may read"
    assert told(LITERAL, mode) == [f"{where}: {APART}, or run chmod 600 {tmp_path}/config.toml"]


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_one_that_only_its_owner_may_read_is_fine(mode: int, told: Told) -> None:
    assert told(LITERAL, mode) == []


def test_one_without_secrets_may_be_read_by_all(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETWATCH_TEST_COMMUNITY", "words")
    assert told("", 0o644) == []
    assert told(KEPT.format("env", "NETWATCH_TEST_COMMUNITY"), 0o644) == []


def test_a_file_is_told_once_however_many_secrets_it_holds(told: Told) -> None:
    (problem,) = told(LITERAL + LITERAL.replace(".a]", ".b]"), 0o644)
    assert problem.startswith("config.toml:2: credential.a.community: ")


@pytest.mark.parametrize(
    ("check", "key"),
    [
        ('{ kind = "gauge", dial = "a", token = "words" }', "token"),
        ('{ kind = "gauge", dial = "a", sign_in = [{ user = "x", password = "words" }] }', "sign_in.1.password"),
    ],
)
def test_secrets_in_the_options_of_a_check_count_as_well(check: str, key: str, told: Told) -> None:
    (problem,) = told(DEVICE + f"check = [{check}]", 0o644)
    assert problem.startswith(f"config.toml:4: device.sw-1.check.gauge.{key}: is a secret in a file that others")


def test_the_included_file_is_named_that_holds_the_secret(tmp_path: Path, told: Told) -> None:
    (tmp_path / "a b.toml").write_text(LITERAL)
    (tmp_path / "a b.toml").chmod(0o644)
    (problem,) = told('include = ["a*.toml"]', 0o644)
    assert problem.startswith("a b.toml:2: credential.a.community: is a secret in a file that others may read: ")
    assert problem.endswith(f"{APART}, or run chmod 600 '{tmp_path}/a b.toml'")


def test_a_secret_file_that_others_may_read_is_refused(tmp_path: Path, told: Told) -> None:
    secret = tmp_path / "community"
    secret.write_text("words\n")
    secret.chmod(0o640)
    text = KEPT.format("file", "community")
    assert told(text, 0o644) == [
        f"config.toml:2: credential.a.community: others may read the secret: run chmod 600 {secret}"
    ]
    secret.chmod(0o600)
    assert told(text, 0o644) == []


def test_a_secret_file_that_is_not_there_is_told(tmp_path: Path, told: Told) -> None:
    (problem,) = told(KEPT.format("file", "community"), 0o644)
    assert problem.endswith(f": cannot read the secret file {tmp_path}/community: No such file or directory")


def test_a_credential_of_systemd_is_as_safe_as_systemd_makes_it(
    tmp_path: Path,
    told: Told,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "credentials").mkdir()
    (tmp_path / "credentials" / "switches").write_text("words")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "credentials"))
    assert told(KEPT.format("credential", "switches"), 0o644) == []
