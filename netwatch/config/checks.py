"""Which checks a device has: those of its groups and its own, with the options of their kinds validated."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from netwatch.config.credentials import unfit
from netwatch.config.draft import Draft, Entry, faults
from netwatch.config.findings import Finding, Hint, found, unknown, unknown_key
from netwatch.config.inheritance import Merged, groups_of, merge, named, quarrels, tables_of
from netwatch.config.settings import CheckTable, Device, Group
from netwatch.config.values import duration_text
from netwatch.config.wording import literal
from netwatch.domain.model import Policy, Severity
from netwatch.errors import PluginError
from probes.api import _

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import timedelta

    from pydantic import BaseModel

    from netwatch.config.locate import KeyPath
    from netwatch.plugins import Registry
    from probes.api import Probe

OWN = frozenset(CheckTable.model_fields)


@dataclass(frozen=True, slots=True)
class Check:
    """One way to look at one device, ready to be done. `name` is unique in its device."""

    device: str
    name: str
    kind: str
    every: timedelta
    retry: timedelta
    deadline: timedelta
    policy: Policy
    severity: Severity
    options: BaseModel
    reachability: bool


@dataclass(frozen=True, slots=True)
class Measured:
    """A check without its device: devices with the same groups have the same ones."""

    table: CheckTable
    probe: type[Probe]
    options: BaseModel

    def of(self, device: str, name: str) -> Check:
        """Return it as the check of a device."""
        table, own = self.table, self.table.model_fields_set
        reachability = self.probe.reachability if table.reachability is None else table.reachability
        severity = Severity.CRITICAL if reachability else Severity.MAJOR
        return Check(
            device=device,
            name=name,
            kind=self.probe.kind,
            every=table.every,
            retry=table.retry if "retry" in own else min(table.retry, table.every),
            deadline=table.deadline if "deadline" in own else min(table.deadline, table.every),
            policy=Policy(fail_after=table.fail_after, recover_after=table.recover_after),
            severity=severity if table.severity is None else table.severity,
            options=self.options,
            reachability=reachability,
        )


_UNCHECKED = {
    False: _("has no check, of its own or of a group, so that nothing would look at it"),
    True: _("is read and has no check, so that nobody would know whether it is up: give it one, such as icmp"),
}


class Checks:
    """All checks of a draft: `checks` in the order of the devices, or the `findings` that say why not."""

    def __init__(self, draft: Draft, registry: Registry) -> None:
        self.findings: list[Finding] = []
        self.checks: list[Check] = []
        self.measured: list[tuple[Merged, Measured]] = []
        """Every different check once, with its origin: for the search for secrets."""
        self._draft = draft
        self._registry = registry
        self._known: dict[tuple[KeyPath, ...], Measured | None] = {}
        self._groups = {entry.name: self._named(entry) for entry in draft.each(Group)}
        for group in self._groups.values():
            for path, raw in group.values():
                self._measured((path,), merge([(path, raw)]), whole=False)
        for device in draft.each(Device):
            self._add(device)

    def _add(self, device: Entry[Device]) -> None:
        own = self._named(device)
        inherited = [self._groups[name] for name in groups_of(device) if name in self._groups]
        names = dict.fromkeys(name for table in (*inherited, own) for name in table)
        if not names and not any(tables_of(device, "check")):
            self.findings.append(found(device.path, _UNCHECKED[any(self._reads(device))]))
        for name in names:
            parts = [table[name] for table in (*inherited, own) if name in table]
            template = _("the check '{name}' of the group is of kind '{first}'; give this one another name")
            self.findings += quarrels(name, parts, template)
            measured = self._measured(tuple(path for path, _raw in parts), merge(parts), whole=True)
            if measured is not None and measured.table.enabled:
                self.checks.append(measured.of(device.name, name))

    def _reads(self, device: Entry[Device]) -> Iterator[object]:
        """Yield every table by which a device is read."""
        yield from tables_of(device, "collect")
        for group in self._draft.each(Group):
            if group.name in groups_of(device):
                yield from tables_of(group, "collect")

    def _named(self, entry: Entry[Any]) -> dict[str, tuple[KeyPath, Mapping[str, Any]]]:
        """Return the checks of one table by their names."""
        template = _("'{name}' is the name of another check here; give one of them a name of its own")
        return named(entry, "check", template, self.findings)

    def _measured(self, parts: tuple[KeyPath, ...], merged: Merged, *, whole: bool) -> Measured | None:
        """Validate a merged check once, however many devices have it."""
        key = parts if whole else (*parts, ())
        if key not in self._known:
            findings: list[Finding] = []
            self._known[key] = measured = self._validated(merged, findings)
            # What a group leaves out, its devices may bring.
            self.findings += [each for each in findings if whole or not is_missing(each)]
            if measured is not None:
                self.measured.append((merged, measured))
        return self._known[key]

    def _validated(self, merged: Merged, findings: list[Finding]) -> Measured | None:
        context = {"folder": self._draft.folder}
        own = {key: value for key, value in merged.raw.items() if key in OWN}
        rest = {key: value for key, value in merged.raw.items() if key not in OWN}
        table = validated(CheckTable, own, merged, context, findings)
        probe = self._probe(merged, findings)
        if probe is None:
            return None
        options = validated(probe.Options, rest, merged, context, findings, OWN)
        if table is None or options is None:
            return None
        findings += (*_pace(table, merged), *references(options, merged, self._draft))
        return Measured(table, probe, options)

    def _probe(self, merged: Merged, findings: list[Finding]) -> type[Probe] | None:
        kind = merged.raw.get("kind")
        if not isinstance(kind, str):
            findings += [] if "kind" in merged.raw else [found((*merged.path, "kind"), _("is missing"))]
            return None
        path = merged.at(("kind",))
        if kind not in self._registry.kinds():
            findings.append(_unknown_kind(path, kind, self._registry.kinds()))
            return None
        try:
            return self._registry.probe(kind)
        except PluginError as error:
            findings.append(Finding(path, literal(str(error))))
            return None


def references(options: BaseModel, merged: Merged, draft: Draft) -> Iterator[Finding]:
    """Check the option `credential`, which means `[credential.NAME]` in whatever kind has it."""
    name = getattr(options, "credential", None)
    if not isinstance(name, str):
        return
    if name not in draft.credentials:
        yield unknown(merged.at(("credential",)), _("credential"), name, draft.credentials.keys())
    elif (lack := unfit(draft.credentials[name].table, options)) is not None:
        yield found(merged.at(("credential",)), lack, name=name)


def validated(
    model: type[Any],
    raw: Mapping[str, Any],
    merged: Merged,
    context: dict[str, Any],
    findings: list[Finding],
    around: frozenset[str] = frozenset(),
) -> Any:
    """Return the model of a merged table, or None and what is wrong with it. `around` are the keys beside the options."""
    try:
        return model.model_validate(raw, context=context)
    except ValidationError as error:
        for finding in faults(error, model, raw):
            at = replace(finding, path=merged.at(finding.path))
            top = finding.path[0] if len(finding.path) == 1 else ""
            if around and top in raw and top not in model.model_fields:
                # A key that is no option may be meant for the check itself.
                at = unknown_key(at.path, around | set(model.model_fields))
            findings.append(at)
        return None


def _unknown_kind(path: KeyPath, kind: str, known: tuple[str, ...]) -> Finding:
    finding = found(
        path, _("there is no kind of check '{name}'; the kinds are: {kinds}"), name=kind, kinds=", ".join(known)
    )
    template = _("there is no kind of check '{name}'; did you mean '{close}'? The kinds are: {kinds}")
    return replace(finding, hint=Hint(template, kind, known))


def _pace(table: CheckTable, merged: Merged) -> Iterator[Finding]:
    for key in ("retry", "deadline"):
        if key in table.model_fields_set and getattr(table, key) > table.every:
            template = _("must be at most every, which is {every}")
            yield found(merged.at((key,)), template, every=duration_text(table.every))


def is_missing(finding: Finding) -> bool:
    """Whether it is about a key that is not there."""
    return finding.what.template == _("is missing")
