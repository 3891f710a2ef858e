"""What is written as TOML says the same when it is read."""

from __future__ import annotations

import tomllib
from datetime import date, time, timedelta
from enum import Enum
from pathlib import Path

import pytest

from netwatch.config.toml import document, key, value
from netwatch.domain.model import Severity


class Colour(Enum):
    RED = "red"


@pytest.mark.parametrize(
    ("thing", "text"),
    [
        (True, "true"),
        (5, "5"),
        (0.5, "0.5"),
        ("值班", '"值班"'),
        ('a"b\\c\n', '"a\\"b\\\\c\\n"'),
        ("\x1b\x7f", '"\\U0000001B\\U0000007F"'),
        (timedelta(seconds=90), '"90s"'),
        (timedelta(minutes=5), '"5m"'),
        (timedelta(days=14), '"14d"'),
        (timedelta(0), '"0s"'),
        (timedelta(seconds=1.5), '"1.5s"'),
        (Severity.MAJOR, '"major"'),
        (Colour.RED, '"red"'),
        (date(2026, 1, 5), "2026-01-05"),
        (time(8), "08:00:00"),
        (Path("/a"), '"/a"'),
        ((1, ["a"]), '[1, ["a"]]'),
        ({"a b": 1}, '{"a b" = 1}'),
    ],
)
def test_values(thing: object, text: str) -> None:
    assert value(thing) == text
    assert tomllib.loads(f"x = {text}")


def test_keys_are_quoted_where_they_must_be() -> None:
    assert (key("a-1_B"), key("a.b"), key("")) == ("a-1_B", '"a.b"', '""')


def test_tables_follow_the_values() -> None:
    tables = {"b": {"c": {"d": 1}, "e": None}, "l": [{"x": 1, "y": [{"z": 2}]}, {}], "a": 1, "n": []}
    assert document(tables) == "a = 1\nn = []\n\n[b.c]\nd = 1\n\n[[l]]\nx = 1\n\n[[l.y]]\nz = 2\n\n[[l]]\n"
