"""Frozen records as canonical JSON, and back: the same record always gives the same bytes.

Keys are sorted, times are UTC in ISO 8601, sentences untranslated. Text is made harmless on the way in.
A kind of record is looked at once and not for each value: a bad night has ten thousand faults.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from math import isfinite
from types import UnionType
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

from roster.phrase import Phrase, Sentence, legible
from roster.wall import utc

R = TypeVar("R")
Reader = Callable[[Any], Any]
Writer = Callable[[Any], Any]


class BadDocument(ValueError):
    """A text is not the document that it should be; the sentence says where and why."""


def dumps(record: object) -> str:
    """Return a record as canonical JSON."""
    return json.dumps(_tree(record), ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))


def loads(text: str, kind: type[R]) -> R:
    """Return the record that a text is; raise `BadDocument` when it is none."""
    try:
        tree = _tree(json.loads(text, parse_constant=_refuse))
    except (ValueError, RecursionError) as error:
        raise BadDocument(f"not JSON: {error}") from error
    return _record_of(tree, kind)


def normal(record: R) -> R:
    """Return a record as it will be read back: in UTC, with harmless text."""
    return _record_of(_tree(record), type(record))


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number")


def _record_of(tree: Any, kind: type[R]) -> R:
    try:
        return cast("R", _reader(cast("Any", kind))(tree))
    except BadDocument as error:
        raise BadDocument(f"{kind.__name__}{error}") from error


def _tree(value: object) -> Any:
    kind: Any = type(value)
    return _writer(kind)(value)


@cache
def _writer(kind: type[Any]) -> Writer:
    if kind is type(None) or issubclass(kind, bool | int):
        return lambda value: value
    for known, write in _WRITERS:
        if issubclass(kind, known):
            return write
    names = tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ("template", "values")
    if {"template", "values"}.issubset(names):
        return lambda phrase: {"template": legible(phrase.template), "values": _tree(phrase.values)}
    return lambda record: {name: _tree(getattr(record, name)) for name in names}


_WRITERS: tuple[tuple[Any, Writer], ...] = (
    (Enum, lambda member: member.value),
    (str, legible),
    (float, lambda number: number if isfinite(number) else str(number)),
    (datetime, lambda moment: utc(moment).isoformat().replace("+00:00", "Z")),
    (date, date.isoformat),
    (tuple | list, lambda items: [_tree(item) for item in items]),
    (Mapping, lambda items: {legible(str(key)): _tree(item) for key, item in items.items()}),
)


@cache
def _reader(hint: Any) -> Reader:
    """Return what reads a value of a kind; each level of it adds its place to a complaint."""
    if get_origin(hint) is UnionType:
        read = _reader(get_args(hint)[0])
        return lambda tree: None if tree is None else read(tree)
    if get_origin(hint) is tuple:
        return _items(_reader(get_args(hint)[0]))
    if get_origin(hint) is Mapping:
        return _texts
    if hint is Phrase:
        return _sentence
    if is_dataclass(hint):
        return _fields(cast("Any", hint))
    return _named(hint) if issubclass(hint, Enum | datetime | date) else _plain(hint)


def _items(read: Reader) -> Reader:
    def items(tree: Any) -> Any:
        found = []
        for number, item in enumerate(_of(tree, list)):
            try:
                found.append(read(item))
            except BadDocument as error:
                raise BadDocument(f"[{number}]{error}") from error
        return tuple(found)

    return items


def _fields(kind: Callable[..., Any]) -> Reader:
    readers = {name: _reader(hint) for name, hint in get_type_hints(kind).items()}

    def record(tree: Any) -> Any:
        found = {}
        for name, item in _of(tree, dict).items():
            try:
                found[name] = readers.get(name, _unknown)(item)
            except BadDocument as error:
                raise BadDocument(f".{name}{error}") from error
        try:
            return kind(**found)
        except (TypeError, ValueError) as error:
            raise BadDocument(f": {error}") from error

    return record


def _unknown(_tree: Any) -> Any:
    raise BadDocument(": unknown")


def _texts(tree: Any) -> dict[str, str]:
    return {name: _of(text, str) for name, text in _of(tree, dict).items()}


def _sentence(tree: Any) -> Sentence:
    template, values = (_of(tree, dict).get(name) for name in ("template", "values"))
    if not all(isinstance(item, str | int | float) for item in _of(values, dict).values()):
        raise BadDocument(": neither text nor number")
    return Sentence(_of(template, str), _of(values, dict))


def _named(kind: Any) -> Reader:
    parse = _moment if kind is datetime else date.fromisoformat if kind is date else kind

    def named(tree: Any) -> Any:
        try:
            return parse(_of(tree, str))
        except BadDocument:
            raise
        except ValueError as error:
            raise BadDocument(f": {error}") from error

    return named


def _moment(text: str) -> datetime:
    return utc(datetime.fromisoformat(text))


def _plain(kind: Any) -> Reader:
    if kind is float:
        return lambda tree: float(_of(tree, int)) if type(tree) is int else _of(tree, float)
    return lambda tree: _of(tree, kind)


def _of(tree: Any, kind: type[R]) -> R:
    """Return a value that is of a kind; True and False are no numbers."""
    if isinstance(tree, kind) and (kind is bool or not isinstance(tree, bool)):
        return tree
    raise BadDocument(f": {type(tree).__name__} instead of {kind.__name__}")
