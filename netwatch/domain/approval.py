"""What happened to hardware, ports and devices, against the entries of registers that approved it (C5, D2)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum, IntEnum
from typing import TYPE_CHECKING

from netwatch.domain.registers import EntryState, FieldKind
from probes.api import Message, _

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, timedelta

    from netwatch.domain.registers import Entry, RegisterType

SERIALS, PORTS = "serial", "port"
"""The fields of a register that name parts by serial number, and ports."""
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9/._:+-]*")
_BETWEEN = re.compile(r"[,;，；、\s]+")


class Happening(Enum):
    """What happens that somebody must have approved."""

    PART_GONE = "part gone"
    PART_NEW = "part new"
    PART_BACK = "part back"
    PART_MOVED = "part moved"
    PORT_DOWN = "port down"
    DEVICE_GONE = "device gone"

    @property
    def title(self) -> str:
        """Its name for people, to be translated."""
        return _TITLES[self]

    @property
    def of_part(self) -> bool:
        """Whether it is about a part, which has a serial number."""
        return self not in {Happening.PORT_DOWN, Happening.DEVICE_GONE}


_TITLES = {
    Happening.PART_GONE: _("part gone"),
    Happening.PART_NEW: _("new part"),
    Happening.PART_BACK: _("part back"),
    Happening.PART_MOVED: _("part moved"),
    Happening.PORT_DOWN: _("port down"),
    Happening.DEVICE_GONE: _("device gone"),
}


class Verdict(Enum):
    """What became of it: explained by an entry at once, or by a leader's judgement, or still nothing."""

    OPEN = "open"
    EXPLAINED = "explained"
    AFTERWARDS = "afterwards"
    HARMLESS = "harmless"
    INCIDENT = "incident"

    @property
    def title(self) -> str:
        """Its name for people, to be translated."""
        return _VERDICTS[self]


_VERDICTS = {
    Verdict.OPEN: _("without approval"),
    Verdict.EXPLAINED: _("approved"),
    Verdict.AFTERWARDS: _("approved afterwards"),
    Verdict.HARMLESS: _("harmless"),
    Verdict.INCIDENT: _("an incident"),
}
JUDGEMENTS = (Verdict.HARMLESS, Verdict.AFTERWARDS, Verdict.INCIDENT)
"""What a leader may say of it without naming an entry."""


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that happened in [since, at]: hardware is read now and then, so the moment itself is not known.

    `item` is a part's serial number, or a port. `other` is the device from which, or to which, a part has moved.
    `whole` are the serial numbers of the device as a whole: those of its chassis.
    """

    kind: Happening
    device: str
    item: str
    since: datetime
    at: datetime
    what: Message
    other: str = ""
    whole: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """Something that happened, with what is known of its approval. `entry` is the register entry that explains it."""

    happened: Happened
    noticed: datetime
    verdict: Verdict = Verdict.OPEN
    entry: int | None = None
    judged_by: str | None = None
    judged_at: datetime | None = None
    judgement: str = ""
    id: int = 0
    event: int = 0
    judged_event: int | None = None


class Fit(IntEnum):
    """How closely an entry is about something."""

    NONE = 0
    DEVICE = 1
    """It names the device, and no other part of it."""
    NAMED = 2
    """It names the very part, or the very port."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What an approved entry allows: to which devices, parts and ports, in [start, end]."""

    entry: int
    devices: frozenset[str]
    serials: frozenset[str]
    ports: frozenset[str]
    words: frozenset[str]
    """Every word of it, so that a part or a port is found that is named in a sentence."""
    of_things: bool
    """Whether the register is one of things, which have serial numbers, and not of parameters only."""
    start: datetime
    end: datetime | None
    back_until: datetime | None
    """Until when something may come back; None while it is out."""


def serial(text: str) -> str:
    """Return a serial number as it is compared: people write it with blanks and hyphens, or in small letters."""
    return "".join(each for each in text.casefold() if each.isalnum())


