"""A link in a document leads to a file that is there, and to a heading that is in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/*/*.md")]
FENCED = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^()\s]+)\)")
LEFT_OUT = re.compile(r"[^\w\- ]")  # of a heading, in the address that a forge gives it


def anchors(path: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", FENCED.sub("", path.read_text(encoding="utf-8")), re.MULTILINE)
    return {LEFT_OUT.sub("", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", sorted(DOCUMENTS), ids=lambda path: path.name)
def test_every_link_leads_somewhere(path: Path):
    links = [link for link in LINK.findall(FENCED.sub("", path.read_text(encoding="utf-8"))) if "://" not in link]
    for link in links:
        name, _, heading = link.partition("#")
        goal = path.parent / name if name else path

        assert goal.exists(), link
        assert not heading or heading in anchors(goal), link
