"""A configuration that was read but not yet believed: each table on its own, valid or not.

One mistake in one table must not hide those of the others, so every table is validated by itself, and the
cross checks work on the names that tables give themselves even where the rest of them is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError

from netwatch.config.credentials import quarrel
from netwatch.config.findings import Finding, found, unknown_key
from netwatch.config.settings import File
from netwatch.config.sources import Shape
from netwatch.config.wording import SENTENCES, sentence
from probes.api import Message, _

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from netwatch.config.locate import KeyPath

T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Entry(Generic[T]):
    """One table: where it stands, what it says, and its model if it is valid."""

    path: KeyPath
    raw: Mapping[str, Any]
    table: T | None

    @property
    def name(self) -> str:
        """Return the name that it gives itself, or nothing."""
        name = self.raw.get("name")
        return name if isinstance(name, str) else ""


@dataclass(frozen=True, slots=True)
class Draft:
    """All tables, by the model of each; credentials by name."""

    folder: Path
    entries: Mapping[type[BaseModel], tuple[Entry[Any], ...]]
    credentials: Mapping[str, Entry[Any]]
    findings: list[Finding] = field(default_factory=list)

    def each(self, model: type[T]) -> tuple[Entry[T], ...]:
        """Return every table of a kind that there may be many of."""
        return cast("tuple[Entry[T], ...]", self.entries[model])

    def valid(self, model: type[T]) -> Iterator[tuple[KeyPath, T]]:
        """Yield those of them that are valid, with their paths."""
        return ((entry.path, entry.table) for entry in self.each(model) if entry.table is not None)

    def one(self, model: type[T]) -> T:
        """Return the table of a kind that there is one of; its defaults where it is not valid."""
        return self.each(model)[0].table or model()

    def names(self, model: type[T]) -> frozenset[str]:
        """Return the names of all tables of a kind, valid or not."""
        return frozenset(entry.name for entry in self.each(model)) - {""}


def shapes() -> dict[str, Shape]:
    """Return how each top-level key is written."""
    return {key: _shape(info.annotation) for key, info in File.model_fields.items()}


def model_of(annotation: Any) -> Any:
    """Return what one table of a top-level key is validated by."""
    return get_args(annotation)[0] if get_origin(annotation) is tuple else annotation


def drafted(data: Mapping[str, Any], folder: Path) -> Draft:
    """Validate every table of the tree by itself."""
    findings: list[Finding] = []
    context = {"folder": folder}
    entries: dict[type[BaseModel], tuple[Entry[Any], ...]] = {}
    for key, shape in shapes().items():
        model = model_of(File.model_fields[key].annotation)
        if shape is Shape.LIST:
            entries[model] = tuple(
                _entry(model, (key, index), raw, context, findings) for index, raw in enumerate(data[key])
            )
        elif shape is Shape.TABLE:
            entries[model] = (_entry(model, (key,), data[key], context, findings),)
    return Draft(folder, entries, _credentials(data["credential"], context, findings), findings)


def faults(error: ValidationError, model: Any, raw: Any, path: KeyPath = ()) -> Iterator[Finding]:
    """Yield what pydantic found, by our key paths and in our words."""
    details = error.errors(include_url=False, include_input=False)
    for detail in details:
        # A list whose elements are wrong is counted without them: not worth a sentence of its own.
        if (
            detail["type"] == "too_short"
            and sum(other["loc"][: len(detail["loc"])] == detail["loc"] for other in details) > 1
        ):
            continue
        local = _local(detail["loc"], raw, missing=detail["type"] == "missing")
        if detail["type"] == "extra_forbidden":
            yield unknown_key((*path, *local), _keys(model, local[:-1]))
        else:
            yield Finding((*path, *local), sentence(detail))


def inner_models(annotation: Any) -> list[type[BaseModel]]:
    """Return the models inside an annotation: of `tuple[Relay, ...]` it is Relay."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for inner in get_args(annotation) for model in inner_models(inner)]


def _shape(annotation: Any) -> Shape:
    origin = get_origin(annotation)
    if origin is dict:
        return Shape.NAMED
    if origin is tuple:
        return Shape.PLAIN if get_args(annotation)[0] is str else Shape.LIST
    return Shape.TABLE


def _entry(
    model: type[T], path: KeyPath, raw: Mapping[str, Any], context: dict[str, Any], findings: list[Finding]
) -> Entry[T]:
    try:
        return Entry(path, raw, model.model_validate(raw, context=context))
    except ValidationError as error:
        findings += faults(error, model, raw, path)
        return Entry(path, raw, None)


def _credentials(data: Mapping[str, Any], context: dict[str, Any], findings: list[Finding]) -> dict[str, Entry[Any]]:
    annotation: Any = File.model_fields["credential"].annotation
    adapter = TypeAdapter[Any](annotation)
    entries: dict[str, Entry[Any]] = {}
    for name, raw in data.items():
        if (finding := _two_kinds(name, raw) or _version(name, raw, annotation)) is not None:
            findings.append(finding)
            entries[name] = Entry(("credential", name), raw, None)
            continue
        try:
            (table,) = adapter.validate_python({name: raw}, context=context).values()
        except ValidationError as error:
            findings += faults(error, annotation, {name: raw}, ("credential",))
            table = None
        entries[name] = Entry(("credential", name), raw if isinstance(raw, dict) else {}, table)
    return entries


def _two_kinds(name: str, raw: Any) -> Finding | None:
    """Check that it is for SSH or for SNMP: one sentence says more than each key of the other kind."""
    keys = quarrel(raw if isinstance(raw, dict) else ())
    if keys is None:
        return None
    template = _("'{ssh}' is for SSH and '{snmp}' for SNMP; a credential is for one of them")
    return found(("credential", name), template, ssh=keys[0], snmp=keys[1])


def _version(name: str, raw: Any, annotation: Any) -> Finding | None:
    """Check the version first: it says which of the models is meant, and so which keys there are."""
    fields = [model.model_fields["version"] for model in inner_models(annotation) if "version" in model.model_fields]
    known = [word for field in fields for word in get_args(field.annotation)]
    if not isinstance(raw, dict) or raw.get("version", known[0]) in known:
        return None
    choice = ", ".join(f"'{word}'" for word in known)
    return Finding(("credential", name, "version"), Message(SENTENCES["literal_error"], {"limit": choice}))


def _local(loc: tuple[int | str, ...], raw: Any, *, missing: bool) -> KeyPath:
    """Return the part of pydantic's location that is really in the file: it also names types and union members."""
    path: KeyPath = ()
    for index, key in enumerate(loc):
        if _holds(raw, key) or (missing and index == len(loc) - 1):
            path = (*path, key)
            raw = raw[key] if _holds(raw, key) else None
    return path


def _holds(raw: Any, key: int | str) -> bool:
    if isinstance(raw, dict):
        return key in raw
    return isinstance(raw, tuple) and isinstance(key, int) and key < len(raw)


def _keys(annotation: Any, path: KeyPath) -> set[str]:
    """Return the keys that the table at a path may have."""
    models = inner_models(annotation)
    for key in path:
        if isinstance(key, str):
            known = [model for model in models if key in model.model_fields]
            models = [inner for model in known for inner in inner_models(model.model_fields[key].annotation)] or models
    return {name for model in models for name in model.model_fields}
