"""At the exact end of each shift there is one report, archived and on its way to both sides."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from netwatch.actions import carry_out
from netwatch.storage import handovers
from netwatch.workers.handover import HandoverWorker
from tests.scenario import START, Scenario, site, switch
from tests.shifts import DAY_AND_NIGHT, taken

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from netwatch.storage.database import Database
    from netwatch.storage.handovers import Archived

SHIFTS = (
    """
[[person]]
name = "li"
mail = "li@hospital.example"
language = "en"

[[person]]
name = "boss"
mail = "boss@hospital.example"
"""
    + DAY_AND_NIGHT
    + taken(day="zhang", night="li")
    + """
[handover]
leaders = ["boss"]
"""
)
# 10:00 in Shanghai: the day shift is on until 12:00 UTC.
DAY_ENDS = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def scenario(tmp_path: Path, database: Database) -> Scenario:
    settings = site(tmp_path, devices=switch("sw-1"), whole=SHIFTS)
    return Scenario(settings, database)


def worker_of(scenario: Scenario) -> HandoverWorker:
    return HandoverWorker(scenario.database, scenario.watched, scenario.clock, scenario.progress, scenario._wake)


@asynccontextmanager
async def running(scenario: Scenario) -> AsyncIterator[None]:
    task = asyncio.get_running_loop().create_task(worker_of(scenario).run())
    await written(scenario)
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def written(scenario: Scenario) -> None:
    """Wait until the worker has done what it is at, and sleeps."""
    while not scenario.clock.sleepers:
        await asyncio.to_thread(scenario.database.write_now, lambda tx: None)


async def pass_until(scenario: Scenario, end: datetime) -> None:
    while scenario.clock.now() < end:
        await scenario.clock.advance(min(15.0, (end - scenario.clock.now()).total_seconds()))
        await written(scenario)


async def caught_up(scenario: Scenario, *moments: datetime) -> None:
    """Let the worker look at these moments, as its loop does."""
    worker = worker_of(scenario)
    for moment in moments:
        scenario.clock.set(moment)
        await worker.catch_up(moment)


NIGHT_ENDS = DAY_ENDS + timedelta(hours=12)


def reports(scenario: Scenario) -> tuple[Archived, ...]:
    return tuple(reversed(scenario.rows(lambda tx: handovers.listed(tx, 100))))


def log(scenario: Scenario, text: str) -> None:
    scenario.database.write_now(carry_out(scenario.settings, "log", "zhang", scenario.clock.now(), {"text": text}))


async def test_the_report_is_built_at_the_instant_the_shift_ends(scenario: Scenario):
    await caught_up(scenario, START)
    scenario.clock.set(DAY_ENDS - timedelta(seconds=40))
    async with running(scenario):
        await pass_until(scenario, DAY_ENDS - timedelta(seconds=1))
        assert reports(scenario) == ()

        await pass_until(scenario, DAY_ENDS + timedelta(seconds=1))

    (report,) = reports(scenario)
    assert report.end == DAY_ENDS
    assert report.built_at == DAY_ENDS


async def test_it_goes_to_outgoing_incoming_and_leader_each_in_their_language(scenario: Scenario):
    await caught_up(scenario, START, DAY_ENDS)

    letters = {letter.recipient: letter for letter in scenario.letters()}
    assert set(letters) == {"zhang@hospital.example", "li@hospital.example", "boss@hospital.example"}
    assert letters["li@hospital.example"].subject.startswith("Handover")


async def test_each_log_entry_is_in_exactly_one_report(scenario: Scenario):
    await caught_up(scenario, START)
    log(scenario, "first shift")
    await caught_up(scenario, DAY_ENDS)
    log(scenario, "second shift")
    await caught_up(scenario, NIGHT_ENDS)

    texts = [[entry["text"] for entry in json.loads(report.document)["log"]] for report in reports(scenario)]
    assert texts == [["first shift"], ["second shift"]]


async def test_reports_form_a_chain(scenario: Scenario):
    await caught_up(scenario, START, DAY_ENDS, NIGHT_ENDS)

    first, second = reports(scenario)
    assert second.previous == first.digest
    assert second.after_event == first.upto_event


async def test_an_open_fault_is_older_by_one_shift_in_the_next_report(scenario: Scenario):
    await caught_up(scenario, START)
    await scenario.silent("sw-1", minutes=(1, 1.25, 1.5))
    await caught_up(scenario, DAY_ENDS, NIGHT_ENDS)

    ages = [json.loads(report.document)["faults"][0]["age"] for report in reports(scenario)]
    assert ages[1] == ages[0] + 1


async def test_the_reports_of_shifts_that_ended_while_the_service_was_off_are_made_up_for(scenario: Scenario):
    await caught_up(scenario, START, DAY_ENDS + timedelta(hours=13))

    assert [report.end for report in reports(scenario)] == [DAY_ENDS, NIGHT_ENDS]


async def test_a_restart_builds_no_report_twice(scenario: Scenario):
    await caught_up(scenario, START, DAY_ENDS)
    await caught_up(scenario, DAY_ENDS, DAY_ENDS + timedelta(minutes=2))

    assert len(reports(scenario)) == 1


async def test_a_clock_that_jumps_over_the_end_and_back_gives_one_report(scenario: Scenario):
    await caught_up(scenario, START, DAY_ENDS + timedelta(minutes=50), DAY_ENDS - timedelta(minutes=10), DAY_ENDS)

    assert len(reports(scenario)) == 1


async def test_the_first_start_makes_up_for_nothing(scenario: Scenario):
    await caught_up(scenario, DAY_ENDS + timedelta(seconds=1))

    assert reports(scenario) == ()


async def test_somebody_relieved_in_the_middle_leaves_a_report_and_the_rest_goes_into_the_next(scenario: Scenario):
    await caught_up(scenario, START)
    log(scenario, "before the relief")
    await worker_of(scenario).build_running(START + timedelta(minutes=5))
    log(scenario, "after the relief")
    await caught_up(scenario, DAY_ENDS)

    first, second = reports(scenario)
    assert (first.shift, first.revision, second.shift, second.revision) == (first.shift, 1, first.shift, 2)
    assert [entry["text"] for entry in json.loads(second.document)["log"]] == ["after the relief"]
