"""The answer of the script, taken apart: no reading of a facet counts as whole unless its own end proves it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from probes.api import Message, _
from probes.collect import Answer, Capture
from probes.server.facets import FACETS, RULES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

DIGITS = 9
BEGINS, ENDS = b"netwatch-collect 1 begins", b"netwatch-collect 1 ends"
NOT_THERE, NOT_ALLOWED = 127, 126
NOTHING = b"none\n"
"""What is read where there is nothing of a kind, such as no log-in, and that is proven: an empty text proves nothing."""
_NAMES = tuple(each.name for each in FACETS)
_END_WORDS = 3


@dataclass(frozen=True, slots=True)
class Visit:
    """What one answer holds: `captures` of what was read, wholly or not, and why the rest cannot be read there."""

    captures: tuple[Capture, ...]
    unread: Mapping[str, Message] = field(default_factory=dict)


@dataclass(slots=True)
class _Part:
    """One facet, as far as its lines have come."""

    lines: list[bytes] = field(default_factory=list)
    counted: int | None = None
    """How many lines the script says there are."""
    is_cut: bool = False
    status: int | None = None
    why: str = ""


def taken_apart(raw: bytes, asked: Iterable[str]) -> Visit | None:
    """Return what an answer says of the facets that were asked for; None where it is no answer of the script at all.

    What stands before its first line, such as a greeting, is passed over.
    """
    lines = raw.split(b"\n")
    # What follows the last line feed is not a whole line: it may be the beginning of any.
    lines.pop()
    if BEGINS not in lines:
        return None
    ours = lines[lines.index(BEGINS) + 1 :]
    parts, ended = _parts(ours), ENDS in ours
    captures: list[Capture] = []
    unread: dict[str, Message] = {}
    for name in sorted(asked, key=_place):
        part = parts.get(name)
        if part is None and ended:
            unread[name] = Message(_("the script that is installed there does not know it"))
        elif part is not None and (reason := _unread(part)) is not None:
            unread[name] = reason
        else:
            captures.append(_capture(name, part or _Part()))
    return Visit(tuple(captures), unread)


def _place(name: str) -> int:
    return _NAMES.index(name) if name in _NAMES else len(_NAMES)


def _parts(lines: Iterable[bytes]) -> dict[str, _Part]:
    """Collect the lines of each facet. A facet that comes twice is none: no script of ours says so."""
    parts: dict[str, _Part] = {}
    name = ""
    for line in lines:
        if line.startswith(b"|"):
            parts.setdefault(name, _Part()).lines.append(line[1:])
            continue
        word, _space, rest = line.decode("ascii", "replace").partition(" ")
        if word == "begin":
            name = rest if rest not in parts else ""
            parts.setdefault(name, _Part())
        elif word == "end" and name:
            _close(parts[name], name, rest)
            name = ""
        elif name:
            _count(parts[name], line)
    return parts


def _count(part: _Part, line: bytes) -> None:
    number = line.removeprefix(b"=")
    part.is_cut |= line == b"cut"
    if line != number and _is_number(number.decode("ascii", "replace")):
        part.counted = int(number)


def _close(part: _Part, name: str, rest: str) -> None:
    words = rest.split(" ", _END_WORDS - 1)
    if len(words) >= _END_WORDS - 1 and words[0] == name and _is_number(words[1]):
        part.status = int(words[1])
        part.why = words[2].strip() if len(words) == _END_WORDS else ""


def _is_number(word: str) -> bool:
    """Whether it is a number. One of thousands of digits is none: Python refuses to read it."""
    return word.isascii() and word.isdigit() and len(word) <= DIGITS


def _unread(part: _Part) -> Message | None:
    """Say why the server does not tell a facet; None where it does, or ought to."""
    if part.status == NOT_THERE:
        return Message(_("not on this server: {what}"), {"what": part.why.removesuffix(" is not there")})
    if part.status == NOT_ALLOWED:
        return Message(_("not for the account that reads: {what}"), {"what": part.why.removesuffix(" cannot be read")})
    return None


def _capture(name: str, part: _Part) -> Capture:
    gap = next(_gaps(part), None)
    raw = b"".join(line + b"\n" for line in part.lines) or (b"" if gap else NOTHING)
    return Capture(name, RULES, (Answer(f"netwatch-collect {name}", raw),), gap)


def _gaps(part: _Part) -> Iterator[Message]:
    """Yield each way in which a facet is not whole."""
    if part.is_cut:
        yield Message(_("it is longer than the script passes on"))
    if part.status is None:
        yield Message(_("the answer breaks off"))
    elif part.status:
        yield Message(_("reading it failed there ({status}): {what}"), {"status": part.status, "what": part.why})
    if part.counted != len(part.lines):
        values = {"read": len(part.lines), "all": -1 if part.counted is None else part.counted}
        yield Message(_("{read} lines came of {all}"), values)
