"""Every row that somebody has approved, or refused, whatever it is of: for who verifies the audit log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from netwatch.domain.audit import milliseconds
from netwatch.domain.vouching import Approval, terms
from netwatch.storage.schema import baselines, change_implementers, change_requests, entries, waivers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection


def everything(tx: Connection) -> Iterator[Approval]:
    """Yield them, of registers, change requests, baselines and waivers."""
    yield from _entries(tx)
    yield from _changes(tx)
    yield from _baselines(tx)
    yield from _waivers(tx)


def _entries(tx: Connection) -> Iterator[Approval]:
    table = entries.c
    query = select(table.id, table.applicant, table.approved_by, table.approved_at, table.seconded_by)
    for row in tx.execute(query.where(table.approved_by.is_not(None), table.approved_at.is_not(None))):
        also = frozenset({row.seconded_by} if row.seconded_by else ())
        yield Approval(f"entry/{row.id}", row.applicant, row.approved_by, milliseconds(row.approved_at), also)


def _changes(tx: Connection) -> Iterator[Approval]:
    table, parties = change_requests.c, _implementers(tx)
    query = select(table.id, table.requested_by, table.judged_by, table.judged_at)
    for row in tx.execute(query.where(table.judged_by.is_not(None), table.judged_at.is_not(None))):
        at = milliseconds(row.judged_at)
        yield Approval(f"change/{row.id}", row.requested_by, row.judged_by, at, parties.get(row.id, frozenset()))


def _implementers(tx: Connection) -> dict[int, frozenset[str]]:
    found: dict[int, frozenset[str]] = {}
    for row in tx.execute(select(change_implementers.c.change_id, change_implementers.c.person)):
        found[row.change_id] = found.get(row.change_id, frozenset()) | {row.person}
    return found


def _baselines(tx: Connection) -> Iterator[Approval]:
    table = baselines.c
    query = select(table.id, table.proposed_by, table.judged_by, table.judged_at)
    for row in tx.execute(query.where(table.judged_by.is_not(None), table.judged_at.is_not(None))):
        # That those in force are on record is asked by their content.
        at = milliseconds(row.judged_at)
        yield Approval(f"baseline/{row.id}", row.proposed_by, row.judged_by, at, is_logged=False)


def _waivers(tx: Connection) -> Iterator[Approval]:
    for row in tx.execute(select(waivers)):
        bound = terms(row.fingerprint, row.owner, row.until)
        yield Approval(f"waiver/{row.id}", row.owner, row.granted_by, milliseconds(row.granted_at), terms=bound)
