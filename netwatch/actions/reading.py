"""What people do about reading devices: have one read now, let it in again, approve its host key, open what it said."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from netwatch.config.settings import Role
from netwatch.domain.drift.visit import CREDENTIALS
from netwatch.errors import UsageError
from netwatch.storage import captures, doors
from probes.api import Message, _
from probes.ssh.hostkey import FINGERPRINT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.actions.doing import Action, Doing
    from netwatch.config.collecting import Collect
    from netwatch.domain.drift.visit import Door
    from netwatch.storage.captures import Kept

WRITES = (Role.ENGINEER, Role.LEADER)


def collect(tx: Connection, doing: Doing) -> Message:
    """Have a device read now. Only the service reads; it is asked to when this is carried out."""
    doing.require(*WRITES)
    device = _device(doing)
    if doing.progress is None:
        raise UsageError(_("nobody reads devices while the service does not run; start it first"))
    shut = [each for each in doors.of_device(tx, device) if each.locked]
    if shut:
        raise UsageError(_("log-ins to {device} were refused; unlock it first"), device=device)
    return Message(_("{device} is read now; netwatch drift status shows what came of it"), {"device": device})


def unlock(tx: Connection, doing: Doing) -> Message:
    """Let a device be tried again whose log-ins were refused, and the credentials that it uses."""
    doing.require(*WRITES)
    device = _device(doing)
    used = {getattr(each.options, "credential", None) for each in _collects(doing, device)}
    accounts = [each for each in doors.of_device(tx, CREDENTIALS) if each.name in used]
    locked = [each for each in (*doors.of_device(tx, device), *accounts) if each.guard]
    if not locked:
        raise UsageError(_("nothing of {device} is locked"), device=device)
    for each in locked:
        doors.save(tx, replace(each, guard={}, failures=0, since=None, why=None))
    return Message(_("{device} is tried again"), {"device": device})


def trust(tx: Connection, doing: Doing) -> Message:
    """Approve the host key that a device shows, after comparing it with what stands on the device itself."""
    doing.leader()
    device, key = _device(doing), doing.text("key")
    if not FINGERPRINT.fullmatch(key):
        raise UsageError(
            _("{field}: must be a fingerprint such as SHA256:…, with 43 characters behind it"), field="key"
        )
    showing = [each for each in doors.of_device(tx, device) if each.offered == key]
    if not showing:
        raise UsageError(_("{device} does not show the host key {key}"), device=device, key=key)
    for each in showing:
        _configured(doing, each)
        doors.save(tx, each.trusted(key, doing.actor, doing.now))
    return Message(_("the host key {key} of {device} is approved"), {"key": key, "device": device})


def _configured(doing: Doing, door: Door) -> None:
    """Refuse to approve by command what the configuration says."""
    ways = (each for each in _collects(doing, door.device) if each.name == door.name)
    if any(getattr(each.options, "host_key", None) for each in ways):
        template = _("the host key of {device} stands in the configuration; change it there")
        raise UsageError(template, device=door.device)


def show(tx: Connection, doing: Doing) -> Message:
    """Allow a leader to see what a device said, secrets and all; the audit log says who has looked, and at what."""
    doing.leader()
    kept = found(tx, _device(doing), doing.text("facet"), doing.moment("at") or doing.now)
    return Message(_("read {number} of {device} is opened"), {"number": kept.id, "device": kept.device})


def found(tx: Connection, device: str, facet: str, at: datetime) -> Kept:
    """Return the last complete read of a facet until then that is still kept. UsageError where there is none."""
    kept = captures.at(tx, device, facet, at)
    if kept is None:
        raise UsageError(_("nothing that {device} said of {facet} then is kept"), device=device, facet=facet)
    return kept


def _collects(doing: Doing, device: str) -> tuple[Collect, ...]:
    return tuple(each for each in doing.settings.collects if each.device == device)


def _device(doing: Doing) -> str:
    """Return the device that is meant, which must be one that is read."""
    device = doing.device("device")
    if not _collects(doing, device):
        raise UsageError(_("nothing is read of {device}: it has no [[device.collect]]"), device=device)
    return device


ACTIONS: Mapping[str, Action] = {
    "collect_device": collect,
    "unlock_device": unlock,
    "trust_device": trust,
    "show_raw": show,
}
