"""Texts made anew from what devices said, when the rules have changed: so nothing turns red after an upgrade.

Captures, the snapshots that came of them and the baselines that were approved go over to the new texts together. An
approval holds on: it is of what the device said, and that has not changed. Each step is in the audit log.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

import structlog

from netwatch.domain.drift.baseline import NETWATCH
from netwatch.domain.drift.snapshot import canonical, digest
from netwatch.drift.carrying import carry_over
from netwatch.drift.sealing import SealError, unseal
from netwatch.storage import audit, blobs, captures, snapshots
from probes.platforms import RulesError, normalise, rules_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime, tzinfo

    from sqlalchemy import Connection

    from netwatch.drift.keeping import Keys
    from netwatch.storage.captures import Kept

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Remade:
    """A capture, and the text that the rules of today make of it."""

    kept: Kept
    rules: str
    text: bytes

    @property
    def content(self) -> str:
        """The name of the text."""
        return digest(self.text)


def outdated(tx: Connection) -> Mapping[tuple[str, str], tuple[int, ...]]:
    """Return the captures whose texts other versions of the rules have made, by device and facet, the oldest first."""
    found: dict[tuple[str, str], tuple[int, ...]] = defaultdict(tuple)
    for label in captures.rules(tx):
        for device, facet, number in () if is_current(label) else captures.made_by(tx, label):
            found[device, facet] = tuple(sorted((*found[device, facet], number)))
    return found


def is_current(label: str) -> bool:
    """Whether a text of that name and version of the rules is one of today's."""
    name = label.rpartition("/")[0]
    try:
        return rules_of(name).label == label
    except RulesError:
        return True  # rules that are gone make no other text


def remake(keys: Keys, kept: Kept, zone: tzinfo = UTC) -> Remade | None:
    """Return what the rules of today make of a capture; None where it cannot be opened, or they find it incomplete."""
    try:
        capture = unseal(keys.captures, kept.device, kept.facet, kept.started, kept.sealed)
        text = normalise(rules_of(capture.rules), capture, keys.secrets, zone)
    except (SealError, RulesError) as error:
        log.warning("a text stays as older rules made it", device=kept.device, facet=kept.facet, error=str(error))
        return None
    if text.gap is not None:
        log.warning("a text stays as older rules made it", device=kept.device, facet=kept.facet, gap=str(text.gap))
        return None
    return Remade(kept, text.rules, canonical(text.sections))


def take_over(tx: Connection, remade: Iterable[Remade], now: datetime) -> int:
    """Let texts made anew take the place of the old ones, in one transaction; return how many texts are others now.

    `remade` is in the order in which it was read. Where one old text becomes two, the last read says what it is.
    """
    made: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    rules: dict[tuple[str, str], tuple[str, str]] = {}
    for each in remade:
        kept, which = each.kept, (each.kept.device, each.kept.facet)
        blobs.put(tx, each.text)
        captures.remade(tx, kept.id, each.rules, each.content)
        made[which][kept.content or ""] = each.content
        rules[which] = (kept.rules, each.rules)
    for (device, facet), contents in made.items():
        old, new = rules[device, facet]
        snapshots.remade(tx, device, facet, contents, new)
        carry_over(tx, device, facet, contents, new, now)
        said = {"from": old, "to": new, "texts": contents}
        audit.record(tx, actor=NETWATCH, action="rules.changed", subject=f"{device}/{facet}", detail=said, now=now)
    return sum(before != after for contents in made.values() for before, after in contents.items())
