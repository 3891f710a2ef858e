"""Who may do what with drift, changes, judgements and reports: by role, and by being named a leader at handovers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from netwatch.actions import carry_out
from netwatch.errors import UsageError
from netwatch.storage import snapshots
from tests.contract.test_drift_judging import BASE, MOVED, PEOPLE, Site
from tests.scenario import START, site, switch

if TYPE_CHECKING:
    from pathlib import Path

    from netwatch.storage.database import Database

REFUSED = re.compile(r"may not do this|does not lead|is not among the people|may not act for|or a leader, cancels")
STAFF = "".join(
    f'[[person]]\nname = "{name}"\nmail = "{name}@hospital.example"\nrole = "{role}"\n'
    for name, role in (
        ("reads", "viewer"),
        ("works", "engineer"),
        ("leads", "leader"),
        ("rules", "admin"),
        ("audits", "auditor"),
        ("named", "engineer"),
        ("reads-named", "viewer"),
    )
)
WRITES = frozenset({"works", "leads", "rules", "named"})
LEADS = frozenset({"leads", "rules", "named"})
WINDOW = {"start": "2026-11-22T14:00+08:00", "end": "2026-11-22T15:00+08:00", "rollback": "undo", "devices": ["sw-1"]}
LATER = "2026-11-23T10:00+08:00"
MAY: dict[str, tuple[dict[str, Any], frozenset[str]]] = {
    "collect_device": ({"device": "sw-1"}, WRITES),
    "unlock_device": ({"device": "sw-1"}, WRITES),
    "trust_device": ({"device": "sw-1", "key": "SHA256:" + "a" * 43}, LEADS),
    "show_raw": ({"device": "sw-1", "facet": "running"}, LEADS),
    "approve_drift": ({"number": 1}, LEADS),
    "approve_first": ({"device": "sw-2"}, LEADS),
    "waive_drift": ({"number": 1, "owner": "li", "until": LATER, "text": "x"}, LEADS),
    "reject_drift": ({"number": 1, "text": "x"}, LEADS),
    "new_change": ({"kind": "parameter", "title": "t", "reason": "r", **WINDOW}, WRITES),
    "approve_change": ({"number": 1}, LEADS),
    "reject_change": ({"number": 1, "text": "x"}, LEADS),
    "cancel_change": ({"number": 1, "text": "x"}, LEADS),
    "explain_unapproved": ({"number": 1, "entry": 1}, LEADS),
    "judge_unapproved": ({"number": 1, "verdict": "harmless", "text": "x"}, LEADS),
    "draft_report": ({"department": "x"}, WRITES),
    "release_report": ({"number": 1}, LEADS),
    "withhold_report": ({"number": 1, "text": "x"}, LEADS),
    "send_report": ({"number": 1}, WRITES),
}


class RolledBackError(Exception):
    """It was allowed, and is undone."""


@pytest.fixture
def staffed(tmp_path: Path, database: Database) -> Site:
    whole = PEOPLE + STAFF + '[handover]\nleaders = ["named", "reads-named"]\n'
    made = Site(site(tmp_path, devices=switch("sw-1") + switch("sw-2"), whole=whole), database, START)
    made.reads(0, BASE)
    made.reads(0, BASE, device="sw-2")
    newest = made.rows(lambda tx: snapshots.newest(tx, "sw-1", "running"))
    assert newest is not None
    made.do("boss", "approve_drift", device="sw-1", facet="running", content=newest.content)
    made.change(200, 300, approve=False)
    made.reads(60, MOVED)
    return made


def may(made: Site, who: str, action: str, values: dict[str, Any], **more: Any) -> bool:
    attempt = carry_out(made.settings, action, who, made.clock.now(), values, **more)

    def work(tx: Any) -> None:
        attempt.work(tx)
        raise RolledBackError

    try:
        made.database.write_now(work)
    except RolledBackError:
        return True
    except UsageError as error:
        return not REFUSED.search(str(error))
    return False


@pytest.mark.parametrize("action", MAY)
def test_an_action_is_for_those_whose_role_or_name_allows_it(staffed: Site, action: str) -> None:
    values, allowed = MAY[action]
    everybody = ("reads", "works", "leads", "rules", "audits", "named", "reads-named", "stranger")
    assert {who for who in everybody if may(staffed, who, action, values)} == allowed


def test_nobody_but_a_trusted_user_of_the_system_acts_for_somebody_else(staffed: Site) -> None:
    values = MAY["approve_change"][0]
    assert may(staffed, "leads", "approve_change", values, login="root", trusted=True)
    assert not may(staffed, "leads", "approve_change", values, login="works", trusted=False)
    assert not may(staffed, "leads", "approve_change", values, login="LEADS", trusted=False)
    assert not may(staffed, "Leads", "approve_change", values, login="Leads", trusted=False)


def test_who_was_taken_out_of_the_configuration_since_they_asked_approves_nothing(staffed: Site) -> None:
    staffed.change(400, 500, approve=False)
    del staffed.settings.people["chief"]  # type: ignore[attr-defined]
    assert not may(staffed, "chief", "approve_change", {"number": 2})
    del staffed.settings.people["zhang"]  # type: ignore[attr-defined]
    assert may(staffed, "boss", "approve_change", {"number": 2})
