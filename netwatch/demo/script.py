"""What goes wrong when, and what people do about it: a time line in seconds. Pure.

The story is told within five minutes; lesser episodes follow, and after half an hour all begins again.
Nothing fails twice within that time but what is to flap: what does counts as flapping.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from netwatch.demo.effects import Broken, Busy, Effect, Full, OnBattery, PortDown, Refusing, Silent
from probes.api import _

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Episode:
    """Something is wrong from `start` until `end`. What is said of it may be empty; `{device}` is filled."""

    effect: Effect
    start: float
    end: float
    begins: str = ""
    ends: str = ""


class Act(Enum):
    """What people do: the commands of the service that they use."""

    ACKNOWLEDGE = "acknowledge"
    NOTE = "note"
    LOG = "log"


@dataclass(frozen=True, slots=True)
class Deed:
    """Whoever is on duty does something at `at`: to the open fault of the check that begins with `check`."""

    at: float
    act: Act
    text: str
    check: str = ""


@dataclass(frozen=True, slots=True)
class Cue:
    """What begins, ends or is done at one time: an episode with its sentence, or a deed."""

    at: float
    sentence: str = ""
    device: str = ""
    deed: Deed | None = None


@dataclass(frozen=True, slots=True)
class Script:
    """Episodes and deeds, in seconds after the start; after `length` they begin again."""

    episodes: tuple[Episode, ...]
    deeds: tuple[Deed, ...]
    length: float

    def in_force(self, at: float) -> frozenset[Effect]:
        """Return what is wrong at a time."""
        moment = at % self.length
        return frozenset(each.effect for each in self.episodes if each.start <= moment < each.end)

    def cues(self, after: float, upto: float) -> tuple[Cue, ...]:
        """Return what happens in (after, upto], in order."""
        found = []
        for turn in range(int(max(0.0, after) // self.length), int(max(0.0, upto) // self.length) + 1):
            start = turn * self.length
            found += [replace(cue, at=start + cue.at) for cue in self._once()]
        return tuple(sorted((cue for cue in found if after < cue.at <= upto), key=lambda cue: cue.at))

    def paced(self, factor: float) -> Script:
        """Return the same story, told in so many times the time."""
        return Script(
            tuple(replace(each, start=each.start * factor, end=each.end * factor) for each in self.episodes),
            tuple(replace(each, at=each.at * factor) for each in self.deeds),
            self.length * factor,
        )

    def _once(self) -> Iterator[Cue]:
        for episode in self.episodes:
            if episode.begins:
                yield Cue(episode.start, episode.begins, episode.effect.device)
            if episode.ends:
                yield Cue(episode.end, episode.ends, episode.effect.device)
        for deed in self.deeds:
            yield Cue(deed.at, deed=deed)


def _flaps(device: str, port: str, start: float, times: int) -> tuple[Episode, ...]:
    """Return a link that goes and comes, long enough each time to be confirmed."""
    down, period = 8.0, 17.0
    return tuple(
        Episode(
            PortDown(device, port), start + number * period, start + number * period + down,
            _("{device}: the uplink begins to come and go") if number == 0 else "",
            _("{device}: the uplink holds again") if number == times - 1 else "",
        )
        for number in range(times)
    )  # fmt: skip


_POWER_LOST, _POWER_BACK = _("{device} loses power"), _("{device} has power again and starts")
_BUSY, _CALM = _("{device}: a report runs away, all processors are busy"), _("{device}: the report is stopped")
_FULL, _FREED = _("{device}: a disk runs full"), _("{device}: old files are moved away")
_REFUSES, _ACCEPTS = _("{device}: the service stops and refuses connections"), _("{device}: the service runs again")
_ERRORS, _WELL = _("{device}: the web page answers with errors"), _("{device}: the web page is well again")
_MAINS_LOST, _MAINS_BACK = _("{device}: the mains fail, it runs on battery"), _("{device}: the mains are back")

_STORY = (
    Episode(Silent("emergency"), 6, 68, _POWER_LOST, _POWER_BACK),
    Episode(Busy("his", 99), 22, 150, _BUSY, _CALM),
    Episode(Full("pacs", "/images", 97), 44, 330, _FULL, _FREED),
    Episode(
        Silent("dist-out"), 75, 128, _("{device} loses power; three access switches are behind it"), _POWER_BACK
    ),
    Episode(Refusing("lis", "interface"), 112, 165, _REFUSES, _ACCEPTS),
    Episode(OnBattery("ups"), 140, 215, _MAINS_LOST, _MAINS_BACK),
    *_flaps("core-a", "XGE1/0/8", 170, 4),
    Episode(Broken("portal", "web"), 225, 285, _ERRORS, _WELL),
)  # fmt: skip
_DEEDS = (
    Deed(36, Act.ACKNOWLEDGE, _("on my way to the emergency department's wiring closet"), "emergency/"),
    Deed(58, Act.NOTE, _("a circuit breaker had tripped; switched on again, the electricians are told"), "emergency/"),
    Deed(62, Act.LOG, _("round through the machine room: 23 °C, no alarms on the air conditioning")),
    Deed(96, Act.ACKNOWLEDGE, _("old images are being moved to the archive"), "pacs/"),
    Deed(118, Act.ACKNOWLEDGE, _("on the way with the spare power supply"), "dist-out/"),
    Deed(134, Act.LOG, _("the outpatient hall was told by telephone that the network is back")),
    Deed(160, Act.LOG, _("the electricians are told of the mains failure")),
)
_AFTERWARDS = (
    Episode(Silent("theatre"), 380, 440, _POWER_LOST, _POWER_BACK),
    Episode(Refusing("his", "database"), 480, 540, _REFUSES, _ACCEPTS),
    Episode(Busy("lis", 97), 590, 680, _BUSY, _CALM),
    Episode(Silent("core-b"), 740, 800, _("{device} loses power; the other core switch carries on"), _POWER_BACK),
    Episode(Full("his", "/data", 91), 860, 980, _FULL, _FREED),
    Episode(Broken("pacs", "viewer"), 1040, 1100, _ERRORS, _WELL),
    Episode(PortDown("core-b", "XGE1/0/3"), 1160, 1220, _("{device}: a port loses its link"), _("{device}: its link is back")),
    Episode(Silent("in-5f"), 1290, 1350, _POWER_LOST, _POWER_BACK),
    Episode(Busy("core-b", 94), 1420, 1500, _("{device}: a loop in the network keeps it busy"), _("{device}: the loop is found")),
    Episode(Full("portal", "/", 96), 1560, 1650, _FULL, _FREED),
)  # fmt: skip

SCRIPT = Script((*_STORY, *_AFTERWARDS), _DEEDS, length=2100.0)
"""The demo as it is shown."""
