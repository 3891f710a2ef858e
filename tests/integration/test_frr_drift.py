"""A real router that somebody changes, with a change request and without: what is made of it."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from netwatch.actions import carry_out
from netwatch.domain.drift.snapshot import Snapshot, canonical
from netwatch.domain.drift.verdict import Verdict
from netwatch.drift import judging
from netwatch.storage import blobs, snapshots
from netwatch.storage.database import Database
from probes.collect import Answer, Capture
from probes.platforms import normalise, rules_of
from tests.frr import router
from tests.scenario import START, site, switch
from tests.shifts import WHOLE_DAY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from netwatch.config import Settings
    from tests.frr import Router

pytestmark = [
    pytest.mark.needs("vtysh", "ip"),
    pytest.mark.skipif(os.geteuid() != 0, reason="a network namespace needs root"),
]
PEOPLE = (
    """
[[person]]
name = "boss"
role = "leader"
"""
    + WHOLE_DAY
)
FACET, DEVICE = "running", "core"


class Centre:
    """A centre that reads a router at minutes after the start."""

    def __init__(self, settings: Settings, database: Database, there: Router) -> None:
        self.settings = settings
        self.database = database
        self.there = there

    def at(self, minute: float) -> datetime:
        return START + timedelta(minutes=minute)

    def do(self, minute: float, who: str, action: str, /, **values: Any) -> None:
        self.database.write_now(carry_out(self.settings, action, who, self.at(minute), values))

    def reads(self, minute: float) -> judging.Judged:
        """Read the router as it is, and judge it."""
        raw = self.there.typed("show running-config").encode()
        text = normalise(rules_of("frr"), Capture(FACET, "frr", (Answer("show running-config", raw),)), b"k" * 32)
        assert text.gap is None
        now = self.at(minute)

        def work(tx: Any) -> judging.Judged:
            name, last = blobs.put(tx, canonical(text.sections)), snapshots.newest(tx, DEVICE, FACET)
            if last is not None and last.content == name:
                snapshots.save(tx, replace(last, last_seen=now))
            else:
                before = last.last_seen if last is not None else None
                fresh = Snapshot(0, DEVICE, FACET, name, text.rules, now, now, before, text.evidence, settled=now)
                snapshots.add(tx, fresh)
            return judging.judge(tx, self.settings, DEVICE, FACET, now)

        return self.database.write_now(work)


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    settings = site(tmp_path, devices=switch(DEVICE), whole=PEOPLE)
    database = Database(f"sqlite:///{tmp_path}/netwatch.db").open()
    try:
        with router() as there:
            yield Centre(settings, database, there)
    finally:
        database.close()


def test_a_real_router_that_is_changed_with_and_without_a_request(centre: Centre) -> None:
    assert centre.reads(0).verdict is Verdict.NO_BASELINE
    centre.do(0, "boss", "approve_first", device=DEVICE)
    assert centre.reads(10).verdict is Verdict.UNCHANGED

    centre.there.configured("ip route 10.9.0.0/16 127.0.0.1")
    judged = centre.reads(20)
    assert judged.verdict is Verdict.UNAUTHORISED
    assert judged.finding is not None
    said = "running configuration changed without approval: route 10.9.0.0/16 127.0.0.1 added"
    assert (str(judged.finding.told.summary), judged.finding.told.risks) == (said, ("route",))

    centre.there.configured("no ip route 10.9.0.0/16 127.0.0.1")
    assert centre.reads(30).verdict is Verdict.UNCHANGED

    asked = {"kind": "parameter", "title": "Route to the new building", "reason": "moved", "rollback": "no ip route"}
    window = {"start": centre.at(50).isoformat(), "end": centre.at(90).isoformat()}
    centre.do(31, "zhang", "new_change", devices=[DEVICE], paths=["ip route *"], **asked, **window)
    centre.do(32, "boss", "approve_change", number=1)
    centre.reads(50)
    centre.there.configured("ip route 10.9.0.0/16 127.0.0.1")
    judged = centre.reads(60)
    assert judged.finding is not None
    assert (judged.verdict, judged.finding.told.change) == (Verdict.AUTHORISED, 1)
    assert judged.finding.reopened == 1
