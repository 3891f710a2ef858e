"""Every noun that is remembered comes back as it was, from either database, and keeps its rules there."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from netwatch.domain.model import (
    Acknowledgement,
    CheckId,
    CheckState,
    DeviceState,
    Fault,
    FaultId,
    Health,
    Severity,
    Subject,
    Told,
    Window,
)
from netwatch.storage import checks, devices, events, faults, handovers, identity, outbox, records, windows
from netwatch.storage.devices import Standing
from netwatch.storage.events import Entry, EventKind
from netwatch.storage.faults import Decided
from netwatch.storage.handovers import Archived, digest_of
from netwatch.storage.outbox import Delivery, Letter
from probes.api import Message

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from netwatch.storage.database import Database

NOW = datetime(2026, 11, 22, 8, 0, 0, 123_456, UTC)
MINUTE = timedelta(minutes=1)
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60)
TIMES = st.datetimes(datetime(1990, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - aware by it
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
MESSAGES = st.builds(Message, WORDS, st.dictionaries(WORDS, WORDS | st.integers(-(2**53), 2**53) | NUMBERS, max_size=3))
SUBJECTS = st.builds(Subject, st.just("sw-1"), st.just("snmp"), st.sampled_from(["", "port.down"]), WORDS)

many = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)


def fault_of(check: str = "icmp", *, device: str = "sw-1", opened: datetime = NOW, **more: object) -> Fault:
    known = {
        "severity": Severity.MAJOR,
        "worst": Severity.MAJOR,
        "summary": Message("no answer from {who}", {"who": device}),
    }
    subject = Subject(device, check)
    return Fault(FaultId(0), subject, opened=opened, confirmed=opened + MINUTE, **(known | more))  # type: ignore[arg-type] # by name


def add_fault(database: Database, *arguments: str, **more: object) -> Fault:
    return database.write_now(partial(faults.add, fault=fault_of(*arguments, **more)))  # type: ignore[arg-type] # by name


def letter_of(key: str, **more: object) -> Letter:
    return Letter(key, "fault", NOW, NOW, NOW + timedelta(days=2), **more)  # type: ignore[arg-type] # by name


def add_letter(database: Database, key: str, **more: object) -> int | None:
    return database.write_now(partial(outbox.add, letter=letter_of(key, **more)))


class TestChecks:
    @many
    @given(
        st.builds(
            CheckState,
            subject=SUBJECTS,
            health=st.sampled_from(Health),
            severity=st.none() | st.sampled_from(Severity),
            against=st.integers(0, 1000),
            doubt=st.none() | st.sampled_from(Severity),
            doubt_since=st.none() | TIMES,
            since=st.none() | TIMES,
            seen=st.none() | TIMES,
            summary=MESSAGES,
            value=st.none() | NUMBERS,
            reachability=st.booleans(),
            flaps=st.floats(0, 1e6),
            flaps_at=st.none() | TIMES,
            flapping=st.booleans(),
        )
    )
    def test_a_state_comes_back_as_it_was(self, database: Database, state: CheckState) -> None:
        database.write_now(partial(checks.save, states=[CheckState(state.subject)]))
        database.write_now(partial(checks.save, states=[state]))
        assert database.read_now(checks.everything)[state.subject.id] == state

    def test_states_are_found_by_device_and_forgotten_by_check(self, database: Database) -> None:
        states = [CheckState(Subject(device, check)) for device in ("sw-1", "sw-10") for check in ("icmp", "snmp")]
        database.write_now(partial(checks.save, states=states))
        assert database.read_now(partial(checks.of_device, device="sw-1")) == tuple(states[:2])
        database.write_now(partial(checks.forget, ids=[CheckId("sw-1/icmp"), CheckId("never/was")]))
        assert set(database.read_now(checks.everything)) == {"sw-1/snmp", "sw-10/icmp", "sw-10/snmp"}


class TestDevices:
    def test_a_device_comes_back_as_it_was(self, database: Database) -> None:
        down = Standing("sw-1", DeviceState.DOWN, NOW, Message("no answer"), {"model": "交换机 <b>", "serial": "A\n1"})
        up = replace(down, state=DeviceState.UP, since=NOW + MINUTE, facts={})
        for device in (down, replace(down, name="sw-2"), up):
            database.write_now(partial(devices.save, device=device))
        assert database.read_now(devices.everything) == {"sw-1": up, "sw-2": replace(down, name="sw-2")}
        database.write_now(partial(devices.forget, names=["sw-2", "sw-3"]))
        assert database.read_now(devices.everything) == {"sw-1": up}


class TestEvents:
    @many
    @given(
        st.builds(
            Entry,
            kind=st.sampled_from(EventKind),
            at=TIMES,
            recorded_at=TIMES,
            device=st.none() | st.just("sw-1"),
            actor=st.none() | WORDS,
            level=st.none() | st.just("warning"),
            text=st.none() | WORDS,
            summary=st.none() | MESSAGES,
            data=st.none() | st.dictionaries(WORDS, WORDS | st.integers(-(2**53), 2**53) | st.booleans() | st.none()),
        )
    )
    def test_an_entry_comes_back_as_it_was_and_is_the_newest(self, database: Database, entry: Entry) -> None:
        before = database.read_now(events.last)
        number = database.write_now(partial(events.add, entry=entry))
        assert number > before
        assert database.read_now(events.last) == number
        found = database.read_now(partial(events.between, after=before, upto=number))
        assert found == (replace(entry, id=number),)

    def test_the_journal_is_cut_without_telling_anything_twice_or_never(self, database: Database) -> None:
        numbers = [
            database.write_now(partial(events.add, entry=Entry(EventKind.LOG, NOW, NOW, text=str(n)))) for n in range(5)
        ]
        assert database.read_now(partial(events.between, after=0, upto=0)) == ()
        first = database.read_now(partial(events.between, after=0, upto=numbers[1]))
        second = database.read_now(partial(events.between, after=numbers[1], upto=numbers[4]))
        assert [entry.text for entry in (*first, *second)] == ["0", "1", "2", "3", "4"]

    def test_a_faults_time_line_and_the_newest_of_some_kinds(self, database: Database) -> None:
        fault = add_fault(database)
        for kind, of in ((EventKind.OPENED, fault.id), (EventKind.LOG, None), (EventKind.CLOSED, fault.id)):
            database.write_now(partial(events.add, entry=Entry(kind, NOW, NOW, fault=of)))
        line = database.read_now(partial(events.of_fault, fault=fault.id))
        assert [entry.kind for entry in line] == [EventKind.OPENED, EventKind.CLOSED]
        newest = database.read_now(
            partial(events.newest, kinds=(EventKind.OPENED, EventKind.LOG, EventKind.CLOSED), most=2)
        )
        assert [entry.kind for entry in newest] == [EventKind.CLOSED, EventKind.LOG]

    def test_an_event_of_a_fault_that_is_not_there_is_refused(self, database: Database) -> None:
        with pytest.raises(IntegrityError):
            database.write_now(partial(events.add, entry=Entry(EventKind.NOTE, NOW, NOW, fault=FaultId(404))))


class TestFaults:
    @many
    @given(
        st.builds(
            Fault,
            id=st.just(FaultId(0)),
            subject=SUBJECTS,
            severity=st.sampled_from(Severity),
            worst=st.sampled_from(Severity),
            summary=MESSAGES,
            opened=TIMES,
            confirmed=TIMES,
            closed=TIMES,
            reachability=st.booleans(),
            reopened=st.integers(0, 99),
            acknowledged=st.none() | st.builds(Acknowledgement, WORDS, TIMES, WORDS, st.none() | TIMES),
            cause=st.none(),
            flapping=st.booleans(),
            told=st.none() | st.sampled_from(Told),
            told_at=st.none() | TIMES,
            told_severity=st.none() | st.sampled_from(Severity),
            notices=st.integers(0, 99),
            quiet=st.none() | MESSAGES,
        )
    )
    def test_a_fault_comes_back_as_it_was(self, database: Database, fault: Fault) -> None:
        bare = replace(fault, acknowledged=None, told=None, told_at=None, told_severity=None, quiet=None, notices=0)
        number = database.write_now(partial(faults.add, fault=bare)).id
        assert database.read_now(partial(faults.get, fault=number)) == replace(bare, id=number)
        whole = replace(fault, id=number)
        database.write_now(partial(faults.save, fault=whole))
        assert database.read_now(partial(faults.get, fault=number)) == whole
        assert database.read_now(partial(faults.last_of, check=fault.subject.id)) == whole

    def test_a_check_has_one_open_fault_at_most_whatever_the_program_does(self, database: Database) -> None:
        first = add_fault(database)
        with pytest.raises(IntegrityError):
            add_fault(database)
        add_fault(database, "snmp")
        database.write_now(partial(faults.save, fault=replace(first, closed=NOW + MINUTE)))
        second = add_fault(database)
        with pytest.raises(IntegrityError):
            database.write_now(partial(faults.save, fault=first))
        assert database.read_now(partial(faults.open_of, check=first.subject.id)) == second
        assert database.read_now(partial(faults.last_of, check=first.subject.id)) == second
        assert database.read_now(partial(faults.open_of, check=CheckId("sw-9/icmp"))) is None
        assert database.read_now(partial(faults.last_of, check=CheckId("sw-9/icmp"))) is None
        assert database.read_now(partial(faults.get, fault=FaultId(404))) is None

    def test_open_faults_stand_worst_first_and_then_oldest(self, database: Database) -> None:
        add_fault(database, "a", opened=NOW, severity=Severity.MINOR)
        add_fault(database, "b", opened=NOW, severity=Severity.CRITICAL)
        add_fault(database, "c", opened=NOW - MINUTE, severity=Severity.CRITICAL, device="sw-2")
        add_fault(database, "d", opened=NOW, closed=NOW + MINUTE, severity=Severity.CRITICAL)
        assert [fault.subject.check for fault in database.read_now(faults.opened)] == ["c", "b", "a"]
        assert [each.subject.check for each in database.read_now(partial(faults.opened_of, device="sw-1"))] == [
            "b",
            "a",
        ]

    def test_what_is_behind_another_fault_is_counted_with_the_foremost(self, database: Database) -> None:
        core = add_fault(database, device="core")
        floor = add_fault(database, device="floor", cause=core.id)
        add_fault(database, device="room", cause=floor.id, severity=Severity.MINOR)
        gone = add_fault(database, device="gone", closed=NOW + MINUTE)
        alone = add_fault(database, device="alone", cause=gone.id, severity=Severity.MINOR)
        leading = database.read_now(partial(faults.leading, most=10))
        assert [fault.id for fault in leading] == [core.id, alone.id]
        assert [fault.id for fault in database.read_now(partial(faults.leading, most=1))] == [core.id]
        assert database.read_now(faults.leading_counts) == {Severity.MAJOR: 1, Severity.MINOR: 1}
        assert database.read_now(faults.hidden) == {core.id: ("floor", "room")}

    def test_a_fault_is_unsettled_until_its_end_is_told_to_those_who_know_of_it(self, database: Database) -> None:
        opened = add_fault(database, "open")
        end = {"closed": NOW + MINUTE}
        add_fault(database, "never told", **end)
        add_fault(database, "settled", told=Told.CLOSED, **end)
        waits = add_fault(database, "end not told", told=Told.OPENED, **end)
        flapped = add_fault(database, "flapping not told", told=Told.FLAPPING, **end)
        assert [fault.id for fault in database.read_now(faults.unsettled)] == [opened.id, waits.id, flapped.id]

    @pytest.mark.parametrize(
        ("opened", "closed", "found"),
        [
            (-10, -5, False),
            (-10, 0, True),
            (-10, 5, True),
            (-10, None, True),
            (0, 1, True),
            (9, None, True),
            (10, None, False),
        ],
    )
    def test_a_fault_belongs_to_every_shift_in_which_it_was_open(
        self, database: Database, opened: int, closed: int | None, *, found: bool
    ) -> None:
        end = None if closed is None else NOW + closed * MINUTE
        add_fault(database, opened=NOW + opened * MINUTE, closed=end)
        assert bool(database.read_now(partial(faults.during, start=NOW, end=NOW + 10 * MINUTE))) is found

    def test_the_newest_faults_are_listed_first(self, database: Database) -> None:
        made = [add_fault(database, device=f"sw-{n % 2}", closed=NOW + MINUTE) for n in range(4)]
        assert database.read_now(partial(faults.listed, most=3)) == (made[3], made[2], made[1])
        assert database.read_now(partial(faults.listed, most=3, device="sw-0")) == (made[2], made[0])

    def test_every_decision_is_kept_with_its_reason(self, database: Database) -> None:
        fault = add_fault(database)
        letter = add_letter(database, "fault/1/0", fault=fault.id)
        quiet = Decided(NOW, fault.id, "opened", told=False, why=Message("in the window {title}", {"title": "周日"}))
        told = Decided(
            NOW + MINUTE, fault.id, "opened", told=True, why=Message("on duty"), person="zhang", outbox=letter
        )
        for decided in (quiet, told):
            database.write_now(lambda tx, each=decided: faults.decide(tx, each))
        assert database.read_now(partial(faults.decisions_of, fault=fault.id)) == (quiet, told)


class TestOutbox:
    @many
    @given(
        st.builds(
            Letter,
            key=st.just(""),
            kind=st.sampled_from(["fault", "handover", "digest"]),
            created=TIMES,
            next_at=TIMES,
            deadline=TIMES,
            priority=st.integers(0, 9),
            person=st.none() | st.just("zhang"),
            also=st.lists(st.sampled_from(["second", "leader", "李"])).map(tuple),
            state=st.sampled_from(Delivery),
            attempts=st.integers(0, 99),
            error=st.none() | WORDS,
            recipient=st.none() | st.just("zhang@hospital.example"),
            message_id=st.none() | st.just("<1@netwatch>"),
            subject=st.none() | WORDS,
            content=st.none() | st.binary(max_size=100),
            sent_at=st.none() | TIMES,
            relay=st.none() | WORDS,
        )
    )
    def test_a_letter_comes_back_as_it_was(self, database: Database, letter: Letter) -> None:
        key = uuid4().hex
        number = add_letter(database, key)
        assert number is not None
        whole = replace(letter, key=key, id=number)
        database.write_now(partial(outbox.save, letter=whole))
        assert database.read_now(partial(outbox.get, letter=number)) == whole
        assert database.read_now(partial(outbox.of_keys, keys=[key, "never"])) == (whole,)

    def test_the_same_thing_is_queued_once(self, database: Database) -> None:
        assert add_letter(database, "fault/1/0") is not None
        assert add_letter(database, "fault/1/0", priority=9) is None
        assert [letter.priority for letter in database.read_now(partial(outbox.listed, most=9))] == [0]
        assert database.read_now(partial(outbox.get, letter=404)) is None

    def test_what_is_due_goes_by_urgency_and_then_by_age(self, database: Database) -> None:
        add_letter(database, "old")
        add_letter(database, "urgent", priority=5)
        add_letter(database, "new")
        for key, when, state in (("later", NOW + MINUTE, Delivery.UNROUTED), ("sent", NOW, Delivery.SENT)):
            database.write_now(partial(outbox.add, letter=replace(letter_of(key), next_at=when, state=state)))

        def due(now: datetime, most: int = 9) -> list[str]:
            found = database.read_now(partial(outbox.due, now=now, state=Delivery.UNROUTED, most=most))
            return [letter.key for letter in found]

        assert due(NOW - MINUTE) == []
        assert due(NOW) == ["urgent", "old", "new"]
        assert due(NOW, most=1) == ["urgent"]
        assert due(NOW + MINUTE) == ["urgent", "old", "new", "later"]

    def test_the_outbox_tells_what_waits_and_since_when(self, database: Database) -> None:
        assert database.read_now(outbox.next_due) is None
        assert database.read_now(outbox.oldest_waiting) is None
        assert database.read_now(outbox.counts) == {}
        first = add_letter(database, "first", state=Delivery.QUEUED)
        later = replace(letter_of("later"), created=NOW + MINUTE, next_at=NOW - MINUTE)
        database.write_now(partial(outbox.add, letter=later))
        assert database.read_now(outbox.next_due) == NOW - MINUTE
        assert database.read_now(outbox.oldest_waiting) == NOW
        assert first is not None
        sent = replace(letter_of("first"), id=first, state=Delivery.SENT, person="zhang", sent_at=NOW)
        database.write_now(partial(outbox.save, letter=sent))
        assert database.read_now(outbox.oldest_waiting) == NOW + MINUTE
        assert database.read_now(outbox.counts) == {Delivery.SENT: 1, Delivery.UNROUTED: 1}
        since = partial(outbox.sent_since, since=NOW, kinds=["fault"])
        assert database.read_now(since) == (("zhang", "fault", NOW),)
        assert database.read_now(partial(outbox.sent_since, since=NOW, kinds=["digest"])) == ()
        assert database.read_now(partial(outbox.sent_since, since=NOW + MINUTE, kinds=["fault"])) == ()

    def test_the_letters_of_a_fault_are_found_by_it(self, database: Database) -> None:
        fault = add_fault(database)
        add_letter(database, "of it", fault=fault.id)
        add_letter(database, "of none")
        assert [letter.key for letter in database.read_now(partial(outbox.of_fault, fault=fault.id))] == ["of it"]


class TestWindows:
    WINDOW = Window("核心交换机维护", frozenset({"sw-1", "sw-2"}), NOW, NOW + timedelta(hours=1))

    def test_a_window_is_found_while_it_overlaps_and_ends_early_once(self, database: Database) -> None:
        number = database.write_now(partial(windows.add, window=self.WINDOW, actor="zhang"))
        hour = timedelta(hours=1)

        def found(start: datetime, end: datetime) -> tuple[windows.Opened, ...]:
            return database.read_now(partial(windows.overlapping, start=start, end=end))

        assert found(NOW - hour, NOW + hour) == (windows.Opened(number, "zhang", self.WINDOW),)
        assert found(NOW - hour, NOW) == ()
        assert found(NOW + hour, NOW + 2 * hour) == ()
        assert database.write_now(partial(windows.end, window=number, now=NOW + MINUTE))
        assert not database.write_now(partial(windows.end, window=number, now=NOW + MINUTE))
        assert not database.write_now(partial(windows.end, window=404, now=NOW))
        assert found(NOW, NOW + hour) == (windows.Opened(number, "zhang", replace(self.WINDOW, end=NOW + MINUTE)),)
        assert found(NOW + MINUTE, NOW + hour) == ()


class TestHandovers:
    def report(self, shift: str = "day-2026-11-22", revision: int = 1, document: str = '{"交班": 1}') -> Archived:
        return Archived(shift, revision, NOW, NOW + timedelta(hours=8), NOW, 10, 20, document)

    def test_a_report_comes_back_as_it_was_archived(self, database: Database) -> None:
        bodies = {("zh_CN", "html"): "<p>交班 \0</p>", ("en", "text"): "handover"}
        made = database.write_now(partial(handovers.add, report=self.report(), bodies=bodies))
        assert made.digest == hashlib.sha256('{"交班": 1}'.encode()).hexdigest()
        assert database.read_now(partial(handovers.get, number=made.id)) == made
        assert database.read_now(partial(handovers.get, number=404)) is None

        def rendering(language: str, form: str) -> str | None:
            return database.read_now(partial(handovers.rendering, number=made.id, language=language, form=form))

        assert rendering("zh_CN", "html") == "<p>交班 \ufffd</p>"
        assert rendering("en", "text") == "handover"
        assert rendering("en", "html") is None

    def test_each_report_names_the_one_before_it(self, database: Database) -> None:
        assert database.read_now(handovers.last) is None
        made = [
            database.write_now(partial(handovers.add, report=self.report(f"day-{n}", document=str(n)), bodies={}))
            for n in range(3)
        ]
        assert [report.previous for report in made] == ["", digest_of("0"), digest_of("1")]
        assert database.read_now(handovers.last) == made[2]
        assert database.read_now(partial(handovers.listed, most=2)) == (made[2], made[1])

    def test_a_shift_has_each_revision_once_and_the_newest_counts(self, database: Database) -> None:
        first = database.write_now(partial(handovers.add, report=self.report(), bodies={}))
        with pytest.raises(IntegrityError):
            database.write_now(partial(handovers.add, report=self.report(), bodies={}))
        second = database.write_now(partial(handovers.add, report=self.report(revision=2), bodies={}))
        assert second.previous == first.digest
        assert database.read_now(partial(handovers.of_shift, shift=first.shift)) == second
        assert database.read_now(partial(handovers.of_shift, shift="night")) is None


class TestOwnValues:
    def test_a_value_is_kept_under_its_key(self, database: Database) -> None:
        assert database.read_now(partial(records.get, key="alive_at")) is None
        for value in ("one", "two"):
            database.write_now(partial(records.put, key="alive_at", value=value))
        assert database.read_now(partial(records.get, key="alive_at")) == "two"

    def test_a_database_has_one_name_for_ever(self, database: Database) -> None:
        first = database.write_now(identity.of)
        assert len(first) == 32
        assert database.write_now(identity.of) == first

    def test_the_number_of_a_fault_is_never_used_again(self, database: Database) -> None:
        def drop_all(tx: Connection) -> None:
            tx.exec_driver_sql("DELETE FROM faults")

        first = add_fault(database)
        database.write_now(drop_all)
        assert add_fault(database).id > first.id
