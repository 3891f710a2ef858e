"""Sends what the outbox holds: routes notices, hands mails to a relay, and writes down what became of each."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import structlog

from netwatch.errors import StorageUnavailable
from netwatch.mail import outcomes, transport_of
from netwatch.mail.delivery import Later, Outcome, Posted, Taken, after
from netwatch.mail.office import office_of
from netwatch.mail.outcomes import Probing
from netwatch.mail.routing import distribute
from netwatch.storage import outbox
from netwatch.storage.outbox import Delivery, Letter

if TYPE_CHECKING:
    from collections.abc import Callable

    from netwatch.clock import Clock
    from netwatch.config import Settings
    from netwatch.mail.delivery import Transport
    from netwatch.progress import Progress
    from netwatch.storage.database import Database

log = structlog.get_logger()

AT_ONCE = 50
"""So many mails are read from the outbox at one time."""
IDLE = timedelta(seconds=30)
"""The longest sleep between two looks into the outbox."""
STORAGE_PAUSE = 5.0


class Mailer:
    """A child of the TaskGroup; `wake` tells it that a letter was written.

    A mail counts as sent once a relay has taken it and that is on the disk. Whatever happens between the two
    repeats one mail, under the same Message-ID.
    """

    def __init__(
        self,
        database: Database,
        settings: Callable[[], Settings],
        clock: Clock,
        progress: Progress,
        *,
        beat: Callable[[], None] = lambda: None,
        transports: Callable[[Settings, Clock], Transport] = transport_of,
    ) -> None:
        """Take `settings`, which returns those in force, and `beat`, which is called at each step, for the watchdog."""
        self._database = database
        self._settings = settings
        self._clock = clock
        self._progress = progress
        self._beat = beat
        self._transports = transports
        self._adopt(settings())
        self._woken = asyncio.Event()
        self._unwritten: tuple[Letter, Outcome] | None = None

    def wake(self) -> None:
        """Look into the outbox soon."""
        self._woken.set()

    async def run(self) -> None:
        """Send until cancelled."""
        try:
            while True:
                self._woken.clear()
                try:
                    await self.turn()
                    pause = await self._pause()
                except StorageUnavailable as error:
                    log.warning("cannot read or write the outbox", error=str(error))
                    pause = STORAGE_PAUSE
                self._beat()
                await self._wait(pause)
        finally:
            await self._transport.close()

    async def turn(self) -> None:
        """Do once all that can be done now."""
        await self._take_up(self._settings())
        await self._write_down()
        now = self._clock.now()
        everything = False
        if self._probing.away:
            if now < self._probing.again or not await self._probe(now):
                return
            everything = True
        await self._database.write(partial(distribute, office=self._office, now=now, everything=everything))
        await self._send_due()
        await self._transport.close()

    async def _take_up(self, settings: Settings) -> None:
        """Go by the configuration in force: another one may have another relay."""
        if settings is not self._in_force:
            await self._transport.close()
            self._adopt(settings)

    def _adopt(self, settings: Settings) -> None:
        self._in_force = settings
        self._office = office_of(settings)
        self._transport = self._transports(settings, self._clock)
        self._probing = Probing()

    async def _probe(self, now: datetime) -> bool:
        """Try one letter, and return whether a relay is back."""
        letter = await self._database.read(partial(outcomes.probe, now=now))
        if letter is None:
            # Nothing is addressed yet: let the notices that wait be the probe.
            self._probing.over()
            return True
        await self._send(letter)
        return not self._probing.away

    async def _send_due(self) -> None:
        """Send what is due, the most urgent first, until there is nothing more or no relay is there."""
        while not self._probing.away:
            letters = await self._database.read(
                partial(outbox.due, now=self._clock.now(), state=Delivery.QUEUED, most=AT_ONCE)
            )
            for letter in letters:
                await self._send(letter)
                if self._probing.away:
                    return
            if len(letters) < AT_ONCE:
                return

    async def _send(self, letter: Letter) -> None:
        if letter.recipient and letter.content and letter.message_id:
            sender = self._office.mail.sender
            mail = Posted(sender, letter.recipient, letter.message_id, letter.content)
            outcome = await self._transport.send(mail)
        else:
            outcome = outcomes.EMPTY
        self._beat()
        self._probing.heard(outcome, self._clock.now())
        self._progress.outbox_error = None if isinstance(outcome, Taken) else outcome.why
        self._unwritten = (letter, outcome)
        await self._write_down()

    async def _write_down(self) -> None:
        """Write what became of the last mail; while that cannot be written, no other is sent."""
        if self._unwritten is None:
            return
        letter, outcome = self._unwritten
        now = self._clock.now()
        done = after(letter, outcome, now)
        await self._database.write(partial(outcomes.record, office=self._office, letter=done, outcome=outcome, now=now))
        self._unwritten = None
        told = {"key": letter.key, "to": letter.recipient, "attempt": done.attempts}
        if isinstance(outcome, Taken):
            log.info("mail sent", relay=outcome.relay, **told)
        elif isinstance(outcome, Later) and done.state is Delivery.QUEUED:
            log.warning("mail not sent yet", error=outcome.why, **told)
        else:
            log.error("mail given up", error=outcome.why, **told)

    async def _pause(self) -> float:
        """Return how long there is nothing to do, in seconds."""
        now = self._clock.now()
        if self._probing.away:
            until: datetime | None = self._probing.again
        else:
            until = await self._database.read(outbox.next_due)
        ahead = IDLE if until is None else min(until - now, IDLE)
        return max(0.0, ahead.total_seconds())

    async def _wait(self, seconds: float) -> None:
        """Sleep until then, or until woken."""
        async with asyncio.TaskGroup() as group:
            naps = (group.create_task(self._clock.sleep(seconds)), group.create_task(self._woken.wait()))
            await asyncio.wait(naps, return_when=asyncio.FIRST_COMPLETED)
            for nap in naps:
                nap.cancel()
