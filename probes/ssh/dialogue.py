"""One conversation with a command line, without the line: bytes come in, bytes to send and answers come out.

There is no socket, no clock and no vendor's prompt in here. Whoever has the line calls `receive` for what came,
`quiet` when nothing has come for a moment and `stalled` when nothing has come for long, and sends what `sends` gives.
The prompt is learned: it is the line on which the device waits after the log-in, and again after a command.
What the device asks on its way, a pager, a known question, is answered as it comes.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING

from probes.ssh.echo import echo_end
from probes.ssh.said import KEPT, Said, asked_back, closed, endless, written_over
from probes.ssh.signs import (
    ASKS,
    LAST_PAGE,
    LOGGED,
    LONGEST_PAGER,
    PAGERS,
    PASSWORD,
    any_of,
    is_privileged,
    looks_like_prompt,
    stem,
)
from probes.ssh.terminal import TAIL, is_written_over, last_line, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from probes.api import Message
    from probes.platforms.platform import Dialogue as Manners

LIMIT = 16 * 1024 * 1024
"""Bytes of one answer; the largest configurations have five million."""
NUDGES = 3
"""How often Enter is pressed to see the prompt again, for one command."""


class Phase(Enum):
    """What the conversation waits for."""

    LOGIN = "login"
    """The first prompt."""
    READY = "ready"
    """The next command."""
    ASKED = "asked"
    """The answer to it."""
    OVER = "over"
    """Nothing more: the device ended it, or it cannot go on."""


class Dialogue:
    """A conversation; what it has understood is in `phase`, `prompt` and `said`."""

    def __init__(self, manners: Manners, limit: int = LIMIT) -> None:
        self.phase = Phase.LOGIN
        self.prompt = b""
        self.said: Said | None = None
        """The answer to the last command, once it is there."""
        self.is_refused = False
        """Whether the password for more rights was not taken."""
        self._pagers = any_of((*PAGERS, *(each.encode() for each in manners.pagers)))
        self._questions = [(re.compile(each.ask.encode() + rb"\s*$"), each) for each in manners.questions]
        self._limit = limit
        self._out: list[bytes] = []
        self._buffer = bytearray()
        self._answered = 0
        """Where in the buffer what a key was pressed for ends."""
        self._command = ""
        self._secret: bytes | None = None
        self._enabling = False
        self._nudges = 0
        self._entered = 0
        """Where in the buffer what came before Enter was pressed ends."""
        self._echoes = False

    def sends(self) -> list[bytes]:
        """Return what is to be sent now, once: each is a whole line or a key."""
        out, self._out = self._out, []
        return out

    def ask(self, command: str, secret: bytes | None = None) -> None:
        """Type a command. `secret` is given once, if the device asks for a password now: for `enable` only."""
        if self.phase is not Phase.READY:
            raise RuntimeError(f"a command can be asked when the prompt is there, not in phase {self.phase.value}")
        self.phase, self.said = Phase.ASKED, None
        self._command, self._secret, self._enabling = command, secret, secret is not None
        self._buffer.clear()
        self._answered = self._nudges = 0
        self._out.append(command.encode("ascii") + b"\n")

    def receive(self, data: bytes) -> None:
        """Take what came."""
        if self.phase is Phase.OVER:
            return
        self._buffer += data
        if len(self._buffer) > self._limit:
            self._give_up(endless(self._command, self._limit))

    def quiet(self) -> None:
        """Look at what is there: nothing has come for a moment."""
        if self.phase not in {Phase.LOGIN, Phase.ASKED} or self._answer_question() or self._turn_page():
            return
        at = last_line(self._buffer)
        if self.phase is Phase.LOGIN:
            if looks_like_prompt(at):
                self._learn(at)
        elif self._enabling and PASSWORD.search(self._since()):
            self._give_secret()
        elif self._is_prompt(at) and not self._nudges and (self._has_echo() or self._has_text()):
            self._finish(at)

    def stalled(self) -> None:
        """Look again: nothing has come for long. The prompt may be another than it was, or hidden."""
        if self.phase not in {Phase.LOGIN, Phase.ASKED}:
            return
        at = last_line(self._buffer)
        if ASKS.search(at) or PASSWORD.search(at):
            self._give_up(asked_back(self._command))
        elif self._pages_behind_a_message():
            self._press(b" ")
        elif self.phase is Phase.LOGIN:
            self._find_prompt(at)
        elif self._is_prompt(at) or self._ends_with_prompt(at):
            self._finish(at)
        elif looks_like_prompt(at):
            self._check_prompt(at)

    def ended(self, why: Callable[[str], Message] = closed) -> None:
        """Take note that nothing more will come, and why."""
        if self.phase is not Phase.OVER:
            self._give_up(why(self._command))

    def _find_prompt(self, at: bytes) -> None:
        """Press Enter: a device that answers with this very line, however it looks, waits there for a command."""
        if self._is_all_since_enter(at):
            self._learn(at)
        else:
            self._press_enter()

    def _check_prompt(self, at: bytes) -> None:
        """Learn another prompt: somebody renamed the device, or it tells something in it. Enter must bring it again."""
        if self._is_all_since_enter(at):
            self.prompt = at.strip()
            self._finish(at)
        else:
            self._press_enter()

    def _is_all_since_enter(self, at: bytes) -> bool:
        """Whether nothing but this line came since Enter was pressed: the device had nothing more to say."""
        came = shown(bytes(self._buffer[self._entered :]), self._limit).split(b"\n")
        return self._nudges > 0 and {each.strip() for each in came if each.strip()} == {at.strip()}

    def _press_enter(self) -> None:
        if self._nudges < NUDGES:
            self._nudges += 1
            self._entered = len(self._buffer)
            self._out.append(b"\n")

    def _learn(self, at: bytes) -> None:
        self.prompt, self.phase = at.strip(), Phase.READY

    def _is_prompt(self, at: bytes) -> bool:
        text = at.strip()
        if text == self.prompt:
            return True
        # `enable` changes the sign behind the name, and nothing else of it.
        return looks_like_prompt(at) and len(stem(text)) > 1 and stem(text) == stem(self.prompt)

    def _ends_with_prompt(self, at: bytes) -> bool:
        """Whether the prompt stands behind an answer whose last line has no end."""
        return len(stem(self.prompt)) > 1 and at.strip().endswith(self.prompt)

    def _since(self) -> bytes:
        """Return the last line, as far as it came since a key was pressed."""
        return last_line(self._buffer[max(self._answered, len(self._buffer) - TAIL) :])

    def _turn_page(self) -> bool:
        """Press a pager's key. In silence only: what comes at once behind its text may be a question."""
        since = self._since()
        if self._pages(since) and not ASKS.search(since):
            self._press(b" ")
        elif LAST_PAGE.search(since):
            self._press(b"q")
        else:
            return False
        return True

    def _pages_behind_a_message(self) -> bool:
        """Whether a log line came behind a pager's text, so that it was not the last one. What is left of it is a gap."""
        lines = shown(bytes(self._buffer[max(self._answered, len(self._buffer) - TAIL) :])).split(b"\n")
        # A line without an end may be a question, unless it begins as those of a log do.
        is_logged = LOGGED.match(lines[-1]) is not None and not ASKS.search(lines[-1])
        return (is_logged or not lines[-1].strip()) and any(self._pages(each) for each in lines[-3:])

    def _pages(self, line: bytes) -> bool:
        # A line may be full of pagers' texts, and each would be looked at to its end.
        return self._pagers.search(line[-LONGEST_PAGER:]) is not None

    def _answer_question(self) -> bool:
        at = self._since()
        for pattern, question in self._questions:
            if pattern.search(at):
                self._press(question.answer.encode("ascii") + (b"\n" if question.enter else b""))
                return True
        return False

    def _press(self, key: bytes) -> None:
        self._answered = len(self._buffer)
        self._out.append(key)

    def _give_secret(self) -> None:
        if self._secret is None:  # it was given, and is asked for again: a second time would count as a second failure
            self.is_refused = True
            self._give_up(asked_back(self._command))
            return
        self._press(self._secret + b"\n")
        self._secret = None

    def _has_echo(self) -> bool:
        return echo_end(shown(bytes(self._buffer[:TAIL])), self._command) is not None

    def _has_text(self) -> bool:
        """Whether the answer may be there without an echo: only on a device that never showed one."""
        return not self._echoes and b"\n" in self._buffer

    def _finish(self, at: bytes) -> None:
        """Take the answer: what stands between the command and the prompt."""
        text = self._text()
        if len(text) > self._limit:
            self._give_up(endless(self._command, self._limit))
            return
        end = echo_end(text, self._command)
        echoed = True if end is not None else (False if self._echoes else None)
        self._echoes = self._echoes or end is not None
        if self._enabling:
            self.is_refused = self._secret is None and not is_privileged(at)
        if self._is_prompt(at):
            self.prompt = at.strip()
        self.phase = Phase.READY
        gap = written_over(self._command) if is_written_over(bytes(self._buffer), text) else None
        self.said = Said(self._command, text[end or 0 :], gap, echoed)
        self._buffer.clear()

    def _text(self) -> bytes:
        """Return all that stands before the prompt, without the blank lines at its end."""
        lines = shown(bytes(self._buffer), self._limit).split(b"\n")
        while lines and (not lines[-1].strip() or self._is_prompt(lines[-1])):
            lines.pop()
        if lines and self._ends_with_prompt(lines[-1]):
            lines[-1] = lines[-1].rstrip().removesuffix(self.prompt)
        return b"\n".join((*lines, b""))

    def _give_up(self, why: Message) -> None:
        self.said = Said(self._command, shown(bytes(self._buffer[:KEPT]), KEPT)[:KEPT], why)
        self.phase = Phase.OVER
        self._buffer.clear()
