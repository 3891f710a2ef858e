"""Departments and clauses that cannot be meant so, or that name what is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwatch.config.findings import Finding, found, unknown
from netwatch.config.reports import ClauseTable, DepartmentTable
from netwatch.config.settings import Device, Group
from netwatch.domain.regulation import SHIPPED
from probes.api import _

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from netwatch.config.draft import Draft
    from netwatch.config.locate import KeyPath


def departments(draft: Draft) -> Iterator[Finding]:
    """Yield what is wrong with each department."""
    seen: set[str] = set()
    for path, table in draft.valid(DepartmentTable):
        if table.name in seen:
            yield found((*path, "name"), _("'{name}' stands there twice"), name=table.name)
        seen.add(table.name)
        yield from _names(path, table, draft)
        yield from _once((*path, "recipients"), table.recipients)
        for index, address in enumerate(table.recipients):
            if not address.isascii():
                yield found((*path, "recipients", index), _("must be of ASCII characters: few relays take others"))
        yield from _once((*path, "periods"), table.periods)


def clauses(draft: Draft) -> Iterator[Finding]:
    """Yield what is wrong with each clause."""
    seen: set[str] = set()
    for path, table in draft.valid(ClauseTable):
        if table.name in seen:
            yield found((*path, "name"), _("'{name}' stands there twice"), name=table.name)
        seen.add(table.name)
        if table.enabled and table.title is None:
            yield found(path, _("needs a title"))
        elif not table.enabled and table.name not in SHIPPED:
            yield unknown((*path, "name"), _("shipped clause"), table.name, SHIPPED)


def _names(path: KeyPath, table: DepartmentTable, draft: Draft) -> Iterator[Finding]:
    groups, devices = draft.names(Group), draft.names(Device)
    filled = {group for _path, device in draft.valid(Device) for group in device.groups}
    for index, name in enumerate(table.groups):
        if name not in groups:
            yield unknown((*path, "groups", index), _("group"), name, groups)
        elif name not in filled:
            yield found((*path, "groups", index), _("has no device"))
    for index, name in enumerate(table.devices):
        if name not in devices:
            yield unknown((*path, "devices", index), _("device"), name, devices)


def _once(path: KeyPath, words: Sequence[str]) -> Iterator[Finding]:
    for index, word in enumerate(words):
        if word in words[:index]:
            yield found((*path, index), _("'{name}' stands there twice"), name=word)
