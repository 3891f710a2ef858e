"""Recurring duties that cannot be meant so, or that name what is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwatch.config.duties import EVERY_SHIFT, DutyTable, ItemTable, beginning
from netwatch.config.findings import Finding, found, shown, unknown
from netwatch.config.settings import Device, Group, Person, RotationTable, ShiftTable, Site
from netwatch.config.shipped_duties import SHIPPED
from netwatch.config.windows import RuleError, rule_of
from netwatch.domain.checklist import ItemKind
from netwatch.domain.duties import Anchor
from netwatch.domain.recurrence import RestDay, workday
from probes.api import Message, _

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from zoneinfo import ZoneInfo

    from netwatch.config.draft import Draft
    from netwatch.config.locate import KeyPath

_SHIPPED = frozenset(raw["name"] for raw in SHIPPED)


def duties(draft: Draft) -> Iterator[Finding]:
    """Yield what is wrong with each duty."""
    zone = draft.one(Site).zone
    planned = frozenset(table.shift for _path, table in draft.valid(RotationTable))
    seen: set[str] = set()
    for path, table in draft.valid(DutyTable):
        if table.name in seen:
            yield found((*path, "name"), _("'{name}' stands there twice"), name=table.name)
        seen.add(table.name)
        if table.enabled:
            yield from _whole(path, table)
            yield from _names(path, table, draft)
            yield from _shifts(path, table, draft.names(ShiftTable), planned)
            yield from _rule(path, table, zone)
            yield from _items(path, table, draft)
        elif table.name not in _SHIPPED and _empty(table):
            yield unknown((*path, "name"), _("shipped duty"), table.name, _SHIPPED)


def _empty(table: DutyTable) -> bool:
    return table.repeat is None and not table.each_shift


def _whole(path: KeyPath, table: DutyTable) -> Iterator[Finding]:
    """Check that it says when, once, and what it is called."""
    if table.title is None:
        yield found(path, _("needs a title"))
    if _empty(table):
        yield found(path, _("says neither with repeat nor with each_shift when it is due"))
    if table.repeat is not None and table.each_shift:
        yield found((*path, "each_shift"), _("is of no use together with repeat"))
    for key in ("start", "at") if table.each_shift else ("within",):
        if getattr(table, key) is not None:
            yield found((*path, key), _OF_NO_USE[bool(table.each_shift)])
    if table.anchor is Anchor.COMPLETED and (table.each_shift or not _endless(table.repeat)):
        yield found((*path, "anchor"), _("'completed' takes an RFC 5545 rule without COUNT and UNTIL"))
    if table.on_rest_day is not RestDay.KEEP and (table.each_shift or workday(table.repeat or "")):
        yield found((*path, "on_rest_day"), _("is of use only with an RFC 5545 rule"))


_OF_NO_USE = {True: _("is of no use together with each_shift"), False: _("is of use only together with each_shift")}


def _endless(repeat: str | None) -> bool:
    rule = (repeat or "").upper()
    return "FREQ=" in rule and "COUNT=" not in rule and "UNTIL=" not in rule


def _names(path: KeyPath, table: DutyTable, draft: Draft) -> Iterator[Finding]:
    if table.person is not None and table.person not in draft.names(Person):
        yield unknown((*path, "person"), _("person"), table.person, draft.names(Person))
    if table.group is not None and table.group not in draft.names(Group):
        yield unknown((*path, "group"), _("group"), table.group, draft.names(Group))
    elif table.group is not None and not any(table.group in device.groups for _path, device in draft.valid(Device)):
        yield found((*path, "group"), _("has no device"))


def _shifts(path: KeyPath, table: DutyTable, known: Collection[str], planned: Collection[str]) -> Iterator[Finding]:
    for index, name in enumerate(table.each_shift):
        if name == EVERY_SHIFT:
            if not planned:
                yield found((*path, "each_shift", index), _("never comes: no rotation plans a shift"))
        elif name not in known:
            yield unknown((*path, "each_shift", index), _("shift"), name, frozenset(known))
        elif name not in planned:
            yield found((*path, "each_shift", index), _("never comes: no rotation plans the shift '{name}'"), name=name)


def _rule(path: KeyPath, table: DutyTable, zone: ZoneInfo) -> Iterator[Finding]:
    if table.repeat is None or workday(table.repeat) is not None:
        return
    if "workday" in table.repeat.lower():
        yield found((*path, "repeat"), _("must be such as 'every workday', 'last workday of the month', '5th workday'"))
        return
    try:
        rule_of(table.repeat, beginning(table, zone))
    except RuleError as error:
        values = {name: shown(str(value)) for name, value in error.message.values.items()}
        yield Finding((*path, "repeat"), Message(error.message.template, values))


def _items(path: KeyPath, table: DutyTable, draft: Draft) -> Iterator[Finding]:
    seen: set[str] = set()
    for index, item in enumerate(table.item):
        where = (*path, "item", index)
        if item.name in seen:
            yield found((*where, "name"), _("'{name}' stands there twice"), name=item.name)
        seen.add(item.name)
        yield from _limits(where, item)
        sensor = item.sensor
        if sensor is not None and sensor.device not in draft.names(Device):
            yield unknown((*where, "sensor", "device"), _("device"), sensor.device, draft.names(Device))


def _limits(where: KeyPath, item: ItemTable) -> Iterator[Finding]:
    if item.low is not None and item.high is not None and item.low > item.high:
        yield found((*where, "low"), _("must not be above high"))
    if item.kind is not ItemKind.NUMBER:
        for key in ("unit", "low", "high", "sensor"):
            if key in item.model_fields_set:
                yield found((*where, key), _('is of use only with kind = "number"'))
