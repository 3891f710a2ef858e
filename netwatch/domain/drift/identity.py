"""Whether it is still the same device: how it calls itself, and its serial numbers.

Two devices that were exchanged, one with the host key of the other, differ in hundreds of lines. These say it first.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from probes.api import Message, _

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAME = re.compile(
    r"\s*(?:set\s+)?(?:system\s+)?(?:sysname|host-?name|system-name)\s+[\"']?(?P<said>[^\s;\"']+)", re.IGNORECASE
)
_IDENTITY = re.compile(r"set name=\"?(?P<said>[^\"]+)")
"""How RouterOS says it, in a section of its own."""
_SERIAL = re.compile(
    r"(?P<of>.*?)(?<![a-z])(?:sn|s/n|serial[ _-]?(?:number|num|no)?\.?|barcode)\s{0,20}[:= ]\s{0,20}(?P<said>[\w-]{4,64})",
    re.IGNORECASE,
)
RENAMED = _("it calls itself {after} instead of {before} (renamed, or another device answers here)")
EXCHANGED = _("serial number {after} instead of {before} (exchanged, or another device answers here)")
EXCHANGED_IN = _("{section}: serial number {after} instead of {before} (exchanged, or another device answers here)")
DOUBTS = frozenset({RENAMED, EXCHANGED, EXCHANGED_IN})


def doubt(section: str, old: str, new: str) -> Message | None:
    """Return what a changed line says of who answers; None where it says nothing of that."""
    for form in (_IDENTITY if section == "/system identity" else _NAME, _SERIAL):
        before, after = form.match(old), form.match(new)
        if before and after and before["said"] != after["said"]:
            values = {"before": before["said"], "after": after["said"]}
            if form is not _SERIAL:
                return Message(RENAMED, values)
            of = section or after["of"].strip(" ,:\t")
            return Message(EXCHANGED_IN, {**values, "section": of}) if " " in of else Message(EXCHANGED, values)
    return None


def foremost(told: Iterable[Message]) -> list[Message]:
    """Return sentences with those first that say that it may be another device."""
    return sorted(told, key=lambda each: each.template not in DOUBTS)
