"""Each mistake has its exact sentence, at its line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from netwatch.config.wording import SENTENCES

if TYPE_CHECKING:
    from conftest import Problems

BAD = sorted((Path(__file__).parent / "bad").glob("*.toml"))


def expected(text: str) -> list[str]:
    return re.findall(r"^# expect: (.*)$", text, re.MULTILINE)


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_mistake_is_told_with_file_line_and_key(path: Path, problems: Problems) -> None:
    text = path.read_text(encoding="utf-8")
    assert problems(text) == [f"config.toml:{sentence}" for sentence in expected(text)]


def test_every_file_says_what_it_expects() -> None:
    assert len(BAD) > 100
    assert all(expected(path.read_text(encoding="utf-8")) for path in BAD)


def test_all_mistakes_of_all_tables_are_told_at_once(problems: Problems) -> None:
    several = "".join(
        path.read_text(encoding="utf-8") for path in BAD if path.stem in {"zone", "own_parent", "unknown_meaning"}
    )
    assert len(problems(several)) == 3


def test_every_sentence_of_our_own_values_is_expected_somewhere() -> None:
    told = "\n".join(sentence for path in BAD for sentence in expected(path.read_text(encoding="utf-8")))
    own = list(SENTENCES)[: list(SENTENCES).index("missing")]
    missing = [kind for kind in own if SENTENCES[kind].partition("{")[0].strip() not in told]
    assert missing == ["path"]
