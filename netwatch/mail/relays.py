"""SMTP relays, the first that answers takes the mail (RFC 5321, 3207 STARTTLS, 8314 implicit TLS, 4954 AUTH)."""

from __future__ import annotations

import asyncio
import socket
import ssl
from typing import TYPE_CHECKING

import aiosmtplib
import structlog

from netwatch.language import NO_RELAY
from netwatch.mail.answers import Trouble, reason, verdict
from netwatch.mail.delivery import Later, Outcome, Posted, Refused, Taken

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from netwatch.config.settings import Relay

log = structlog.get_logger()

REST = 30.0
LONGEST_REST = 300.0
"""A relay that fails is asked last for so long, seconds, doubling from `REST`: a tarpit holds up one mail, not all."""
FAREWELL = 2.0


class _Client(aiosmtplib.SMTP):
    """A connection that is closed when it has been closed.

    Over TLS a transport that is closed waits for the other side's farewell, up to half a minute, and keeps its socket.
    Ours has been sent by then: nothing of theirs is of interest any more.
    """

    def close(self) -> None:
        transport = self.transport
        super().close()
        if isinstance(transport, asyncio.WriteTransport):
            transport.abort()


class RelayLine:
    """The connection to one relay."""

    def __init__(self, relay: Relay) -> None:
        self.relay = relay
        self.name = f"{relay.host}:{relay.port}"
        self._client: aiosmtplib.SMTP | None = None
        self._context: ssl.SSLContext | None = None

    async def send(self, mail: Posted) -> Outcome:
        """Send one mail, over the connection that is open, else over a new one."""
        reused = self._client is not None
        outcome = await self._try(mail)
        if reused and isinstance(outcome, Later) and self._client is None:
            # What broke may be only the connection that had been idle; the Message-ID makes a repeat harmless.
            outcome = await self._try(mail)
        return outcome

    async def greet(self) -> str | None:
        """Connect, encrypt and sign in, and say goodbye; return what went wrong, None when nothing did."""
        try:
            await self._connected()
        except Trouble as trouble:
            return str(trouble)
        finally:
            await self.close()
        return None

    async def close(self) -> None:
        """Say goodbye, briefly."""
        client, self._client = self._client, None
        if client is None:
            return
        try:
            async with asyncio.timeout(FAREWELL):
                await client.quit()
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            log.debug("a relay did not say goodbye", relay=self.name, error=type(error).__name__)
        finally:
            client.close()

    async def _try(self, mail: Posted) -> Outcome:
        try:
            client = await self._connected()
        except Trouble as trouble:
            return Later(f"{self.name}: {trouble}", away=True)
        try:
            async with asyncio.timeout(self.relay.timeout.total_seconds()):
                _refused, answer = await client.sendmail(mail.sender, [mail.recipient], mail.content)
        except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError) as error:
            outcome = verdict(error, self.relay)
            if not client.is_connected or isinstance(error, TimeoutError):
                self._drop()
            return outcome
        except BaseException:
            self._drop()
            raise
        return Taken(self.name, reason(answer, self.relay))

    async def _connected(self) -> aiosmtplib.SMTP:
        if self._client is not None and self._client.is_connected:
            return self._client
        self._drop()
        try:
            self._client = await self._connect()
        except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError) as error:
            raise Trouble.of(error, self.relay) from None
        return self._client

    async def _connect(self) -> aiosmtplib.SMTP:
        relay = self.relay
        seconds = relay.timeout.total_seconds()
        client = _Client(
            hostname=relay.host,
            port=relay.port,
            local_hostname=socket.gethostname() or "localhost",
            timeout=seconds,
            use_tls=relay.tls == "implicit",
            start_tls=relay.tls == "starttls",
            tls_context=await self._trust(),
            username=relay.user,
            password=relay.password.reveal() if relay.user and relay.password else None,
        )
        try:
            async with asyncio.timeout(seconds):
                await client.connect()
                await _introduce(client)
        except BaseException:
            client.close()
            raise
        return client

    async def _trust(self) -> ssl.SSLContext | None:
        if self.relay.tls == "none":
            return None
        if self._context is None:
            self._context = await asyncio.to_thread(_context, self.relay)
        return self._context

    def _drop(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None


async def _introduce(client: aiosmtplib.SMTP) -> None:
    """Say hello now, so that a relay that will not talk is known before any mail is at stake."""
    if client.is_ehlo_or_helo_needed:
        try:
            await client.ehlo()
        except aiosmtplib.SMTPHeloError:
            await client.helo()


def _context(relay: Relay) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=relay.ca_file)
    if not relay.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


class SmtpTransport:
    """Several relays in order. One that fails is asked last for a while."""

    def __init__(self, relays: Sequence[Relay], monotonic: Callable[[], float]) -> None:
        self.lines = tuple(RelayLine(relay) for relay in relays)
        self._monotonic = monotonic
        self._rests: dict[str, tuple[float, float]] = {}
        """Until when each failing relay is asked last, and how long its rest was."""

    async def send(self, mail: Posted) -> Outcome:
        """Offer a mail to one relay after another until one takes it."""
        failed: list[Outcome] = []
        for line in sorted(self.lines, key=self._rests_now):
            outcome = await line.send(mail)
            self._remember(line, outcome)
            if isinstance(outcome, Taken):
                return outcome
            failed.append(outcome)
        return _summed_up(failed)

    async def close(self) -> None:
        """Close every connection."""
        for line in self.lines:
            await line.close()

    def _rests_now(self, line: RelayLine) -> bool:
        return self._rests.get(line.name, (0.0, 0.0))[0] > self._monotonic()

    def _remember(self, line: RelayLine, outcome: Outcome) -> None:
        if isinstance(outcome, Later) and (outcome.away or outcome.dropped):
            _until, rest = self._rests.get(line.name, (0.0, REST / 2))
            rest = min(2 * rest, LONGEST_REST)
            self._rests[line.name] = (self._monotonic() + rest, rest)
        else:
            self._rests.pop(line.name, None)


def _summed_up(failed: Sequence[Outcome]) -> Outcome:
    """Return what several failures mean: for good only when every relay refuses for good."""
    why = "; ".join(outcome.why for outcome in failed if not isinstance(outcome, Taken)) or NO_RELAY
    if failed and all(isinstance(outcome, Refused) for outcome in failed):
        return Refused(why)
    later = [outcome for outcome in failed if isinstance(outcome, Later)]
    away = len(later) == len(failed) and all(outcome.away for outcome in later)
    return Later(why, away=away, dropped=any(outcome.dropped for outcome in later))
