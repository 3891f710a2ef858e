"""What commands print as JSON: any text comes back from it, and none of it moves a cursor or turns a line."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from netwatch.cli.site import as_json


def test_letters_that_turn_the_direction_are_escaped_and_chinese_is_not() -> None:
    said = "上联\u202e\u2066\x7f\x9b31m\U000e0001\ud800"
    printed = as_json({"line": said})
    assert printed == '{\n  "line": "上联\\u202e\\u2066\\u007f\\u009b31m\\udb40\\udc01\\ud800"\n}'
    assert json.loads(printed) == {"line": said}


@given(st.text())
def test_any_text_comes_back_and_is_shown_as_it_is_meant(said: str) -> None:
    printed = as_json([said])
    assert json.loads(printed) == [said]
    assert printed.replace("\n", "").isprintable()
