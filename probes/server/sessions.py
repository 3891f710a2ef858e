"""The facet `logins`, line by line: who was on a terminal of a server, from where, and how long."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from probes.collect import Evidence, EvidenceKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MOMENT = (
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?P<month>[A-Z][a-z]{2}) +(?P<day>\d{1,2})"
    r" (?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d) (?P<year>\d{4})"
)
_LAST = re.compile(rf"(?P<user>\S+) +(?P<tty>\S+) +(?:(?P<source>\S+) +)?{_MOMENT}(?P<rest>.*)", re.ASCII | re.DOTALL)
_END = re.compile(rf" *- {_MOMENT}.*", re.ASCII | re.DOTALL)
_LENGTH = re.compile(r"\((?:(?P<days>\d{1,5})\+)?(?P<hours>\d{1,3}):(?P<minutes>\d\d)\)\s*$", re.ASCII)
_ACCEPTED = re.compile(
    r"accepted (?P<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:?\d\d) (?P<user>\S+) (?P<source>\S+)", re.ASCII
)
SSH = "ssh"
"""The terminal of a log-in that only sshd's log tells of: it may have had none."""


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody's stay on a server in [start, end). `source` is the address that they came from, empty at the machine.

    `end` is None while it lasts (`is_open`), and where nobody has written it down.
    """

    user: str
    tty: str
    source: str
    start: datetime
    end: datetime | None = None
    is_open: bool = False


def sessions(lines: Iterable[str]) -> Iterator[Session]:
    """Yield the log-ins that these lines tell of; lines that tell of none are passed over."""
    for line in lines:
        found = _last(line.strip()) or _accepted(line.strip())
        if found is not None:
            yield found


def evidence(stays: Iterable[Session]) -> tuple[Evidence, ...]:
    """Return log-ins as words about who may have changed something."""
    return tuple(Evidence(EvidenceKind.LOGIN, each.start, each.user, each.source, each.tty) for each in stays)


def _last(line: str) -> Session | None:
    """Read a line of `last -F -w`, whose times are UTC by the script's own TZ."""
    match = _LAST.fullmatch(line)
    start = _moment(match) if match else None
    if match is None or start is None:
        return None
    rest = match["rest"]
    is_open = rest.strip().startswith("still")
    return Session(match["user"], match["tty"], match["source"] or "", start, _end(rest, start), is_open)


def _end(rest: str, start: datetime) -> datetime | None:
    """Read when it ended: the moment, or how long it lasted where the machine went down with it."""
    match = _END.fullmatch(rest)
    if match is not None:
        return _moment(match)
    length = _LENGTH.search(rest)
    if length is None:
        return None
    return start + timedelta(days=int(length["days"] or 0), hours=int(length["hours"]), minutes=int(length["minutes"]))


def _moment(match: re.Match[str]) -> datetime | None:
    if match["month"] not in _MONTHS or not _is_believable(int(match["year"])):
        return None
    day, hour, minute, second = (int(match[part]) for part in ("day", "hour", "minute", "second"))
    try:
        month = _MONTHS.index(match["month"]) + 1
        return datetime(int(match["year"]), month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None


def _accepted(line: str) -> Session | None:
    """Read what the script makes of a line of sshd's log."""
    match = _ACCEPTED.fullmatch(line)
    if match is None:
        return None
    try:
        at = datetime.fromisoformat(match["at"]).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return Session(match["user"], SSH, match["source"], at) if _is_believable(at.year) else None


def _is_believable(year: int) -> bool:
    """Whether times of that year can be reckoned with: a server that says 9999 must not end the judging of others."""
    return 1970 <= year <= 2200  # noqa: PLR2004 - what wtmp can hold, and a good while more
