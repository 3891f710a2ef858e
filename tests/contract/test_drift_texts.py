"""Texts, captures and snapshots as both databases keep them; thinned by age, and made anew when rules change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from netwatch.domain.drift.baseline import Baseline, BaselineState, sealed
from netwatch.domain.drift.snapshot import Snapshot, canonical
from netwatch.domain.drift.visit import Door, Visit
from netwatch.drift import renormalise
from netwatch.drift.keeping import Keys, Visited, keep, work_out
from netwatch.drift.sealing import SealError, opened, seal, unseal
from netwatch.errors import StorageError
from netwatch.storage import audit, baselines, blobs, captures, doors, snapshots, visits
from netwatch.storage.schema import blobs as table
from probes.api import Message
from probes.collect import Evidence, EvidenceKind, Section
from tests.drift_scene import capture, config

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from netwatch.drift.keeping import Outcome
    from netwatch.storage.database import Database

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
KEYS = Keys(b"c" * 32, b"s" * 32)
SETTLE = timedelta(0)
TEXT = canonical((Section(("interface 1",), ("description 核心",)),))


class Records:
    """Reads of one device, kept in a database."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = NOW

    def read(self, raw: bytes, device: str = "sw-1", hours: float = 1, gap: Message | None = None) -> Outcome:
        self.now += timedelta(hours=hours)
        worked = work_out(KEYS, Visited(device, self.now, self.now, "timer"), capture(raw, gap=gap), ())
        return self.database.write_now(lambda tx: keep(tx, worked, SETTLE, at_once=True))

    def kept(self, device: str = "sw-1") -> tuple[captures.Kept, ...]:
        return self.database.read_now(lambda tx: tuple(captures.each(tx, device, "running")))

    def newest(self, device: str = "sw-1") -> Snapshot:
        found = self.database.read_now(partial(snapshots.newest, device=device, facet="running"))
        assert found is not None
        return found

    def approve(self) -> None:
        newest = self.newest()
        base = Baseline("sw-1", "running", newest.content, newest.rules, "li", self.now)
        base = replace(base, state=BaselineState.APPROVED, judged_by="chen", judged_at=self.now)
        self.database.write_now(lambda tx: baselines.add(tx, replace(base, seal=sealed(base))))


@pytest.fixture
def records(database: Database) -> Records:
    return Records(database)


def test_a_text_is_kept_once_and_for_good(database: Database) -> None:
    name = database.write_now(partial(blobs.put, text=TEXT))
    assert database.write_now(partial(blobs.put, text=TEXT)) == name
    assert database.read_now(partial(blobs.get, name=name)) == TEXT
    assert database.read_now(partial(blobs.size, name=name)) == len(TEXT)
    for change in (update(table).values(size=1), delete(table)):
        with pytest.raises(DBAPIError):
            database.write_now(lambda tx, change=change: tx.execute(change))  # type: ignore[misc]
    assert database.read_now(lambda tx: list(blobs.altered(tx))) == []


def test_a_text_that_is_not_there_is_an_error(database: Database) -> None:
    with pytest.raises(StorageError, match="there is no text"):
        database.read_now(partial(blobs.get, name="0" * 64))


def test_a_snapshot_comes_back_as_it_was(database: Database) -> None:
    content = database.write_now(partial(blobs.put, text=TEXT))
    words = (
        Evidence(EvidenceKind.HEADER, NOW, "zhang", "10.1.1.9", "saved \0 config"),
        Evidence(EvidenceKind.LOGIN, user="root"),
    )
    made = Snapshot(
        0,
        "sw-1",
        "running",
        content,
        "huawei_vrp/1",
        NOW,
        NOW,
        NOW - timedelta(hours=1),
        words,
        NOW,
        "zhang",
        "gb18030",
    )
    number = database.write_now(partial(snapshots.add, snapshot=made))
    found = database.read_now(partial(snapshots.get, number=number))
    kept = (replace(words[0], what="saved \ufffd config"), words[1])
    assert found == replace(made, id=number, evidence=kept)
    assert database.read_now(partial(snapshots.newest, device="sw-1", facet="running")) is None, "it does not count"
    assert database.read_now(partial(snapshots.pending, device="sw-1", facet="running")) == found
    counts = replace(found, settled=NOW)
    database.write_now(partial(snapshots.save, snapshot=counts))
    assert database.read_now(partial(snapshots.newest, device="sw-1", facet="running")) == counts
    assert database.read_now(partial(snapshots.at, device="sw-1", facet="running", moment=NOW)) == counts
    earlier = NOW - timedelta(seconds=1)
    assert database.read_now(partial(snapshots.at, device="sw-1", facet="running", moment=earlier)) is None
    assert database.read_now(partial(snapshots.sections_of, snapshot=counts)) == (
        Section(("interface 1",), ("description 核心",)),
    )


def test_how_reading_stands_comes_back_as_it_was(database: Database) -> None:
    visit = Visit("sw-1", "running", NOW, NOW, 2, NOW, Message("cut at {n}", {"n": 3}), "f" * 64, 1)
    door = Door(
        "sw-1", "cli", NOW, NOW, 1, NOW, Message("no"), {"failures": 1}, "SHA256:a", "chen", NOW, "SHA256:b", NOW
    )

    def write(tx: Connection) -> None:
        visits.save(tx, visit)
        visits.save(tx, visit)
        doors.tick(tx, "sw-1", "cli", {"marks": {"running": 5}})
        doors.save(tx, door)

    database.write_now(write)
    assert database.read_now(visits.everything) == {("sw-1", "running"): visit}
    assert database.read_now(lambda tx: doors.get(tx, "sw-1", "cli")) == replace(door, ticks={"marks": {"running": 5}})


