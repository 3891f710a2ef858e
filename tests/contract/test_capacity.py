"""What fills up stands in the handover report before it is full, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from netwatch import report
from netwatch.language import translations
from netwatch.report import capacity
from netwatch.storage import history
from probes.api import Measurement, Value
from roster import render
from roster.handover import to_json
from tests.scenario import Scenario, site, switch

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from netwatch.storage.database import Database
    from roster.report import Handover

NOW = datetime(2026, 11, 28, 2, 0, tzinfo=UTC)
STEP = timedelta(hours=8)
SERVER = '[[device.check]]\nkind = "host"\n'
LIMIT = '[[threshold]]\nmeaning = "storage.usage"\nitem = "/data"\nwarning = 90\ncritical = 97\n'
OFF = '[[threshold]]\nmeaning = "memory.usage"\noff = true\n'


def opened(tmp_path: Path, database: Database, devices: str, more: str = "") -> Scenario:
    return Scenario(site(tmp_path, devices=devices + more), database, NOW)


async def read(scenario: Scenario, device: str, days: int, values: dict[tuple[str, str], tuple[float, float]]) -> None:
    """Let a server have read these for some days, up to now: what it reads now, and the change a day.

    As in real life the states are on record as they were first seen: nothing about their judgement has changed since.
    """
    known = {f"{meaning}/{item}" if item else meaning: value for (meaning, item), value in values.items()}
    scenario.clock.set(NOW - timedelta(days=days))
    first = (Value(meaning, now - daily * days, item) for (meaning, item), (now, daily) in values.items())
    await scenario.sees(f"{device}/host", Measurement(tuple(first)))
    scenario.clock.set(NOW)

    def record(tx: object) -> None:
        for step in range(3 * days - 1, -1, -1):
            polled = {series: now - daily * step / 3 for series, (now, daily) in known.items()}
            history.Recorder().add(tx, f"{device}/host", NOW - STEP * step, polled)  # type: ignore[arg-type]

    scenario.database.write_now(record)


def told(made: Handover, language: str, one: Scenario) -> str:
    """Return the report as text, without the breaks of its lines."""
    return " ".join(render.text(made, translations(language), one.settings.site.zone).split())


def drafted(scenario: Scenario) -> Handover:
    shift = report.running(scenario.settings, NOW)
    assert shift is not None
    return scenario.rows(lambda tx: report.draft(tx, scenario.settings, shift, NOW)).handover


async def test_a_disk_that_fills_stands_in_the_report_against_the_limit_in_force_for_it(
    tmp_path: Path, database: Database
) -> None:
    one = opened(tmp_path, database, switch("srv-1", more=SERVER), LIMIT)
    await read(
        one,
        "srv-1",
        13,
        {("storage.usage", "/data"): (81.0, 1.3), ("storage.usage", "/"): (84.0, 0.0), ("memory.usage", ""): (88.0, 1)},
    )
    made = drafted(one)
    assert [(each.what, each.item, each.limit) for each in made.outlook.forecasts] == [
        ("Memory in use", "", "90 %"),
        ("Storage in use", "/data", "90 %"),
    ]
    assert (made.outlook.looked, made.outlook.known) == (3, 3)
    english = told(made, "en", one)
    chinese = told(made, "zh_CN", one)
    assert "Storage in use /data of srv-1 reaches 90 % about 2026-12-05 (now 81 %, +1.3 % a day)" in english
    assert "srv-1 的存储使用率 /data 预计 2026-12-05 前后达到 90 %（当前 81 %，每天 +1.3 %）" in chinese
    assert "nearest to their limits" not in english


async def test_what_falls_is_forecast_too(tmp_path: Path, database: Database) -> None:
    one = opened(tmp_path, database, switch("ups-1", more=SERVER))
    await read(one, "ups-1", 13, {("battery.charge", "BAT0"): (60.0, -2.0)})
    said = told(drafted(one), "en", one)
    assert "Battery charge BAT0 of ups-1 falls to 50 % about 2026-12-03 (now 60 %, -2 % a day)" in said


async def test_three_days_of_history_and_what_is_not_judged_say_nothing(tmp_path: Path, database: Database) -> None:
    one = opened(tmp_path, database, switch("srv-1", more=SERVER) + switch("srv-2", more=SERVER), OFF)
    await read(one, "srv-1", 3, {("storage.usage", "/data"): (81.0, 1.3)})
    await read(one, "srv-2", 13, {("memory.usage", ""): (81.0, 1.3), ("temperature", "cpu"): (70.0, 1.0)})
    made = drafted(one)
    assert made.outlook.forecasts == ()
    assert made.outlook.known == 1


async def test_the_same_rows_give_the_same_report_and_later_readings_do_not_change_it(
    tmp_path: Path, database: Database
) -> None:
    one = opened(tmp_path, database, switch("srv-1", more=SERVER))
    await read(one, "srv-1", 13, {("storage.usage", "/data"): (81.0, 1.3)})
    first = to_json(drafted(one))
    database.write_now(
        lambda tx: history.Recorder().add(tx, "srv-1/host", NOW + timedelta(minutes=1), {"storage.usage//data": 1.0})
    )
    assert to_json(drafted(one)) == first


async def test_where_there_are_too_many_those_nearest_to_their_limits_are_looked_at_and_it_says_so(
    tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capacity, "MOST", 1)
    one = opened(tmp_path, database, switch("srv-1", more=SERVER))
    await read(one, "srv-1", 13, {("storage.usage", "/a"): (80.0, 1.3), ("storage.usage", "/b"): (84.0, 1.0)})
    made = drafted(one)
    assert [each.item for each in made.outlook.forecasts] == ["/b"]
    said = told(made, "en", one)
    assert "Of 2 values, only the 1 nearest to their limits were looked at." in said


async def test_of_those_that_are_glanced_at_only_what_moved_counts_against_the_bound(
    tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capacity, "MOST", 2)
    one = opened(tmp_path, database, switch("srv-1", more=SERVER))
    still = {("storage.usage", f"/still{number}"): (84.0, 0.0) for number in range(5)}
    await read(one, "srv-1", 13, still | {("storage.usage", "/data"): (70.0, 1.3)})
    made = drafted(one)
    assert [each.item for each in made.outlook.forecasts] == ["/data"]
    assert (made.outlook.looked, made.outlook.known) == (6, 6)
    monkeypatch.setattr(capacity, "GLANCED", 5)
    bounded = drafted(one)
    assert (bounded.outlook.forecasts, bounded.outlook.looked, bounded.outlook.known) == ((), 5, 6)


async def test_a_check_that_is_made_every_hour_is_forecast_too(tmp_path: Path, database: Database) -> None:
    one = opened(tmp_path, database, switch("srv-1", more=SERVER))
    recorder, hour = history.Recorder(), timedelta(hours=1)

    def record(tx: object) -> None:
        for age in range(14 * 24, 0, -1):
            recorder.add(tx, "srv-1/host", NOW - age * hour, {"storage.usage//data": 81 - age / 24})  # type: ignore[arg-type]

    one.clock.set(NOW - 14 * 24 * hour)
    await one.sees("srv-1/host", Measurement((Value("storage.usage", 67.0, "/data"),)))
    one.clock.set(NOW)
    database.write_now(record)
    assert [each.limit for each in drafted(one).outlook.forecasts] == ["85 %"]


async def test_what_has_just_broken_its_limit_is_not_said_to_reach_it(tmp_path: Path, database: Database) -> None:
    one = opened(tmp_path, database, switch("srv-1", more=SERVER))
    await read(one, "srv-1", 13, {("storage.usage", "/data"): (84.9, 0.3)})
    assert [each.now for each in drafted(one).outlook.forecasts] == ["84.9 %"]
    recorder = history.Recorder()

    def record(tx: object) -> None:
        for seconds, value in ((-60, 84.9), (0, 85.1)):
            recorder.add(tx, "srv-1/host", NOW + timedelta(seconds=seconds), {"storage.usage//data": value})  # type: ignore[arg-type]

    database.write_now(record)
    assert drafted(one).outlook.forecasts == ()


def test_only_polls_that_stand_alone_are_sampled_each_the_last_before_its_moment(database: Database) -> None:
    minute = timedelta(minutes=1)
    recorder = history.Recorder()

    def record(tx: object) -> None:
        for number in range(200):
            recorder.add(tx, "srv-1/host", NOW + minute * number, {"a": float(number), "b": None})  # type: ignore[arg-type]

    database.write_now(record)

    def sampled(number: int) -> dict[str, tuple[datetime, dict[str, float]]]:
        moment, within = NOW + minute * number, timedelta(hours=2)
        return database.read_now(lambda tx: history.sampled(tx, ("srv-1/host", "srv-9/host"), moment, within))

    assert [sampled(number).get("srv-1/host") for number in (-1, 0, 60, 61, 199, 400)] == [
        None,
        *((NOW + minute * number, {"a": float(number)}) for number in (0, 0, 61, 183)),
        None,
    ]
    assert "srv-9/host" not in sampled(60)


def test_thousands_of_sources_are_sampled_at_once(database: Database) -> None:
    names = [f"srv-{number}/host" for number in range(2000)]
    database.write_now(lambda tx: [history.Recorder().add(tx, name, NOW, {"a": 1.0}) for name in names])
    assert sorted(database.read_now(lambda tx: history.sampled(tx, names, NOW, STEP))) == sorted(names)
