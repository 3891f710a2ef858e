"""Every key of every document has its line."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.config.locate import locate
from netwatch.config.toml import document

if TYPE_CHECKING:
    from collections.abc import Iterator

PLAIN = st.text(st.sampled_from("ab1_-"), min_size=1, max_size=4)
ODD = st.text(st.sampled_from("ab .=#[]{}\"'\\\n\t,é中"), max_size=5)
KEYS = PLAIN | ODD
NUMBERS = st.integers(-99, 99) | st.floats(allow_nan=False) | st.booleans()
SCALARS = NUMBERS | ODD | st.dates() | st.times() | st.datetimes()


def values(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3)


TABLES = st.dictionaries(KEYS, st.recursive(SCALARS, values, max_leaves=12), max_size=4)


def paths(data: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    pairs = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, inner in pairs:
        yield from paths(inner, (*path, key))


def basic(text: str) -> str:
    """A quoted key or text whose control characters are escaped."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


class Writer:
    """Writes any table in one of the many ways that TOML has, and remembers where it put each key."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.text = ""
        self.lines: dict[tuple[str | int, ...], int] = {(): 1}

    def put(self, text: str) -> None:
        self.text += text

    def mark(self, path: tuple[str | int, ...]) -> None:
        self.lines[path] = self.text.count("\n") + 1

    def choose(self, *ways: str) -> str:
        return self.draw(st.sampled_from(ways))

    def space(self) -> str:
        return self.choose("", " ", "\t")

    def gap(self) -> str:
        return self.choose("", "", " ", "\n", "\r\n", " # no = [key] {here}\n", "\n\n")

    def key(self, key: str) -> str:
        bare = key and all(char in "ab1_-" for char in key)
        return key if bare and self.draw(st.booleans()) else basic(key)

    def scalar(self, value: Any) -> str:
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, str):
            raw = not set(value) & set("'\n\r") and "\t" not in value
            return self.choose(basic(value), f'"""\n{basic(value)[1:-1]}"""', f"'{value}'" if raw else basic(value))
        if isinstance(value, int | float):
            return repr(value)
        return value.isoformat().replace("T", self.choose("T", " "))

    def value(self, value: Any, path: tuple[str | int, ...]) -> None:
        if isinstance(value, list):
            self.put("[" + self.gap())
            for index, inner in enumerate(value):
                self.mark((*path, index))
                self.value(inner, (*path, index))
                self.put(self.gap() + "," + self.gap())
            self.put("]")
        elif isinstance(value, dict):
            self.put("{" + self.space())
            for index, (key, inner) in enumerate(value.items()):
                self.put("," + self.space() if index else "")
                self.mark((*path, key))
                self.put(f"{self.key(key)}{self.space()}={self.space()}")
                self.value(inner, (*path, key))
            self.put(self.space() + "}")
        else:
            self.put(self.scalar(value))

    def pair(self, path: tuple[str | int, ...], key: str, value: Any) -> None:
        """Write `key = value`, or the keys of a table dotted."""
        if isinstance(value, dict) and value and self.draw(st.booleans()):
            for number, (inner, below) in enumerate(value.items()):
                self.put(self.space())
                if not number:
                    self.mark((*path, key))
                self.mark((*path, key, inner))
                self.put(f"{self.key(key)}{self.space()}.{self.space()}{self.key(inner)} = ")
                self.value(below, (*path, key, inner))
                self.put(self.choose("\n", "  # why\n"))
            return
        self.put(self.space())
        self.mark((*path, key))
        self.put(f"{self.key(key)}{self.space()}={self.space()}")
        self.value(value, (*path, key))
        self.put(self.choose("\n", "\r\n", " # [not.a.table]\n"))

    def table(self, data: dict[str, Any], path: tuple[str | int, ...] = (), header: str = "") -> None:
        later = []
        for key, value in data.items():
            tables = isinstance(value, list) and value and all(isinstance(each, dict) for each in value)
            if (isinstance(value, dict) or tables) and self.draw(st.booleans()):
                later.append((key, value))
            else:
                self.pair(path, key, value)
        for key, value in later:
            name = f"{header}{'.' if header else ''}{self.key(key)}"
            if isinstance(value, dict):
                self.put(self.choose("", "\n", "# a table\n"))
                self.mark((*path, key))
                self.put(f"[{self.space()}{name}{self.space()}]{self.choose('', ' # why')}\n")
                self.table(value, (*path, key), name)
                continue
            for index, each in enumerate(value):
                self.put(self.choose("", "\n"))
                if not index:
                    self.mark((*path, key))
                self.mark((*path, key, index))
                self.put(f"[[{name}]]\n")
                self.table(each, (*path, key, index), name)


@st.composite
def written(draw: st.DrawFn) -> tuple[str, dict[str, Any], dict[tuple[str | int, ...], int]]:
    data = draw(TABLES)
    writer = Writer(draw)
    writer.table(data)
    return writer.text.replace("\r\n", "\n"), data, writer.lines


@given(written())
def test_every_key_is_found_on_the_line_on_which_it_was_written(
    case: tuple[str, dict[str, Any], dict[tuple[str | int, ...], int]],
) -> None:
    text, data, lines = case
    assert tomllib.loads(text) == data  # the test's own writer is right
    assert locate(text) == lines


@given(TABLES)
def test_what_our_own_writer_writes_is_read_back_and_every_path_has_a_line(data: dict[str, Any]) -> None:
    text = document(data)
    assert tomllib.loads(text) == data
    assert set(paths(data)) <= set(locate(text))


@pytest.mark.parametrize(
    ("text", "path", "line"),
    [
        ('[[a.""]]\n[[a.""]]\nb = 1', ("a", "", 1, "b"), 3),
        ("[a.b]\n[a]\nc = 1", ("a", "c"), 3),
        ('x = """\n"" "\n"""""\ny = 1', ("y",), 4),
        ("x = '''\n'' '\n'''''\ny = 1", ("y",), 4),
        ("[[a]]\n[a.b]\n[[a]]\n[a.b]\nc = 1", ("a", 1, "b", "c"), 5),
        ("[[a]]\n[[a.b]]\n[[a.b]]\nc = 1", ("a", 0, "b", 1, "c"), 4),
        ('"\\u0061" = 1\n"b\\"c" = 2', ("a",), 1),
        ('"\\u0061" = 1\n"b\\"c" = 2', ('b"c',), 2),
        ("x = 1979-05-27 07:32:00 # when\ny = 1", ("y",), 2),
        ("x = [ # [[no]]\n  1, # ]\n  [2,\n 3],\n]\ny = 1", ("x", 1, 1), 4),
        ("x = [ # [[no]]\n  1, # ]\n  [2,\n 3],\n]\ny = 1", ("y",), 6),
        ("x = {a = [1,\n2]}\ny = 1", ("x", "a", 1), 2),
    ],
)
def test_odd_forms_are_counted_right(text: str, path: tuple[str | int, ...], line: int) -> None:
    assert locate(text)[path] == line


def test_a_path_that_stands_twice_has_its_first_line() -> None:
    assert locate("[[a]]\n[[a]]")[("a",)] == 1


def test_half_a_mebibyte_of_quotes_is_stepped_over() -> None:
    assert locate(f'x = """{"a" * 250_000}\n{"b" * 250_000}"""\ny = 1')["y",] == 3
