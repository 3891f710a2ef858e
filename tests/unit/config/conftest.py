"""Configurations on disk, loaded with the installed kinds and one of another package."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

from netwatch.config import load
from netwatch.errors import ConfigError
from netwatch.plugins import COLLECTORS, GROUP, Registry

if TYPE_CHECKING:
    from netwatch.config import Settings

HERE = Path(__file__).parent
KINDS = (
    *entry_points(group=GROUP, name="icmp"),
    EntryPoint("gauge", "netwatch_test_kinds:GaugeProbe", GROUP),
    EntryPoint("cli", "probes.ssh.collector:CliCollector", COLLECTORS),
    EntryPoint("dial", "netwatch_test_kinds:DialCollector", COLLECTORS),
)
"""Few only, so that a new kind changes no sentence here."""
DEVICE = '[[device]]\nname = "sw-1"\naddress = "127.0.0.1"\ncheck = [{ kind = "gauge", dial = "a" }]\n'


class Load(Protocol):
    def __call__(self, text: str, **more: str) -> Settings: ...


class Problems(Protocol):
    def __call__(self, text: str, **more: str) -> list[str]: ...


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Registry:
    monkeypatch.syspath_prepend(HERE / "plugins")
    return Registry(KINDS)


@pytest.fixture
def loaded(tmp_path: Path, registry: Registry) -> Load:
    """Load a text as config.toml, beside other files: `devices__a="…"` is devices/a.toml."""

    def write_and_load(text: str, **more: str) -> Settings:
        files = {"config": text, **more}
        for name, content in files.items():
            path = tmp_path / f"{name.replace('__', '/')}.toml"
            path.parent.mkdir(exist_ok=True)
            path.write_text(content, encoding="utf-8")
            path.chmod(0o600)
        return load(tmp_path / "config.toml", registry)

    return write_and_load


@pytest.fixture
def problems(loaded: Load) -> Problems:
    """Return the problems of a configuration, which must have some."""

    def write_and_fail(text: str, **more: str) -> list[str]:
        with pytest.raises(ConfigError) as caught:
            loaded(text, **more)
        return [str(problem) for problem in caught.value.problems]

    return write_and_fail
