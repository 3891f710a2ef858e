"""What is wrong with the software that a server shows: nobody approved it, or its approval lacks something (C6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwatch.domain.logins import Remark
from netwatch.domain.model import Severity
from netwatch.domain.software import Approved, Look, Thing, is_named
from probes.api import Message, _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST_TOLD = 20
"""So many things of one kind are told one by one; where there are more, nobody reads them, and they are told as one."""
NAMED = 5
"""How many are named then."""


def remarks(
    things: Iterable[Thing], approved: Iterable[Approved], device: str, groups: frozenset[str]
) -> tuple[Remark, ...]:
    """Return what is wrong with all that a server shows, each thing once."""
    allowed = tuple(each for each in approved if each.holds_for(device, groups))
    named = {look: tuple(name for each in allowed for name in each.names(look)) for look in Look}
    found: dict[Look, list[Remark]] = {}
    for thing in {each.identity: each for each in things}.values():
        # One question for all names at once: of most servers nearly everything is approved, or nearly nothing.
        known = thing.look is Look.LISTENING or is_named(named[thing.look], thing)
        if (said := remark(thing, allowed if known else ())) is not None:
            found.setdefault(thing.look, []).append(said)
    return tuple(each for look, said in found.items() for each in _told(look, said))


def remark(thing: Thing, allowed: Iterable[Approved]) -> Remark | None:
    """Return what is wrong with one thing. An approval without doubt goes before one with."""
    doubted: Approved | None = None
    is_named_by_some = False
    for each in allowed:
        is_named_by_some |= is_named(each.names(thing.look), thing)
        if not each.covers(thing):
            continue
        if each.doubt is None:
            return None
        doubted = each if doubted is None or each.severity > doubted.severity else doubted
    return _unapproved(thing, is_other_version=is_named_by_some) if doubted is None else _doubted(thing, doubted)


def _unapproved(thing: Thing, *, is_other_version: bool) -> Remark:
    values: dict[str, str | int | float] = {"what": thing.shown, "address": thing.address}
    if is_other_version:
        template = _("{what} is installed in a version that nobody approved")
        return Remark(thing.key, Severity.MINOR, Message(template, values))
    return Remark(thing.key, _SEVERITIES[thing.look], Message(_TEMPLATES[thing.look], values))


def _doubted(thing: Thing, by: Approved) -> Remark:
    doubt = by.doubt or Message("")
    values = {**doubt.values, "what": thing.shown, "note": doubt.template}
    return Remark(thing.key, by.severity, Message(_("{what} is on the server: {note}"), values))


_SEVERITIES = {
    Look.INSTALLED: Severity.MINOR,
    Look.RUNNING: Severity.MINOR,
    Look.SERVICES: Severity.MINOR,
    Look.LISTENING: Severity.MAJOR,
}
_TEMPLATES = {
    Look.INSTALLED: _("{what} is installed and nobody approved it"),
    Look.RUNNING: _("{what} runs and nobody approved it"),
    Look.SERVICES: _("the service {what} runs and nobody approved it"),
    Look.LISTENING: _("{what} listens on {address} and nobody approved it"),
}
_MANY = {
    Look.INSTALLED: _("{number} packages are installed that nobody approved: {names} …"),
    Look.RUNNING: _("{number} programs run that nobody approved: {names} …"),
    Look.SERVICES: _("{number} services run that nobody approved: {names} …"),
    Look.LISTENING: _("{number} services listen that nobody approved: {names} …"),
}


def _told(look: Look, said: list[Remark]) -> Iterator[Remark]:
    """Yield remarks one by one, or as one where they are too many."""
    if len(said) <= MOST_TOLD:
        yield from said
        return
    names = ", ".join(str(each.summary.values["what"]) for each in said[:NAMED])
    worst = max(each.severity for each in said)
    yield Remark(f"{look.value}-many", worst, Message(_MANY[look], {"number": len(said), "names": names}))
