"""Limits that cannot be meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwatch.config.findings import Finding, found, unknown
from netwatch.config.settings import Device, Group, Threshold
from netwatch.config.thresholds import EVERYWHERE, has_limits, rising
from netwatch.errors import PluginError
from probes.api import Meaning, _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from netwatch.config.draft import Draft
    from netwatch.config.locate import KeyPath
    from netwatch.config.thresholds import Meanings
    from netwatch.plugins import Registry


def thresholds(draft: Draft, meanings: Meanings, registry: Registry, used: Iterable[str]) -> Iterator[Finding]:
    """Yield what is wrong with each threshold. `used` are the kinds of the checks that there are."""
    wanted = {threshold.meaning for _path, threshold in draft.valid(Threshold)}
    known = _known(wanted, meanings, registry, used)
    seen: dict[tuple[str | None, ...], KeyPath] = {}
    for path, threshold in draft.valid(Threshold):
        yield from _scope(path, threshold, draft)
        key = (threshold.meaning, threshold.group, threshold.device, threshold.item)
        if key in seen:
            yield found(path, _("is a second threshold for the same"))
        seen.setdefault(key, path)
        if threshold.meaning in known:
            yield from _limits(path, threshold, known[threshold.meaning])
        else:
            yield unknown((*path, "meaning"), _("meaning"), threshold.meaning, known.keys())


def _known(wanted: set[str], meanings: Meanings, registry: Registry, used: Iterable[str]) -> Mapping[str, Meaning]:
    """Return every meaning, from all kinds only where those in use do not suffice: loading them takes long."""
    known = dict(EVERYWHERE)
    for kind in (*sorted(set(used)), *registry.kinds()):
        if wanted <= known.keys():
            break
        try:
            known |= meanings.of(kind)
        except PluginError:  # a kind that nobody uses
            continue
    return known


def _scope(path: KeyPath, threshold: Threshold, draft: Draft) -> Iterator[Finding]:
    if threshold.group is not None and threshold.device is not None:
        yield found((*path, "group"), _("a threshold is for a group or for a device, not for both"))
    if threshold.group is not None and threshold.group not in draft.names(Group):
        yield unknown((*path, "group"), _("group"), threshold.group, draft.names(Group))
    if threshold.device is not None and threshold.device not in draft.names(Device):
        yield unknown((*path, "device"), _("device"), threshold.device, draft.names(Device))


def _limits(path: KeyPath, threshold: Threshold, meaning: Meaning) -> Iterator[Finding]:
    if not has_limits(threshold):
        yield from _without_limits(path, threshold)
        return
    if threshold.off:
        yield found((*path, "off"), _("what is off has no limits: leave out one or the other"))
    up = rising(threshold, meaning)
    if up is None:
        template = _('say which side is bad: bad = "above" or bad = "below"')
        yield found(path, template)
    else:
        yield from _order(path, threshold, up=up)


def _without_limits(path: KeyPath, threshold: Threshold) -> Iterator[Finding]:
    for key in ("recover", "bad"):
        if getattr(threshold, key) is not None:
            yield found((*path, key), _("needs warning or critical beside it"))
    if threshold.recover is None and threshold.bad is None and threshold.severity is None and threshold.off is None:
        yield found(path, _("says nothing: give warning, critical, severity or off"))


def _order(path: KeyPath, threshold: Threshold, *, up: bool) -> Iterator[Finding]:
    """Check that good, warning and critical follow each other in this order."""
    sign = 1 if up else -1
    warning, critical, recover = threshold.warning, threshold.critical, threshold.recover
    if warning is not None and critical is not None and sign * critical <= sign * warning:
        template = _("must be above warning, which is {limit}") if up else _("must be below warning, which is {limit}")
        yield found((*path, "critical"), template, limit=f"{warning:g}")
    first = "warning" if warning is not None else "critical"
    limit = getattr(threshold, first)
    if recover is not None and sign * recover > sign * limit:
        template = (
            _("must not be above {key}, which is {limit}") if up else _("must not be below {key}, which is {limit}")
        )
        yield found((*path, "recover"), template, key=first, limit=f"{limit:g}")
