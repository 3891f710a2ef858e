"""Three shifts hand over: offered, refused, offered anew, accepted, lapsed; and nobody is ever nobody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from netwatch.actions import carry_out
from netwatch.domain.model import Severity
from netwatch.errors import NetwatchError, UsageError
from netwatch.handover import cases
from netwatch.mail.office import duty, office_of
from netwatch.planned import planned
from netwatch.storage import chain, events, faults, handovers, outbox, records, signatures
from netwatch.workers.archive import ArchiveWorker
from netwatch.workers.handover import HandoverWorker
from roster.actual import present
from roster.handover import from_json
from roster.layers import Post
from roster.signing import Stage
from tests.mailroom import text_of
from tests.scenario import Scenario, site, switch
from tests.shifts import THREE, taken

if TYPE_CHECKING:
    from pathlib import Path

    from netwatch.handover.cases import Opened
    from netwatch.storage.database import Database
    from probes.api import Message

SHIFTS = (
    """
[[person]]
name = "li"
mail = "li@hospital.example"
language = "en"

[[person]]
name = "wang"
mail = "wang@hospital.example"

[[person]]
name = "boss"
mail = "boss@hospital.example"
role = "leader"
"""
    + THREE
    + taken(day="zhang", evening="li", night="wang")
    + """
