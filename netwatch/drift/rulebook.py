"""What was approved around a time, from the rows: change requests, and entries of the registers that say so."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from netwatch.config.registers import types
from netwatch.domain.drift.change_window import permit
from netwatch.domain.drift.matching import Rulebook
from netwatch.domain.drift.permit import of_entry
from netwatch.storage import change_requests, registers
from probes.facets import HARDWARE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings

INSTANT = timedelta(microseconds=1)


def rulebook(tx: Connection, settings: Settings, start: datetime, end: datetime) -> Rulebook:
    """Return what was allowed at some time in [start, end], give or take the grace."""
    asked = settings.file.change
    low, high = start - asked.grace, end + asked.grace
    permits = [permit(each) for each in change_requests.around(tx, low, high)]
    for name, facets in _registers(settings).items():
        entries = registers.of(tx, name, low, high + INSTANT)
        kinds = types(settings.file) if entries else {}
        permits += [of_entry(kinds[name], each, facets) for each in entries if name in kinds]
    return Rulebook(tuple(each for each in permits if each is not None), users(settings), asked.grace)


def _registers(settings: Settings) -> Mapping[str, tuple[str, ...]]:
    """Return the registers that explain drift, each with the facets that it explains; none for all of them.

    What approves that a part is taken out, lent or sent away approves that the device's hardware differs.
    """
    of_parts = dict.fromkeys(settings.file.approval.registers, (HARDWARE.name,))
    return {**of_parts, **dict.fromkeys(settings.file.change.registers, ())}


def users(settings: Settings) -> Mapping[str, str]:
    """Return whom devices may name, in small letters, by the people that they are."""
    known = {name.casefold(): name for name in settings.people}
    return {**{each.login.casefold(): name for name, each in settings.people.items() if each.login}, **known}
