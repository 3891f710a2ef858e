"""A configuration that a document shows whole can be taken as it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from netwatch.config import load
from netwatch.plugins import Registry

ROOT = Path(__file__).parents[2]
HOWTO = ROOT / "docs/howto"
WHOLE = (
    *ROOT.glob("README*.md"),
    *ROOT.glob("docs/tutorial/first-alert*.md"),
    *HOWTO.glob("read-a-server*.md"),
    *HOWTO.glob("run-under-systemd*.md"),
    *HOWTO.glob("use-postgresql*.md"),
    *HOWTO.glob("watch-configurations*.md"),
    *HOWTO.glob("write-the-first-configuration*.md"),
)
ADDED = (
    *HOWTO.glob("book-a-session*.md"),
    *HOWTO.glob("do-duties-and-rounds*.md"),
    *HOWTO.glob("keep-registers*.md"),
)
"""What is added to a first configuration."""
FIRST = HOWTO / "write-the-first-configuration.md"
SHOWN = re.compile(r"^( *)```toml\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
SECRET = re.compile(r'file = "([^"/]+)"')


def configuration(document: Path) -> str:
    shown = SHOWN.findall(document.read_text(encoding="utf-8"))
    return "\n".join(re.sub(rf"^{indent}", "", code, flags=re.MULTILINE) for indent, code in shown)


def is_valid(text: str, folder: Path) -> bool:
    """Load it, with the secrets that it names; the error says what is wrong."""
    for name in ("config.toml", *SECRET.findall(text)):
        path = folder / name
        path.write_text(text if name == "config.toml" else "correct horse", encoding="utf-8")
        path.chmod(0o600)
    return bool(load(folder / "config.toml", Registry.installed()))


@pytest.mark.parametrize("document", sorted(WHOLE), ids=lambda path: path.name)
def test_a_configuration_that_is_shown_whole_is_valid(document: Path, tmp_path: Path):
    assert is_valid(configuration(document), tmp_path)


@pytest.mark.parametrize("document", sorted(ADDED), ids=lambda path: path.name)
def test_what_is_added_to_a_first_configuration_is_valid_there(document: Path, tmp_path: Path):
    assert is_valid(f"{configuration(FIRST)}\n{configuration(document)}", tmp_path)
