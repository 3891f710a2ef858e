"""The outbox and the decisions, in each database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from netwatch.domain.model import Fault, FaultId, Severity, Subject
from netwatch.storage import faults, identity, outbox
from netwatch.storage.faults import Decided
from netwatch.storage.outbox import Delivery, Letter
from probes.api import Message

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from netwatch.storage.database import Database

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
FAULT = Fault(FaultId(0), Subject("core", "icmp"), Severity.MAJOR, Severity.MAJOR, Message("no answer"), NOW, NOW)


def letter(key: str, *, seconds: int = 0, **more: object) -> Letter:
    at = NOW + timedelta(seconds=seconds)
    return replace(Letter(key, "opened", NOW, at, NOW + timedelta(days=1)), **more)  # type: ignore[arg-type]


def test_a_database_keeps_the_name_that_it_was_given(database: Database) -> None:
    first = database.write_now(identity.of)
    assert len(first) == 32
    assert database.write_now(identity.of) == first
    assert database.read_now(identity.of) == first


def test_the_same_key_is_never_queued_twice(database: Database) -> None:
    def twice(tx: Connection) -> tuple[int | None, int | None]:
        return outbox.add(tx, letter("a")), outbox.add(tx, letter("a", seconds=5))

    first, second = database.write_now(twice)
    assert first is not None
    assert second is None


def test_what_is_due_comes_the_most_urgent_and_then_the_oldest_first(database: Database) -> None:
    def work(tx: Connection) -> tuple[Letter, ...]:
        for key, seconds, priority in (("a", 0, 3), ("b", -5, 3), ("c", 0, 5), ("later", 1, 5)):
            outbox.add(tx, letter(key, seconds=seconds, priority=priority))
        outbox.add(tx, letter("other", state=Delivery.QUEUED))
        return outbox.due(tx, NOW, Delivery.UNROUTED, 10)

    assert [each.key for each in database.write_now(work)] == ["c", "a", "b"]
    assert database.read_now(outbox.next_due) == NOW - timedelta(seconds=5)


def test_letters_are_found_by_their_keys(database: Database) -> None:
    database.write_now(lambda tx: [outbox.add(tx, letter(f"fault/1/0/{name}")) for name in ("zhang", "li", "wang_%")])
    found = database.read_now(lambda tx: outbox.of_keys(tx, ["fault/1/0/li", "fault/1/0/nobody", "fault/1/0/zhang"]))
    assert [each.key for each in found] == ["fault/1/0/zhang", "fault/1/0/li"]
    assert database.read_now(lambda tx: outbox.of_keys(tx, [])) == ()


def test_many_letters_are_marked_at_once_and_no_other(database: Database) -> None:
    def work(tx: Connection) -> None:
        numbers = [outbox.add(tx, letter(f"k{number}")) for number in range(1200)]
        outbox.mark(tx, [number for number in numbers[:-1] if number], Delivery.DROPPED, "overtaken")

    database.write_now(work)
    assert database.read_now(outbox.counts) == {Delivery.DROPPED: 1199, Delivery.UNROUTED: 1}
    (one,) = database.read_now(lambda tx: outbox.of_keys(tx, ["k7"]))
    assert one.error == "overtaken"


def test_what_was_sent_lately_is_found_by_when_it_left(database: Database) -> None:
    def sent(key: str, person: str, ago: int, kind: str = "opened") -> Letter:
        at = NOW - timedelta(seconds=ago)
        made = letter(key, person=person, state=Delivery.SENT, sent_at=at, kind=kind)
        return replace(made, next_at=at)

    def work(tx: Connection) -> None:
        for made in (
            sent("a", "zhang", 10),
            sent("b", "li", 299, "digest"),
            sent("c", "zhang", 301),
            sent("d", "zhang", 5, "handover"),
            letter("e", person="zhang"),
        ):
            outbox.add(tx, made)

    database.write_now(work)
    since = NOW - timedelta(minutes=5)
    assert database.read_now(lambda tx: outbox.sent_since(tx, since, ("opened", "digest"))) == (
        ("li", "digest", NOW - timedelta(seconds=299)),
        ("zhang", "opened", NOW - timedelta(seconds=10)),
    )


def test_decisions_are_kept_in_order_one_or_many_at_a_time(database: Database) -> None:
    def work(tx: Connection) -> FaultId:
        fault = faults.add(tx, FAULT)
        faults.decide(tx, Decided(NOW, fault.id, "opened", told=True, why=Message("on duty"), person="zhang"))
        faults.decide(tx)
        faults.decide(
            tx,
            *(
                Decided(NOW, fault.id, "opened", told=False, why=Message("{n}", {"n": number}), person=None)
                for number in range(700)
            ),
        )
        return fault.id

    number = database.write_now(work)
    found = database.read_now(lambda tx: faults.decisions_of(tx, number))
    assert [str(each.why) for each in found] == ["on duty", *map(str, range(700))]
    assert found[0].told is True
