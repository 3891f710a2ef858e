"""The order of one visit: no pager, then each facet; and what came of it as captures.

It is a plan without a line: `steps` yields what is to be asked, and is sent what was said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from probes.api import Message, _
from probes.collect import Answer, Capture
from probes.ssh.proof import Proof

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from probes.platforms.platform import Platform, Reading
    from probes.ssh.said import Said


class Visit:
    """What is read of one device, facet by facet: `captures`, and the `unread` ones each with why."""

    def __init__(self, platform: Platform, facets: Iterable[str]) -> None:
        if platform.dialogue is None:
            raise ValueError(f"nothing can be typed on {platform.name}")
        self.captures: list[Capture] = []
        self.unread: dict[str, Message] = {}
        self._platform = platform
        self._facets = tuple(facets)
        self._manners = platform.dialogue
        self._proof = Proof(platform.dialogue)

    def steps(self) -> Generator[str, Said, None]:
        """Yield each command in its turn. After the session has ended, each is answered with why it was not asked."""
        yield from _asked(self._manners.setup)
        for name in self._facets:
            reading = self._platform.reading(name)
            if reading is None:
                self.unread[name] = Message(_("devices of the kind {platform} do not tell it"), self._name())
            else:
                yield from self._read(reading)

    def _read(self, reading: Reading) -> Generator[str, Said, None]:
        answers = yield from _asked(reading.commands)
        if reading.instead and any(map(self._proof.is_refused, answers)):
            answers = yield from _asked(reading.instead)
        if self._proof.is_absent(reading, answers):
            self.unread[reading.name] = Message(_("the device has none"))
        elif all(map(self._proof.is_refused, answers)):
            what = Message(_("the device refuses “{command}”"), {"command": answers[-1].command})
            self.unread[reading.name] = what
        else:
            self.captures.append(self._capture(reading, answers))

    def _capture(self, reading: Reading, answers: list[Said]) -> Capture:
        kept = tuple(Answer(said.command, said.raw, said.seconds) for said in answers if said.raw)
        return Capture(reading.name, self._platform.name, kept, self._proof.gap(reading, answers))

    def _name(self) -> dict[str, str | int | float]:
        return {"platform": self._platform.name}


def _asked(commands: tuple[str, ...]) -> Generator[str, Said, list[Said]]:
    answers = []
    for command in commands:
        answers.append((yield command))  # noqa: PERF401 — a comprehension cannot yield
    return answers
