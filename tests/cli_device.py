"""A device with a command line, as bytes in and bytes out: it echoes, pages, asks, wants a password, and can be cut off.

`Line` carries its bytes to a dialogue without a network; `tests.ssh_device` serves it over SSH.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from probes.ssh.dialogue import Dialogue, Phase
from probes.ssh.said import Said, never_asked
from probes.ssh.visit import Visit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from probes.platforms.platform import Platform

MANY = 10_000
"""More turns than any conversation takes."""


@dataclass
class CliDevice:
    """What it has to say. `received` is every byte that it was sent, in pieces as they came."""

    prompt: bytes = b"sw-1#"
    answers: Mapping[str, bytes] = field(default_factory=dict)
    banner: bytes = b""
    unknown: bytes = b"% Invalid input detected at '^' marker.\r\n"
    asks: tuple[bytes, ...] = ()
    """What it asks after the log-in, before there is a prompt."""
    key_ends_question: bool = False
    """Whether one key is enough, without Enter."""
    page: int = 0
    """Lines of a page; 0 is no pager."""
    unpaged_by: str = ""
    """The command that turns the pager off."""
    pager: bytes = b"--More--"
    wipe: bytes = b"\r        \r"
    password: bytes | None = None
    """That of `enable`: without it the answers are refused, and the prompt has another sign."""
    cut: int | None = None
    """After so many bytes of its output the line is dead."""
    stuck: int | None = None
    """After so many bytes of its output it says nothing more, and the line is still there."""
    renamed_by: str = ""
    """The command behind which the device has another name."""
    received: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.is_over = False
        self._spoken = 0
        self._typed = b""
        self._pages: list[bytes] = []
        self._asks = list(self.asks)
        self._waits_for_password = False
        self._is_enabled = self.password is None

    def connect(self) -> bytes:
        """Return what it says first."""
        return self._out(self.banner + (self._asks[0] if self._asks else self._prompt()))

    def take(self, data: bytes) -> bytes:
        """Take what was typed and return what it says."""
        self.received.append(data)
        return self._out(b"".join(self._key(data[at : at + 1]) for at in range(len(data))))

    def _out(self, text: bytes) -> bytes:
        if self.cut is not None and self._spoken + len(text) >= self.cut:
            text, self.is_over = text[: max(0, self.cut - self._spoken)], True
        if self.stuck is not None:
            text = text[: max(0, self.stuck - self._spoken)]
        self._spoken += len(text)
        return text

    def _prompt(self) -> bytes:
        return self.prompt if self._is_enabled else self.prompt.rstrip(b"#> ") + b">"

    def _key(self, key: bytes) -> bytes:
        if self._pages:
            self._pages = [] if key == b"q" else self._pages
            return self.wipe + (self._next_page() if self._pages else self._prompt())
        if self._asks and self.key_ends_question:
            self._asks.pop(0)
            return b"\r\n" + (self._asks[0] if self._asks else self._prompt())
        if key != b"\n":
            self._typed += key
            return b"" if self._waits_for_password else key
        typed, self._typed = self._typed, b""
        return b"\r\n" + self._line(typed)

    def _line(self, typed: bytes) -> bytes:
        if self._asks:
            self._asks.pop(0)
            return self._asks[0] if self._asks else self._prompt()
        if self._waits_for_password:
            self._waits_for_password, self._is_enabled = False, typed == self.password
            return self._prompt() if self._is_enabled else b"% Bad secrets\r\n\r\n" + self._prompt()
        command = typed.decode("ascii").strip()
        if command == "enable" and self.password is not None and not self._is_enabled:
            self._waits_for_password = True
            return b"Password: "
        if command == self.unpaged_by:
            self.page = 0
        if command in {"exit", "quit"}:
            self.is_over = True
            return b""
        return self._answer(command) if command else self._prompt()

    def _answer(self, command: str) -> bytes:
        text = self.answers.get(command, self.unknown) if self._is_enabled else self.unknown
        if command == self.renamed_by:
            self.prompt = b"core-9" + self.prompt[-1:]
        if not self.page or not text:
            return text + self._prompt()
        lines = text.splitlines(keepends=True)
        self._pages = [b"".join(lines[at : at + self.page]) for at in range(0, len(lines), self.page)]
        return self._next_page()

    def _next_page(self) -> bytes:
        page = self._pages.pop(0)
        return page + (self.pager if self._pages else self._prompt())


class Line:
    """The line between a device and a dialogue, without time: silence is when the device has nothing more to say."""

    def __init__(self, device: CliDevice, dialogue: Dialogue, cuts: Iterable[int] = ()) -> None:
        self._device = device
        self._dialogue = dialogue
        self._sizes = list(cuts) or [MANY]
        self._turn = 0
        self.sent: list[bytes] = []
        self._deliver(device.connect())

    def run(self) -> None:
        """Carry bytes until the dialogue waits no more."""
        silences = 0
        for _turn in range(MANY):
            if self._dialogue.phase not in {Phase.LOGIN, Phase.ASKED}:
                return
            said = b"".join(self._device.take(data) for data in self._sends())
            if said:
                silences = 0
                self._deliver(said)
            elif self._device.is_over or silences > 5:
                self._dialogue.ended()
            else:
                (self._dialogue.stalled if silences else self._dialogue.quiet)()
                silences += 1
        raise AssertionError("the conversation has no end")

    def _sends(self) -> list[bytes]:
        data = self._dialogue.sends()
        self.sent += data
        return [] if self._device.is_over else data

    def _deliver(self, data: bytes) -> None:
        while data:
            size = self._sizes[self._turn % len(self._sizes)]
            self._turn += 1
            self._dialogue.receive(data[:size])
            data = data[size:]


def visited(
    platform: Platform, device: CliDevice, facets: Iterable[str] = ("running",), cuts: Iterable[int] = ()
) -> tuple[Visit, list[bytes]]:
    """Visit a device and return what came of it, and what was sent."""
    assert platform.dialogue is not None
    dialogue = Dialogue(platform.dialogue)
    line = Line(device, dialogue, cuts)
    line.run()
    visit = Visit(platform, facets)
    steps = visit.steps()
    command = next(steps, None)
    while command is not None:
        try:
            command = steps.send(_asked(dialogue, line, command))
        except StopIteration:
            break
    return visit, line.sent


def _asked(dialogue: Dialogue, line: Line, command: str) -> Said:
    if dialogue.phase is not Phase.READY:
        return Said(command, gap=never_asked(command))
    dialogue.ask(command)
    line.run()
    assert dialogue.said is not None
    return dialogue.said
