"""A document in Chinese has all that the English one beside it has: its chapters, its commands, its configuration."""

from __future__ import annotations

import re
import tomllib
from itertools import zip_longest
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
CHINESE = sorted(path for path in DOCS.rglob("*.zh-CN.md") if path.parent.name != "reference")
FENCED = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
COMMENT = re.compile(r"(^|\s)#\s.*$", re.MULTILINE)
WORD = re.compile(r'"[^"\n]*"|[^\s"]+')
HAN = re.compile(r"[一-鿿]")
SHOWN = "text"  # what a program prints, in the language of whoever reads it

each_document = pytest.mark.parametrize("chinese", CHINESE, ids=lambda path: path.name.removesuffix(".zh-CN.md"))


def english(chinese: Path) -> Path:
    return chinese.with_name(chinese.name.replace(".zh-CN", ""))


def blocks(path: Path) -> list[tuple[str, str]]:
    return FENCED.findall(path.read_text(encoding="utf-8"))


def headings(path: Path) -> list[int]:
    """Return how deep each heading is."""
    prose = FENCED.sub("", path.read_text(encoding="utf-8"))
    return [len(marks) for marks in re.findall(r"^(#+) ", prose, re.MULTILINE)]


def words(code: str) -> list[str]:
    return WORD.findall(COMMENT.sub("", code))


def same(ours: str | None, theirs: str | None) -> bool:
    """Whether a word of the code is the same in Chinese, or is one for people, or names the language."""
    return ours == theirs or (ours, theirs) == ('"en"', '"zh_CN"') or (theirs is not None and bool(HAN.search(theirs)))


@each_document
def test_it_has_the_headings_of_the_english_one(chinese: Path):
    assert headings(chinese) == headings(english(chinese))


@each_document
def test_its_code_differs_in_words_for_people_alone(chinese: Path):
    theirs, ours = blocks(chinese), blocks(english(chinese))
    differ = [
        (word, other)
        for (kind, code), (_, translated) in zip(ours, theirs, strict=False)
        if kind != SHOWN
        for word, other in zip_longest(words(code), words(translated))
        if not same(word, other)
    ]

    assert [kind for kind, _ in theirs] == [kind for kind, _ in ours]
    assert differ == []


@each_document
def test_each_language_leads_to_the_other_at_the_top(chinese: Path):
    ours, theirs = (path.read_text(encoding="utf-8").splitlines()[2] for path in (english(chinese), chinese))

    assert ours == f"*[中文]({chinese.name})*"
    assert theirs == f"*[English]({english(chinese).name})*"


@pytest.mark.parametrize("path", [DOCS.parent / "README.zh-CN.md", *CHINESE], ids=lambda path: path.name)
def test_it_leads_to_documents_in_chinese_where_there_are_some(path: Path):
    links = re.findall(r"\]\(([^()\s#]+)\.md", "\n".join(path.read_text(encoding="utf-8").splitlines()[3:]))
    goals = [path.parent / link for link in links if not link.endswith(".zh-CN")]

    assert [str(goal) for goal in goals if goal.with_name(f"{goal.name}.zh-CN.md").exists()] == []


@pytest.mark.parametrize("path", sorted(DOCS.rglob("*.md")), ids=lambda path: path.name)
def test_configuration_that_is_shown_is_toml(path: Path):
    for kind, code in blocks(path):
        if kind == "toml":
            tomllib.loads(re.sub(r"^   (?=\S)", "", code, flags=re.MULTILINE))
