"""The collector `snmp`: what a device is set to and made of, as SNMP tells it, and whether anything was changed.

It asks with Get, GetNext and GetBulk and has no Set: `SnmpClient` knows none. Each facet becomes one page of text
(`probes.snmp.page`), under the rules `snmp`.

A read counts as whole when every table came to its end and a second read says the same. Where the second differs
there is a third, which must agree with the second: so a table that was cut short, or changed while it was read, is a
gap and never a difference. What a device does not have is no gap.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from probes.api import Failure, Message, Shared, Target, _
from probes.collect import Answer, Capture, Collection
from probes.facets import HARDWARE, PARAMETERS, RUNNING_SOFTWARE, SERVICES, SOFTWARE
from probes.names import names
from probes.snmp import changes, journal, parts, routes, settings, software
from probes.snmp.client import Unanswered
from probes.snmp.contact import Contact, ContactOptions, failure
from probes.snmp.inspect import describe, presence, read
from probes.snmp.page import Page
from probes.snmp.sizes import Sizes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from probes.collect import Evidence, Facet
    from probes.snmp.changes import Ticks
    from probes.snmp.client import SnmpClient
    from probes.snmp.tables import Read, Table

RULES = "snmp"
"""The rules that make text of what is collected here."""
READS = 3
"""How often a facet is read at most until two reads in a row say the same."""


@dataclass(frozen=True, slots=True)
class _Side:
    """How one facet is read and written. With `is_of_the_moment` only what two reads both show is told."""

    tables: tuple[Table, ...]
    write: Callable[[Page, Mapping[str, Read]], None]
    lack: str
    is_of_the_moment: bool = False


_SIDES = {
    PARAMETERS.name: _Side(settings.TABLES, settings.write, _("the device tells no settings by SNMP")),
    HARDWARE.name: _Side(parts.TABLES, parts.write, _("the device does not tell what it is made of")),
    SOFTWARE.name: _Side(
        (software.INSTALLED,), software.write_installed, _("the device does not tell what is installed on it")
    ),
    SERVICES.name: _Side((software.SERVICES,), software.write_services, _("the device tells no services by SNMP")),
    RUNNING_SOFTWARE.name: _Side(
        (software.RUNNING,), software.write_running, _("the device does not tell what runs on it"), is_of_the_moment=True
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Reading:
    """One read of one facet: its page, and why it is not whole."""

    page: Page
    gap: Message | None


class SnmpCollector:
    """Reads the facets of one device by SNMP."""

    kind: ClassVar[str] = "snmp"
    facets: ClassVar[tuple[Facet, ...]] = (PARAMETERS, HARDWARE, SOFTWARE, SERVICES, RUNNING_SOFTWARE)

    class Options(ContactOptions):
        """How to ask, and for how long."""

        budget: Annotated[float, Field(gt=0, le=600)] = 120.0
        """Seconds for one read of one facet; each is read twice."""
        running_software: bool = False
        """Read which programs run, too: for servers on which always the same ones do."""

    def __init__(self, options: Options, *, shared: Shared) -> None:
        self._budget, self._has_running = options.budget, options.running_software
        self._contact = Contact(options, shared)
        self._names = names(shared)
        self._sizes = Sizes(repetitions=options.max_repetitions, has_bulk=self._contact.has_bulk)

    def offered(self) -> tuple[str, ...]:
        """Return all facets; the programs that run, which come and go, only where somebody asks for them."""
        return tuple(facet.name for facet in self.facets if self._has_running or facet is not RUNNING_SOFTWARE)

    async def collect(self, target: Target, facets: frozenset[str]) -> Collection | Failure:
        """Visit once and read these facets."""
        address = await self._names.look_up(target.address)
        client = address if isinstance(address, Failure) else self._contact.client(address)
        if isinstance(client, Failure):
            return client
        described = await describe(client)
        if isinstance(described, Unanswered):
            return failure(described)
        captures: list[Capture] = []
        unread: dict[str, Message] = {}
        for facet in (each.name for each in self.facets if each.name in facets):
            capture = await self._capture(client, facet)
            if isinstance(capture, Message):
                unread[facet] = capture
            else:
                captures.append(capture)
        return Collection(tuple(captures), unread=unread)

    async def ticks(self, target: Target, now: datetime, before: Ticks | None = None) -> Ticks | Failure:
        """Look whether anything was changed since `before`: one question. See `probes.snmp.changes`."""
        client = await self._reached(target, now)
        if isinstance(client, Failure):
            return client
        seen = await changes.look(client, self._sizes, before, now, is_costly=not self._contact.has_bulk)
        return failure(seen) if isinstance(seen, Unanswered) else seen

    async def history(self, target: Target, now: datetime) -> tuple[Evidence, ...] | Failure:
        """Return who changed the configuration and when, as the device remembers it, the newest first."""
        client = await self._reached(target, now)
        if isinstance(client, Failure):
            return client
        remembered = await journal.history(client, self._sizes, now)
        return failure(remembered) if isinstance(remembered, Unanswered) else remembered

    async def _reached(self, target: Target, now: datetime) -> SnmpClient | Failure:
        address = await self._names.resolve(target.address, now)
        return address if isinstance(address, Failure) else self._contact.client(address)

    async def _capture(self, client: SnmpClient, facet: str) -> Capture | Message:
        """Read one facet until two reads agree, or return why this device does not have it."""
        side, loop = _SIDES[facet], asyncio.get_running_loop()
        begun = loop.time()
        last, reading = None, await self._read(client, side)
        for _again in range(READS - 1):
            if reading.gap is not None or (last is not None and _agree(last, reading)):
                break
            last, reading = reading, await self._read(client, side)
            if side.is_of_the_moment:
                reading = _common(last, reading)
                break
        gap = reading.gap or _unsettled(side, last, reading)
        if reading.page.is_empty and gap is None:
            return Message(side.lack)
        answer = Answer(_question(side), reading.page.octets(), loop.time() - begun)
        return Capture(facet, RULES, (answer,), gap)

    async def _read(self, client: SnmpClient, side: _Side) -> _Reading:
        tables = side.tables
        if side.tables is settings.TABLES:
            tables += await self._route_table(client)
        found = await read(client, tables, self._sizes, seconds=self._budget)
        page = Page()
        await asyncio.to_thread(side.write, page, found.reads)
        gap = None
        if found.problems:
            part, what = found.problems[0].part, found.problems[0].what
            values = {**what.values, "table": part, "note": what.template}
            gap = Message(_("the table {table} was not read to its end: {note}"), values)
        elif page.is_cut:
            gap = Message(_("there is more than can be written down"))
        return _Reading(page, gap)

    async def _route_table(self, client: SnmpClient) -> tuple[Table, ...]:
        """Return the newest table of routes that the device has, if it is not too long to be read."""
        present = await presence(client, routes.TABLES, self._sizes)
        if not present:
            return ()
        counts = await read(client, (routes.COUNTS,), self._sizes, seconds=self._budget)
        table = present[0]
        return () if routes.is_too_long(table, counts.reads[routes.COUNTS.name]) else (table,)


def _agree(first: _Reading, second: _Reading) -> bool:
    return first.gap is None and second.gap is None and first.page.text() == second.page.text()


def _unsettled(side: _Side, last: _Reading | None, reading: _Reading) -> Message | None:
    """Say of the last two reads that they do not agree."""
    if side.is_of_the_moment or (last is not None and _agree(last, reading)):
        return None
    return Message(_("what the device says changed while it was read"))


def _common(first: _Reading, second: _Reading) -> _Reading:
    """Return what both reads show: what runs for a moment only is in one of them."""
    return _Reading(second.page.common(first.page), first.gap or second.gap)


def _question(side: _Side) -> str:
    return "walk " + " ".join(table.name for table in side.tables)
