"""Frozen records as canonical JSON, and back: the same record always gives the same bytes.

Keys are sorted, times are UTC in ISO 8601, sentences untranslated. Text is made harmless on the way in.
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
    return cast("R", _read(tree, kind, kind.__name__))


def normal(record: R) -> R:
    """Return a record as it will be read back: in UTC, with harmless text."""
    return cast("R", _read(_tree(record), type(record), type(record).__name__))


def _tree(value: object) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    for kind, write in _WRITTEN:
        if isinstance(value, kind):
            return write(value)
    return _record_tree(value)


_WRITTEN: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    (Enum, lambda member: member.value),
    (str, legible),
    (float, lambda number: number if isfinite(number) else str(number)),
    (datetime, lambda moment: utc(moment).isoformat().replace("+00:00", "Z")),
    (date, date.isoformat),
    (tuple | list, lambda items: [_tree(item) for item in items]),
    (Mapping, lambda items: {legible(str(key)): _tree(item) for key, item in items.items()}),
)


def _record_tree(value: object) -> Any:
    # A phrase of another package may be any object with these two.
    if (template := getattr(value, "template", None)) is not None and hasattr(value, "values"):
        return {"template": legible(template), "values": _tree(value.values)}
    if not is_dataclass(value):
        raise TypeError(f"{type(value).__name__} has no place in a document")
    return {field.name: _tree(getattr(value, field.name)) for field in fields(value)}


def _read(tree: Any, hint: Any, where: str) -> object:
    if get_origin(hint) is UnionType:
        return None if tree is None else _read(tree, get_args(hint)[0], where)
    if get_origin(hint) is tuple:
        items = _of(tree, list, where)
        return tuple(_read(item, get_args(hint)[0], f"{where}[{n}]") for n, item in enumerate(items))
    if hint is Phrase:
        return _sentence(_of(tree, dict, where), where)
    if is_dataclass(hint):
        return _record(_of(tree, dict, where), hint, where)
    return _plain(tree, hint, where)


def _plain(tree: Any, hint: Any, where: str) -> object:
    if hint is float and isinstance(tree, int) and not isinstance(tree, bool):
        return float(tree)
    if issubclass(hint, Enum | datetime | date):
        return _named(_of(tree, str, where), hint, where)
    return _of(tree, hint, where)


def _record(tree: dict[str, Any], kind: Any, where: str) -> object:
    hints = _hints(kind)
    if unknown := tree.keys() - hints.keys():
        raise BadDocument(f"{where}: unknown {', '.join(sorted(unknown))}")
    values = {name: _read(item, hints[name], f"{where}.{name}") for name, item in tree.items()}
    try:
        return kind(**values)
    except (TypeError, ValueError) as error:
        raise BadDocument(f"{where}: {error}") from error


def _sentence(tree: dict[str, Any], where: str) -> Sentence:
    values = _of(tree.get("values"), dict, f"{where}.values")
    if not all(isinstance(item, str | int | float) for item in values.values()):
        raise BadDocument(f"{where}.values: neither text nor number")
    return Sentence(_of(tree.get("template"), str, f"{where}.template"), values)


def _named(text: str, kind: Any, where: str) -> object:
    try:
        if issubclass(kind, datetime):
            return utc(datetime.fromisoformat(text))
        return date.fromisoformat(text) if issubclass(kind, date) else kind(text)
    except ValueError as error:
        raise BadDocument(f"{where}: {error}") from error


def _of(tree: Any, kind: type[R], where: str) -> R:
    """Return a value that is of a kind; True and False are no numbers."""
    if isinstance(tree, kind) and (kind is bool or not isinstance(tree, bool)):
        return tree
    raise BadDocument(f"{where}: {type(tree).__name__} instead of {kind.__name__}")


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number")


@cache
def _hints(kind: Any) -> Mapping[str, Any]:
    return get_type_hints(kind)
