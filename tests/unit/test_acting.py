"""Who acts: a person for themselves, root and the service's user for anybody, and the records say so."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from netwatch.actions import acting
from netwatch.actions.doing import Doing
from netwatch.config import load
from netwatch.errors import UsageError
from netwatch.plugins import Registry
from netwatch.storage.events import EventKind

if TYPE_CHECKING:
    from pathlib import Path

    from netwatch.config import Settings

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
PEOPLE = """
[[person]]
name = "zhang"
login = "zhang3"

[[person]]
name = "li"

[[person]]
name = "wang"
role = "leader"

[[person]]
name = "root_of_all"
role = "admin"
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    path = tmp_path / "config.toml"
    path.write_text(PEOPLE, encoding="utf-8")
    path.chmod(0o600)
    return load(path, Registry.installed())


def done_by(settings: Settings, actor: str, login: str, *, trusted: bool = False) -> Doing:
    return acting(Doing(settings, actor, NOW, {}, login), trusted=trusted)


@pytest.mark.parametrize(
    ("actor", "login", "is_"),
    [("zhang", "zhang3", "zhang"), ("zhang3", "zhang3", "zhang"), ("li", "li", "li")],
)
def test_a_person_acts_by_their_own_login(settings: Settings, actor: str, login: str, is_: str) -> None:
    doing = done_by(settings, actor, login)
    assert (doing.actor, doing.login) == (is_, "")


@pytest.mark.parametrize(("actor", "login"), [("zhang", "zhang"), ("zhang", "li"), ("wang", "li")])
def test_nobody_acts_for_somebody_else(settings: Settings, actor: str, login: str) -> None:
    with pytest.raises(UsageError, match="may not act for"):
        done_by(settings, actor, login)


def test_who_is_trusted_acts_for_anybody_and_the_journal_names_them(settings: Settings) -> None:
    doing = done_by(settings, "wang", "root", trusted=True)
    entry = doing.entry(EventKind.LOG, data={"kept": 1})
    assert (entry.actor, entry.data) == ("wang", {"kept": 1, "entered_by": "root"})


def test_an_entry_of_ones_own_names_nobody_else(settings: Settings) -> None:
    assert done_by(settings, "li", "li").entry(EventKind.LOG).data is None


@pytest.mark.parametrize(("actor", "may"), [("li", False), ("wang", True), ("root_of_all", True)])
def test_only_a_leader_leads(settings: Settings, actor: str, may: bool) -> None:
    doing = done_by(settings, actor, actor)
    if may:
        assert doing.leader().name == actor
    else:
        with pytest.raises(UsageError, match="it takes the role leader"):
            doing.leader()


@pytest.mark.parametrize(("login", "trusted"), [("nobody", False), ("li", False), ("root", True)])
def test_somebody_unknown_does_nothing(settings: Settings, login: str, trusted: bool) -> None:
    with pytest.raises(UsageError, match="nobody is not among the people"):
        done_by(settings, "nobody", login, trusted=trusted)
