"""What was measured is read as it was measured, or not at all: never a figure that was not."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from netwatch.storage import history
from netwatch.storage.history import EVERY, Recorder
from netwatch.storage.schema import layouts, polls

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from netwatch.storage.database import Database

START = datetime(2026, 11, 22, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FAR = timedelta(days=36500)
Polls = list[tuple[datetime, dict[str, float]]]

NAMES = st.lists(st.sampled_from(["rtt.median", "loss", "温度/进风口", "in/eth0", "out/eth0"]), unique=True, max_size=5)
READINGS = st.lists(NAMES, min_size=1, max_size=3).flatmap(
    lambda shapes: st.lists(
        st.sampled_from(shapes).flatmap(
            lambda names: st.fixed_dictionaries({name: st.none() | st.floats() | st.just(1.0) for name in names})
        ),
        min_size=1,
        max_size=40,
    )
)


def record(
    database: Database, recorder: Recorder, source: str, at: datetime, values: Mapping[str, float | None]
) -> None:
    database.write_now(partial(recorder.add, source=source, at=at, values=values))


def read(database: Database, source: str, start: datetime = START - FAR, end: datetime = START + FAR) -> Polls:
    return database.read_now(partial(history.read, source=source, start=start, end=end))


def rows(tx: Connection) -> int:
    return tx.execute(select(func.count()).select_from(polls)).scalar() or 0


def known(values: Mapping[str, float | None]) -> dict[str, float]:
    return {name: value for name, value in values.items() if value is not None and not math.isnan(value)}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(readings=READINGS)
def test_every_poll_is_read_as_it_was_recorded(database: Database, readings: list[dict[str, float | None]]) -> None:
    source = f"sw-1/{database.read_now(rows)}"
    recorder = Recorder()

    def all_at_once(tx: Connection) -> None:
        for number, values in enumerate(readings):
            recorder.add(tx, source, START + number * MINUTE, values)

    database.write_now(all_at_once)
    assert read(database, source) == [(START + n * MINUTE, known(values)) for n, values in enumerate(readings)]


def test_any_stretch_can_be_read_alone(database: Database) -> None:
    recorder = Recorder()
    values = [{"rtt": 10.0 + number, "loss": None if number % 7 else 0.0} for number in range(3 * EVERY)]
    for number, each in enumerate(values):
        record(database, recorder, "sw-1/icmp", START + number * MINUTE, each)
        record(database, recorder, "sw-2/icmp", START + number * MINUTE, {"rtt": -1.0})
    for first, last in ((0, 1), (EVERY - 1, EVERY + 2), (EVERY, EVERY + 1), (100, 100), (130, 3 * EVERY), (500, 600)):
        found = read(database, "sw-1/icmp", START + first * MINUTE, START + last * MINUTE)
        assert found == [(START + n * MINUTE, known(values[n])) for n in range(first, min(last, len(values)))]


def test_a_restart_begins_anew_and_reads_on(database: Database) -> None:
    for number in range(4):
        record(database, Recorder(), "sw-1/icmp", START + number * MINUTE, {"rtt": float(number)})
    assert [values["rtt"] for _at, values in read(database, "sw-1/icmp")] == [0.0, 1.0, 2.0, 3.0]
    assert database.read_now(lambda tx: tx.execute(select(func.count()).select_from(layouts)).scalar()) == 1


def test_what_was_taken_back_is_not_leaned_on_once_the_recorder_forgets(database: Database) -> None:
    recorder = Recorder()
    record(database, recorder, "sw-1/icmp", START, {"rtt": 1.0})

    def fails(tx: Connection) -> None:
        recorder.add(tx, "sw-1/icmp", START + MINUTE, {"rtt": 2.0})
        raise LookupError

    with pytest.raises(LookupError):
        database.write_now(fails)
    recorder.forget()
    record(database, recorder, "sw-1/icmp", START + 2 * MINUTE, {"rtt": 3.0})
    assert [values["rtt"] for _at, values in read(database, "sw-1/icmp")] == [1.0, 3.0]


def test_what_leans_on_a_row_that_is_not_there_is_left_out(database: Database) -> None:
    recorder = Recorder()
    for number in range(EVERY + 3):
        record(database, recorder, "sw-1/icmp", START + number * MINUTE, {"rtt": float(number)})
    cut = START + 10 * MINUTE
    assert database.write_now(partial(history.drop_before, before=cut)) == 10
    whole = [at for at, _values in read(database, "sw-1/icmp")]
    assert whole == [START + (EVERY + 1) * MINUTE, START + (EVERY + 2) * MINUTE]
    assert database.write_now(partial(history.drop_before, before=START)) == 0


def test_a_damaged_row_is_left_out_and_the_next_whole_one_is_read(database: Database) -> None:
    recorder = Recorder()
    for number in range(EVERY + 2):
        record(database, recorder, "sw-1/icmp", START + number * MINUTE, {"rtt": float(number)})

    def damage(tx: Connection) -> None:
        row = tx.execute(select(polls).order_by(polls.c.id).offset(20).limit(1)).one()
        tx.execute(update(polls).where(polls.c.id == row.id).values(packed=bytes(4) + row.packed[4:]))

    database.write_now(damage)
    assert [values["rtt"] for _at, values in read(database, "sw-1/icmp")] == [*range(20), EVERY + 1]


STEPS = st.lists(
    st.one_of(
        st.integers(1, 3).map(lambda minutes: ("poll", minutes)),
        st.integers(-200, 200).map(lambda minutes: ("jump", minutes)),
        st.integers(0, 100).map(lambda minutes: ("drop", minutes)),
        st.just(("restart", 0)),
    ),
    max_size=60,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(steps=STEPS, start=st.integers(-100, 100), length=st.integers(1, 300))
def test_however_the_clock_jumps_only_what_was_measured_is_read(
    database: Database, steps: list[tuple[str, int]], start: int, length: int
) -> None:
    source, recorder, now = f"sw-1/{database.read_now(rows)}/{start}/{length}", Recorder(), START
    measured: Polls = []

    def all_at_once(tx: Connection) -> None:
        nonlocal recorder, now
        for number, (what, minutes) in enumerate(steps):
            match what:
                case "poll":
                    now += minutes * MINUTE
                    recorder.add(tx, source, now, {"rtt": float(number), "same": 7.0})
                    measured.append((now, {"rtt": float(number), "same": 7.0}))
                case "jump":
                    now += minutes * MINUTE
                case "drop":
                    history.drop_before(tx, now - minutes * MINUTE)
                case _:
                    recorder = Recorder()

    database.write_now(all_at_once)
    first, last = START + start * MINUTE, START + (start + length) * MINUTE
    for poll in read(database, source, first, last):
        assert poll in measured
        assert first <= poll[0] < last


def test_after_the_clock_was_set_back_what_lost_its_predecessor_leans_on_no_other_row(database: Database) -> None:
    recorder = Recorder()
    for number in range(5):
        record(database, recorder, "sw-1/icmp", START + (100 + number) * MINUTE, {"rtt": 100.0 + number})
    for number in range(10):
        record(database, recorder, "sw-1/icmp", START + number * MINUTE, {"rtt": float(number)})
    database.write_now(partial(history.drop_before, before=START + 5 * MINUTE))
    assert [values["rtt"] for _at, values in read(database, "sw-1/icmp")] == [100.0, 101.0, 102.0, 103.0, 104.0]
