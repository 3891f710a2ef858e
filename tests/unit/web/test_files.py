"""What is shipped with the page."""

from __future__ import annotations

import re

import pytest

from netwatch.web.rendering import STATIC, TEMPLATES, environment

SOURCES = sorted(TEMPLATES.glob("*.j2"))


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_every_template_is_escaped_whatever_it_is_called(language: str) -> None:
    made = environment(language)
    assert made.autoescape is True
    assert made.from_string("{{ x }}").render(x="<b>") == "&lt;b&gt;"


def test_a_word_that_no_view_gives_is_an_error_and_not_a_blank() -> None:
    with pytest.raises(Exception, match="undefined"):
        environment("en").from_string("{{ nowhere }}").render()


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_no_template_switches_escaping_off_or_writes_script_or_style(source: object) -> None:
    text = source.read_text(encoding="utf-8")  # type: ignore[attr-defined]
    assert not re.search(r"\|\s*safe|autoescape|Markup|\sstyle=|<style|\son[a-z]+=|javascript:|<script>", text)


def test_the_script_is_small_and_takes_no_text_for_code() -> None:
    text = (STATIC / "live.js").read_text(encoding="utf-8")
    assert len(text.splitlines()) < 60
    assert not re.search(r"\beval\b|innerHTML|insertAdjacentHTML|document\.write|new Function", text)


@pytest.mark.parametrize("name", ["page.css", "live.js", "marks.svg", "icon.svg"])
def test_nothing_is_fetched_from_elsewhere(name: str) -> None:
    text = (STATIC / name).read_text(encoding="utf-8").replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not re.search(r"https?:|//[a-z0-9-]+\.[a-z]{2,}|@import|url\(", text)
