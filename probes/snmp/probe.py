"""The probe `snmp`: ports, processors, memory, storage and sensors of anything that speaks SNMP."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from probes.api import Failure, Meaning, Measurement, Message, Problem, Reading, Shared, Target, _
from probes.names import names
from probes.options import Seconds
from probes.snmp import plan as planning
from probes.snmp import ports, readings
from probes.snmp.client import Unanswered
from probes.snmp.contact import Contact, ContactOptions, failure
from probes.snmp.entity import PHYSICAL_TABLE, platform
from probes.snmp.fetch import fetch
from probes.snmp.inspect import describe, read
from probes.snmp.sizes import Sizes
from probes.snmp.system import HARDWARE_CHANGE, TABLE_CHANGE, clocks, system
from probes.snmp.uptime import UNBROKEN, Continuity, continuity

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from probes.api import Inventory
    from probes.snmp.client import Oid, SnmpClient, Value
    from probes.snmp.counters import Sample
    from probes.snmp.fetch import Fetched
    from probes.snmp.plan import Plan
    from probes.snmp.system import Clocks
    from probes.snmp.tables import Read

_BREAKS = {
    Continuity.RESTARTED: _("the device has restarted: rates begin again with the next poll"),
    Continuity.RESET: _("the SNMP agent has restarted, the device has not: rates begin again with the next poll"),
    Continuity.JUMPED: _(
        "the clocks of device and watcher disagree, one was set: rates begin again with the next poll"
    ),
}


@dataclass(slots=True)
class _Memory:
    """What the next measurement needs of the last ones."""

    plan: Plan | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    clocks: Clocks | None = None
    read_at: datetime | None = None
    epoch: int = 0
    samples: dict[str, dict[str, Sample]] = field(default_factory=dict)
    inventory: Inventory | None = None
    """What the last discovery read, until it is told."""
    hardware_change: Value = None
    """When the hardware had last changed at the first poll after the last discovery."""


class SnmpProbe:
    """Discovers what a device has, then reads just that, and discovers again when the device changes."""

    kind: ClassVar[str] = "snmp"
    reachability: ClassVar[bool] = False
    meanings: ClassVar[tuple[Meaning, ...]] = readings.MEANINGS

    class Options(ContactOptions):
        """`ports`: names or globs of the ports whose state matters; `speed`: bit/s by name or glob."""

        budget: Seconds = 30.0
        """Seconds for a whole poll, and for a discovery."""
        interfaces: bool = True
        """Read the traffic of all ports, not only of those in `ports`."""
        ports: Annotated[tuple[str, ...], Field(strict=False)] = ()
        speed: dict[str, Annotated[int, Field(gt=0)]] = Field(default_factory=dict)

    def __init__(self, options: Options, *, shared: Shared) -> None:
        self._options = options
        self._contact = Contact(options, shared)
        self._names = names(shared)
        self._wishes = planning.Wishes(options.ports, options.speed, options.interfaces)
        self._sizes = Sizes(repetitions=options.max_repetitions, has_bulk=self._contact.has_bulk)
        self._memory = _Memory()

    async def measure(self, target: Target, now: datetime) -> Reading:
        """Poll once; discover before, where there is no plan or it no longer fits."""
        address = await self._names.resolve(target.address, now)
        client = address if isinstance(address, Failure) else self._contact.client(address)
        if isinstance(client, Failure):
            return client
        started = asyncio.get_running_loop().time()
        plan = self._memory.plan or await self._discover(client, now)
        if isinstance(plan, Failure):
            return plan
        began = asyncio.get_running_loop().time()
        fetched = await fetch(client, plan.names, self._sizes, seconds=self._options.budget)
        broken = self._note_clocks(fetched, now + timedelta(seconds=began - started))
        if fetched.values and self._is_due(plan, fetched, broken, now):
            renewed = await self._discover(client, now)
            if not isinstance(renewed, Failure):
                plan = renewed
                fetched = await fetch(client, plan.names, self._sizes, seconds=self._options.budget)
        if self._memory.hardware_change is None:
            self._memory.hardware_change = fetched.values.get(HARDWARE_CHANGE)
        return self._judge(plan, fetched, broken)

    async def _discover(self, client: SnmpClient, now: datetime) -> Plan | Failure:
        described = await describe(client)
        if isinstance(described, Unanswered):
            return failure(described)
        tables = await read(client, planning.TABLES, self._sizes, seconds=self._options.budget)
        change = described.get(TABLE_CHANGE)
        memory = self._memory
        memory.plan = planning.make(
            tables.reads, int(change) if isinstance(change, int) else None, self._wishes, memory.plan, now
        )
        memory.problems = tables.problems
        memory.inventory, memory.hardware_change = memory.plan.inventory, None
        memory.facts = {**_facts(described, tables.reads), **memory.plan.events}
        return memory.plan

    def _note_clocks(self, fetched: Fetched, now: datetime) -> Continuity | None:
        """Compare the device's clocks with the last poll's; a break begins a new epoch for all counters."""
        memory = self._memory
        seen = clocks(fetched.values)
        before, at = memory.clocks, memory.read_at
        if not fetched.values:
            return None
        memory.clocks, memory.read_at = seen, now
        if before is None or at is None:
            return None
        found = continuity(before, seen, (now - at).total_seconds())
        if found in UNBROKEN:
            return None
        memory.epoch += 1
        return found

    def _is_due(self, plan: Plan, fetched: Fetched, broken: Continuity | None, now: datetime) -> bool:
        change = fetched.values.get(TABLE_CHANGE)
        return planning.is_due(
            plan,
            now,
            table_change=int(change) if isinstance(change, int) else plan.table_change,
            has_restarted=broken in (Continuity.RESTARTED, Continuity.RESET),
            has_vanished=planning.vanished(plan, fetched),
            has_other_hardware=self._has_other_hardware(fetched),
        )

    def _has_other_hardware(self, fetched: Fetched) -> bool:
        before, now = self._memory.hardware_change, fetched.values.get(HARDWARE_CHANGE)
        return isinstance(before, int) and isinstance(now, int) and before != now

    def _judge(self, plan: Plan, fetched: Fetched, broken: Continuity | None) -> Reading:
        memory = self._memory
        if not fetched.values and fetched.why:
            return failure(fetched.why)
        values = readings.values(planning.refreshed(plan, fetched), memory.clocks or clocks(fetched.values))
        values += ports.report(plan.ports, plan.gone, plan.unfound, fetched)
        for item, port in plan.ports.items():
            after = ports.samples(port, fetched, memory.epoch)
            values += ports.traffic(port, memory.samples.get(item, {}), after)
            memory.samples[item] = after
        memory.samples = {item: memory.samples[item] for item in plan.ports}
        hardware, memory.inventory = memory.inventory, None
        return Measurement(tuple(values), memory.facts, (*memory.problems, *_problems(fetched, broken)), hardware)


def _facts(described: Mapping[Oid, Value], reads: Mapping[str, Read]) -> dict[str, str]:
    about, what = system(described), platform(reads[PHYSICAL_TABLE.name])
    known = {
        "name": about.name,
        "description": about.description,
        "object_id": about.object_id,
        "location": about.location,
        "contact": about.contact,
        "vendor": what.vendor,
        "model": what.model,
        "version": what.version,
        "serial": what.serial,
    }
    return {name: text for name, text in known.items() if text}


def _problems(fetched: Fetched, broken: Continuity | None) -> list[Problem]:
    found = [Problem("poll", fetched.why.detail)] if fetched.unread and fetched.why else []
    return found + ([Problem("uptime", Message(_BREAKS[broken]))] if broken else [])
