"""Whether what was read is all of it: the proof for one facet, or what is missing.

Without proof a read is suspect and never compared: a configuration that was cut off looks as if somebody had
deleted the rest of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from probes.api import Message, _
from probes.ssh.signs import ABSENT, ERRORS, RESIDUE, any_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from probes.platforms.platform import Dialogue, Reading
    from probes.ssh.said import Said

EDGE = 4
"""Lines at the beginning and at the end of an answer among which a device says that something failed."""
REFUSAL = 6
"""Lines that a refusal has at most; a longer answer is one in which something failed."""


class Proof:
    """The rules of one platform by which an answer is judged."""

    def __init__(self, manners: Dialogue) -> None:
        self._errors = any_of((*(_line_of(each.encode()) for each in manners.errors), *map(_line_of, ERRORS)))

    def is_refused(self, said: Said) -> bool:
        """Tell whether the device does not do this command, for whatever reason."""
        lines = _lines(said)
        return said.gap is None and len(lines) <= REFUSAL and self._has_error(lines)

    def is_absent(self, reading: Reading, answers: Sequence[Said]) -> bool:
        """Tell whether the device says that it has no such thing, such as a saved configuration."""
        patterns = any_of(tuple(map(_line_of, (*ABSENT, *(each.encode() for each in reading.absent)))))
        lines = [_lines(said) for said in answers if said.gap is None]
        return any(len(each) <= REFUSAL and any(map(patterns.match, each)) for each in lines)

    def gap(self, reading: Reading, answers: Sequence[Said]) -> Message | None:
        """Return what is missing of a facet, or None where it is proven whole."""
        return next((gap for said in answers if (gap := self._gap(said)) is not None), None) or _end(reading, answers)

    def _gap(self, said: Said) -> Message | None:
        if said.gap is not None:
            return said.gap
        lines = _lines(said)
        lacks = (
            (not lines, _("“{command}” was answered with nothing")),
            (said.echoed is False, _("The answer to “{command}” does not begin with the command, as others did")),
            (RESIDUE.search(said.raw), _("In the answer to “{command}” the text of a pager is left")),
            (
                self._has_error([*lines[:EDGE], *lines[-EDGE:]]),
                _("In the answer to “{command}” the device reports an error"),
            ),
            (said.status, _("“{command}” ended with status {status}")),
        )
        values: dict[str, str | int | float] = {"command": said.command, "status": said.status or 0}
        return next((Message(template, values) for is_so, template in lacks if is_so), None)

    def _has_error(self, lines: Sequence[bytes]) -> bool:
        return any(map(self._errors.match, lines))


def _end(reading: Reading, answers: Sequence[Said]) -> Message | None:
    last = _lines(answers[-1])[-1:]
    if not reading.end or last == [reading.end.encode()]:
        return None
    template = _("The answer to “{command}” does not end with “{end}”")
    return Message(template, {"command": answers[-1].command, "end": reading.end})


def _lines(said: Said) -> list[bytes]:
    return [text for each in said.raw.split(b"\n") if (text := each.strip())]


def _line_of(pattern: bytes) -> bytes:
    """Return a pattern as it is matched against stripped lines: its alternatives as one group, its flags first."""
    head, flags, rest = pattern.partition(b"(?i)")
    return b"(?i)(?:" + rest + b")" if flags and not head else b"(?:" + pattern + b")"
