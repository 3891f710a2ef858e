"""Maintenance windows that cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwatch.config.findings import Finding, found, shown, unknown
from netwatch.config.settings import Device, Group, Maintenance, Site
from netwatch.config.windows import RuleError, localised, rule_of
from probes.api import Message, _
from roster.wall import first_instant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from netwatch.config.draft import Draft
    from netwatch.config.locate import KeyPath


def maintenance(draft: Draft) -> Iterator[Finding]:
    """Yield what is wrong with each window."""
    zone = draft.one(Site).zone
    known = {"devices": (draft.names(Device), _("device")), "groups": (draft.names(Group), _("group"))}
    for path, table in draft.valid(Maintenance):
        for key, (names, what) in known.items():
            for index, name in enumerate(getattr(table, key)):
                if name not in names:
                    yield unknown((*path, key, index), what, name, names)
        if not table.devices and not table.groups:
            yield found(path, _("names no device and no group"))
        yield from _times(path, table, zone)


def _times(path: KeyPath, table: Maintenance, zone: ZoneInfo) -> Iterator[Finding]:
    start, end = localised(table.start, zone), localised(table.end, zone)
    if first_instant(end, zone) <= first_instant(start, zone):
        yield found((*path, "end"), _("must be after start"))
    if table.repeat is not None:
        try:
            rule_of(table.repeat, start)
        except RuleError as error:
            values = {name: shown(str(value)) for name, value in error.message.values.items()}
            yield Finding((*path, "repeat"), Message(error.message.template, values))
