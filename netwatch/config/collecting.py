"""Which ways to read a device has: those of its groups and its own, with the options of their kinds validated."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from netwatch.config.checks import is_missing, references, validated
from netwatch.config.drift import CollectTable
from netwatch.config.findings import Finding, Hint, found, unknown
from netwatch.config.inheritance import Merged, groups_of, merge, named, quarrels
from netwatch.config.settings import Device, Group
from netwatch.config.values import duration_text
from netwatch.config.wording import literal
from netwatch.errors import PluginError
from probes.api import _

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import BaseModel

    from netwatch.config.draft import Draft, Entry
    from netwatch.config.locate import KeyPath
    from netwatch.plugins import Registry
    from probes.collect import Collector

OWN = frozenset(CollectTable.model_fields)
EVERY = timedelta(hours=6)
"""How often a device is read whose kind of collector says nothing of it by its own `every`."""


@dataclass(frozen=True, slots=True)
class Collect:
    """One way to read one device, ready to be gone. `name` is unique in its device; no `facets` are all of them."""

    device: str
    name: str
    kind: str
    every: timedelta
    deadline: timedelta
    facets: tuple[str, ...]
    options: BaseModel


@dataclass(frozen=True, slots=True)
class Read:
    """A way to read without its device: devices with the same groups have the same ones."""

    table: CollectTable
    collector: type[Collector]
    options: BaseModel

    def of(self, device: str, name: str) -> Collect:
        """Return it as one of a device."""
        every = self.table.every or usual(self.collector)
        return Collect(device, name, self.collector.kind, every, self.table.deadline, self.table.facets, self.options)


def usual(collector: type[Collector]) -> timedelta:
    """Return how often a kind reads where nobody says so."""
    every = getattr(collector, "every", EVERY)
    return every if isinstance(every, timedelta) else EVERY


class Collecting:
    """All ways to read of a draft: `collects` in the order of the devices, or the `findings` that say why not."""

    def __init__(self, draft: Draft, registry: Registry) -> None:
        self.findings: list[Finding] = []
        self.collects: list[Collect] = []
        self.read: list[tuple[Merged, Read]] = []
        """Every different one once, with its origin: for the search for secrets."""
        self._draft = draft
        self._registry = registry
        self._known: dict[tuple[KeyPath, ...], Read | None] = {}
        self._groups = {entry.name: self._named(entry) for entry in draft.each(Group)}
        for group in self._groups.values():
            for path, raw in group.values():
                self._read((path,), merge([(path, raw)]), whole=False)
        for device in draft.each(Device):
            self._add(device)

    def _named(self, entry: Entry[Any]) -> dict[str, tuple[KeyPath, Mapping[str, Any]]]:
        template = _("'{name}' is the name of another way to collect here; give one of them a name of its own")
        return named(entry, "collect", template, self.findings)

    def _add(self, device: Entry[Device]) -> None:
        own = self._named(device)
        inherited = [self._groups[name] for name in groups_of(device) if name in self._groups]
        for name in dict.fromkeys(name for table in (*inherited, own) for name in table):
            parts = [table[name] for table in (*inherited, own) if name in table]
            template = _("'{name}' of the group collects by {first}; give this one another name")
            self.findings += quarrels(name, parts, template)
            read = self._read(tuple(path for path, _raw in parts), merge(parts), whole=True)
            if read is not None and read.table.enabled:
                self.collects.append(read.of(device.name, name))

    def _read(self, parts: tuple[KeyPath, ...], merged: Merged, *, whole: bool) -> Read | None:
        """Validate a merged one once, however many devices have it."""
        key = parts if whole else (*parts, ())
        if key not in self._known:
            findings: list[Finding] = []
            self._known[key] = read = self._validated(merged, findings)
            # What a group leaves out, its devices may bring.
            self.findings += [each for each in findings if whole or not is_missing(each)]
            if read is not None:
                self.read.append((merged, read))
        return self._known[key]

    def _validated(self, merged: Merged, findings: list[Finding]) -> Read | None:
        context = {"folder": self._draft.folder}
        own = {key: value for key, value in merged.raw.items() if key in OWN}
        rest = {key: value for key, value in merged.raw.items() if key not in OWN}
        table = validated(CollectTable, own, merged, context, findings)
        collector = self._collector(merged, findings)
        if collector is None:
            return None
        options = validated(collector.Options, rest, merged, context, findings, OWN)
        if table is None or options is None:
            return None
        findings += (*_facets(table, collector, merged), *_pace(table, collector, merged))
        findings += references(options, merged, self._draft)
        return Read(table, collector, options)

    def _collector(self, merged: Merged, findings: list[Finding]) -> type[Collector] | None:
        kind = merged.raw.get("kind")
        if not isinstance(kind, str):
            findings += [] if "kind" in merged.raw else [found((*merged.path, "kind"), _("is missing"))]
            return None
        path = merged.at(("kind",))
        if kind not in self._registry.collectors():
            findings.append(_unknown_kind(path, kind, self._registry.collectors()))
            return None
        try:
            return self._registry.collector(kind)
        except PluginError as error:
            findings.append(Finding(path, literal(str(error))))
            return None


def _unknown_kind(path: KeyPath, kind: str, known: tuple[str, ...]) -> Finding:
    template = _("there is no kind of collector '{name}'; the kinds are: {kinds}")
    finding = found(path, template, name=kind, kinds=", ".join(known))
    template = _("there is no kind of collector '{name}'; did you mean '{close}'? The kinds are: {kinds}")
    return replace(finding, hint=Hint(template, kind, known))


def _facets(table: CollectTable, collector: type[Collector], merged: Merged) -> Iterator[Finding]:
    known = {facet.name for facet in collector.facets}
    for index, name in enumerate(table.facets):
        if name not in known:
            yield unknown(merged.at(("facets", index)), _("facet"), name, known)


def _pace(table: CollectTable, collector: type[Collector], merged: Merged) -> Iterator[Finding]:
    every = table.every or usual(collector)
    if table.deadline > every:
        key = "deadline" if "deadline" in table.model_fields_set else "every"
        template = _("must be at most every, which is {every}")
        if key == "every":
            template = _("must be at least the deadline of a visit, which is {deadline}")
        yield found(merged.at((key,)), template, every=duration_text(every), deadline=duration_text(table.deadline))
