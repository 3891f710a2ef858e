"""Every command that a document shows can be typed: it and its options exist, and nothing that it needs is left out."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from netwatch.cli import parser

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    *ROOT.glob("README*.md"),
    *(path for path in ROOT.glob("docs/*/*.md") if path.parent.name not in ("reference", "decisions")),
]
FENCED = re.compile(r"^ *```(?:console|sh)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
NEXT = frozenset({">", ">/dev/null", "&&", "|"})  # what ends a command in the shell


def commands(text: str) -> Iterator[list[str]]:
    for block in FENCED.findall(text):
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            if words[:3] == ["sudo", "-u", "netwatch"]:
                words = words[3:]
            if words and Path(words[0]).name == "netwatch":
                end = next((place for place, word in enumerate(words) if word in NEXT), len(words))
                yield words[1:end]


@pytest.mark.parametrize("path", sorted(DOCUMENTS), ids=lambda path: path.name)
def test_no_document_installs_netwatch_from_the_package_index(path: Path):
    """There the name is a stranger's."""
    assert not re.search(r"pip install[^`\n]*\bnetwatch\b", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", sorted(DOCUMENTS), ids=lambda path: path.name)
def test_what_a_document_types_is_a_command(path: Path):
    for words in commands(path.read_text(encoding="utf-8")):
        parser(words[0]).parse_args(words)
