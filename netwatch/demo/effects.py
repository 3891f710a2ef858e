"""What can be wrong with something in the hospital, and what all of it together makes of one device. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from netwatch.domain import topology

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Silent:
    """It has no power: nothing of it answers, and nothing behind it is reached."""

    device: str


@dataclass(frozen=True, slots=True)
class PortDown:
    """A port has lost its link."""

    device: str
    port: str


@dataclass(frozen=True, slots=True)
class Busy:
    """Its processors are busy, in percent."""

    device: str
    percent: float


@dataclass(frozen=True, slots=True)
class Full:
    """A volume is full, in percent."""

    device: str
    volume: str
    percent: float


@dataclass(frozen=True, slots=True)
class Refusing:
    """A service takes no connection."""

    device: str
    service: str


@dataclass(frozen=True, slots=True)
class Broken:
    """A service answers with an error of its own."""

    device: str
    service: str


@dataclass(frozen=True, slots=True)
class OnBattery:
    """The mains have failed."""

    device: str


Effect = Silent | PortDown | Busy | Full | Refusing | Broken | OnBattery


@dataclass(frozen=True, slots=True)
class Condition:
    """How one device is."""

    silent: bool = False
    ports_down: frozenset[str] = frozenset()
    load: float | None = None
    full: Mapping[str, float] = field(default_factory=dict)
    refusing: frozenset[str] = frozenset()
    broken: frozenset[str] = frozenset()
    on_battery: bool = False


def conditions(effects: Iterable[Effect], parents: Mapping[str, tuple[str, ...]]) -> dict[str, Condition]:
    """Return the condition of every device under these effects; what is behind a silent one is silent too."""
    known = tuple(effects)
    silent: set[str] = {each.device for each in known if isinstance(each, Silent)}
    silent |= _cut_off(silent, parents)
    return {
        device: _condition([each for each in known if each.device == device], device in silent) for device in parents
    }


def _cut_off(silent: set[str], parents: Mapping[str, tuple[str, ...]]) -> set[str]:
    """Return what is reached only through silent devices, be it one or several."""
    # One device in place of all that are silent, so that two that share the load count as one.
    merged = {
        name: tuple("" if parent in silent else parent for parent in above)
        for name, above in parents.items()
        if name not in silent
    }
    return set(topology.behind("", merged))


def _condition(effects: list[Effect], is_silent: bool) -> Condition:  # noqa: FBT001 - of one word, used once
    return Condition(
        silent=is_silent,
        ports_down=frozenset(each.port for each in effects if isinstance(each, PortDown)),
        load=max((each.percent for each in effects if isinstance(each, Busy)), default=None),
        full={each.volume: each.percent for each in effects if isinstance(each, Full)},
        refusing=frozenset(each.service for each in effects if isinstance(each, Refusing)),
        broken=frozenset(each.service for each in effects if isinstance(each, Broken)),
        on_battery=any(isinstance(each, OnBattery) for each in effects),
    )
