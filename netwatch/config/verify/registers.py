"""Registers that cannot be meant so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwatch.config.findings import Finding, found, unknown
from netwatch.config.registers import RegisterTable
from netwatch.config.settings import Person
from netwatch.config.shipped_registers import SHIPPED
from netwatch.domain.registers import Approval, Closing, FieldKind, Shape
from probes.api import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netwatch.config.draft import Draft
    from netwatch.config.locate import KeyPath

_SHIPPED = frozenset(raw["name"] for raw in SHIPPED)


def registers(draft: Draft) -> Iterator[Finding]:
    """Yield what is wrong with each register."""
    people = draft.names(Person)
    seen: set[str] = set()
    for path, table in draft.valid(RegisterTable):
        if table.name in seen:
            yield found((*path, "name"), _("'{name}' stands there twice"), name=table.name)
        seen.add(table.name)
        if table.enabled:
            yield from _whole(path, table)
            yield from _fields(path, table)
        elif table.name not in _SHIPPED:
            yield unknown((*path, "name"), _("shipped register"), table.name, _SHIPPED)
        for index, name in enumerate(table.owners):
            if name not in people:
                yield unknown((*path, "owners", index), _("person"), name, people)


def _whole(path: KeyPath, table: RegisterTable) -> Iterator[Finding]:
    if table.title is None:
        yield found(path, _("needs a title"))
    if not table.field:
        yield found(path, _("needs at least one field"))
    if table.shape is Shape.POINT and table.closes in {Closing.RETURN, Closing.LEAVE}:
        yield found((*path, "closes"), _('is of no use with shape = "{shape}"'), shape=table.shape.value)
    if table.check_before and (
        table.shape is Shape.POINT or all(each.kind is not FieldKind.DEVICES for each in table.field)
    ):
        yield found((*path, "check_before"), _('takes shape = "interval" and a field of the kind "devices"'))
    if table.approval is Approval.NONE:
        for index, each in enumerate(table.field):
            if each.needed == "approve":
                yield found((*path, "field", index, "needed"), _("nobody approves an entry of this register"))


def _fields(path: KeyPath, table: RegisterTable) -> Iterator[Finding]:
    seen: set[str] = set()
    for index, each in enumerate(table.field):
        place = (*path, "field", index)
        if each.name in seen:
            yield found((*place, "name"), _("'{name}' stands there twice"), name=each.name)
        seen.add(each.name)
        if each.kind is FieldKind.CHOICE and not each.choices:
            yield found(place, _("needs choices"))
        if each.kind is not FieldKind.CHOICE and each.choices:
            yield found((*place, "choices"), _('is of no use with kind = "{kind}"'), kind=each.kind.value)