def test_of_equal_reads_the_first_and_the_last_are_kept_and_of_suspect_ones_the_last(records: Records) -> None:
    for _read in range(4):
        records.read(config())
    for _read in range(3):
        records.read(config(), gap=Message("cut"))
    assert [(kept.started, kept.complete) for kept in records.kept()] == [
        (NOW + timedelta(hours=1), True),
        (NOW + timedelta(hours=4), True),
        (NOW + timedelta(hours=7), False),
    ]
    assert records.newest().reads == 4


def test_captures_are_thinned_by_age_but_not_the_newest_and_not_what_a_baseline_stands_on(records: Records) -> None:
    records.read(config(description="approved"))
    records.approve()
    for number in range(3):
        records.read(config(description=f"later {number}"))
    records.read(config("sw-2"), device="sw-2")
    contents = [kept.content for kept in records.kept()]
    before = records.now + timedelta(days=91)
    wanted = [("sw-1", "running", contents[0] or "")]
    assert records.database.write_now(partial(captures.drop_before, before=before, wanted=wanted)) == 2
    assert [kept.content for kept in records.kept()] == [contents[0], contents[3]]
    assert len(records.kept("sw-2")) == 1
    assert len(records.database.read_now(partial(snapshots.history, device="sw-1", facet="running"))) == 4
    assert all(records.database.read_now(partial(blobs.has, name=name or "")) for name in contents)


def test_what_is_sealed_is_opened_by_its_key_for_its_device_facet_and_time_only() -> None:
    raw = "description 核心 \0".encode("gb18030") + bytes(range(256))
    made = capture(raw)
    sealed_ = seal(KEYS.captures, "sw-1", NOW, made)
    assert raw not in sealed_
    assert unseal(KEYS.captures, "sw-1", "running", NOW, sealed_) == made
    wrong = (
        (KEYS.secrets, "sw-1", "running", NOW, sealed_),
        (KEYS.captures, "sw-2", "running", NOW, sealed_),
        (KEYS.captures, "sw-1", "startup", NOW, sealed_),
        (KEYS.captures, "sw-1", "running", NOW + timedelta(seconds=1), sealed_),
        (KEYS.captures, "sw-1", "running", NOW, sealed_[:-1] + bytes([sealed_[-1] ^ 1])),
        (KEYS.captures, "sw-1", "running", NOW, b""),
    )
    for each in wrong:
        with pytest.raises(SealError):
            unseal(*each)
    assert seal(KEYS.captures, "sw-1", NOW, made) != sealed_, "each has a nonce of its own"


def test_a_leader_reads_what_a_device_said_to_the_letter(records: Records) -> None:
    records.read(config(description="核心", password="canary-4711"))
    (kept,) = records.kept()
    text = opened(KEYS.captures, kept)
    assert text.startswith("# display current-configuration\n")
    assert "核心" in text
    assert "canary-4711" in text


class Newer:
    """Rules of the next version, which keep less: no descriptions."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        real = renormalise.normalise
        rules = replace(renormalise.rules_of("huawei_vrp"), version=9999)
        monkeypatch.setattr(renormalise, "rules_of", lambda _name: rules)
        monkeypatch.setattr(renormalise, "normalise", lambda *given: _without(real(*given)))


def _without(text):  # type: ignore[no-untyped-def]
    sections = tuple(
        replace(each, lines=tuple(line for line in each.lines if "description" not in line)) for each in text.sections
    )
    return replace(text, sections=sections)


def _remake(records: Records) -> int:
    read = records.database.read_now
    numbers = read(renormalise.outdated).get(("sw-1", "running"), ())
    kept = [read(partial(captures.get, number=number)) for number in numbers]
    remade = [renormalise.remake(KEYS, each) for each in kept if each is not None]
    work = partial(renormalise.take_over, remade=[each for each in remade if each is not None], now=records.now)
    return records.database.write_now(work)


def test_new_rules_make_texts_anew_and_what_was_approved_stays_approved(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    records.read(config(description="uplink"))
    records.approve()
    before = records.newest()
    assert records.database.read_now(renormalise.outdated) == {}
    Newer(monkeypatch)
    assert _remake(records) == 1
    after, base = (
        records.newest(),
        records.database.read_now(partial(baselines.approved, device="sw-1", facet="running")),
    )
    assert base is not None
    assert (after.id, after.first_seen) == (before.id, before.first_seen)
    assert after.content == base.content != before.content
    assert after.rules == base.rules == "huawei_vrp/9999"
    assert base.judged_by == "chen"
    assert records.database.read_now(renormalise.outdated) == {}
    told = records.database.read_now(lambda tx: {each.action for each in audit.after(tx, 0)})
    assert {"rules.changed", "baseline.carried"} <= told
    assert records.database.read_now(partial(blobs.has, name=before.content)), "the old text is kept, too"


def test_a_change_that_new_rules_do_not_see_any_more_is_none(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    records.read(config(description="uplink"))
    records.approve()
    records.read(config(description="changed"))
    Newer(monkeypatch)
    _remake(records)
    base = records.database.read_now(partial(baselines.approved, device="sw-1", facet="running"))
    assert base is not None
    assert records.newest().content == base.content


def test_what_cannot_be_opened_stays_as_it_was(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    records.read(config())
    before = records.newest()
    Newer(monkeypatch)
    (kept,) = records.kept()
    assert renormalise.remake(Keys(b"x" * 32, b"s" * 32), kept) is None
    assert records.newest() == before
