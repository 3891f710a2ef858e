"""The doctor's judgements, case by case."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from netwatch.doctor import judge, records
from netwatch.doctor.finding import Finding, Grade
from netwatch.doctor.judge import IcmpRights, Place, Room
from netwatch.domain.backups import BackUps
from netwatch.domain.notices import OnDuty
from netwatch.storage.sqlite import sqlite_is_sound

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
OK, WARNING, PROBLEM = Grade.OK, Grade.WARNING, Grade.PROBLEM
GIGABYTE = 10**9


def said(finding: Finding) -> str:
    """Return the sentence, with every value in it filled; what is not good says what to do."""
    assert (finding.todo is None) == (finding.grade is OK)
    if finding.todo is not None:
        assert str(finding.todo)
    return str(finding.what)


@pytest.mark.parametrize(
    ("version", "grade"), [((3, 10, 9), PROBLEM), ((3, 11, 0), OK), ((3, 11, 2), OK), ((3, 14, 0), OK)]
)
def test_an_old_python_is_a_problem(version: tuple[int, int, int], grade: Grade) -> None:
    found = judge.python(version)
    assert found.grade is grade
    assert ".".join(map(str, version)) in said(found)


@pytest.mark.parametrize(
    ("version", "sound"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 0), False),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 4), True),
        ((4, 0, 0), True),
    ],
)
def test_a_sqlite_that_can_damage_its_file_is_warned_of(version: tuple[int, ...], sound: bool) -> None:
    assert sqlite_is_sound(version) is sound
    found = judge.sqlite(version, sound=sound)
    assert found.grade is (OK if sound else WARNING)
    assert ".".join(map(str, version)) in said(found)


@pytest.mark.parametrize(
    ("now", "alive", "synchronised", "grade", "words"),
    [
        (NOW, None, True, OK, "synchronised"),
        (NOW, None, None, OK, "cannot be seen"),
        (NOW, None, False, WARNING, "not synchronised"),
        (NOW, NOW, True, OK, "synchronised"),
        (NOW, NOW + timedelta(seconds=59), True, OK, "synchronised"),
        (NOW, NOW + timedelta(seconds=61), True, PROBLEM, "before the last record (2026-11-22 08:01 UTC)"),
        (NOW.replace(year=1970), None, True, PROBLEM, "the clock is wrong: 1970-11-22"),
        (NOW.replace(year=2099), None, True, PROBLEM, "the clock is wrong: 2099-11-22"),
    ],
)
def test_a_clock_is_judged_by_its_year_by_the_last_record_and_by_the_kernel(
    now: datetime, alive: datetime | None, synchronised: bool | None, grade: Grade, words: str
) -> None:
    found = judge.clock(now, alive, synchronised=synchronised)
    assert found.grade is grade
    assert words in said(found)


@pytest.mark.parametrize(
    ("known", "grade", "words"),
    [
        (BackUps(), OK, "none is needed yet"),
        (BackUps(NOW - timedelta(days=1)), OK, "the last is of 2026-11-21 08:00 UTC"),
        (BackUps(NOW - timedelta(days=8)), WARNING, "older than it may be (backup_within = 7d)"),
        (BackUps(NOW, "disk full"), WARNING, "failed: disk full"),
        (
            BackUps(since=NOW - timedelta(days=8)),
            WARNING,
            "there is no back-up of netwatch, for longer than may be (backup_within = 7d)",
        ),
    ],
)
def test_a_back_up_that_is_missing_old_or_failed_is_warned_of(known: BackUps, grade: Grade, words: str) -> None:
    found = judge.backup(known, NOW, timedelta(days=7), "7d")
    assert found.grade is grade
    assert words in said(found)


@pytest.mark.parametrize(
    ("left", "grade", "words"),
    [
        (Room(100 * GIGABYTE, 50 * GIGABYTE, 1000, 900), OK, "50.0 GB free (50 %)"),
        (Room(100 * GIGABYTE, 11 * GIGABYTE, 1000, 900), OK, "11.0 GB free"),
        (Room(100 * GIGABYTE, 9 * GIGABYTE, 1000, 900), WARNING, "tight: 9.0 GB free (9 %)"),
        (Room(100 * GIGABYTE, 1 * GIGABYTE, 1000, 900), PROBLEM, "almost full: 1.0 GB free (1 %)"),
        (Room(4 * GIGABYTE, GIGABYTE // 2, 1000, 900), WARNING, "tight: 0.5 GB"),
        (Room(4 * GIGABYTE, GIGABYTE // 10, 1000, 900), PROBLEM, "almost full: 0.1 GB"),
        (Room(100 * GIGABYTE, 50 * GIGABYTE, 1000, 5), PROBLEM, "almost no file"),
        (Room(100 * GIGABYTE, 50 * GIGABYTE, 1000, 40), WARNING, "tight"),
        (Room(100 * GIGABYTE, 50 * GIGABYTE, 0, 0), OK, "50.0 GB free"),
        (Room(0, 0, 0, 0), PROBLEM, "almost full"),
    ],
)
def test_a_disk_is_judged_by_bytes_and_by_files(left: Room, grade: Grade, words: str) -> None:
    found = judge.room("/var/lib/netwatch", left)
    assert (found.grade, found.about) == (grade, "/var/lib/netwatch")
    assert words in said(found)


@pytest.mark.parametrize(
    ("rights", "grade", "words"),
    [
        (IcmpRights(wanted=True, raw=True, datagram=False), OK, "raw sockets"),
        (IcmpRights(wanted=True, raw=False, datagram=True), OK, "ping_group_range"),
        (IcmpRights(wanted=True, raw=False, datagram=False), WARNING, "this user may not send"),
        (IcmpRights(wanted=True, raw=False, datagram=False, service=True), OK, "the running service may open"),
        (IcmpRights(wanted=True, raw=True, datagram=False, service=False), PROBLEM, "the running service may not"),
        (IcmpRights(wanted=True, raw=False, datagram=True, service=False), OK, "ping_group_range"),
        (IcmpRights(wanted=False, raw=False, datagram=False), OK, "no check uses it"),
    ],
)
def test_ping_needs_a_right_only_where_a_check_uses_it(rights: IcmpRights, grade: Grade, words: str) -> None:
    found = judge.icmp(rights)
    assert found.grade is grade
    assert words in said(found)


@pytest.mark.parametrize(
    ("place", "grade", "words"),
    [
        (Place("/x", there=True, writable=True, owner="netwatch"), OK, "can be written by netwatch"),
        (Place("/x", there=True, writable=False), PROBLEM, "cannot be written"),
        (Place("/x", there=False, writable=False), PROBLEM, "cannot be made"),
        (Place("/x", there=False, writable=True, owner="root"), OK, "can be written by root"),
    ],
)
def test_a_folder_must_be_writable(place: Place, grade: Grade, words: str) -> None:
    found = judge.folder("files", place)
    assert found.grade is grade
    assert words in said(found)


@pytest.mark.parametrize(("mode", "told"), [(0o600, False), (0o640, True), (0o604, True), (0o700, False)])
def test_a_database_that_others_can_read_is_warned_of(mode: int, told: bool) -> None:
    found = judge.secrecy(Place("/x/netwatch.db", there=True, writable=True, mode=mode))
    assert (found is not None) is told
    if found is not None:
        assert found.grade is WARNING
        assert "chmod 600 /x/netwatch.db" in str(found.todo)
    assert judge.secrecy(Place("/x/netwatch.db", there=False, writable=True, mode=mode)) is None


def test_a_relay_is_judged_by_what_came_of_saying_hello() -> None:
    assert judge.relay("mail:587", None).grade is OK
    found = judge.relay("mail:587", "connection refused")
    assert (found.grade, said(found), found.about) == (PROBLEM, "connection refused", "mail:587")
    assert judge.no_way_for_mail().grade is PROBLEM


ALL = frozenset({"zhang", "li", "wang", "zhao"})


@pytest.mark.parametrize(
    ("on_duty", "fallback", "reachable", "grade", "words"),
    [
        (OnDuty(("zhang", "li")), (), ALL, OK, "zhang, li is told"),
        (OnDuty(("zhang", "li")), (), frozenset({"li"}), OK, "li is told"),
        (OnDuty(("zhang",), ("li",)), (), frozenset({"li"}), WARNING, "zhang is on duty and has no mail address"),
        (OnDuty(), (), ALL, PROBLEM, "nobody is on duty now"),
        (OnDuty(), ("zhao",), ALL, WARNING, "nobody is on duty now"),
        (OnDuty((), (), ("wang",)), (), ALL, WARNING, "nobody is on duty now"),
        (OnDuty(("zhang",)), ("zhao",), frozenset(), PROBLEM, "zhang is on duty and has no mail address"),
    ],
)
def test_a_fault_must_reach_somebody_who_is_on_duty_now(
    on_duty: OnDuty, fallback: tuple[str, ...], reachable: frozenset[str], grade: Grade, words: str
) -> None:
    found = judge.duty(on_duty, fallback, reachable)
    assert found.grade is grade
    assert words in said(found)


def test_a_gap_in_the_coming_days_is_warned_of() -> None:
    assert said(judge.gap("2026-11-24 08:00", "2026-11-24 20:00")) == (
        "nobody is on duty from 2026-11-24 08:00 to 2026-11-24 20:00"
    )


@pytest.mark.parametrize(
    ("revision", "grade", "words"),
    [(None, OK, "empty"), ("0002", OK, "whole"), ("0001", OK, "older tables"), ("0003", PROBLEM, "newer netwatch")],
)
def test_tables_of_a_newer_program_are_a_problem(revision: str | None, grade: Grade, words: str) -> None:
    found = records.schema(revision, "0002")
    assert found.grade is grade
    assert words in said(found)


def test_who_uses_the_database_is_said() -> None:
    assert "process 4711" in said(records.use("4711"))
    assert "does not run" in said(records.use(None))
