"""Settings say what holds, keep it, and show no secret."""

from __future__ import annotations

import dataclasses
import os
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from netwatch.config import load
from netwatch.config.find import find

if TYPE_CHECKING:
    from conftest import Load, Problems

    from netwatch.config import Settings
    from netwatch.plugins import Registry

CANARY = "c4nary-s3cret"
SECRETS = f"""
[[group]]
name = "unused"
check = [{{ kind = "gauge", token = "{CANARY}" }}]
[[device]]
name = "sw-1"
address = "127.0.0.1"
[[device.check]]
kind = "gauge"
dial = "a"
token = "{CANARY}"
sign_in = [{{ user = "root", password = "{CANARY}" }}]
[credential.a]
community = "{CANARY}"
[credential.b]
user = "root"
auth_password = "{CANARY}"
priv_password = "{CANARY}"
[storage]
url = "postgresql+psycopg://netwatch@localhost/netwatch"
password = "{CANARY}"
[[mail.relay]]
host = "localhost"
user = "netwatch"
password = "{CANARY}"
"""


def everything(settings: Settings) -> str:
    """Whatever a log, an error or a page might show of it."""
    texts = [repr(settings), str(settings), settings.shown(), settings.digest, settings.database_url]
    texts += [settings.file.model_dump_json(), repr(settings.file.model_dump()), repr(settings.checks)]
    texts += [check.options.model_dump_json() for check in settings.checks]
    return "\n".join(texts)


def test_no_secret_is_in_anything_that_may_be_shown(loaded: Load) -> None:
    settings = loaded(SECRETS)
    assert CANARY not in everything(settings)
    assert settings.shown().count("***") == 7
    assert settings.checks[0].options.token.reveal() == CANARY  # type: ignore[attr-defined]  # the kind's own model


@pytest.mark.parametrize(
    "mistake",
    ["name = 1\n[site]\nzone = 5", "[[relay]]", "[mail.x]", "[credential.c]\ncommunity = 5", "[site]\nname = 5"],
)
def test_no_secret_is_in_a_problem(mistake: str, problems: Problems) -> None:
    told = problems(SECRETS.replace('dial = "a"', "dial = 5") + mistake)
    assert len(told) > 1
    assert CANARY not in "\n".join(told)


def test_what_is_wrong_with_a_secret_does_not_tell_it(problems: Problems) -> None:
    short = "shorty"
    told = problems(f'[credential.a]\nuser = "x"\nauth_password = "{short}"\n')
    assert told == ["config.toml:1: credential.a: SNMPv3 passwords have at least 8 characters"]


def test_the_effective_configuration_is_toml_with_defaults_and_groups_worked_in(loaded: Load) -> None:
    text = SECRETS.replace('name = "sw-1"', 'name = "sw-1"\ngroups = ["unused"]').replace('dial = "a"', 'dial = "b"')
    shown = tomllib.loads(loaded(text).shown())
    (device,) = shown["device"]
    (check,) = device["check"]
    assert shown["mail"]["remind_every"] == "15m"
    assert (check["dial"], check["every"], check["severity"], check["token"]) == ("b", "1m", "major", "***")
    assert shown["credential"]["b"]["user"] == "root"


def test_the_digest_changes_with_what_is_said_and_with_nothing_else(loaded: Load) -> None:
    first = loaded(SECRETS).digest
    assert loaded("# why\n" + SECRETS.replace(CANARY, "another secret")).digest == first
    assert loaded(SECRETS.replace('"a"\ntoken', '"b"\ntoken')).digest != first
    assert len(first) == 12


def test_settings_cannot_be_changed(loaded: Load) -> None:
    settings = loaded(SECRETS)
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.checks = ()  # type: ignore[misc]  # that is what is tested
    with pytest.raises(ValidationError):
        settings.file.site.name = "other"  # type: ignore[misc]


