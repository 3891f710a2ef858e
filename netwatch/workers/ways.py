"""The ways into the devices: each `[[device.collect]]` with the collector that goes it, and one visit by it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from probes.api import Failure, Message, Shared, Target, Trouble, _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from netwatch.config import Settings
    from netwatch.config.collecting import Collect
    from netwatch.plugins import Registry
    from probes.collect import Collection, Collector

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Way:
    """A way into a device. `facets` are those that it reads, and no way before it does."""

    collect: Collect
    target: Target
    collector: Collector
    facets: frozenset[str]

    @property
    def name(self) -> str:
        """What it is called among those of all devices."""
        return f"{self.collect.device}/{self.collect.name}"


def ways(settings: Settings, registry: Registry, shared: Shared, known: Mapping[str, Way]) -> dict[str, Way]:
    """Return every configured way by its name. One that has not changed keeps its collector."""
    found: dict[str, Way] = {}
    taken: dict[str, frozenset[str]] = {}
    for collect in settings.collects:
        target = Target(collect.device, settings.devices[collect.device].address)
        old = known.get(f"{collect.device}/{collect.name}")
        if old is not None and old.collect.options == collect.options and old.target == target:
            collector = old.collector
        else:
            collector = registry.collector(collect.kind)(collect.options, shared=shared)
        offered = frozenset(collector.offered())
        wanted = offered & frozenset(collect.facets) if collect.facets else offered
        # Two ways may read the same; its baseline is of one of them, so the first that is configured reads it.
        own = wanted - taken.get(collect.device, frozenset())
        taken[collect.device] = taken.get(collect.device, frozenset()) | own
        way = Way(collect, target, collector, own)
        found[way.name] = way
    return found


async def visit(way: Way, facets: frozenset[str]) -> Collection | Failure:
    """Visit once, within the deadline. A bug in a collector is a failure of this visit, and is logged."""
    seconds = way.collect.deadline.total_seconds()
    try:
        async with asyncio.timeout(seconds):
            return await way.collector.collect(way.target, facets)
    except TimeoutError:
        template = _("the visit was given up after {seconds} s")
        return Failure(Trouble.TIMEOUT, Message(template, {"seconds": f"{seconds:g}"}))
    except Exception as error:
        log.exception("a collector crashed", device=way.collect.device, collect=way.collect.name)
        template = _("the collector itself failed: {error}")
        return Failure(Trouble.UNEXPECTED, Message(template, {"error": type(error).__name__}))
