"""The kinds of probe that are installed, found by their entry points and loaded when first asked for."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, cast

from pydantic import BaseModel

from netwatch.errors import PluginError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from importlib.metadata import EntryPoint

    from probes.api import Probe

GROUP = "netwatch.probes"
_PARTS = {"kind": str, "reachability": bool, "meanings": tuple, "Options": type}


class Registry:
    """The kinds of one process; made at its start and passed down."""

    def __init__(self, points: Iterable[EntryPoint]) -> None:
        self._points: dict[str, list[EntryPoint]] = {}
        self._loaded: dict[str, type[Probe]] = {}
        for point in points:
            if point not in (known := self._points.setdefault(point.name, [])):
                known.append(point)

    @classmethod
    def installed(cls) -> Registry:
        """Return the kinds of all packages that are installed."""
        return cls(entry_points(group=GROUP))

    def kinds(self) -> tuple[str, ...]:
        """Return the names of all kinds, sorted. Nothing is loaded for it."""
        return tuple(sorted(self._points))

    def probe(self, kind: str) -> type[Probe]:
        """Return the class of a kind, or raise PluginError with a sentence that names the way out."""
        if kind not in self._loaded:
            self._loaded[kind] = _loaded(kind, self._point(kind))
        return self._loaded[kind]

    def _point(self, kind: str) -> EntryPoint:
        match self._points.get(kind, []):
            case []:
                known = ", ".join(self.kinds()) or "none"
                raise PluginError(f"there is no kind of check '{kind}'; the kinds are: {known}")
            case [point]:
                return point
            case [*points]:
                places = " and ".join(sorted(point.value for point in points))
                raise PluginError(f"the kind '{kind}' is there twice: {places}; uninstall one of them")


def _loaded(kind: str, point: EntryPoint) -> type[Probe]:
    try:
        thing: Any = point.load()
    except Exception as error:  # importing foreign code may raise anything
        raise PluginError(
            f"the kind '{kind}' cannot be loaded from {point.value}: {type(error).__name__}: {error}"
        ) from error
    if lack := _lack(kind, thing):
        raise PluginError(f"the kind '{kind}' cannot be used: {point.value} {lack}")
    return cast("type[Probe]", thing)


def _lack(kind: str, thing: Any) -> str:
    """Return what a thing lacks to be a probe of that kind, or nothing."""
    if not isinstance(thing, type):
        return "is not a class"
    for name, expected in _PARTS.items():
        if not isinstance(getattr(thing, name, None), expected):
            return f"has no {name}"
    if getattr(thing, "kind", None) != kind:
        return f"calls itself '{getattr(thing, 'kind', None)}'"
    options: Any = getattr(thing, "Options", None)
    if not issubclass(options, BaseModel) or options.model_config.get("extra") != "forbid":
        return "has Options that are not a pydantic model which forbids unknown keys"
    return "" if callable(getattr(thing, "measure", None)) else "cannot measure"
