"""Whether anything was changed, and is saved, by the ticks of a device's clock: over restarts, wraps and gaps."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.snmp import changes
from probes.snmp.changes import COMMON, FAMILIES, HARDWARE, LOADING, PORTS, RUNNING, SAVED, STARTUP, Changes, Ticks
from probes.snmp.client import Missing, Oid, TimeTicks, Value
from probes.snmp.system import ENGINE_BOOTS, ENGINE_TIME, SYS_UPTIME
from probes.snmp.uptime import TICKS

START = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
HOUR = 360_000
DAY = 24 * HOUR


def values(family: str, uptime: int, *, boots: int | None = None, **marks: int) -> dict[Oid, Value]:
    """Return what a device answers whose true time since its start is `uptime`: every tick as its clock shows it."""
    there = {**FAMILIES.get(family, {}), **COMMON}
    found: dict[Oid, Value] = {SYS_UPTIME: TimeTicks(uptime % TICKS)}
    found |= {there[name]: TimeTicks(value % TICKS) for name, value in marks.items()}
    return found | ({ENGINE_BOOTS: boots, ENGINE_TIME: uptime // 100} if boots is not None else {})


def seen(before: Ticks | None, answer: dict[Oid, Value], seconds: float = 0.0) -> Ticks:
    return changes.told(before, answer, START + timedelta(seconds=seconds))


@pytest.mark.parametrize("family", [name for name in FAMILIES if name != "juniper"])
def test_every_vendor_tells_what_was_changed(family: str) -> None:
    old = {RUNNING: 100 * HOUR, STARTUP: 90 * HOUR, HARDWARE: 50, PORTS: 70}
    before = seen(None, values(family, 200 * HOUR, **old))
    for name in old:
        now = seen(before, values(family, 201 * HOUR, **{**old, name: 200 * HOUR + 5}), 3600)
        assert changes.changed(before, now) == Changes(**{name: True})
        assert changes.instant(now, name) == START + timedelta(seconds=0.05)


def test_nothing_is_changed_where_nothing_moves() -> None:
    answer = {RUNNING: 5, STARTUP: 6, HARDWARE: 7, PORTS: 0}
    before = seen(None, values("cisco", HOUR, **answer))
    found = changes.changed(before, seen(before, values("cisco", 2 * HOUR, **answer), 3600))
    assert not found
    assert found == Changes()


def test_the_first_look_says_nothing_of_changes() -> None:
    assert not changes.changed(None, seen(None, values("h3c", HOUR, **{RUNNING: 5})))


def test_a_device_without_such_objects_says_nothing() -> None:
    answer: dict[Oid, Value] = {SYS_UPTIME: TimeTicks(HOUR)}
    answer |= dict.fromkeys(COMMON.values(), Missing.NO_SUCH_OBJECT)
    before = seen(None, answer)
    now = seen(before, {**answer, SYS_UPTIME: TimeTicks(2 * HOUR)}, 3600)
    assert (now.family, now.marks) == ("", {})
    assert not changes.changed(before, now)
    assert changes.unsaved(now) is None
    assert changes.instant(now, RUNNING) is None


@pytest.mark.parametrize("other", ["", "huawei"])
def test_objects_that_come_or_go_are_no_change(other: str) -> None:
    before = seen(None, values("cisco", HOUR, **{RUNNING: 5, STARTUP: 6, PORTS: 7}))
    marks = {RUNNING: 50, STARTUP: 60} if other else {}
    now = seen(before, values(other, 2 * HOUR, **marks, **{PORTS: 7, HARDWARE: 9}), 3600)
    assert not changes.changed(before, now)
    assert not changes.changed(now, seen(now, values("cisco", 3 * HOUR, **{RUNNING: 9, PORTS: 7}), 7200))


@pytest.mark.parametrize("boots", [None, 4])
def test_after_a_restart_all_that_is_told_may_have_changed(boots: int | None) -> None:
    before = seen(None, values("h3c", 50 * DAY, boots=boots, **{RUNNING: 3 * DAY, SAVED: 4 * DAY, STARTUP: 4 * DAY}))
    again = values("h3c", HOUR, boots=boots and boots + 1, **{RUNNING: 3000, SAVED: 0, STARTUP: 0})
    now = seen(before, again, 2 * 3600)
    assert changes.changed(before, now) == Changes(running=True, startup=True, restarted=True)
    assert changes.unsaved(now) is False


def test_a_restart_of_an_agent_that_does_not_count_them_is_seen() -> None:
    before = seen(None, values("", 10, boots=1, **{PORTS: 0}))
    now = seen(before, values("", 20, boots=1, **{PORTS: 0}), 300)
    assert changes.changed(before, now) == Changes(ports=True, restarted=True)


@pytest.mark.parametrize("boots", [None, 4])
def test_a_wrap_of_the_clock_is_no_change_and_no_restart(boots: int | None) -> None:
    """Changed before the wrap and saved before it, and read on both sides of it, every five minutes."""
    marks = {RUNNING: TICKS - 5 * DAY, SAVED: TICKS - 4 * DAY, STARTUP: TICKS - 4 * DAY, PORTS: 12}
    now = seen(None, values("h3c", TICKS - DAY, boots=boots, **marks))
    for step in range(1, 600):
        before, now = now, seen(now, values("h3c", TICKS - DAY + step * 30_000, boots=boots, **marks), 300 * step)
        assert not changes.changed(before, now)
        assert changes.unsaved(now) is False
    marks[RUNNING] = TICKS + DAY
    later = seen(now, values("h3c", TICKS + 2 * DAY, boots=boots, **marks), 3 * 86400)
    assert changes.changed(now, later) == Changes(running=True)
    assert changes.unsaved(later) is True
    assert changes.instant(later, RUNNING) == START + timedelta(days=2)


def test_an_old_change_stays_older_than_its_saving_for_years() -> None:
    """Ticks of 500 days ago read like those of three days ago; what was followed is not taken in by it."""
    marks = {RUNNING: 10 * DAY, SAVED: 11 * DAY, STARTUP: 11 * DAY}
    now = seen(None, values("huawei", 20 * DAY, **marks))
    for day in range(21, 1200, 5):
        now = seen(now, values("huawei", day * DAY, **marks), (day - 20) * 86400)
        assert changes.unsaved(now) is False, day
    assert now.marks[RUNNING] == 10 * DAY


UNSAVED = [
    ("changed after the saving", {RUNNING: 20 * HOUR, SAVED: 10 * HOUR}, True),
    ("saved after the change", {RUNNING: 10 * HOUR, SAVED: 20 * HOUR}, False),
    ("saved at once", {RUNNING: 10 * HOUR, SAVED: 10 * HOUR}, False),
    ("never changed nor saved since the start", {RUNNING: 0, SAVED: 0}, False),
    ("loaded at the start", {RUNNING: LOADING, SAVED: 0}, False),
    ("changed since the start and never saved", {RUNNING: LOADING + 1, SAVED: 0}, True),
    ("saved and never changed", {RUNNING: 0, SAVED: 5}, False),
    ("no word of saving", {RUNNING: 5}, None),
]


@pytest.mark.parametrize("family", ["cisco", "h3c", "huawei"])
@pytest.mark.parametrize(("marks", "verdict"), [case[1:] for case in UNSAVED], ids=[case[0] for case in UNSAVED])
def test_what_is_not_saved(family: str, marks: dict[str, int], verdict: bool | None) -> None:
    assert changes.unsaved(seen(None, values(family, 100 * HOUR, **marks))) is verdict


def test_our_own_reading_of_a_cisco_does_not_make_it_saved() -> None:
    """Any writing moves ccmHistoryRunningLastSaved, even `show running-config` to a terminal: it is not asked for."""
    asked = changes.wanted(None, is_costly=False)
    assert (1, 3, 6, 1, 4, 1, 9, 9, 43, 1, 1, 2, 0) not in asked
    assert FAMILIES["cisco"][SAVED] == FAMILIES["cisco"][STARTUP] == (1, 3, 6, 1, 4, 1, 9, 9, 43, 1, 1, 3, 0)


def test_a_commit_of_juniper_is_a_change_and_never_unsaved() -> None:
    before = seen(None, values("juniper", 10 * HOUR, **{RUNNING: HOUR}))
    now = seen(before, values("juniper", 11 * HOUR, **{RUNNING: 10 * HOUR}), 3600)
    assert changes.changed(before, now) == Changes(running=True)
    assert changes.unsaved(now) is None


@pytest.mark.parametrize("boots", [None, 4])
def test_a_device_that_has_run_for_two_years_and_was_never_touched_is_saved(boots: int | None) -> None:
    now = seen(None, values("cisco", 730 * DAY, boots=boots, **{RUNNING: 3000, STARTUP: 0}))
    assert changes.unsaved(now) is False


def test_a_clock_that_was_set_does_not_hide_a_change() -> None:
    before = seen(None, values("cisco", 10 * HOUR, **{RUNNING: HOUR, PORTS: 5}))
    now = seen(before, values("cisco", 11 * HOUR, **{RUNNING: 10 * HOUR, PORTS: 5}), -86400)
    assert changes.changed(before, now) == Changes(running=True)


def test_what_is_kept_as_json_is_followed_on() -> None:
    before = seen(None, values("huawei", 500 * DAY, boots=3, **{RUNNING: DAY, SAVED: 2 * DAY, STARTUP: 2 * DAY}))
    assert Ticks.of_json(json.loads(json.dumps(before.as_json()))) == before


@pytest.mark.parametrize("kept", [{}, {"at": "yesterday"}, {"at": "2026-03-01T00:00:00+00:00", "clocks": {"x": 1}}])
def test_what_is_not_understood_any_more_is_nothing(kept: dict[str, object]) -> None:
    assert Ticks.of_json(kept) is None


def test_version_1_is_asked_for_what_it_has() -> None:
    everything = changes.wanted(None, is_costly=True)
    assert everything == changes.wanted(None, is_costly=False)
    before = seen(None, values("h3c", HOUR, **{RUNNING: 1, SAVED: 2, PORTS: 3}))
    assert set(changes.wanted(before, is_costly=True)) == {
        FAMILIES["h3c"][RUNNING], FAMILIES["h3c"][SAVED], COMMON[PORTS],
    }  # fmt: skip
    assert changes.wanted(seen(None, {SYS_UPTIME: TimeTicks(5)}), is_costly=True) == (SYS_UPTIME,)


@given(
    story=st.lists(st.tuples(st.sampled_from(["wait", "change", "save"]), st.integers(1, 40)), min_size=1, max_size=60),
    age=st.integers(10, 900),
    has_engine=st.booleans(),
)
def test_a_device_that_is_watched_is_never_misread(story: list[tuple[str, int]], age: int, *, has_engine: bool) -> None:
    """Over any story of changes and savings, days apart, whatever wraps: each change is seen, and once."""
    time = age * DAY
    truth = {RUNNING: time - 5 * DAY, SAVED: time - 4 * DAY, STARTUP: time - 4 * DAY}
    now = seen(None, values("h3c", time, boots=1 if has_engine else None, **truth))
    begun = time
    for deed, days in story:
        time += days * DAY
        if deed == "change":
            truth[RUNNING] = time - HOUR
        elif deed == "save":
            truth[SAVED] = truth[STARTUP] = time - HOUR
        answer = values("h3c", time, boots=1 if has_engine else None, **truth)
        before, now = now, seen(now, answer, (time - begun) / 100)
        assert changes.changed(before, now) == Changes(running=deed == "change", startup=deed == "save")
        assert changes.unsaved(now) is (truth[RUNNING] > truth[SAVED])
        moment = changes.instant(now, RUNNING)
        assert moment is not None
        assert abs((now.at - moment).total_seconds() - (time - truth[RUNNING]) / 100) < 1


@given(
    st.integers(0, TICKS - 1), st.dictionaries(st.sampled_from([RUNNING, SAVED, STARTUP]), st.integers(0, TICKS - 1))
)
def test_any_ticks_at_all_are_read_and_the_same_ones_are_no_change(uptime: int, marks: dict[str, int]) -> None:
    before = seen(None, values("h3c", uptime, **marks))
    assert changes.unsaved(before) in (True, False, None)
    now = seen(before, values("h3c", uptime + 30_000, **marks), 300)
    assert not changes.changed(before, now)
    assert changes.unsaved(now) is changes.unsaved(before)
    assert replace(now, marks={}).total == uptime + 30_000
