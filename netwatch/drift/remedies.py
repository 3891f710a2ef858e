"""What to type against a fault about drift: to see all that has changed, to approve a host key, to try again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwatch.domain.drift.condition import ANOTHER_KEY, LOCKED, NEW_KEY
from netwatch.domain.drift.verdict import Verdict
from netwatch.domain.drift.visit import COLLECT
from probes.api import _

if TYPE_CHECKING:
    from netwatch.domain.model import Fault
    from netwatch.drift.deviation import Deviation
    from netwatch.drift.overview import Standing

Remedy = tuple[str, str]
"""What it does, to be translated, and the command."""


def remedies(fault: Fault, deviation: Deviation | None) -> tuple[Remedy, ...]:
    """Return what to type; nothing where a fault ends by itself."""
    if deviation is not None:
        return (every_line(deviation),)
    said, device = fault.summary, fault.subject.device
    if not fault.open or fault.subject.check != COLLECT:
        return ()
    if said.template in {ANOTHER_KEY, NEW_KEY}:
        return (_trust(device, str(said.values["shown"])),)
    return (_unlock(device),) if said.template == LOCKED else ()


def of_standing(standing: Standing) -> Remedy | None:
    """Return what to type so that a facet is read, or judged; None where nothing has to be typed."""
    device, door = standing.device, standing.door
    if door is not None and door.offered:
        return _trust(device, door.offered)
    if door is not None and door.locked:
        return _unlock(device)
    if standing.verdict is Verdict.NO_BASELINE:
        return _("Once what was read is as it should be, as a leader"), f"netwatch drift approve {device} --first"
    return None


def _trust(device: str, key: str) -> Remedy:
    return _("Once it was compared on the device, as a leader"), f"netwatch drift trust {device} {key}"


def _unlock(device: str) -> Remedy:
    return _("Once the password is right"), f"netwatch drift unlock {device}"


def every_line(deviation: Deviation) -> Remedy:
    """Return how to see all that has changed, and under it how it is approved."""
    finding = deviation.finding
    return _("To see every line"), f"netwatch drift diff {finding.device} --facet {finding.facet}"
