"""Every row that somebody has approved, or refused, whatever it is of: for who verifies the audit log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from netwatch.domain.audit import milliseconds
from netwatch.domain.registers import listed
from netwatch.domain.vouching import Approval, Row, terms
from netwatch.storage import change_requests as requests
from netwatch.storage import deviations, registers
from netwatch.storage.schema import (
    baselines,
    change_implementers,
    change_requests,
    discrepancies,
    doors,
    entries,
    findings,
    waivers,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Connection

Parties = dict[int, frozenset[str]]


def everything(tx: Connection, people: Mapping[str, tuple[str, ...]]) -> Iterator[Approval]:
    """Yield them, of registers, change requests, baselines, waivers and host keys.

    `people` are the fields of each register that name somebody whose entry it is, too.
    """
    changes, named = _changes(tx), _named(tx, people)
    yield from _entries(tx)
    yield from _requests(tx, changes)
    yield from _baselines(tx, changes, named)
    yield from _waivers(tx)
    yield from _host_keys(tx)


def rows(tx: Connection) -> Iterator[Row]:
    """Yield where rows stand by which a change is approved or is not."""
    for request in requests.everything(tx):
        yield Row(f"change/{request.id}", f"change/{request.id}", request.state.value, request.seal)
    for entry in registers.everything(tx):
        yield Row(f"entry/{entry.id}", f"entry/{entry.id}", entry.state.value, entry.seal)
    for finding in deviations.everything(tx):
        yield Row(finding.key, f"finding/{finding.id}", finding.state.value, finding.says)
    for row in tx.execute(select(discrepancies.c.id, discrepancies.c.state, discrepancies.c.entry_id)):
        yield Row(f"unapproved/{row.id}", f"unapproved/{row.id}", row.state, str(row.entry_id or "-"))


def _entries(tx: Connection) -> Iterator[Approval]:
    table = entries.c
    query = select(table.id, table.applicant, table.approved_by, table.approved_at, table.seconded_by)
    for row in tx.execute(query.where(table.approved_by.is_not(None), table.approved_at.is_not(None))):
        also = frozenset({row.seconded_by} if row.seconded_by else ())
        at = milliseconds(row.approved_at)
        yield Approval(f"entry/{row.id}", row.applicant, row.approved_by, at, also, may_be_older=True)


def _changes(tx: Connection) -> Parties:
    """Return whose each change request is: who asked for it, and who is to do it."""
    query = select(change_requests.c.id, change_requests.c.requested_by)
    found = {row.id: frozenset({row.requested_by}) for row in tx.execute(query)}
    for row in tx.execute(select(change_implementers.c.change_id, change_implementers.c.person)):
        found[row.change_id] = found.get(row.change_id, frozenset()) | {row.person}
    return found


def _named(tx: Connection, people: Mapping[str, tuple[str, ...]]) -> Parties:
    """Return whose each entry is by which a deviation was explained."""
    used = select(findings.c.entry_id).where(findings.c.entry_id.is_not(None))
    found = {}
    for row in tx.execute(select(entries).where(entries.c.id.in_(used))):
        values = row._mapping["values"]  # noqa: SLF001 - a row's own `values` is a method
        named = (name for each in people.get(row.register, ()) for name in listed(values.get(each, "")))
        found[row.id] = frozenset({row.applicant, *named})
    return found


def _requests(tx: Connection, changes: Parties) -> Iterator[Approval]:
    table = change_requests.c
    query = select(table.id, table.requested_by, table.judged_by, table.judged_at)
    for row in tx.execute(query.where(table.judged_by.is_not(None), table.judged_at.is_not(None))):
        at = milliseconds(row.judged_at)
        yield Approval(f"change/{row.id}", row.requested_by, row.judged_by, at, changes[row.id])


def _baselines(tx: Connection, changes: Parties, named: Parties) -> Iterator[Approval]:
    table, of = baselines.c, findings.c
    # The finding that ended by it says by what it was explained.
    ended = (of.device == table.device) & (of.facet == table.facet) & (of.content == table.content)
    query = select(baselines, of.change_id.label("of_change"), of.entry_id.label("of_entry")).outerjoin(
        findings, ended & (of.judged_at == table.judged_at)
    )
    for row in tx.execute(query.where(table.judged_by.is_not(None), table.judged_at.is_not(None))):
        both = (changes.get(number, frozenset()) for number in (row.change_id, row.of_change))
        parties = frozenset().union(*both, named.get(row.of_entry, frozenset()))
        yield Approval(
            f"baseline/{row.id}",
            row.proposed_by,
            row.judged_by,
            milliseconds(row.judged_at),
            parties,
            is_logged=row.state in {"approved", "superseded"},
            terms=f"{row.content} {row.proposed_by}",
        )


def _waivers(tx: Connection) -> Iterator[Approval]:
    for row in tx.execute(select(waivers)):
        bound = terms(row.fingerprint, row.owner, row.until)
        yield Approval(f"waiver/{row.id}", row.owner, row.granted_by, milliseconds(row.granted_at), terms=bound)


def _host_keys(tx: Connection) -> Iterator[Approval]:
    table = doors.c
    for row in tx.execute(select(table.device, table.host_key, table.trusted_by, table.trusted_at)):
        if row.host_key:
            what, at = f"host key/{row.device}", milliseconds(row.trusted_at) if row.trusted_at else 0
            yield Approval(what, None, row.trusted_by or "", at, terms=row.host_key)
