"""Plays the script: sets the hospital's condition, says what happens, and does what people on duty would do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwatch.demo.effects import conditions
from netwatch.demo.hospital import parents
from netwatch.demo.script import Act, Deed
from netwatch.domain.model import DeviceState
from netwatch.errors import NetwatchError
from netwatch.report import running
from netwatch.storage import devices, faults
from netwatch.workers.control import Peer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from netwatch.clock import Clock
    from netwatch.config import Settings
    from netwatch.demo.console import Console
    from netwatch.demo.script import Script
    from netwatch.demo.servers import Site
    from netwatch.storage.database import Database
    from netwatch.workers.control import Carry

TICK = 0.5
FIRST_LOOK = 20.0
"""Seconds that the first look at every device may take before the story begins all the same."""
PATIENCE = 40.0
"""Seconds of the script that people wait for the fault that they are to act upon."""


SELF = Peer("", trusted=True)


class Stage:
    """The hospital and its people during one demo. `carry` is the service's way to take commands."""

    def __init__(
        self,
        script: Script,
        sites: Mapping[str, Site],
        settings: Settings,
        database: Database,
        clock: Clock,
        console: Console,
        carry: Carry,
    ) -> None:
        self._script = script
        self._sites = sites
        self._settings = settings
        self._database = database
        self._clock = clock
        self._console = console
        self._carry = carry
        self._waiting: list[Deed] = []

    async def run(self) -> None:
        """Play until cancelled."""
        seen = await self._first_look()
        self._console.begins(seen, self._on_duty())
        start, upto = self._clock.monotonic(), -1.0
        while True:
            now = self._clock.monotonic() - start
            await self._turn(upto, now)
            upto = now
            await self._clock.sleep(TICK)

    async def _first_look(self) -> int:
        """Wait until every device is up; return how many are."""
        until = self._clock.monotonic() + FIRST_LOOK
        while True:
            known = await self._database.read(devices.everything)
            seen = sum(standing.state is DeviceState.UP for standing in known.values())
            if seen == len(self._settings.devices) or self._clock.monotonic() >= until:
                return seen
            await self._clock.sleep(TICK)

    async def _turn(self, after: float, upto: float) -> None:
        for name, condition in conditions(self._script.in_force(upto), parents()).items():
            await self._sites[name].take(condition)
        for cue in self._script.cues(after, upto):
            if cue.deed is not None:
                self._waiting.append(cue.deed)
            else:
                self._console.happens(cue.sentence, cue.device)
        moment = upto % self._script.length
        self._waiting = [
            deed for deed in self._waiting if not await self._done(deed) and deed.at <= moment < deed.at + PATIENCE
        ]

    async def _done(self, deed: Deed) -> bool:
        """Do a deed as whoever is on duty; False while there is no fault yet that it could be about."""
        person, text = self._on_duty(), self._console.worded(deed.text)
        arguments: dict[str, Any] = {"text": text}
        if deed.act is not Act.LOG:
            opened = await self._database.read(faults.opened)
            fault = next((each for each in opened if each.subject.id.startswith(deed.check)), None)
            if fault is None:
                return False
            arguments["fault"] = int(fault.id)
        try:
            await self._carry(deed.act.value, person, arguments, SELF)
        except NetwatchError:
            return False  # it has recovered in the meantime
        self._console.does(person, deed.act, deed.check.partition("/")[0], text)
        return True

    def _on_duty(self) -> str:
        shift = running(self._settings, self._clock.now())
        return shift.people[0] if shift is not None else next(iter(self._settings.people))
