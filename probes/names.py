"""Names of devices turned into addresses, without blocking, and with the last known one when DNS is dead."""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING, Literal

from probes.api import Failure, Message, Trouble, _
from probes.aside import aside

if TYPE_CHECKING:
    from collections.abc import Mapping

    from probes.api import Shared

Address = IPv4Address | IPv6Address
Version = Literal[4, 6]
Answer = tuple[Address, ...] | Message
LookUp = Callable[[str, Version | None], Answer]

FRESH = timedelta(minutes=5)
"""How long an answer is used before DNS is asked again: `getaddrinfo` does not tell the time to live."""
RETRY = timedelta(seconds=30)
"""How long DNS is left alone after it failed."""
PATIENCE = 2.0
"""Seconds that a measurement waits for DNS when it knows no address at all."""
THREADS = 16
MOST = 20_000
_FAMILIES = {None: socket.AF_UNSPEC, 4: socket.AF_INET, 6: socket.AF_INET6}


@dataclass(slots=True)
class _Entry:
    address: Address | None = None
    asked: datetime | None = None
    trouble: Message | None = None
    failing_since: datetime | None = None
    lookup: asyncio.Future[None] | None = None

    def due(self, now: datetime) -> bool:
        """Tell whether DNS should be asked; after a jump of the clock it should."""
        if self.lookup is not None:
            return False
        span = FRESH if self.trouble is None else RETRY
        return self.asked is None or not timedelta() <= now - self.asked < span

    def learn(self, answer: Answer, asked: datetime) -> None:
        """Take what DNS said; an address that is still among its answers stays."""
        if isinstance(answer, Message):
            self.trouble = answer
            self.failing_since = self.failing_since or asked
            return
        self.trouble = self.failing_since = None
        if self.address not in answer:
            self.address = answer[0]


class Names:
    """The addresses of all named devices; one for the whole process, by `names(shared)`.

    Only a name that never resolved makes its measurement wait, at most `patience` seconds. A known
    address is used at once, and renewed behind it.
    """

    def __init__(self, look_up: LookUp | None = None, *, patience: float = PATIENCE) -> None:
        self._look_up = look_up or ask_system
        self._patience = patience
        self._entries: dict[tuple[str, Version | None], _Entry] = {}
        self._queue: deque[tuple[_Entry, datetime, Callable[[], Answer]]] = deque()
        self._running = 0

    async def resolve(self, name: str, now: datetime, version: Version | None = None) -> Address | Failure:
        """Return the address of a name, or of a text that is one already; a `Failure` where there is none."""
        literal = _literal(name)
        if literal is not None:
            return literal
        if not name.isprintable() or not any(letter.isalpha() for letter in name):
            # getaddrinfo takes 10.1.2 for 10.1.0.2, and C ends a name at a NUL
            return _no_name(name)
        entry = self._entry(name, version)
        if entry.due(now):
            self._ask(entry, name, version, now)
        if entry.address is None and entry.lookup is not None:
            await asyncio.wait({entry.lookup}, timeout=self._patience)
        return entry.address or Failure(Trouble.NAME, entry.trouble or _slow(name))

    async def look_up(self, name: str, version: Version | None = None) -> Address | Failure:
        """Ask DNS now, for what is done so seldom that it needs no memory; it waits for as long as DNS takes.

        Where DNS is dead it returns the address that `resolve` knows, if it does.
        """
        literal = _literal(name)
        if literal is not None:
            return literal
        if not name.isprintable() or not any(letter.isalpha() for letter in name):
            return _no_name(name)
        answer = await aside(partial(self._look_up, name, version))
        if not isinstance(answer, Message):
            return answer[0]
        known = self._entries.get((name, version))
        return (known.address if known else None) or Failure(Trouble.NAME, answer)

    @property
    def failing(self) -> Mapping[str, datetime]:
        """Names that do not resolve now, and since when; one that did before still has its address."""
        return {name: entry.failing_since for (name, _v), entry in self._entries.items() if entry.failing_since}

    def _entry(self, name: str, version: Version | None) -> _Entry:
        entry = self._entries.setdefault((name, version), _Entry())
        if len(self._entries) > MOST:
            self._entries.pop(next(iter(self._entries)))
        return entry

    def _ask(self, entry: _Entry, name: str, version: Version | None, now: datetime) -> None:
        entry.asked = now
        entry.lookup = asyncio.get_running_loop().create_future()
        self._queue.append((entry, now, partial(self._look_up, name, version)))
        self._start()

    def _start(self) -> None:
        """Begin what waits, so many at a time that a dead DNS cannot fill the process with threads."""
        while self._queue and self._running < THREADS:
            entry, asked, look_up = self._queue.popleft()
            self._running += 1
            aside(look_up).add_done_callback(partial(self._end, entry, asked))

    def _end(self, entry: _Entry, asked: datetime, answer: asyncio.Future[Answer]) -> None:
        self._running -= 1
        self._start()
        lookup, entry.lookup = entry.lookup, None
        if lookup is not None and not lookup.done():
            lookup.set_result(None)
        entry.learn(answer.result(), asked)


def names(shared: Shared) -> Names:
    """Return the one `Names` of the process."""
    return shared.get("names", Names)


def ask_system(name: str, version: Version | None) -> Answer:
    """Ask the resolver of the system; blocks for as long as that does."""
    try:
        found = socket.getaddrinfo(name, None, family=_FAMILIES[version], type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        return Message(_("{name} does not resolve: {error}"), {"name": name[:253], "error": str(error.strerror)})
    except (OSError, ValueError) as error:  # ValueError: not a name that IDNA or C can write
        return Message(_("{name} does not resolve: {error}"), {"name": name[:253], "error": str(error)})
    addresses = (_literal(str(place[0])) for _family, _type, _protocol, _canonical, place in found)
    return tuple(address for address in addresses if address is not None) or _nothing(name)


def _literal(text: str) -> Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _no_name(name: str) -> Failure:
    return Failure(Trouble.NAME, Message(_("“{name}” is neither a name nor an address"), {"name": name[:253]}))


def _nothing(name: str) -> Message:
    return Message(_("{name} does not resolve: it has no address"), {"name": name[:253]})


def _slow(name: str) -> Message:
    return Message(_("{name} does not resolve: DNS has not answered yet"), {"name": name[:253]})
