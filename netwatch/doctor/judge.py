"""What is good, what is not and what to do about it: pure judgements of what was seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from netwatch.doctor.finding import Finding, Grade
from netwatch.domain.backups import BACK_UP
from probes.api import Message, _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netwatch.domain.backups import BackUps
    from netwatch.domain.notices import OnDuty

PYTHON = (3, 11)
YEARS = range(2026, 2070)
BACKWARDS = timedelta(minutes=1)
MEGABYTE = 1_000_000
FULL, FULL_SHARE = 200 * MEGABYTE, 0.02
TIGHT, TIGHT_SHARE = 1000 * MEGABYTE, 0.10
FEW_FILES, TIGHT_FILES = 0.01, 0.05
OTHERS = 0o077


@dataclass(frozen=True, slots=True)
class Room:
    """What a file system has left: bytes and files. `files` is 0 where it counts none."""

    size: int
    free: int
    files: int
    files_free: int


@dataclass(frozen=True, slots=True)
class IcmpRights:
    """How echo requests may be sent from here, and whether any check does so.

    `service` says whether the running service may open raw sockets, whatever who asks may; None when none runs.
    """

    wanted: bool
    raw: bool
    datagram: bool
    service: bool | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A file or folder: whether it is there and can be written, the rights of its mode, its owner's name."""

    path: str
    there: bool
    writable: bool
    mode: int = 0
    owner: str = ""


def python(version: tuple[int, int, int]) -> Finding:
    """Judge the interpreter."""
    values = {"version": ".".join(map(str, version))}
    if version[:2] < PYTHON:
        todo = Message(_("install Python 3.11 or newer, and make the environment again"))
        return Finding("python", Grade.PROBLEM, Message(_("Python {version} is too old"), values), todo)
    return Finding("python", Grade.OK, Message(_("Python {version}"), values))


def sqlite(version: tuple[int, ...], *, sound: bool) -> Finding:
    """Judge the SQLite library."""
    values = {"version": ".".join(map(str, version))}
    if sound:
        return Finding("sqlite", Grade.OK, Message(_("SQLite {version}"), values))
    what = _("SQLite {version} can damage a database that two programs write to; netwatch keeps to one writer")
    todo = _("let no other program write to the database; install the package pysqlite3 where there is one")
    return Finding("sqlite", Grade.WARNING, Message(what, values), Message(todo))


def clock(now: datetime, last_alive: datetime | None, *, synchronised: bool | None) -> Finding:
    """Judge the wall clock. `last_alive` is when the service last wrote; `synchronised` is what the kernel says."""
    values = {"time": f"{now:%Y-%m-%d %H:%M} UTC"}
    todo = Message(_("set the clock, and keep it set: timedatectl set-ntp true"))
    if now.year not in YEARS:
        return Finding("clock", Grade.PROBLEM, Message(_("the clock is wrong: {time}"), values), todo)
    if last_alive is not None and now < last_alive - BACKWARDS:
        what = _("the clock says {time}, which is before the last record ({last} UTC)")
        values["last"] = f"{last_alive:%Y-%m-%d %H:%M}"
        return Finding("clock", Grade.PROBLEM, Message(what, values), todo)
    if synchronised is None:
        return Finding("clock", Grade.OK, Message(_("{time}; whether it is synchronised cannot be seen here"), values))
    if not synchronised:
        what = _("{time}, not synchronised: shifts and times of faults drift away from the clock on the wall")
        return Finding("clock", Grade.WARNING, Message(what, values), todo)
    return Finding("clock", Grade.OK, Message(_("{time}, synchronised"), values))


def backup(known: BackUps, now: datetime, within: timedelta, words: str) -> Finding:
    """Judge whether the records would survive their disk. `words` is how the configuration writes `within`."""
    wrong = known.wrong(now, within, words)
    if wrong is not None:
        return Finding("backup", Grade.WARNING, wrong, Message(BACK_UP))
    if known.good is None:
        return Finding("backup", Grade.OK, Message(_("no back-up is known; none is needed yet")))
    return Finding(
        "backup", Grade.OK, Message(_("the last is of {time} UTC"), {"time": f"{known.good:%Y-%m-%d %H:%M}"})
    )