[handover]
leaders = ["boss"]
"""
)
# 10:00 in Shanghai; the shifts end at 16:00, 00:00 and 08:00 there.
START = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
DAY_ENDS = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
EVENING_ENDS = DAY_ENDS + timedelta(hours=8)
NIGHT_ENDS = EVENING_ENDS + timedelta(hours=8)


class Book(Scenario):
    """A site whose people sign."""

    def do(self, who: str, action: str, /, **values: Any) -> Message:
        self.watched.settings = self.rows(lambda tx: planned(tx, self.settings, self.clock.now()))
        work = carry_out(self.watched.settings, action, who, self.clock.now(), values)
        return self.database.write_now(work)

    async def look(self, moment: datetime) -> None:
        self.clock.set(moment)
        worker = HandoverWorker(self.database, self.watched, self.clock, self.progress, self._wake)
        await worker.catch_up(moment)

    def revisions(self) -> tuple[Opened, ...]:
        return self.rows(lambda tx: tuple(cases.read(tx, each) for each in reversed(handovers.listed(tx, 100))))

    def stages(self) -> list[str]:
        return [opened.case.stage.value for opened in self.revisions()]

    def there(self, moment: datetime) -> set[str]:
        settings = self.rows(lambda tx: planned(tx, self.settings, moment))
        on = present(settings.roster, settings.reliefs, moment)
        return {name for shift in on if shift.post is Post.PRIMARY for name in shift.people}

    def mails(self, kind: str = "") -> list[str]:
        return [letter.key for letter in self.letters() if letter.kind == "handover" and kind in letter.key]

    def wrong(self, *expected: str) -> list[str]:
        return [str(each) for each in self.rows(lambda tx: tuple(chain.walk(tx, expected)))]


@pytest.fixture
async def book(tmp_path: Path, database: Database) -> Book:
    made = Book(site(tmp_path, devices=switch("sw-1") + switch("sw-2"), whole=SHIFTS), database, START)
    await made.look(START)
    return made


async def down(book: Book, device: str = "sw-1") -> int:
    await book.silent(device, minutes=(1, 1.25, 1.5))
    return int(next(fault.id for fault in book.faults() if fault.open))


async def test_a_quiet_day_goes_from_hand_to_hand(book: Book):
    for moment, who, to in ((DAY_ENDS, "zhang", "li"), (EVENING_ENDS, "li", "wang"), (NIGHT_ENDS, "wang", "zhang")):
        await book.look(moment - timedelta(minutes=10))
        book.do(who, "offer_handover")
        await book.look(moment)
        book.do(to, "accept_handover", all=0)
        await book.look(moment + timedelta(minutes=1))
        assert book.there(moment + timedelta(minutes=1)) == {to}

    assert book.stages() == ["accepted"] * 3
    assert book.wrong() == []


async def test_before_the_end_the_outgoing_is_asked_and_the_incoming_sees_what_comes(book: Book):
    await book.look(DAY_ENDS - timedelta(minutes=31))
    assert book.mails() == []
    await book.look(DAY_ENDS - timedelta(minutes=30))
    await book.look(DAY_ENDS - timedelta(minutes=29))
    assert [key.rsplit("/", 2)[1:] for key in book.mails()] == [["opened", "zhang"], ["preview", "li"]]


async def test_a_shift_that_nobody_offers_is_frozen_at_its_end(book: Book):
    await book.look(DAY_ENDS)
    (opened,) = book.revisions()
    assert [signed.step.value for signed in opened.case.signatures] == ["frozen"]
    assert (opened.case.outgoing, opened.case.incoming) == (("zhang",), ("li",))


async def test_until_it_is_signed_both_are_on_duty_and_both_get_the_alerts(book: Book):
    await book.look(DAY_ENDS)
    assert book.there(DAY_ENDS + timedelta(minutes=5)) == {"zhang", "li"}
    book.clock.set(DAY_ENDS + timedelta(minutes=6))
    book.do("li", "accept_handover", all=0)
    assert book.there(DAY_ENDS + timedelta(minutes=7)) == {"li"}


async def test_an_alert_between_two_shifts_is_mailed_to_both(book: Book):
    await book.look(DAY_ENDS)
    office = office_of(book.watched.settings)
    assert duty(office.shifts(DAY_ENDS + timedelta(minutes=1))).primary == ("zhang", "li")


async def test_an_offer_needs_a_next_action_for_each_fault_to_act_on(book: Book):
    number = await down(book)
    book.clock.set(DAY_ENDS - timedelta(minutes=10))
    with pytest.raises(UsageError, match=f"say first what is next of each fault to act on: {number}"):
        book.do("zhang", "offer_handover")
    book.do("zhang", "next_action", fault=number, text="call the vendor", who="li", due="2026-11-22T18:00")
    book.do("zhang", "offer_handover")
    (opened,) = book.revisions()
    (entry,) = opened.report.act_now
    assert entry.fault.next_action.text == "call the vendor"
    assert opened.case.items == (f"fault/{number}",)


async def test_what_is_to_act_on_is_read_back_before_it_is_taken_over(book: Book):
    number = await down(book)
    await book.look(DAY_ENDS)
    with pytest.raises(UsageError, match=r"still to be read back \(1\): F1"):
        book.do("li", "accept_handover")
    with pytest.raises(UsageError, match="to be read back: 1, not 2"):
        book.do("li", "accept_handover", all=2)
    with pytest.raises(UsageError, match="is not among what is to be read back"):
        book.do("li", "accept_handover", items=["fault/99"])
    book.do("li", "accept_handover", items=[f"fault/{number}"])
    assert book.stages() == ["accepted"]


async def test_a_refusal_keeps_the_outgoing_and_both_revisions(book: Book):
    book.clock.set(DAY_ENDS - timedelta(minutes=5))
    book.do("zhang", "offer_handover")
    await book.look(DAY_ENDS)
    book.clock.set(DAY_ENDS + timedelta(minutes=4))
    book.do("li", "refuse_handover", text="the keys are not counted")
    assert book.there(DAY_ENDS + timedelta(minutes=5)) >= {"zhang"}
    book.clock.set(DAY_ENDS + timedelta(minutes=9))
    book.do("zhang", "count_objects", text="3 keys, 2 cards, duty phone")
    book.do("zhang", "offer_handover")
    book.do("li", "accept_handover", all=0, text="one card is worn out")

    first, second = book.revisions()
    assert (first.case.stage, second.case.stage) == (Stage.REFUSED, Stage.REMARKS)
    assert (first.archived.revision, second.archived.revision) == (1, 2)
    assert second.archived.after_event == first.archived.after_event
    assert [word.text for word in second.report.words] == ["3 keys, 2 cards, duty phone"]
    assert book.there(DAY_ENDS + timedelta(minutes=10)) == {"li"}
    assert any("refused" in key for key in book.mails())
    assert book.wrong() == []


async def test_nobody_signs_and_it_lapses_without_holding_anybody(book: Book):
    for minutes in (0, 15, 16, 30, 31, 119, 120, 121):
        await book.look(DAY_ENDS + timedelta(minutes=minutes))
    assert book.stages() == ["lapsed"]
    kinds = [tuple(key.rsplit("/", 2)[1:]) for key in book.mails()]
    assert [kind for kind in kinds if kind[0] == "reminder"] == [("reminder", "zhang"), ("reminder", "li")]
    assert [kind for kind in kinds if kind[0] == "escalation"] == [("escalation", "boss")]
    assert {kind for kind in kinds if kind[0] == "lapsed"} == {(("lapsed"), name) for name in ("zhang", "li", "boss")}
    assert book.there(DAY_ENDS + timedelta(minutes=121)) == {"li"}
    with pytest.raises(UsageError, match="does not wait for a signature"):
        book.do("li", "accept_handover", number=1, all=0)


async def test_a_major_fault_puts_the_handover_off_until_it_is_over(book: Book):
    await down(book)
    await book.look(DAY_ENDS)
    book.do("zhang", "defer_handover", text="core switch is down, both stay")
    await book.look(DAY_ENDS + timedelta(minutes=59))
    assert book.stages() == ["deferred"]
    await book.look(DAY_ENDS + timedelta(minutes=60))
    assert book.stages() == ["superseded", "offered"]
    assert book.there(DAY_ENDS + timedelta(minutes=60)) == {"zhang", "li"}
    book.do("li", "accept_handover", all=1)
    assert book.stages() == ["superseded", "accepted"]


async def test_a_handover_is_deferred_for_a_major_fault_only(book: Book):
    await book.look(DAY_ENDS)
    with pytest.raises(UsageError, match="and there is none"):
        book.do("zhang", "defer_handover", text="tired")


async def test_a_relief_in_mid_shift_is_a_handover_of_its_own(book: Book):
    middle = START + timedelta(hours=2)
    book.clock.set(middle)
    with pytest.raises(UsageError, match="name who relieves it before that"):
        book.do("zhang", "offer_handover")
    book.do("zhang", "log", text="before the relief")
    book.do("zhang", "offer_handover", to="wang")
    book.do("wang", "accept_handover", all=0)
    assert book.there(middle + timedelta(minutes=1)) == {"wang"}
    book.do("wang", "log", text="after the relief")
    await book.look(DAY_ENDS)

    first, second = book.revisions()
    assert [entry.text for entry in first.report.log] == ["before the relief"]
    assert [entry.text for entry in second.report.log] == ["after the relief"]
    assert second.archived.after_event == first.archived.upto_event


async def test_only_who_is_on_the_shift_offers_and_only_who_comes_takes_over(book: Book):
    book.clock.set(DAY_ENDS - timedelta(minutes=5))
    with pytest.raises(UsageError, match="li is not on this shift"):
        book.do("li", "offer_handover")
    book.do("zhang", "offer_handover")
    with pytest.raises(UsageError, match="wang does not take over this shift"):
        book.do("wang", "accept_handover", all=0)
    book.do("boss", "accept_handover", all=0)
    assert book.there(DAY_ENDS + timedelta(minutes=1)) == {"li"}


async def test_nothing_changes_after_acceptance_but_by_signed_amendments(book: Book):
    await book.look(DAY_ENDS)
    book.do("li", "accept_handover", all=0)
    (before,) = book.revisions()
    for action, values in (
        ("accept_handover", {"all": 0}),
        ("refuse_handover", {"text": "no"}),
        ("defer_handover", {"text": "no"}),
    ):
        with pytest.raises(UsageError):
            book.do("li", action, number=1, **values)
    book.do("zhang", "amend_handover", number=1, text="the card is in the drawer")
    (amended,) = book.revisions()
    (waiting,) = amended.case.unconfirmed
    book.do("zhang", "amend_handover", number=1, text="and so is the key")
    told = [letter for letter in book.letters() if "/amended/li" in letter.key]
    assert len(told) == 2, "each amendment is told, so that it can be countersigned"
    assert f"netwatch handover countersign 1 {waiting.number}\r\n" in text_of(told[0].content or b"")
    with pytest.raises(UsageError, match="somebody else countersigns"):
        book.do("zhang", "countersign_handover", number=1, amendment=waiting.number)
    book.do("li", "countersign_handover", number=1, amendment=waiting.number)
    (after,) = book.revisions()
    assert [each.text for each in after.case.unconfirmed] == ["and so is the key"]
    assert (after.archived.digest, after.archived.document) == (before.archived.digest, before.archived.document)
    assert book.wrong() == []


async def test_a_leaders_instruction_stands_in_the_next_report(book: Book):
    await book.look(DAY_ENDS)
    book.do("li", "accept_handover", all=0)
    with pytest.raises(UsageError, match="does not lead"):
        book.do("li", "see_handover", number=1, text="x")
    book.do("boss", "see_handover", number=1, text="have the UPS looked at")
    await book.look(EVENING_ENDS)
    (_day, evening) = book.revisions()
    assert evening.case.stage is Stage.OFFERED
    assert [word.text for word in evening.report.words] == ["have the UPS looked at"]


async def test_what_only_the_outgoing_was_working_on_is_told_again_unless_taken_over(book: Book):
    first = await down(book, "sw-1")
    await book.silent("sw-2", minutes=(2, 2.25, 2.5))
    second = int(max(fault.id for fault in book.faults()))
    for number in (first, second):
        book.do("zhang", "acknowledge", fault=number, text="on it")
    await book.look(DAY_ENDS)
    book.do("li", "accept_handover", all=2, take_over=[str(first)])
    by = {int(fault.id): fault.acknowledged.by if fault.acknowledged else "" for fault in book.faults()}
    assert by == {first: "li", second: ""}


async def test_an_item_is_handed_on_with_its_age_until_somebody_says_why_not(book: Book):
    book.do("zhang", "carry_item", text="fetch the spare fan", who="li")
    await book.look(DAY_ENDS)
    await book.look(EVENING_ENDS)
    ages = [[entry.age for entry in opened.report.tasks] for opened in book.revisions()]
    assert ages == [[0], [1]]
    assert book.revisions()[1].case.items == ("item/1",)
    with pytest.raises(UsageError, match="must not be empty"):
        book.do("wang", "close_item", number=1, text="")
    book.do("wang", "close_item", number=1, text="fetched")
    await book.look(NIGHT_ENDS)
    assert book.revisions()[2].report.tasks == ()


async def test_every_event_is_in_exactly_one_report_that_counts(book: Book):
    book.clock.set(DAY_ENDS - timedelta(minutes=5))
    book.do("zhang", "log", text="one")
    book.do("zhang", "offer_handover")
    book.do("zhang", "log", text="two")
    await book.look(DAY_ENDS)
    book.do("li", "refuse_handover", text="not so")
    book.do("zhang", "log", text="three")
    book.do("zhang", "offer_handover")
    book.do("li", "log", text="four")
    book.do("li", "accept_handover", all=0)
    await book.look(EVENING_ENDS)
    await book.look(NIGHT_ENDS)
    counting = [opened for opened in book.revisions() if opened.case.stage.counts]
    edges = [(opened.archived.after_event, opened.archived.upto_event) for opened in counting]
    assert edges[0][0] == 0
    assert all(upto == after for (_after, upto), (after, _upto) in pairwise(edges))
    texts = [entry.text for opened in counting for entry in opened.report.log]
    assert sorted(texts) == ["four", "one", "three", "two"]


async def test_the_leaders_get_one_mail_about_the_day(book: Book):
    await book.look(DAY_ENDS)
    book.do("li", "accept_handover", all=0, text="one card is worn out")
    morning = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)  # 08:30 in Shanghai
    await book.look(morning - timedelta(minutes=1))
    assert not any("/day/" in key and "2026-11-23" in key for key in book.mails())
    for minutes in (0, 1, 60):
        await book.look(morning + timedelta(minutes=minutes))
    assert [key for key in book.mails() if "/day/2026-11-23" in key] == ["handover/day/2026-11-23/boss"]


async def test_a_restart_at_any_point_does_nothing_twice(book: Book):
    moments = [DAY_ENDS + timedelta(minutes=minutes) for minutes in (-30, 0, 15, 30, 120, 480, 495, 510, 600, 960)]
    for moment in moments:
        await book.look(moment)
        await book.look(moment)
    keys = [letter.key for letter in book.letters()]
    assert len(keys) == len(set(keys))
    assert book.stages() == ["lapsed", "lapsed", "offered"]


TAMPERING = {
    "a report altered": (
        "UPDATE handovers SET document = replace(document, 'evening', 'morning') WHERE id = 2",
        "handover report 2 was altered after it was archived",
    ),
    "its digest made to fit": (
        "UPDATE handovers SET digest = '{digest}', document = '{{}}' WHERE id = 2",
        "a report is missing or was altered before handover report 3",
    ),
    "a report's number of events": (
        "UPDATE handovers SET upto_event = upto_event + 1 WHERE id = 2",
        "the row of handover report 2 does not say what its report says",
    ),
    "a text altered": (
        "UPDATE renderings SET body = 'all is well' WHERE handover_id = 1 AND format = 'text' AND language = 'en'",
        "the text text (en) of handover report 1 was altered",
    ),
    "a text deleted": (
        "DELETE FROM renderings WHERE handover_id = 1 AND format = 'text' AND language = 'en'",
        "a text of handover report 1 is missing",
    ),
    "a signature altered": (
        "UPDATE signatures SET actor = 'wang' WHERE id = 2",
        "signature 2 was altered, or its report was",
    ),
    "a signature deleted": (
        "DELETE FROM signatures WHERE id = 2",
        "a signature is missing or was altered before signature 3",
    ),
    "the last signature cut off": (
        "DELETE FROM signatures WHERE id = (SELECT max(id) FROM signatures)",
        "its end was cut or changed",
    ),
    "two signatures in another order": (
        (
            "UPDATE signatures SET id = 900 WHERE id = 1; UPDATE signatures SET id = 1 WHERE id = 2; "
            "UPDATE signatures SET id = 2 WHERE id = 900"
        ),
        "a signature is missing or was altered before signature 1",
    ),
}


@pytest.fixture
async def archive(book: Book) -> Book:
    for moment, to in ((DAY_ENDS, "li"), (EVENING_ENDS, "wang"), (NIGHT_ENDS, "zhang")):
        await book.look(moment)
        book.do(to, "accept_handover", all=0)
    assert book.wrong() == []
    return book


@pytest.mark.parametrize("table", ["events", "handovers", "renderings", "signatures"])
@pytest.mark.parametrize("verb", ["UPDATE", "DELETE"])
async def test_the_database_itself_refuses_to_change_what_was_recorded(archive: Book, table: str, verb: str):
    column = {"events": "actor", "handovers": "shift", "renderings": "body", "signatures": "text"}[table]
    statement = f"UPDATE {table} SET {column} = 'x'" if verb == "UPDATE" else f"DELETE FROM {table}"
    with pytest.raises((DBAPIError, NetwatchError), match="are never changed"):
        archive.database.write_now(lambda tx: tx.execute(text(statement)))
    assert archive.wrong() == []


def unsealed(book: Book, statement: str) -> None:
    """Do what somebody does who has the file, or is the database's owner: take the seals off, and write."""

    def work(tx: Any) -> None:
        for table in ("handovers", "renderings", "signatures"):
            if tx.dialect.name == "sqlite":
                for verb in ("update", "delete"):
                    tx.execute(text(f"DROP TRIGGER {table}_{verb}_refused"))
            else:
                tx.execute(text(f"DROP TRIGGER {table}_refused ON {table}"))
        for part in statement.split("; "):
            tx.execute(text(part))

    book.database.write_now(work)


