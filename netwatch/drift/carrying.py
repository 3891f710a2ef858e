"""Approvals in the words of newer rules: when texts are made anew, what was approved stays approved."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from netwatch.domain.drift.baseline import NETWATCH, Baseline, carry, supersede
from netwatch.domain.drift.finding import Closing, Finding
from netwatch.domain.drift.verdict import fingerprint
from netwatch.domain.vouching import stands
from netwatch.drift.comparing import compared
from netwatch.drift.judging import close_standing
from netwatch.storage import audit, baselines, deviations, waivers

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.domain.drift.waiver import Waiver


def carry_over(
    tx: Connection, device: str, facet: str, made: Mapping[str, str], rules: str, now: datetime
) -> Baseline | None:
    """Let what was approved, and what is waived, hold in the words of newer rules; return the baseline.

    `made` says which content became which: what the old and the new rules make of the same captures. The new texts
    must be kept already. None where the baseline in force is none of them, or is what it was.
    """
    base = baselines.approved(tx, device, facet)
    after = made.get(base.content) if base is not None else None
    if base is None or after is None or after == base.content:
        return None
    standing = deviations.standing(tx, device, facet)
    waiver = waivers.of(tx, standing.fingerprint) if standing is not None else None
    baselines.save(tx, supersede(base, now), base.state)
    carried = carry(base, after, rules)
    carried = replace(carried, id=baselines.add(tx, carried))
    borne: dict[str, Any] = {}
    if standing is not None:
        close_standing(tx, device, facet, Closing.SUPERSEDED, now)
        borne = _again(tx, standing, waiver, after, made.get(standing.content, standing.content), now)
    audit.record(
        tx,
        actor=NETWATCH,
        action="baseline.carried",
        subject=f"{device}/{facet}",
        detail={
            "baseline": carried.id,
            "from": base.id,
            "before": base.content,
            "content": after,
            "rules": rules,
            "judged_by": carried.judged_by,
            "proposed_by": carried.proposed_by,
            **borne,
        },
        now=now,
    )
    return carried


def _again(
    tx: Connection, standing: Finding, waiver: Waiver | None, base: str, content: str, now: datetime
) -> dict[str, Any]:
    """Let a deviation stand in the words of newer rules, where these still see one; its waiver holds for it.

    Return what the audit log is to say of it, and of that waiver.
    """
    name = fingerprint(standing.device, standing.facet, base, content)
    if base == content or deviations.of_fingerprint(tx, name) is not None:
        return {}
    digest = compared(tx, base, content).digest
    moved = replace(standing, fingerprint=name, base=base, content=content, difference=digest)
    number = deviations.add(tx, moved)
    said = stands(moved.key, moved.state.value, moved.says)
    if waiver is None or not waiver.holds(now):
        return said
    return {
        **said,
        "waiver": waivers.add(tx, replace(waiver, finding=number, fingerprint=name)),
        "finding": number,
        "fingerprint": name,
        "owner": waiver.owner,
        "granted_by": waiver.granted_by,
        "until": waiver.until.isoformat(),
    }
