"""The probe `icmp`: loss and round-trip time of a few packets."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from probes.api import Failure, Limits, Meaning, Measurement, Message, Reading, Shared, Target, Trouble, Value, _
from probes.icmp.echo import Echo
from probes.icmp.pace import Pace
from probes.icmp.wire import Obstacle
from probes.names import names
from probes.options import ProbeOptions, Seconds

if TYPE_CHECKING:
    from datetime import datetime

    from probes.icmp.book import Exchange
    from probes.names import Address

# One packet of four or more is nothing; one of three (33 %) is a warning, which must repeat itself to be
# believed; two of three are critical; none at all is a Failure. Only a clean measurement ends it.
LOSS = Meaning("packet.loss", _("Packet loss"), "%", Limits(warning=30, critical=60, recover=10))
FASTEST = Meaning("rtt.min", _("Round-trip time, shortest"), "ms")
MEDIAN = Meaning("rtt.median", _("Round-trip time, median"), "ms")
SLOWEST = Meaning("rtt.max", _("Round-trip time, longest"), "ms")

_SAID = {
    Obstacle.NETWORK: _("{router} says that the network of {address} cannot be reached"),
    Obstacle.HOST: _("{router} says that {address} cannot be reached"),
    Obstacle.FORBIDDEN: _("{router} says that traffic to {address} is forbidden"),
    Obstacle.LOOP: _("{router} says that packets to {address} do not arrive: they go in a circle, or too far"),
}


class IcmpProbe:
    """Sends a few echo requests, spaced, and reports loss and round-trip times."""

    kind: ClassVar[str] = "icmp"
    reachability: ClassVar[bool] = True
    meanings: ClassVar[tuple[Meaning, ...]] = (LOSS, FASTEST, MEDIAN, SLOWEST)

    class Options(ProbeOptions):
        """`interval` and `timeout` are of each packet; `rate` is in packets a second."""

        packets: Annotated[int, Field(ge=1, le=100)] = 3
        interval: Annotated[float, Field(ge=0.01, le=60)] = 0.5
        timeout: Seconds = 1.0
        version: Literal[4, 6] | None = None
        """The version of IP for a name that has addresses of both; without it as the system prefers."""
        rate: Annotated[float, Field(gt=0, le=100_000)] | None = None
        """Limit of this whole process, 2000 unless a check names one; the lowest that one names holds."""

    def __init__(self, options: Options, *, shared: Shared) -> None:
        self._options = options
        self._shared = shared
        self._names = names(shared)
        self._pace = shared.get("icmp/pace", Pace)
        if options.rate is not None:
            self._pace.limit(options.rate)

    async def measure(self, target: Target, now: datetime) -> Reading:
        """Ping once; all lost is a `Failure`, with what a router said if one did."""
        address = await self._names.resolve(target.address, now, self._options.version)
        if isinstance(address, Failure):
            return address
        echo = self._shared.get(f"icmp/{address.version}", partial(Echo, address.version, self._pace))
        asked = self._options
        exchange = await echo.ping(address, asked.packets, asked.interval, asked.timeout)
        return exchange if isinstance(exchange, Failure) else self._judge(address, exchange)

    def _judge(self, address: Address, exchange: Exchange) -> Reading:
        values: dict[str, str | int | float] = {"address": str(address)}
        if not exchange.sent:
            sentence = _("This machine cannot send to {address}: {error}")
            return Failure(Trouble.UNREACHABLE, Message(sentence, values | {"error": exchange.trouble}))
        if exchange.times:
            return Measurement(_values(exchange))
        if exchange.obstacle is not None:
            message = Message(_SAID[exchange.obstacle], values | {"router": exchange.router})
            return Failure(Trouble.UNREACHABLE, message)
        sentence = _("{address} answered none of {packets} packets within {seconds} s each")
        values |= {"packets": exchange.sent, "seconds": self._options.timeout}
        return Failure(Trouble.TIMEOUT, Message(sentence, values))


def _values(exchange: Exchange) -> tuple[Value, ...]:
    return (
        Value(LOSS.name, round(exchange.loss, 1)),
        Value(FASTEST.name, _milliseconds(min(exchange.times))),
        Value(MEDIAN.name, _milliseconds(exchange.median)),
        Value(SLOWEST.name, _milliseconds(max(exchange.times))),
    )


def _milliseconds(seconds: float) -> float:
    return round(1000 * seconds, 3)
