"""The ways into the devices: each `[[device.collect]]` with the collector that goes it, and one visit by it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from probes.api import Failure, Message, Shared, Target, Trouble, _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel

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
    host_key: str = ""
    """The fingerprint by which the device is known: as configured, else as a leader has approved it."""
    credential: object = None
    """What is shown there, as configured."""

    @property
    def made_of(self) -> tuple[object, ...]:
        """What its collector was made of, and for: with any other it must be made anew."""
        return self.collect.options, self.target, self.host_key, self.credential

    @property
    def name(self) -> str:
        """What it is called among those of all devices."""
        return f"{self.collect.device}/{self.collect.name}"


Made = Callable[["Collect", "BaseModel"], "Collector"]
"""Makes the collector of a way, with its options as they are in the end."""


def maker(registry: Registry, shared: Shared) -> Made:
    """Return what makes the collectors of the installed kinds."""
    return lambda collect, options: registry.collector(collect.kind)(options, shared=shared)


def ways(settings: Settings, made: Made, known: Mapping[str, Way], trusted: Mapping[str, str]) -> dict[str, Way]:
    """Return every configured way by its name. One that has not changed keeps its collector.

    `trusted` are the host keys that leaders have approved, by the ways; one in the configuration goes before it.
    """
    found: dict[str, Way] = {}
    taken: dict[str, frozenset[str]] = {}
    for collect in settings.collects:
        name = f"{collect.device}/{collect.name}"
        target = Target(collect.device, settings.devices[collect.device].address)
        host_key, options = _pinned(collect.options, trusted.get(name, ""))
        credential = settings.credentials.get(getattr(collect.options, "credential", None) or "")
        old = known.get(name)
        same = old is not None and old.made_of == (collect.options, target, host_key, credential)
        collector = old.collector if old is not None and same else made(collect, options)
        offered = frozenset(collector.offered())
        wanted = offered & frozenset(collect.facets) if collect.facets else offered
        # Two ways may read the same; its baseline is of one of them, so the first that is configured reads it.
        own = wanted - taken.get(collect.device, frozenset())
        taken[collect.device] = taken.get(collect.device, frozenset()) | own
        found[name] = Way(collect, target, collector, own, host_key, credential)
    return found


def _pinned(options: BaseModel, trusted: str) -> tuple[str, BaseModel]:
    """Return the host key by which a device is known, and the options with it, for kinds that know of any."""
    if "host_key" not in type(options).model_fields:
        return "", options
    configured = getattr(options, "host_key", None)
    if configured or not trusted:
        return configured or "", options
    return trusted, options.model_copy(update={"host_key": trusted})


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
