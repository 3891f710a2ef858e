"""Rules of change that are about what is not there, and freeze periods that cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwatch.config.changes import ChangeTable, FreezeTable
from netwatch.config.findings import Finding, found, unknown
from netwatch.config.registers import RegisterTable, tables
from netwatch.config.settings import Device, Group, Site
from netwatch.config.windows import localised
from netwatch.domain.registers import Approval
from probes.api import _
from roster.wall import first_instant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netwatch.config.draft import Draft


def changes(draft: Draft) -> Iterator[Finding]:
    """Yield what cannot be meant: registers, devices and groups that are not there, periods that end first."""
    yield from _registers(draft)
    zone = draft.one(Site).zone
    known = {"devices": (draft.names(Device), _("device")), "groups": (draft.names(Group), _("group"))}
    for path, table in draft.valid(FreezeTable):
        for key, (names, what) in known.items():
            for index, name in enumerate(getattr(table, key)):
                if name not in names:
                    yield unknown((*path, key, index), what, name, names)
        start, end = (first_instant(localised(each, zone), zone) for each in (table.start, table.end))
        if end <= start:
            yield found((*path, "end"), _("must be after start"))


def _registers(draft: Draft) -> Iterator[Finding]:
    table = draft.one(ChangeTable)
    if "registers" not in table.model_fields_set:
        return
    known = {each.name: each for each in tables(tuple(each for _path, each in draft.valid(RegisterTable)))}
    for index, name in enumerate(table.registers):
        path = ("change", "registers", index)
        if name not in known:
            yield unknown(path, _("register"), name, known)
        elif known[name].approval is Approval.NONE:
            yield found(path, _("nobody approves an entry of this register"))