def test_loading_changes_nothing_on_disk(loaded: Load, tmp_path: Path) -> None:
    loaded('[mail]\ndirectory = "mail"\n')
    assert [path.name for path in tmp_path.iterdir()] == ["config.toml"]


def test_the_database_file_is_beside_the_configuration(loaded: Load, tmp_path: Path) -> None:
    assert loaded("").database_url == f"sqlite:///{tmp_path}/netwatch.db"
    assert loaded('[storage]\nurl = "sqlite:///data/n.db"').database_url == f"sqlite:///{tmp_path}/data/n.db"
    assert loaded('[storage]\nurl = "sqlite:////srv/n.db"').database_url == "sqlite:////srv/n.db"
    elsewhere = "postgresql+psycopg://n@h:5432/d"
    assert loaded(f'[storage]\nurl = "{elsewhere}"').database_url == elsewhere


def test_paths_are_relative_to_the_configuration(loaded: Load, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").touch()
    relay = '[[mail.relay]]\nhost = "mail.example"\nca_file = "ca.pem"\n'
    settings = loaded('[mail]\ndirectory = "out"\n' + relay)
    assert settings.folder == tmp_path
    assert settings.mail_directory == tmp_path / "out"
    assert settings.file.mail.relay[0].ca_file == tmp_path / "ca.pem"
    assert loaded('[mail]\ndirectory = "/srv/mail"').mail_directory == Path("/srv/mail")
    assert loaded("").mail_directory is None


def test_a_certificate_file_that_is_not_there_is_told(problems: Problems, tmp_path: Path) -> None:
    assert problems('[[mail.relay]]\nhost = "mail.example"\nca_file = "ca.pem"\n') == [
        f"config.toml:3: mail.relay.1.ca_file: there is no such file: {tmp_path}/ca.pem"
    ]


@pytest.mark.parametrize("value", ['""', "5", '"a\\u0000b"'])
def test_a_path_that_is_none(value: str, problems: Problems) -> None:
    assert problems(f"[mail]\ndirectory = {value}") == [
        "config.toml:2: mail.directory: must be the path of a file or folder, in quotes"
    ]


def test_a_password_may_go_in_clear_to_this_machine_itself(loaded: Load) -> None:
    relay = '[[mail.relay]]\nhost = "{}"\ntls = "none"\nuser = "n"\npassword = "p"\n'
    for host in ("localhost", "127.0.0.1", "::1"):
        assert loaded(relay.format(host)).mail.relay[0].host == host


@pytest.mark.parametrize(
    ("listen", "place"),
    [("127.0.0.1:0", ("127.0.0.1", 0)), ("[::1]:8650", ("::1", 8650)), ("localhost:1", ("localhost", 1))],
)
def test_the_page_listens_on_loopback(listen: str, place: tuple[str, int], loaded: Load) -> None:
    assert loaded(f'[web]\nlisten = "{listen}"').listen == place


def test_a_relative_path_of_the_configuration_becomes_absolute(
    tmp_path: Path, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.toml").touch()
    monkeypatch.chdir(tmp_path)
    assert load(Path("config.toml"), registry).path == tmp_path / "config.toml"


def test_where_the_configuration_is_when_nobody_says(tmp_path: Path) -> None:
    assert find({"NETWATCH_CONFIG": "/a/b.toml"}, folder=tmp_path) == Path("/a/b.toml")
    assert find({}, folder=tmp_path) == Path("/etc/netwatch/config.toml")
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "config.toml").touch()
    assert find({"NETWATCH_CONFIG": ""}, folder=tmp_path) == tmp_path / "var" / "config.toml"
    assert find(os.environ | {"NETWATCH_CONFIG": "x"}) == Path("x")


def test_loading_twice_gives_the_same(loaded: Load) -> None:
    first, second = loaded(SECRETS), loaded(SECRETS)
    assert (first.file, first.checks, first.parents, first.credentials) == (
        second.file,
        second.checks,
        second.parents,
        second.credentials,
    )
