"""Every text for people is there in Chinese, with the same fields; English is the source."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from babel.messages.pofile import read_po

from netwatch.config import shipped_duties, shipped_registers
from netwatch.drift.standing import SAID
from netwatch.language import label, said, translations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from babel.messages.catalog import Catalog, Message

ROOT = Path(__file__).parents[2]
FIELDS = re.compile(r"\{(\w*)[^{}]*\}|%\((\w+)\)[sd]")


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """Collect the texts as `make locale` does."""
    pot = tmp_path_factory.mktemp("locale") / "netwatch.pot"
    babel = Path(sys.executable).with_name("pybabel")
    command = [babel, "-q", "extract", "-F", "babel.cfg", "-k", "mark", "-o", pot, "netwatch", "probes", "roster"]
    subprocess.run(command, cwd=ROOT, check=True, timeout=60)
    with pot.open("rb") as file:
        return read_po(file)


@pytest.fixture(scope="module")
def chinese() -> Catalog:
    with (ROOT / "netwatch/locale/zh_CN/LC_MESSAGES/netwatch.po").open("rb") as file:
        return read_po(file, locale="zh_CN")


def texts(message: Message) -> list[str]:
    found = message.string if isinstance(message.string, list | tuple) else [message.string]
    return [text for text in found if text]


def test_no_text_is_missing_in_chinese(collected: Catalog, chinese: Catalog):
    missing = [
        message.id for message in collected if message.id and not ((known := chinese.get(message.id)) and texts(known))
    ]

    assert missing == [], "run `make locale` and translate them in netwatch/locale/zh_CN/LC_MESSAGES/netwatch.po"


def test_no_text_is_left_over(collected: Catalog, chinese: Catalog):
    assert [message.id for message in chinese if message.id and message.id not in collected] == []


def test_a_translation_has_the_fields_of_its_source(chinese: Catalog):
    def fields(text: str) -> set[str]:
        return {first or second for first, second in FIELDS.findall(text)}

    wrong = []
    for message in chinese:
        sources = message.id if isinstance(message.id, list | tuple) else [message.id]
        allowed = set().union(*map(fields, sources))
        for text in texts(message):
            needed = set.intersection(*map(fields, sources))
            if message.id and not needed - {"number", "count", "n"} <= fields(text) <= allowed:
                wrong.append((message.id, text))
    assert wrong == []


def test_chinese_is_chinese_and_punctuated_as_such(chinese: Catalog):
    halfwidth = re.compile(r"[一-鿿][,;!?](?:\s|$)|[一-鿿]:\s")

    assert [text for message in chinese if message.id for text in texts(message) if halfwidth.search(text)] == []


def titles() -> Iterator[dict[str, str]]:
    for register in shipped_registers.SHIPPED:
        yield register["title"]
        yield from (field["title"] for field in register["field"])
    for duty in shipped_duties.SHIPPED:
        yield duty["title"]
        yield from (item["title"] for item in duty["item"])
    yield from SAID.values()


def test_what_ships_with_two_titles_is_called_alike_in_the_catalogue():
    """Else a stored sentence shows it to everybody in the site's language."""
    assert [each for each in titles() if label(each, "zh_CN") != each["en"]] == []


def test_a_sentence_that_was_stored_is_said_in_either_language():
    template, values = "{what} is {value}; the limit is {limit}", {"what": "Temperature", "value": "81", "limit": "75"}

    assert said(template, values, translations("en")) == "Temperature is 81; the limit is 75"
    assert said(template, values, translations("zh_CN")) == "温度为 81，限值 75"


def test_a_stored_sentence_with_a_field_that_is_gone_is_said_as_it_is():
    assert said("{what} is {value}", {"what": "x"}, translations("en")) == "{what} is {value}"