def room(path: str, left: Room) -> Finding:
    """Judge what a file system has left."""
    values: dict[str, str | int | float] = {
        "free": f"{left.free / 1e9:.1f}",
        "percent": round(100 * left.free / max(left.size, 1)),
    }
    todo = Message(_("make room, or move it to a larger file system; `keep_samples` says how long values are kept"))
    files = left.files_free / left.files if left.files else 1.0
    if left.free < max(FULL, FULL_SHARE * left.size):
        what = Message(_("almost full: {free} GB free ({percent} %)"), values)
        return Finding("disk", Grade.PROBLEM, what, todo, path)
    if files < FEW_FILES:
        return Finding("disk", Grade.PROBLEM, Message(_("almost no file can be made any more")), todo, path)
    if left.free < max(TIGHT, TIGHT_SHARE * left.size) or files < TIGHT_FILES:
        return Finding("disk", Grade.WARNING, Message(_("tight: {free} GB free ({percent} %)"), values), todo, path)
    return Finding("disk", Grade.OK, Message(_("{free} GB free ({percent} %)"), values), None, path)


def icmp(rights: IcmpRights) -> Finding:
    """Judge whether devices can be pinged."""
    if not rights.wanted:
        return Finding("icmp", Grade.OK, Message(_("no check uses it")))
    if rights.service:
        return Finding("icmp", Grade.OK, Message(_("the running service may open raw sockets")))
    if rights.raw and rights.service is None:
        return Finding("icmp", Grade.OK, Message(_("raw sockets may be opened")))
    if rights.datagram:
        return Finding("icmp", Grade.OK, Message(_("echo requests may be sent (net.ipv4.ping_group_range)")))
    todo = _(
        "start it by the supplied systemd unit, which grants CAP_NET_RAW; or as root: "
        "sysctl -w net.ipv4.ping_group_range='0 2147483647'"
    )
    if rights.service is None:
        what = _("this user may not send echo requests; a service started by the supplied systemd unit may")
        return Finding("icmp", Grade.WARNING, Message(what), Message(todo))
    return Finding("icmp", Grade.PROBLEM, Message(_("the running service may not send echo requests")), Message(todo))


def folder(check: str, place: Place) -> Finding:
    """Judge a folder that the service writes to."""
    values = {"path": place.path, "owner": place.owner}
    if not place.writable:
        what = _("cannot be written") if place.there else _("is not there, and cannot be made")
        todo = Message(_("as root: install -d -o netwatch -g netwatch -m 0750 {path}"), values)
        return Finding(check, Grade.PROBLEM, Message(what), todo, place.path)
    return Finding(check, Grade.OK, Message(_("can be written by {owner}"), values), None, place.path)


def secrecy(place: Place) -> Finding | None:
    """Judge who may read a file that concerns nobody else; None when nobody else may."""
    if not place.there or not place.mode & OTHERS:
        return None
    todo = Message(_("run: chmod 600 {path}"), {"path": place.path})
    return Finding("files", Grade.WARNING, Message(_("others may read it")), todo, place.path)


def relay(name: str, trouble: str | None) -> Finding:
    """Judge a mail server by what came of saying hello to it."""
    if trouble is None:
        return Finding("mail", Grade.OK, Message(_("answers, and takes the sign-in")), None, name)
    todo = Message(_("correct [[mail.relay]], or ask who runs the server; then: netwatch mail test"))
    return Finding("mail", Grade.PROBLEM, Message("{error}", {"error": trouble}), todo, name)


def no_way_for_mail() -> Finding:
    """Return the finding of a configuration by which no mail can leave."""
    todo = Message(_("configure a [[mail.relay]], or a `directory` under [mail]"))
    return Finding("mail", Grade.PROBLEM, Message(_("there is no way for mail to leave")), todo)


def duty(on_duty: OnDuty, fallback: Sequence[str], reachable: frozenset[str]) -> Finding:
    """Judge whether a fault would reach somebody who is on duty now."""
    told = [person for person in on_duty.primary if person in reachable]
    instead = [person for person in (*on_duty.second, *on_duty.leader, *fallback) if person in reachable]
    if told:
        return Finding("duty", Grade.OK, Message(_("{people} is told of faults now"), {"people": ", ".join(told)}))
    todo = Message(_("correct the rotation, or the mail address of who is on it: netwatch duty timeline"))
    if on_duty.primary:
        why = Message(_("{people} is on duty and has no mail address"), {"people": ", ".join(on_duty.primary)})
    else:
        why = Message(_("nobody is on duty now"))
    if not instead:
        return Finding("duty", Grade.PROBLEM, why, todo)
    return Finding("duty", Grade.WARNING, why, todo, ", ".join(instead))


def gap(start: str, end: str) -> Finding:
    """Return the finding of a time in the coming days at which nobody is on duty."""
    what = Message(_("nobody is on duty from {start} to {end}"), {"start": start, "end": end})
    return Finding("duty", Grade.WARNING, what, Message(_("see: netwatch duty timeline")))
