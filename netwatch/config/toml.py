"""Tables written as TOML, for people to read and for the standard reader to read back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, time, timedelta
from enum import Enum
from functools import singledispatch
from typing import Any

from netwatch.config.values import duration_text
from netwatch.domain.model import Severity

_SHORT = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}


def document(tables: Mapping[str, Any]) -> str:
    """Return a whole document. What is None is left out."""
    return "\n".join(_table((), tables)).lstrip("\n") + "\n"


def key(name: str) -> str:
    """Return a key, quoted where it must be."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else text(name)


def text(value: str) -> str:
    """Return a quoted string."""
    return f'"{"".join(_SHORT.get(char) or _escaped(char) for char in value)}"'


@singledispatch
def value(thing: Any) -> str:
    """Return one value in one line; what TOML has no form for becomes text."""
    return text(str(thing))


@value.register(int)
@value.register(float)
def _number(thing: float) -> str:
    return str(thing).lower() if isinstance(thing, bool) else repr(thing)


@value.register
def _severity(thing: Severity) -> str:
    return text(thing.name.lower())


@value.register
def _enum(thing: Enum) -> str:
    return value(thing.value)


@value.register(date)
@value.register(time)
def _moment(thing: date | time) -> str:
    return thing.isoformat()


@value.register
def _duration(thing: timedelta) -> str:
    return text(duration_text(thing))


@value.register(list)
@value.register(tuple)
@value.register(frozenset)
def _list(thing: Iterable[Any]) -> str:
    return f"[{', '.join(value(each) for each in thing)}]"


@value.register(dict)
def _inline(thing: Mapping[str, Any]) -> str:
    return f"{{{', '.join(f'{key(name)} = {value(each)}' for name, each in _present(thing))}}}"


def _table(path: tuple[str, ...], table: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of a table: its values first, since a header would take them away."""
    inner = []
    for name, thing in _present(table):
        if _is_header(thing):
            inner.append((name, thing))
        else:
            yield f"{key(name)} = {value(thing)}"
    for name, thing in inner:
        header = ".".join(key(part) for part in (*path, name))
        tables, form = ((thing,), "[{}]") if isinstance(thing, Mapping) else (thing, "[[{}]]")
        for each in tables:
            if form == "[[{}]]" or _needs_header(each):
                yield from ("", form.format(header))
            yield from _table((*path, name), each)


def _needs_header(table: Mapping[str, Any]) -> bool:
    """Say whether the headers of its inner tables would not do."""
    return not table or not all(_is_header(thing) for _name, thing in _present(table))


def _present(table: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(str(name), thing) for name, thing in table.items() if thing is not None]


def _is_header(thing: Any) -> bool:
    """Say whether something is written with a header of its own: a table, or a list of tables."""
    tables = thing if isinstance(thing, list | tuple) else (thing,)
    return bool(tables) and all(isinstance(each, Mapping) for each in tables)


def _escaped(char: str) -> str:
    return char if char.isprintable() else f"\\U{ord(char):08X}"
