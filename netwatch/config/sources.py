"""All files of one configuration as one tree, which still knows where each key came from."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

from netwatch.config.findings import Finding, found, named, unknown_key
from netwatch.config.locate import KeyPath, locate
from netwatch.errors import Problem
from probes.api import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from netwatch.config.files import Document
    from probes.api import Message


MOST_HINTS = 100
"""After so many mistakes nobody is helped by one more "did you mean", and each has to be looked for."""


class Shape(Enum):
    """How a top-level key is written."""

    PLAIN = "plain"
    """`include = […]`, in the main file only."""
    TABLE = "table"
    """`[site]`, once in all files together."""
    NAMED = "named"
    """`[credential.NAME]`, each name once."""
    LIST = "list"
    """`[[device]]`, as often as there are devices, joined in the order of the files."""


_MISSHAPEN = {
    Shape.TABLE: _("is one table, written [{key}]"),
    Shape.NAMED: _("is a table of tables, written [{key}.NAME]"),
    Shape.LIST: _("is a list of tables, each written [[{key}]]"),
}


class Sources:
    """The tree in `data`, of the given shapes, lists as tuples; what does not fit is in `problems` instead."""

    def __init__(self, documents: Sequence[Document], shapes: Mapping[str, Shape]) -> None:
        self.main = documents[0]
        self.data: dict[str, Any] = {
            key: () if shape is Shape.LIST else {} for key, shape in shapes.items() if shape is not Shape.PLAIN
        }
        self.problems: list[Problem] = []
        self._shapes = shapes
        self._places: dict[KeyPath, tuple[Document, KeyPath]] = {}
        self._lines: dict[str, dict[KeyPath, int]] = {}
        for document in documents:
            for key, value in document.data.items():
                self._add(document, key, value)

    def document(self, path: KeyPath) -> Document:
        """Return the file in which a path stands."""
        return self._origin(path)[0]

    def located(self, findings: Iterable[Finding]) -> list[Problem]:
        """Return findings with file and line, each once: those of its key, or of the nearest table around it."""
        told: dict[str, Problem] = {}
        hints = 0
        for finding in findings:
            hints += finding.hint is not None
            what = finding.hinted() if hints <= MOST_HINTS else finding.what
            problem = self._problem(*self._origin(finding.path), what)
            told.setdefault(str(problem), problem)
        return list(told.values())

    def _add(self, document: Document, key: str, value: Any) -> None:
        match self._shapes.get(key):
            case None:
                self._refuse(document, unknown_key((key,), self._shapes))
            case Shape.PLAIN:
                if document is not self.main:
                    self._refuse(document, found((key,), _("stands in the main file only")))
            case Shape.LIST if isinstance(value, list):
                self._extend(document, key, value)
            case Shape.NAMED if isinstance(value, dict):
                for name, inner in value.items():
                    self._once(document, (key, name), inner)
            case Shape.TABLE if isinstance(value, dict):
                self._once(document, (key,), value)
            case shape:
                self._refuse(document, found((key,), _MISSHAPEN[shape], key=key))

    def _extend(self, document: Document, key: str, tables: list[Any]) -> None:
        joined = list(self.data[key])
        for index, table in enumerate(tables):
            if isinstance(table, dict):
                self._places[key, len(joined)] = (document, (key, index))
                joined.append(_frozen(table))
            else:
                self._refuse(document, found((key, index), _MISSHAPEN[Shape.LIST], key=key))
        self.data[key] = tuple(joined)

    def _once(self, document: Document, path: KeyPath, value: Any) -> None:
        """Add what may stand only once, or say where it stands already."""
        if path in self._places:
            file, line = self._where(*self._places[path])
            self._refuse(document, found(path, _("stands in {file}:{line} already"), file=file, line=line))
            return
        self._places[path] = (document, path)
        if len(path) == 1:
            self.data[str(path[0])] = _frozen(value)
        else:
            self.data[str(path[0])][path[1]] = _frozen(value)

    def _refuse(self, document: Document, finding: Finding) -> None:
        self.problems.append(self._problem(document, finding.path, finding.hinted()))

    def _problem(self, document: Document, local: KeyPath, what: Message) -> Problem:
        file, line = self._where(document, local)
        return Problem(file, line, named(local, document.data), what.template, what.values)

    def _where(self, document: Document, local: KeyPath) -> tuple[str, int]:
        # Only a configuration with a mistake needs positions, so they are not looked for before.
        if document.name not in self._lines:
            self._lines[document.name] = locate(document.text)
        lines = self._lines[document.name]
        while local not in lines:
            local = local[:-1]
        return document.name, lines[local] if local else 0

    def _origin(self, path: KeyPath) -> tuple[Document, KeyPath]:
        for length in (2, 1):
            place = self._places.get(path[:length])
            if place is not None:
                return place[0], (*place[1], *path[length:])
        return self.main, path


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_frozen(each) for each in value)
    if isinstance(value, dict):
        return {key: _frozen(each) for key, each in value.items()}
    return value
