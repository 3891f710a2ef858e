"""Kinds of probe as another package would bring them: a good one, and some that cannot be used."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from probes.api import Failure, Limits, Meaning, Measurement, Reading, Shared, Target
from probes.collect import Collection, Facet
from probes.secret import Secret
from probes.snmp.credentials import Community, Usm

if TYPE_CHECKING:
    from datetime import datetime

MaybeSecret = Secret | None


class SignIn(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    user: str
    password: Secret


class GaugeProbe:
    """Reads a gauge."""

    kind = "gauge"
    reachability = False
    meanings = (
        Meaning("gauge.level", "Level"),
        Meaning("gauge.pressure", "Pressure", "V", Limits(warning=20, critical=10, recover=25, rising=False)),
        Meaning("cpu.usage", "Processor load", "%", Limits(warning=50, critical=60)),
    )

    class Options(BaseModel):
        """What the gauge needs."""

        model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

        credentials: ClassVar[tuple[type, ...]] = (Community, Usm)

        dial: str
        scale: Literal["linear", "log"] = "linear"
        credential: str | None = None
        token: MaybeSecret = None
        sign_in: tuple[SignIn, ...] = ()

    def __init__(self, options: BaseModel, *, shared: Shared) -> None:
        self.options = options

    async def measure(self, target: Target, now: datetime) -> Reading:
        return Measurement(())


class DialCollector:
    """Reads what a gauge is set to."""

    kind = "dial"
    facets = (Facet("scale", "Scale"), Facet("zero", "Zero point"))
    every = timedelta(hours=2)

    class Options(BaseModel):
        """What the dial needs."""

        model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

        number: int
        credential: str | None = None
        token: MaybeSecret = None

    def __init__(self, options: BaseModel, *, shared: Shared) -> None:
        self.options = options

    def offered(self) -> tuple[str, ...]:
        return ("scale", "zero")

    async def collect(self, target: Target, facets: frozenset[str]) -> Collection | Failure:
        return Collection(())


class Numb(DialCollector):
    kind = "numb"
    collect = None


class Misnamed(GaugeProbe):
    kind = "something-else"


class Deaf:
    kind = "deaf"
    reachability = False
    meanings = ()
    Options = GaugeProbe.Options


class Loose(GaugeProbe):
    kind = "loose"

    class Options(BaseModel):
        pass


class Mute(GaugeProbe):
    kind = "mute"
    meanings = None


not_a_class = 5
