"""What of the duties is wrong just now, as the book of duties has it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from netwatch.config.duties import duties
from netwatch.domain.checklist import ItemKind
from netwatch.domain.duties import State, when
from netwatch.domain.model import Severity
from netwatch.language import label
from netwatch.workers.observer import Trouble
from probes.api import Message, _
from roster.wall import wall

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from netwatch.config import Settings
    from netwatch.domain.checklist import Item
    from netwatch.domain.duties import Duty, Standing
    from netwatch.domain.findings import Finding

LONGEST = 64
"""Characters of a key: as many as a check's name has."""


def troubles(settings: Settings, standings: Iterable[Standing], findings: Iterable[Finding]) -> Mapping[str, Trouble]:
    """Return what is overdue, missed without a reason, or was found out of order, by key."""
    found = {each.occurrence.key: _late(settings, each) for each in standings if each.open and each.state in _SAYS}
    of_duties = {duty.name: duty for duty in duties(settings.file)}
    for finding in findings:
        duty = of_duties.get(finding.duty)
        if duty is not None and duty.item(finding.item) is not None:
            found[finding.key] = _wrong(settings, duty, finding)
    return {key_of(key): trouble for key, trouble in found.items()}


def key_of(key: str) -> str:
    """Return a key that fits: a long one ends in its digest."""
    if len(key) <= LONGEST:
        return key
    return f"{key[: LONGEST - 17]}-{hashlib.sha256(key.encode()).hexdigest()[:16]}"


_SAYS = {
    State.OVERDUE: _("{duty} of {when} is overdue since {since}"),
    State.MISSED: _("{duty} of {when} was missed; a reason has to be entered"),
}


def _late(settings: Settings, standing: Standing) -> Trouble:
    occurrence, site = standing.occurrence, settings.site
    values = {
        "duty": label(occurrence.duty.titles, site.language),
        "when": when(occurrence, site.zone),
        "since": f"{wall(occurrence.due_by, site.zone):%H:%M}",
    }
    severity = Severity.WARNING if standing.state is State.OVERDUE else occurrence.duty.severity
    return Trouble(severity, Message(_SAYS[standing.state], values))


def _wrong(settings: Settings, duty: Duty, finding: Finding) -> Trouble:
    item = duty.item(finding.item)
    language = settings.site.language
    device = settings.devices.get(finding.device)
    values = {
        "duty": label(duty.titles, language),
        "item": label(item.titles, language) if item else finding.item,
        "found": _found(item, finding),
        "device": (device.title or finding.device) if device else finding.device,
    }
    return Trouble(item.severity if item else Severity.MINOR, Message(_template(finding), values))


def _found(item: Item | None, finding: Finding) -> str:
    """Say what was found: the number, and what the person wrote."""
    answer = finding.answer
    measured = item is not None and item.kind is ItemKind.NUMBER
    return ", ".join(part for part in (item.shown(answer.value) if item and measured else "", answer.remark) if part)


def _template(finding: Finding) -> str:
    if finding.device:
        return _("{duty}, {device}: {item} is not in order: {found}")
    return _("{duty}: {item} is not in order: {found}")
