"""The one transaction of one read facet: the capture, its text, the snapshot, how reading stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC
from typing import TYPE_CHECKING

import structlog

from netwatch.domain.drift.sighting import Said, Sight, sighted
from netwatch.domain.drift.snapshot import canonical, digest
from netwatch.drift.sealing import KEY, seal
from netwatch.storage import blobs, captures, snapshots, visits
from netwatch.storage.captures import Kept
from probes.api import Message, _
from probes.collect import Text
from probes.platforms import normalise, rules_of

if TYPE_CHECKING:
    from datetime import datetime, timedelta, tzinfo

    from sqlalchemy import Connection

    from netwatch.domain.drift.snapshot import Snapshot
    from netwatch.domain.drift.visit import Visit
    from netwatch.keyring import Keyring
    from probes.collect import Capture, Evidence

log = structlog.get_logger()

SECRETS = "secrets"
"""The name of the key in the keyring that secrets are tagged with."""
SHRUNK = _("the text has only {now} bytes and had {before}; it is read again before that is believed")


@dataclass(frozen=True, slots=True)
class Keys:
    """What captures are encrypted with, and what secrets are tagged with."""

    captures: bytes
    secrets: bytes

    @classmethod
    def of(cls, ring: Keyring) -> Keys:
        """Return them from a keyring, made where there are none yet."""
        return cls(ring.get(KEY), ring.get(SECRETS))


@dataclass(frozen=True, slots=True)
class Visited:
    """When and why a device was visited."""

    device: str
    started: datetime
    finished: datetime
    trigger: str
    host_key: str = ""
    zone: tzinfo = UTC
    """Where clocks of devices hang that do not say it."""


@dataclass(frozen=True, slots=True)
class Worked:
    """A capture with what was made of it, outside the event loop and before the transaction."""

    kept: Kept
    text: bytes = b""
    said: Said | None = None
    """None where the read is not proven complete."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What has become of a read: what it is, and the snapshot; or why it is not believed."""

    device: str
    facet: str
    sight: Sight | None = None
    snapshot: Snapshot | None = None
    why: Message | None = None
    suspects: int = 0
    """Incomplete reads in a row, this one among them."""


def work_out(keys: Keys, visited: Visited, capture: Capture, evidence: tuple[Evidence, ...]) -> Worked:
    """Make text of a capture, and encrypt it. It takes a while for a long one: not for the event loop."""
    text = _text(keys, visited, capture)
    why = capture.gap or text.gap
    sealed = seal(keys.captures, visited.device, visited.started, capture)
    kept = Kept(
        device=visited.device,
        facet=capture.facet,
        started=visited.started,
        finished=visited.finished,
        trigger=visited.trigger,
        rules=text.rules,
        sealed=sealed,
        why=why,
        host_key=visited.host_key,
    )
    if why is not None:
        return Worked(kept)
    body = canonical(text.sections)
    said = Said(
        device=visited.device,
        facet=capture.facet,
        content=digest(body),
        rules=text.rules,
        evidence=(*text.evidence, *evidence),
        saved_at=text.saved_at,
        saved_by=text.saved_by,
        encoding=text.encoding,
    )
    return Worked(replace(kept, content=said.content), body, said)


def _text(keys: Keys, visited: Visited, capture: Capture) -> Text:
    """Return what the rules make of a capture. A bug in them is a read that does not count, with its traceback."""
    try:
        return normalise(rules_of(capture.rules), capture, keys.secrets, visited.zone)
    except Exception as error:
        log.exception("rules failed", device=visited.device, facet=capture.facet, rules=capture.rules)
        template = _("the rules {rules} failed on it: {error}")
        return Text((), capture.rules, gap=Message(template, {"rules": capture.rules, "error": type(error).__name__}))


def keep(tx: Connection, worked: Worked, settle: timedelta, *, at_once: bool = False) -> Outcome:
    """Record a read, and say what it is. An incomplete one changes no snapshot, nor does one that is too short."""
    kept, said = worked.kept, worked.said
    now = kept.finished
    visit = visits.get(tx, kept.device, kept.facet, now)
    if said is None:
        return _suspect(tx, kept, visit.suspect(kept.why or Message(_("it is not complete")), now))
    counts = snapshots.newest(tx, kept.device, kept.facet)
    before = blobs.size(tx, counts.content) if counts is not None else 0
    if visit.doubts(said.content, len(worked.text), before):
        why = Message(SHRUNK, {"now": len(worked.text), "before": before})
        return _suspect(tx, replace(kept, why=why, content=None), visit.suspect(why, now, said.content))
    blobs.put(tx, worked.text)
    captures.add(tx, kept)
    visits.save(tx, visit.complete(now))
    doubted = snapshots.pending(tx, kept.device, kept.facet)
    # A text that was too short to be believed has been read often enough by now.
    at_once = at_once or said.content == visit.shrunk
    sight, snapshot = sighted(said, counts, doubted, now, settle, at_once=at_once)
    return Outcome(kept.device, kept.facet, sight, _saved(tx, snapshot))


def miss(tx: Connection, device: str, facet: str, why: Message, now: datetime, *, absent: bool) -> Outcome:
    """Record that a facet was asked for and not read. What the device has never had, it may say that it has not."""
    visit = visits.get(tx, device, facet, now)
    if absent and snapshots.newest(tx, device, facet) is None:
        visits.save(tx, visit.absent(why, now))
        return Outcome(device, facet)
    visits.save(tx, after := visit.suspect(why, now))
    return Outcome(device, facet, why=why, suspects=after.suspects)


def _suspect(tx: Connection, kept: Kept, visit: Visit) -> Outcome:
    captures.add(tx, kept)
    visits.save(tx, visit)
    return Outcome(kept.device, kept.facet, why=visit.why, suspects=visit.suspects)


def _saved(tx: Connection, snapshot: Snapshot) -> Snapshot:
    if snapshot.id == snapshots.NEW:
        return replace(snapshot, id=snapshots.add(tx, snapshot))
    snapshots.save(tx, snapshot)
    return snapshot
