"""The kinds of probe and of collector that are installed, found by their entry points, loaded when first asked for."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, cast

from pydantic import BaseModel

from netwatch.errors import PluginError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from importlib.metadata import EntryPoint

    from probes.api import Probe
    from probes.collect import Collector

GROUP = "netwatch.probes"
COLLECTORS = "netwatch.collectors"


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a class must have to be of a group: its parts, and what it can do."""

    noun: str
    parts: Mapping[str, type]
    verb: str


_SHAPES = {
    GROUP: _Shape("check", {"kind": str, "reachability": bool, "meanings": tuple, "Options": type}, "measure"),
    COLLECTORS: _Shape("collector", {"kind": str, "facets": tuple, "Options": type}, "collect"),
}


class Registry:
    """The kinds of one process; made at its start and passed down."""

    def __init__(self, points: Iterable[EntryPoint]) -> None:
        self._kinds = {group: _Kinds(shape) for group, shape in _SHAPES.items()}
        for point in points:
            self._kinds[point.group].add(point)

    @classmethod
    def installed(cls) -> Registry:
        """Return the kinds of all packages that are installed."""
        return cls(point for group in _SHAPES for point in entry_points(group=group))

    def kinds(self) -> tuple[str, ...]:
        """Return the names of all kinds of probe, sorted. Nothing is loaded for it."""
        return self._kinds[GROUP].names()

    def probe(self, kind: str) -> type[Probe]:
        """Return the class of a kind, or raise PluginError with a sentence that names the way out."""
        return cast("type[Probe]", self._kinds[GROUP].get(kind))

    def collectors(self) -> tuple[str, ...]:
        """Return the names of all kinds of collector, sorted. Nothing is loaded for it."""
        return self._kinds[COLLECTORS].names()

    def collector(self, kind: str) -> type[Collector]:
        """Return the class of a kind of collector, or raise PluginError as `probe` does."""
        return cast("type[Collector]", self._kinds[COLLECTORS].get(kind))


class _Kinds:
    """The kinds of one group."""

    def __init__(self, shape: _Shape) -> None:
        self._shape = shape
        self._points: dict[str, list[EntryPoint]] = {}
        self._loaded: dict[str, type[Any]] = {}

    def add(self, point: EntryPoint) -> None:
        if point not in (known := self._points.setdefault(point.name, [])):
            known.append(point)

    def names(self) -> tuple[str, ...]:
        return tuple(sorted(self._points))

    def get(self, kind: str) -> type[Any]:
        if kind not in self._loaded:
            self._loaded[kind] = _loaded(kind, self._point(kind), self._shape)
        return self._loaded[kind]

    def _point(self, kind: str) -> EntryPoint:
        match self._points.get(kind, []):
            case []:
                known = ", ".join(self.names()) or "none"
                raise PluginError(f"there is no kind of {self._shape.noun} '{kind}'; the kinds are: {known}")
            case [point]:
                return point
            case [*points]:
                places = " and ".join(sorted(point.value for point in points))
                raise PluginError(f"the kind '{kind}' is there twice: {places}; uninstall one of them")


def _loaded(kind: str, point: EntryPoint, shape: _Shape) -> type[Any]:
    try:
        thing: Any = point.load()
    except Exception as error:  # importing foreign code may raise anything
        raise PluginError(
            f"the kind '{kind}' cannot be loaded from {point.value}: {type(error).__name__}: {error}"
        ) from error
    if lack := _lack(kind, thing, shape):
        raise PluginError(f"the kind '{kind}' cannot be used: {point.value} {lack}")
    return cast("type[Any]", thing)


def _lack(kind: str, thing: Any, shape: _Shape) -> str:
    """Return what a thing lacks to be of that kind, or nothing."""
    if not isinstance(thing, type):
        return "is not a class"
    for name, expected in shape.parts.items():
        if not isinstance(getattr(thing, name, None), expected):
            return f"has no {name}"
    if getattr(thing, "kind", None) != kind:
        return f"calls itself '{getattr(thing, 'kind', None)}'"
    options: Any = getattr(thing, "Options", None)
    if not issubclass(options, BaseModel) or options.model_config.get("extra") != "forbid":
        return "has Options that are not a pydantic model which forbids unknown keys"
    return "" if callable(getattr(thing, shape.verb, None)) else f"cannot {shape.verb}"