def claim(kind: RegisterType, entry: Entry) -> Claim | None:
    """Return what an entry allows; None while nobody has approved it."""
    if not entry.approved or entry.approved_at is None:
        return None
    said, approved = entry.values, entry.approved_at
    named = [said.get(each.name, "") for each in kind.fields if each.kind is FieldKind.DEVICE]
    ends = [moment for moment in (entry.due, entry.closed) if moment is not None]
    return Claim(
        entry=entry.id,
        devices=frozenset(named) - {""},
        serials=_serials(said.get(SERIALS, "")),
        ports=frozenset(port.casefold() for port in _BETWEEN.split(said.get(PORTS, "")) if port),
        words=frozenset(word for value in said.values() for word in _words(value)),
        of_things=kind.field(SERIALS) is not None,
        start=max(entry.opened or entry.start or approved, approved),
        end=min(ends, default=None),
        back_until=None if entry.state is EntryState.OPEN else entry.closed or entry.due,
    )


def _serials(text: str) -> frozenset[str]:
    """Return the serial numbers in a field, each also as the blanks in it may belong to it."""
    found = {serial(each) for each in (*_BETWEEN.split(text), *re.split(r"[,;，；、\n]+", text))}
    return frozenset(found - {""})


def _words(text: str) -> Iterable[str]:
    for word in _WORD.findall(text):
        yield from (word.casefold().rstrip(".:+-"), serial(word))


def explanation(happened: Happened, claims: Iterable[Claim], slack: timedelta) -> Claim | None:
    """Return the claim that explains what happened: the closest, then the earliest; None where there is none."""
    found = [each for each in claims if fit(happened, each) and lasts(happened, each, slack)]
    return min(found, key=lambda each: (-fit(happened, each), each.start, each.entry), default=None)


def lasts(happened: Happened, claim: Claim, slack: timedelta) -> bool:
    """Whether it can have happened while it was allowed. What was lent may also come back late."""
    end = claim.back_until if happened.kind is Happening.PART_BACK else claim.end
    return claim.start - slack <= happened.at and (end is None or happened.since <= end + slack)


def fit(happened: Happened, claim: Claim) -> Fit:
    """Say how closely a claim is about what happened."""
    return _part(happened, claim) if happened.kind.of_part else _device(happened, claim)


def _part(happened: Happened, claim: Claim) -> Fit:
    own = serial(happened.item)
    if own in claim.serials or own in claim.words:
        return Fit.NAMED
    if not claim.of_things or _names_parts(happened, claim):
        return Fit.NONE
    return Fit.DEVICE if _names_device(happened, claim) else Fit.NONE


def _device(happened: Happened, claim: Claim) -> Fit:
    if not _names_device(happened, claim):
        return Fit.NONE
    port = happened.item.casefold()
    if claim.ports and port not in claim.ports:
        return Fit.NONE
    if port and (port in claim.ports or port in claim.words):
        return Fit.NAMED
    return Fit.NONE if _names_parts(happened, claim) else Fit.DEVICE


def _names_device(happened: Happened, claim: Claim) -> bool:
    named = {happened.device, happened.other} - {""}
    return bool(named & claim.devices or _whole(happened) & claim.serials)


def _names_parts(happened: Happened, claim: Claim) -> bool:
    """Whether a claim is about certain parts only, and not about the device as a whole."""
    return bool(claim.serials) and not _whole(happened) & claim.serials


def _whole(happened: Happened) -> frozenset[str]:
    return frozenset(serial(each) for each in happened.whole)


def explained(discrepancy: Discrepancy, entry: Entry, by: str, now: datetime, text: str = "") -> Discrepancy:
    """Return a discrepancy that a leader has tied to an entry: approved before it happened, or afterwards."""
    late = entry.approved_at is None or entry.approved_at > discrepancy.happened.at
    verdict = Verdict.AFTERWARDS if late else Verdict.EXPLAINED
    return replace(discrepancy, verdict=verdict, entry=entry.id, judged_by=by, judged_at=now, judgement=text)


def judged(discrepancy: Discrepancy, verdict: Verdict, by: str, now: datetime, text: str) -> Discrepancy:
    """Return a discrepancy with a leader's judgement."""
    return replace(discrepancy, verdict=verdict, judged_by=by, judged_at=now, judgement=text)