@pytest.mark.parametrize("what", TAMPERING)
async def test_whoever_takes_the_seals_off_is_found_out(archive: Book, what: str):
    statement, sentence = TAMPERING[what]
    unsealed(archive, statement.format(digest=handovers.digest_of("{}")))
    assert any(sentence in each for each in archive.wrong()), archive.wrong()


async def test_reports_cut_off_the_end_are_missed(archive: Book):
    number = archive.revisions()[-1].archived.id
    unsealed(
        archive,
        f"DELETE FROM signatures WHERE handover_id = {number}; DELETE FROM renderings WHERE handover_id = {number}; "
        f"DELETE FROM outbox WHERE handover_id = {number}; DELETE FROM handovers WHERE id = {number}",
    )
    assert any("the chain of handovers ends at 2; it is known to go to 3" in each for each in archive.wrong())


async def test_who_rewrites_everything_does_not_know_the_digests_that_were_mailed(archive: Book):
    digest = archive.revisions()[-1].archived.digest
    assert archive.wrong(digest[:12]) == []
    number = archive.revisions()[-1].archived.id

    def forged(tx: Any) -> None:
        last = handovers.get(tx, number - 1)
        records.put(tx, key=handovers.HEAD, value=f"{last.id} {last.digest}")
        signed = tx.execute(text("SELECT id, digest FROM signatures ORDER BY id DESC LIMIT 1")).one()
        records.put(tx, key=signatures.HEAD, value=f"{signed.id} {signed.digest}")
        if tx.dialect.name == "sqlite":
            tx.execute(text("UPDATE sqlite_sequence SET seq = 2 WHERE name = 'handovers'"))
            tx.execute(text(f"UPDATE sqlite_sequence SET seq = {signed.id} WHERE name = 'signatures'"))

    unsealed(
        archive,
        f"DELETE FROM signatures WHERE handover_id = {number}; DELETE FROM renderings WHERE handover_id = {number}; "
        f"DELETE FROM outbox WHERE handover_id = {number}; DELETE FROM handovers WHERE id = {number}",
    )
    archive.database.write_now(forged)
    assert archive.wrong() == []
    assert archive.wrong(digest[:12]) == [f"nothing in the archive has the digest {digest[:12]}"]


async def test_the_same_report_comes_back_from_its_archive(archive: Book):
    for opened in archive.revisions():
        assert from_json(opened.archived.document) == opened.report


async def test_reports_of_before_there_were_signatures_wait_for_none(book: Book):
    made = handovers.Archived("day/2026-11-21/primary", 1, START, START, START, 0, 0, '{"head":{}}')
    book.database.write_now(partial(handovers.add, report=made, bodies={}))
    assert book.rows(signatures.pending) == ()
    assert book.rows(outbox.counts) is not None
    assert book.rows(events.last) >= 0
    assert book.rows(faults.opened) == ()


async def test_what_was_altered_is_a_critical_fault_by_the_next_morning(archive: Book):
    worker = ArchiveWorker(archive.database, archive.watched, archive.clock, archive.observer)
    await worker.look(archive.clock.now())
    assert archive.rows(faults.opened) == ()
    unsealed(archive, TAMPERING["a text altered"][0])
    await worker.look(archive.clock.now())
    (fault,) = archive.rows(faults.opened)
    assert (fault.subject.device, fault.severity) == ("@archive", Severity.CRITICAL)
    assert "handover report 1 was altered" in str(fault.summary)
    assert any(letter.kind == "opened" for letter in archive.letters())
