"""The `SnmpClient` over UDP: one device, one dialect, whichever codec."""

from __future__ import annotations

import asyncio
import errno
import os
from typing import TYPE_CHECKING

from probes.api import Message, _
from probes.snmp.client import Answer, Cause, Missing, Oid, Reply, Unanswered
from probes.snmp.codec import Kind, Pdu, Question
from probes.snmp.dialect import Again
from probes.snmp.endpoint import Address, Endpoint, Patience, Silence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from probes.snmp.codec import Codec
    from probes.snmp.dialect import Dialect

ROUNDS = 4
"""Messages for one question at most: discovery, time, the question, and once more after a replacement."""
SLOWLY = 0.8
"""How fast a slow answer is forgotten, for each faster one."""
_STATUS = {3: "badValue", 4: "readOnly", 5: "genErr", 6: "noAccess", 13: "resourceUnavailable"}
_EMPTY = Question(Kind.GET, ())


class UdpClient:
    """Asks one device at `address`; `host` is what people call it."""

    def __init__(
        self,
        endpoint: Endpoint,
        address: Address,
        dialect: Dialect,
        codec: Codec,
        *,
        patience: Patience | None = None,
        any_source: bool = False,
        has_bulk: bool = True,
    ) -> None:
        self._endpoint = endpoint
        self._to = address
        self._dialect, self._codec = dialect, codec
        self._patience = patience or Patience()
        self._any_source = any_source
        self._has_bulk = has_bulk
        self._usual = 0.0

    async def get(self, names: Sequence[Oid], *, attempts: int | None = None) -> Reply:
        """Ask for exactly these instances."""
        reply = await self._without_refused(Kind.GET, tuple(names), Missing.NO_SUCH_INSTANCE, attempts)
        if isinstance(reply, Answer) and tuple(name for name, _value in reply.varbinds) != tuple(names):
            return Unanswered(Cause.MALFORMED, self._message(_("{host} answered about other things than it was asked")))
        return reply

    async def get_next(self, names: Sequence[Oid], *, attempts: int | None = None) -> Reply:
        """Ask for what follows each name."""
        reply = await self._without_refused(Kind.GET_NEXT, tuple(names), Missing.END_OF_MIB_VIEW, attempts)
        if isinstance(reply, Answer) and len(reply.varbinds) != len(names):
            return Unanswered(Cause.MALFORMED, self._message(_("{host} answered about more or less than it was asked")))
        return reply

    async def get_bulk(self, names: Sequence[Oid], repetitions: int, *, attempts: int | None = None) -> Reply:
        """Ask for up to `repetitions` successors of each name."""
        if not self._has_bulk:
            return await self.get_next(names, attempts=attempts)
        reply = await self._ask(Question(Kind.GET_BULK, tuple(names), repetitions), attempts)
        if isinstance(reply, Answer) and not 0 < len(reply.varbinds) <= len(names) * repetitions:
            return Unanswered(Cause.MALFORMED, self._message(_("{host} answered about more or less than it was asked")))
        return reply

    async def _without_refused(
        self, kind: Kind, names: tuple[Oid, ...], instead: Missing, attempts: int | None
    ) -> Reply:
        """Ask; where the device refuses the whole for one name (noSuchName), ask again without that one."""
        absent: set[int] = set()
        while len(absent) < len(names):
            asked = [n for n in range(len(names)) if n not in absent]
            reply = await self._ask(Question(kind, tuple(names[n] for n in asked)), attempts)
            if isinstance(reply, Answer):
                return self._merge(names, instead, asked, reply) if absent else reply
            if reply.cause is not Cause.NO_SUCH_NAME or not 0 < reply.index <= len(asked):
                return reply
            absent.add(asked[reply.index - 1])
        return Answer(tuple((name, instead) for name in names))

    def _merge(self, names: tuple[Oid, ...], instead: Missing, asked: list[int], reply: Answer) -> Reply:
        if len(reply.varbinds) != len(asked):
            return Unanswered(Cause.MALFORMED, self._message(_("{host} answered about more or less than it was asked")))
        found = dict(zip(asked, reply.varbinds, strict=True))
        return Answer(tuple(found.get(n, (name, instead)) for n, name in enumerate(names)))

    async def _ask(self, question: Question, attempts: int | None) -> Reply:
        waits = self._patience.waits(attempts, usual=self._usual)
        for rounds in range(ROUNDS):
            result = await self._send(question if self._dialect.is_introduced else _EMPTY, waits)
            if isinstance(result, Again):
                continue
            if isinstance(result, Silence):
                self._dialect.forget()
                return self._explain(result) if rounds == 0 else self._ignored()
            return result if isinstance(result, Unanswered) else self._reply(result)
        what = _("{host} never comes to terms with the time or the name of its SNMP engine")
        return Unanswered(Cause.AUTHENTICATION, self._message(what))

    async def _send(self, question: Question, waits: tuple[float, ...]) -> Pdu | Again | Unanswered | Silence:
        loop = asyncio.get_running_loop()
        number = self._endpoint.number()
        datagram = self._dialect.seal(self._codec.encode(question, number), number, loop.time())

        begun = loop.time()

        def accept(answer: bytes) -> Pdu | Again | Unanswered | None:
            return self._dialect.open(answer, number, loop.time())

        result: Pdu | Again | Unanswered | Silence = await self._endpoint.ask(
            self._to, number, datagram, accept, waits, any_source=self._any_source
        )
        if not isinstance(result, Silence):
            taken = loop.time() - begun
            self._usual = max(taken, SLOWLY * self._usual)
        return result

    def _reply(self, pdu: Pdu) -> Reply:
        match pdu.error_status:
            case 0:
                return Answer(pdu.varbinds)
            case 1:
                return Unanswered(Cause.TOO_BIG, self._message(_("{host} says that the answer would be too big")))
            case 2:
                what = _("{host} does not know one of the names it was asked for")
                return Unanswered(Cause.NO_SUCH_NAME, self._message(what), pdu.error_index)
            case 16:
                return Unanswered(Cause.AUTHENTICATION, self._message(_("{host} denies these rights to read")))
        status = _STATUS.get(pdu.error_status, str(pdu.error_status))
        what = _("{host} answered with the error {status}")
        return Unanswered(Cause.ERROR_STATUS, self._message(what, status=status), pdu.error_index)

    def _ignored(self) -> Unanswered:
        """Say of a silence after the engine introduced itself: some agents drop what they cannot decrypt."""
        what = _(
            "the SNMP engine of {host} answers, but not this user: check the privacy password and protocol, and the context"
        )
        return Unanswered(Cause.AUTHENTICATION, self._message(what))

    def _explain(self, silence: Silence) -> Unanswered:
        """Say of a silence what is known."""
        if silence.error == errno.ECONNREFUSED:
            what = _("{host} refuses UDP port {port}: no SNMP agent listens there")
            return Unanswered(Cause.REFUSED, self._message(what))
        if silence.error:
            what = _("{host} cannot be reached: {error}")
            return Unanswered(Cause.UNREACHABLE, self._message(what, error=os.strerror(silence.error)))
        seconds, tries = round(silence.seconds, 1), silence.tries
        if silence.strangers:
            what = _("no answer from {host}, but {strangers} answered in its place; such answers are not believed")
            return Unanswered(Cause.TIMEOUT, self._message(what, strangers=", ".join(silence.strangers)))
        if silence.rejected:
            what = _("{host} answered within {seconds} s, but nothing that can be read or believed")
            return Unanswered(Cause.MALFORMED, self._message(what, seconds=seconds))
        what = _("no answer from {host}, UDP port {port}, within {seconds} s (tries: {tries})")
        return Unanswered(Cause.TIMEOUT, self._message(what, seconds=seconds, tries=tries))

    def _message(self, template: str, **values: str | float) -> Message:
        return Message(template, {"host": self._to[0], "port": self._to[1], **values})
