"""What the configuration says of changes, as the rules take it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from netwatch.config.changes import freezes, patience, severities
from netwatch.domain.drift.risk import Risk
from netwatch.domain.model import Severity
from tests.scenario import site, switch

if TYPE_CHECKING:
    from pathlib import Path

CHANGES = """
[change]
grace = "5m"
request_within = "1h"
severity = { vlan = "critical", user = "minor" }

[[freeze]]
title = "Spring festival"
start = 2027-02-05T18:00:00
end = 2027-02-12T08:00:00

[[freeze]]
title = "Audit"
start = 2027-03-01T00:00:00Z
end = 2027-03-02T00:00:00Z
groups = ["switches"]
devices = ["router"]
"""
ROUTER = '\n[[device]]\nname = "router"\naddress = "127.0.0.1"\ncheck = [{ kind = "icmp" }]\n'


def test_a_freeze_is_in_the_sites_zone_and_for_all_devices_unless_it_names_some(tmp_path: Path) -> None:
    settings = site(tmp_path, devices=switch("sw-1") + switch("sw-2") + ROUTER, whole=CHANGES)
    festival, audit = freezes(settings)
    assert (festival.start, festival.end) == (
        datetime(2027, 2, 5, 10, tzinfo=UTC),
        datetime(2027, 2, 12, 0, tzinfo=UTC),
    )
    assert festival.devices is None
    assert audit.start == datetime(2027, 3, 1, tzinfo=UTC)
    assert audit.devices == {"sw-1", "sw-2", "router"}


def test_severities_and_patience_are_as_configured_and_else_their_own(tmp_path: Path) -> None:
    settings = site(tmp_path, devices=switch("sw-1") + ROUTER, whole=CHANGES)
    found = severities(settings)
    assert (found[Risk.VLAN], found[Risk.USER], found[Risk.AAA]) == (
        Severity.CRITICAL,
        Severity.MINOR,
        Severity.CRITICAL,
    )
    wait = patience(settings)
    assert (wait.grace, wait.request_within, wait.approve_within) == (
        timedelta(minutes=5),
        timedelta(hours=1),
        timedelta(hours=24),
    )


def test_what_is_configured_is_shown_as_it_is_written(tmp_path: Path) -> None:
    shown = site(tmp_path, devices=switch("sw-1") + ROUTER, whole=CHANGES).shown()
    assert '[change.severity]\nvlan = "critical"\nuser = "minor"' in shown
    assert 'title = "Spring festival"' in shown
