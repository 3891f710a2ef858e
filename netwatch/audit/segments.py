"""Segments of the audit log as files: exported, signed, on the disk before anything is taken out, and read again.

One event a line, in canonical JSON with both hashes; a last line says what the file holds, signed.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from netwatch.audit.anchors import sync
from netwatch.domain.audit import AuditEvent, Point, encode
from netwatch.errors import NetwatchError, UsageError
from netwatch.storage import audit
from probes.api import _

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

    from netwatch.audit.signing import Signer

END_TAG = "netwatch/audit/export/1"
FIELDS = ("seq", "at", "actor", "address", "action", "subject", "prev_hash", "hash")


class SegmentUnusable(NetwatchError):
    """A file of a segment cannot be read or written."""

    exit_code = 75


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: the events' first and last number, the hashes at both ends, the file's digest."""

    first: int
    last: int
    prev_hash: str
    hash: str
    upto: int
    digest: str


def name_of(first: int, last: int) -> str:
    """Return what the file of a segment is called."""
    return f"audit-{first:09d}-{last:09d}.jsonl"


def export(tx: Connection, after: Point, upto: int, path: Path, signer: Signer) -> Exported:
    """Write the events after a point into a file, whole and on the disk before it has its name."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            done = _write(tx, after, upto, part, signer)
            part.replace(path)
            sync(path.parent)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise _unusable(path, error) from error
    return done


def _write(tx: Connection, after: Point, upto: int, part: Path, signer: Signer) -> Exported:
    digest, first, last = hashlib.sha256(), 0, after
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:

        def put(line: str) -> None:
            data = f"{line}\n".encode()
            digest.update(data)
            file.write(data)

        for event in audit.after(tx, after.seq, upto):
            first, last = first or event.seq, Point(event.seq, event.hash, event.at)
            put(line_of(event))
        if not first:
            raise UsageError(_("there are no events to write into {path}"), path=str(part.parent))
        said = f"{END_TAG}\n{first} {last.seq} {after.hash} {last.hash} {last.at}".encode()
        end = {"first": first, "last": last.seq, "prev_hash": after.hash, "hash": last.hash, "upto": last.at}
        put(encode({"export": end, "key": signer.name, "signature": signer.sign(said)}))
        file.flush()
        os.fsync(file.fileno())
    return Exported(first, last.seq, after.hash, last.hash, last.at, digest.hexdigest())


def line_of(event: AuditEvent) -> str:
    """Return an event as a line."""
    head = encode({name: getattr(event, name) for name in FIELDS})
    return f'{head[:-1]},"detail":{event.detail}}}'


def digest_of(path: Path) -> str:
    """Return the digest of a file."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _unusable(path, error) from error


def events_in(path: Path) -> Iterator[AuditEvent]:
    """Yield the events of a file. What is not one ends it: its digest says so as well."""
    try:
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                said = _event(line)
                if said is None:
                    return
                yield said
    except (OSError, UnicodeDecodeError) as error:
        raise _unusable(path, error) from error


def _event(line: str) -> AuditEvent | None:
    try:
        said: dict[str, Any] = json.loads(line)
        return AuditEvent(detail=encode(said["detail"]), **{name: said[name] for name in FIELDS})
    except (ValueError, KeyError, TypeError):
        return None


def _unusable(path: Path, error: Exception) -> SegmentUnusable:
    what = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return SegmentUnusable(_("the file {path} cannot be used: {what}"), path=str(path), what=what)
