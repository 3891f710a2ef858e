"""Approval that is asked for what is not there, or of a register in which nobody approves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwatch.config.approval import ApprovalTable
from netwatch.config.findings import Finding, found, unknown
from netwatch.config.registers import RegisterTable, tables
from netwatch.config.settings import Device, Group
from netwatch.domain.registers import Approval
from probes.api import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netwatch.config.draft import Draft


def approval(draft: Draft) -> Iterator[Finding]:
    """Yield each device, group and register that cannot be meant."""
    table = draft.one(ApprovalTable)
    for key, names, what in (
        ("groups", draft.names(Group), _("group")),
        ("devices", draft.names(Device), _("device")),
    ):
        for index, name in enumerate(getattr(table, key)):
            if name not in names:
                yield unknown(("approval", key, index), what, name, names)
    if "registers" in table.model_fields_set:
        yield from _registers(draft, table)


def _registers(draft: Draft, table: ApprovalTable) -> Iterator[Finding]:
    known = {each.name: each for each in tables(tuple(each for _path, each in draft.valid(RegisterTable)))}
    for index, name in enumerate(table.registers):
        path = ("approval", "registers", index)
        if name not in known:
            yield unknown(path, _("register"), name, known)
        elif known[name].approval is Approval.NONE:
            yield found(path, _("nobody approves an entry of this register"))
