"""Software that is approved where nothing is, or of a version of nothing; conduct that is looked at on nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from netwatch.config.findings import Finding, found, unknown
from netwatch.config.settings import Device, Group
from netwatch.config.software import ConductTable, SoftwareTable
from netwatch.domain.software import Look
from probes.api import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netwatch.config.draft import Draft
    from netwatch.config.locate import KeyPath


def software(draft: Draft) -> Iterator[Finding]:
    """Yield what is wrong with each piece of software."""
    needs_entry = draft.one(ConductTable).needs_entry
    seen: set[str] = set()
    for path, table in draft.valid(SoftwareTable):
        if table.name in seen:
            yield found((*path, "name"), _("'{name}' stands there twice"), name=table.name)
        seen.add(table.name)
        if needs_entry and table.entry is None:
            yield found(path, _("names no entry of the register 'software', which conduct.needs_entry asks for"))
        if table.versions and not table.packages and (table.processes or table.services):
            yield found((*path, "versions"), _("is of no use without packages"))
        yield from _places(draft, path, table)


def conduct(draft: Draft) -> Iterator[Finding]:
    """Yield what is wrong with where conduct is looked at."""
    table = draft.one(ConductTable)
    yield from _places(draft, ("conduct",), table)
    for index, look in enumerate(table.looks):
        if look in table.looks[:index]:
            yield found(("conduct", "looks", index), _("'{name}' stands there twice"), name=look.value)
    if Look.LOGINS not in table.looks:
        for key in ("shared_accounts", "ignored_accounts", "told_for"):
            if key in table.model_fields_set:
                yield found(("conduct", key), _("is of use only where looks has 'logins'"))


def _places(draft: Draft, path: KeyPath, table: Any) -> Iterator[Finding]:
    """Yield devices and groups that are not there."""
    for key, names, what in (
        ("groups", draft.names(Group), _("group")),
        ("devices", draft.names(Device), _("device")),
    ):
        for index, name in enumerate(getattr(table, key)):
            if name not in names:
                yield unknown((*path, key, index), what, name, names)
