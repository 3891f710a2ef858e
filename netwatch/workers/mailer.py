"""Sends what the outbox holds: routes notices, hands mails to a relay, and writes down what became of each."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog

from netwatch.errors import StorageUnavailable
from netwatch.mail import outcomes, transport_of
from netwatch.mail.delivery import LONGEST_PAUSE, Later, Outcome, Posted, Taken, after
from netwatch.mail.office import office_of
from netwatch.mail.probing import Probing, choose
from netwatch.mail.routing import distribute, renew
from netwatch.storage import outbox
from netwatch.storage.outbox import Delivery, Letter

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from netwatch.clock import Clock
    from netwatch.config import Settings
    from netwatch.mail.delivery import Transport
    from netwatch.progress import Progress
    from netwatch.storage.database import Database

log = structlog.get_logger()

AT_ONCE = 50
"""So many mails are read from the outbox at one time."""
IDLE = 20.0
"""The longest sleep between two looks into the outbox."""
JITTER = timedelta(seconds=2)
STORAGE_PAUSE = 5.0
ATTENDED = 5.0
PATIENCE = 60
"""While a relay is slow the watchdog hears of it every `ATTENDED` seconds, so many times: every wait has its bound."""


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
        self._started = clock.now() - timedelta(seconds=clock.monotonic())
        self._ahead = timedelta()
        """How far beyond its time mail is due now."""
        self._woken = asyncio.Event()
        self._unwritten: Callable[..., None] | None = None

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
        self._note_set_back()
        if self._probing.away:
            if self._clock.monotonic() < self._probing.again:
                return
            await self._probe()
        if not self._probing.away:
            now = self._clock.now()
            await self._database.write(partial(distribute, office=self._office, now=now, ahead=self._ahead))
            self._ahead = timedelta()
            await self._send_due()
            self._probing.pause(self._clock.monotonic())
        await self._transport.close()

    async def _take_up(self, settings: Settings) -> None:
        """Go by the configuration in force: another one may have another relay."""
        if settings is not self._in_force:
            await self._transport.close()
            self._adopt(settings)
            self._ahead = LONGEST_PAUSE

    def _adopt(self, settings: Settings) -> None:
        self._in_force = settings
        self._office = office_of(settings)
        self._transport = self._transports(settings, self._clock)
        self._probing = Probing()

    def _note_set_back(self) -> None:
        """Notice a wall clock that was set back: what was due before is due still."""
        started = self._clock.now() - timedelta(seconds=self._clock.monotonic())
        back, self._started = self._started - started, started
        if back > JITTER:
            self._ahead += back

    async def _probe(self) -> None:
        """Try one letter; when a relay is back, all that waits has its turn at once."""
        now, stalled = self._clock.now(), self._probing.stalled
        await self._database.write(partial(renew, office=self._office, now=now, fresh=stalled))
        letter = await self._database.read(partial(choose, now=now, fresh=stalled))
        if letter is None:
            self._probing.nothing_waits()
        else:
            await self._send(letter)
        if not self._probing.away:
            self._ahead += LONGEST_PAUSE

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
            outcome = await self._attended(self._offer(mail))
        else:
            outcome = outcomes.EMPTY
        now, known = self._clock.now(), self._probing.away
        soon = self._probing.heard(letter.id, outcome, self._clock.monotonic())
        self._progress.outbox_error = None if isinstance(outcome, Taken) else outcome.why
        done = after(letter, outcome, now, soon=soon)
        news = letter.attempts == 0 and not known
        self._unwritten = partial(outcomes.record, letter=done, outcome=outcome, now=now, news=news)
        _log(done, outcome)
        await self._write_down()

    async def _offer(self, mail: Posted) -> Outcome:
        try:
            return await self._transport.send(mail)
        except Exception as error:
            # What no relay should be able to cause must not take all other mail along.
            log.exception("the way of delivery itself failed")
            return Later(f"the way of delivery itself failed: {type(error).__name__}", dropped=True)

    async def _attended(self, sending: Coroutine[Any, Any, Outcome]) -> Outcome:
        """Wait for a relay, and let the watchdog know meanwhile that nothing hangs."""
        async with asyncio.TaskGroup() as group:
            task = group.create_task(sending)
            for _number in range(PATIENCE):
                done, _waiting = await asyncio.wait({task}, timeout=ATTENDED)
                self._beat()
                if done:
                    break
        return task.result()

    async def _write_down(self) -> None:
        """Write what became of the last mail; while that cannot be written, no other is sent."""
        if self._unwritten is None:
            return
        await self._database.write(partial(self._unwritten, office=self._office))
        self._unwritten = None

    async def _pause(self) -> float:
        """Return how long there is nothing to do, in seconds."""
        if self._probing.away:
            seconds = self._probing.again - self._clock.monotonic()
        else:
            due = await self._database.read(outbox.next_due)
            seconds = IDLE if due is None else (due - self._clock.now()).total_seconds()
        return max(0.0, min(seconds, IDLE))

    async def _wait(self, seconds: float) -> None:
        """Sleep until then, or until woken."""
        async with asyncio.TaskGroup() as group:
            naps = (group.create_task(self._clock.sleep(seconds)), group.create_task(self._woken.wait()))
            await asyncio.wait(naps, return_when=asyncio.FIRST_COMPLETED)
            for nap in naps:
                nap.cancel()


def _log(letter: Letter, outcome: Outcome) -> None:
    told = {"key": letter.key, "to": letter.recipient, "attempt": letter.attempts}
    if isinstance(outcome, Taken):
        log.info("mail sent", relay=outcome.relay, **told)
    elif letter.state is Delivery.QUEUED:
        log.warning("mail not sent yet", error=outcome.why, **told)
    else:
        log.error("mail given up", error=outcome.why, **told)
