"""From files to settings, or to every mistake in them at once.

bytes -> TOML -> one tree of all files -> each table by itself -> what is wrong between them -> settings
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from netwatch.config.checks import OWN, Checks
from netwatch.config.collecting import OWN as OWN_OF_COLLECT
from netwatch.config.collecting import Collecting
from netwatch.config.confidential import exposed
from netwatch.config.draft import drafted, model_of, shapes
from netwatch.config.drift import CollectTable
from netwatch.config.effective import Settings
from netwatch.config.files import included, read
from netwatch.config.findings import found
from netwatch.config.inheritance import groups_of
from netwatch.config.people import roster_of
from netwatch.config.settings import CheckTable, Device, File, Group
from netwatch.config.sources import Shape, Sources
from netwatch.config.thresholds import Meanings, Rules
from netwatch.config.verify import approval, audit, changes, devices, drift, duties, duty, registers, reports, service
from netwatch.config.verify.maintenance import maintenance
from netwatch.config.verify.software import conduct, software
from netwatch.config.verify.thresholds import thresholds
from netwatch.config.windows import Windows
from netwatch.errors import ConfigError
from probes.api import _

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from netwatch.config.draft import Draft
    from netwatch.config.findings import Finding
    from netwatch.plugins import Registry


def load(path: Path, registry: Registry) -> Settings:
    """Return what a configuration says; ConfigError with all its problems, by file and line, if it is not valid.

    Only reads: nothing is changed, made or kept, so that a running service may try a new one.
    """
    path = Path(path).absolute()
    sources = _sources(path)
    draft = drafted(sources.data, path.parent)
    checks = Checks(draft, registry)
    collecting = Collecting(draft, registry)
    meanings = Meanings(registry)
    options = [(merged, measured.options) for merged, measured in checks.measured]
    options += [(merged, read.options) for merged, read in collecting.read]
    findings = [*draft.findings, *checks.findings, *collecting.findings, *_between(draft)]
    findings += exposed(draft, options, sources)
    findings += thresholds(draft, meanings, registry, (measured.probe.kind for _merged, measured in checks.measured))
    problems = sources.problems + sources.located(findings)
    if problems:
        raise ConfigError(problems)
    return _settings(path, sources, draft, checks, collecting, meanings)


def _sources(path: Path) -> Sources:
    main = read(path, path.name)
    patterns = main.data.get("include", [])
    known = shapes()
    if not (isinstance(patterns, list) and all(isinstance(pattern, str) and pattern for pattern in patterns)):
        raise ConfigError(
            Sources([main], known).located([found(("include",), _("must be a list of file names or patterns"))])
        )
    more, problems, findings = included(main, tuple(patterns))
    # A file that cannot be read may hold anything, so nothing is said of names that seem to be missing.
    alone = Sources([main], known)
    if problems or findings:
        raise ConfigError([*problems, *alone.located(findings), *alone.problems])
    return Sources([main, *more], known) if more else alone


def _between(draft: Draft) -> Iterator[Finding]:
    """Yield what is wrong between tables that are each right."""
    for rule in (
        devices.unique_names,
        devices.logins,
        devices.references,
        devices.cycles,
        maintenance,
        duty.calendar,
        duty.people,
        duty.hours,
        duty.known_people,
        duty.rotations,
        duty.covers,
        duties.duties,
        registers.registers,
        approval.approval,
        software,
        conduct,
        drift.drift,
        changes.changes,
        audit.audit,
        reports.departments,
        reports.clauses,
        service.storage,
        service.relays,
        service.recipients,
    ):
        yield from rule(draft)


def _settings(
    path: Path, sources: Sources, draft: Draft, checks: Checks, collecting: Collecting, meanings: Meanings
) -> Settings:
    credentials = {name: entry.table for name, entry in draft.credentials.items()}
    file = _file(sources.main.data, draft, credentials)
    groups = {entry.name: groups_of(entry) for entry in draft.each(Device)}
    members = {group: frozenset(name for name, of in groups.items() if group in of) for group in draft.names(Group)}
    return Settings(
        path=path,
        file=file,
        devices={device.name: device for device in file.device},
        checks=tuple(checks.checks),
        collects=tuple(collecting.collects),
        parents=devices.parents_of(draft),
        people={person.name: person for person in file.person},
        roster=roster_of(file),
        credentials=credentials,
        _rules=Rules(file.threshold, checks.checks, groups, meanings),
        _meanings=meanings,
        _windows=Windows(file.maintenance, members, file.site.zone),
    )


def _file(main: Mapping[str, Any], draft: Draft, credentials: Mapping[str, Any]) -> File:
    """Return the tables as one file."""
    tables: dict[str, Any] = {"include": tuple(main.get("include", ())), "credential": credentials}
    for key, shape in shapes().items():
        model = model_of(File.model_fields[key].annotation)
        if shape is Shape.TABLE:
            tables[key] = draft.one(model)
        elif shape is Shape.LIST:
            tables[key] = tuple(_without_options(table) for _path, table in draft.valid(model))
    return File(**tables)


def _without_options(table: Any) -> Any:
    """Leave out the options of checks and collectors: they may hold secrets as plain text, which no log shall show."""
    if not isinstance(table, Device | Group):
        return table
    bare = {
        "check": tuple(_bare(check, CheckTable, OWN) for check in table.check),
        "collect": tuple(_bare(collect, CollectTable, OWN_OF_COLLECT) for collect in table.collect),
    }
    return table.model_copy(update={key: value for key, value in bare.items() if value})


def _bare(table: Any, model: type[Any], own: frozenset[str]) -> Any:
    return model.model_construct(table.model_fields_set & own, **{key: getattr(table, key) for key in own})
