"""Takes checks whose turn it is, looks, and hands the reading to the observer."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from netwatch.domain.model import Closed, Opened, Subject
from netwatch.domain.topology import Reach
from probes.api import Failure, Message, Probe, Reading, Shared, Target, Trouble, _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from netwatch.clock import Clock
    from netwatch.config import Check, Settings
    from netwatch.plugins import Registry
    from netwatch.progress import Progress
    from netwatch.workers.due import Due
    from netwatch.workers.observer import Observer, Outcome
    from netwatch.workers.watched import Watched

log = structlog.get_logger()

FRESH = timedelta(seconds=3)
"""A device seen so recently is not asked again on account of its neighbours."""


@dataclass(frozen=True, slots=True)
class Look:
    """A check with the probe that carries it out."""

    check: Check
    target: Target
    probe: Probe


def looks(settings: Settings, registry: Registry, shared: Shared, known: Mapping[str, Look]) -> dict[str, Look]:
    """Return every configured check with its probe. A check that has not changed keeps its probe, and so its counters."""
    found: dict[str, Look] = {}
    for check in settings.checks:
        name = f"{check.device}/{check.name}"
        target = Target(check.device, settings.devices[check.device].address)
        old = known.get(name)
        if old is not None and old.check.options == check.options and old.target == target:
            found[name] = Look(check, target, old.probe)
        else:
            found[name] = Look(check, target, registry.probe(check.kind)(check.options, shared=shared))
    return found


async def read(look: Look, clock: Clock) -> Reading:
    """Look once, within the check's deadline. A bug in a probe is a failure of that check, and is logged."""
    seconds = look.check.deadline.total_seconds()
    try:
        async with asyncio.timeout(seconds):
            return await look.probe.measure(look.target, clock.now())
    except TimeoutError:
        return Failure(Trouble.TIMEOUT, Message(_("no result within {seconds} s"), {"seconds": f"{seconds:g}"}))
    except Exception as error:
        log.exception("a probe crashed", device=look.check.device, check=look.check.name)
        return Failure(
            Trouble.UNEXPECTED, Message(_("the probe itself failed: {error}"), {"error": type(error).__name__})
        )


class Prober:
    """So many lookers at once, each with one check at a time."""

    def __init__(
        self, due: Due, observer: Observer, watched: Watched, clock: Clock, progress: Progress, looks: dict[str, Look]
    ) -> None:
        self._due = due
        self._observer = observer
        self._watched = watched
        self._clock = clock
        self._progress = progress
        self.take_up(looks)

    def take_up(self, looks: dict[str, Look]) -> None:
        """Look at these checks from now on."""
        self._looks = looks
        self._by_device: dict[str, list[str]] = defaultdict(list)
        for name, look in looks.items():
            self._by_device[look.check.device].append(name)

    async def run(self, workers: int) -> None:
        """Look until cancelled."""
        async with asyncio.TaskGroup() as group:
            for _number in range(workers):
                group.create_task(self._work())

    async def _work(self) -> None:
        while True:
            name = await self._due.take()
            self._due.started(name, self._clock.monotonic())
            look = self._looks.get(name)
            outcome = await self._look(look) if look is not None else None
            now = self._clock.monotonic()
            retry = look.check.retry if look is not None and outcome is not None and outcome.in_doubt else None
            self._due.done(name, now, retry=retry)

    async def _look(self, look: Look) -> Outcome | None:
        check = look.check
        if not check.reachability and self._watched.reach(check.device) is Reach.NO:
            return None  # a device that is away gets the cheap probe only
        reading = await read(look, self._clock)
        now = self._clock.now()
        self._progress.polls += 1
        self._progress.last_poll_at = now
        self._progress.late, self._progress.skipped = self._due.late, self._due.skipped
        outcome = await self._observer.observe(check, reading, now)
        self._look_around(check, outcome)
        return outcome

    def _look_around(self, check: Check, outcome: Outcome) -> None:
        """Ask at once what stands in front of a device in doubt, and what stands behind one that came back."""
        if not check.reachability:
            return
        parents = self._watched.settings.parents
        if outcome.in_doubt or any(isinstance(event, Opened) for _state, event in outcome.events):
            self._ask(parents.get(check.device, ()), reaching=True)
        if any(isinstance(event, Closed) for _state, event in outcome.events):
            self._ask((check.device,), reaching=False)
            self._ask(tuple(name for name, above in parents.items() if check.device in above), reaching=True)

    def _ask(self, devices: tuple[str, ...], *, reaching: bool) -> None:
        now = self._clock.now()
        for name in (name for device in devices for name in self._by_device.get(device, ())):
            check = self._looks[name].check
            state = self._watched.of(Subject(check.device, check.name), now)
            fresh = state.seen is not None and now - state.seen < FRESH
            if check.reachability is reaching and not fresh:
                self._due.at_once(name, self._clock.monotonic())
