"""The worker that empties the outbox: as time lines on a fake clock, with a relay that answers as it is told."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from netwatch.domain.model import Severity
from netwatch.domain.notices import Kind
from netwatch.errors import StorageUnavailable
from netwatch.mail.delivery import Later, Refused
from netwatch.storage import faults, outbox
from netwatch.storage.events import EventKind
from netwatch.storage.outbox import Delivery, Letter
from tests.fakes import settle
from tests.mailroom import AWAY, parsed, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from netwatch.mail.delivery import Outcome, Posted
    from tests.mailroom import Mailroom

WITHOUT_ADDRESSES = """
[[rotation]]
shift = "whole"
priority = 5
groups = [["chen"]]
anchor = 2026-01-01

[[person]]
name = "chen"
mail = "chén@hospital.example"
"""


async def test_a_notice_becomes_one_mail_to_who_is_on_duty(room: Mailroom) -> None:
    (fault,) = room.opened("core")
    await room.turn()
    assert room.inbox() == [("zhang", "[Critical] core: no answer")]
    letters = room.letters()
    assert letters[f"fault/{fault.id}/0"].state is Delivery.ROUTED
    sent = letters[f"fault/{fault.id}/0/zhang"]
    assert (sent.state, sent.relay, sent.sent_at, sent.attempts) == (Delivery.SENT, "relay: 250 OK", room.now, 1)
    assert [(each.person, each.told, str(each.why)) for each in room.decided(fault)] == [("zhang", True, "on duty")]
    assert room.decided(fault)[0].outbox == sent.id
    (entry,) = room.journal()
    assert (entry.kind, entry.fault, entry.device) == (EventKind.MAILED, fault.id, "core")
    assert str(entry.summary) == "mail to zhang: [Critical] core: no answer"
    assert room.progress.outbox_error is None


async def test_a_notice_waits_until_it_is_due(room: Mailroom) -> None:
    room.notice(room.fault(), wait=20)
    await room.turn(19)
    assert room.inbox() == []
    await room.turn(1)
    assert len(room.inbox()) == 1


async def test_nothing_is_sent_twice(room: Mailroom) -> None:
    room.opened("core")
    await room.minutes(5)
    assert len(room.relay.tried) == 1


async def test_an_escalation_reaches_the_posts_and_people_it_names_as_well(room: Mailroom) -> None:
    fault = room.fault()
    room.notice(fault, Kind.REMINDER, also=("second", "wang"))
    await room.turn()
    assert {to for to, _subject in room.inbox()} == {"zhang", "li", "wang"}
    assert {(each.person, str(each.why)) for each in room.decided(fault)} == {
        ("zhang", "on duty"),
        ("li", "escalation"),
        ("wang", "escalation"),
    }


async def test_each_gets_a_mail_of_their_own(room: Mailroom) -> None:
    room.notice(room.fault(), Kind.REMINDER, also=("second", "leader"))
    await room.turn()
    assert [mail.recipient for mail in room.relay.taken] == [
        "zhang@hospital.example",
        "li@hospital.example",
        "wang@hospital.example",
    ]
    assert len({mail.message_id for mail in room.relay.taken}) == 3


async def test_whoever_cannot_get_mail_is_passed_over_for_the_next(mailrooms: Callable[..., Mailroom]) -> None:
    room = mailrooms(
        more=WITHOUT_ADDRESSES + '\n[[rotation]]\nshift="whole"\npost="second"\ngroups=[["zhang"]]\nanchor=2026-01-01\n'
    )
    fault = room.fault()
    room.notice(fault)
    await room.turn()
    assert [to for to, _subject in room.inbox()] == ["zhang"]
    assert [(each.person, each.told, str(each.why)) for each in room.decided(fault)] == [
        ("zhang", True, "second on duty: the first cannot be told"),
        ("chen", False, "has no mail address"),
    ]


async def test_a_notice_that_reaches_nobody_is_kept_said_once_and_tried_until_somebody_comes(
    mailrooms: Callable[..., Mailroom],
) -> None:
    room = mailrooms(more=WITHOUT_ADDRESSES)
    fault = room.fault()
    room.notice(fault)
    await room.minutes(12)
    assert room.inbox() == []
    assert room.letters()[f"fault/{fault.id}/0"].state is Delivery.UNROUTED
    nobody = [each for each in room.decided(fault) if each.person is None]
    assert [(each.told, str(each.why)) for each in nobody] == [
        (False, "nobody can be told: nobody on duty has a mail address, and there is no fallback")
    ]
    assert [entry.kind for entry in room.journal()] == [EventKind.NOT_TOLD]
    await room.minutes(2 * 24 * 60, step=6 * 3600)
    assert room.letters()[f"fault/{fault.id}/0"].state is Delivery.GIVEN_UP


async def test_the_configured_fallback_is_told_when_nobody_on_duty_can_be(mailrooms: Callable[..., Mailroom]) -> None:
    room = mailrooms(more=WITHOUT_ADDRESSES, mail='fallback = ["zhang"]')
    room.opened("core")
    await room.turn()
    assert [to for to, _subject in room.inbox()] == ["zhang"]


async def test_a_refusal_is_tried_again_after_ten_seconds_doubling_to_ten_minutes(room: Mailroom) -> None:
    room.relay.answer = lambda _mail: Later("relay: 451 greylisted")
    (fault,) = room.opened("core")
    await room.turn()
    gaps = []
    while len(gaps) < 8:
        gaps.append(0.0)
        tried = len(room.relay.tried)
        while len(room.relay.tried) == tried:
            gaps[-1] += await room.next_try()
    assert gaps == [10, 20, 40, 80, 160, 320, 600, 600]
    letter = room.letters()[f"fault/{fault.id}/0/zhang"]
    assert (letter.state, letter.error, letter.attempts) == (Delivery.QUEUED, "relay: 451 greylisted", 9)
    assert [entry.kind for entry in room.journal()] == [EventKind.MAIL_FAILED], "said once, not at each try"
    assert room.progress.outbox_error == "relay: 451 greylisted"


async def test_at_its_deadline_a_mail_is_given_up_and_that_is_seen(mailrooms: Callable[..., Mailroom]) -> None:
    room = mailrooms(mail='deadline = "1h"', more="")
    room.relay.answer = lambda _mail: Later("relay: 451 greylisted")
    (fault,) = room.opened("core")
    await room.minutes(80, step=600)
    assert room.letters()[f"fault/{fault.id}/0/zhang"].state is Delivery.GIVEN_UP
    assert [entry.kind for entry in room.journal()] == [
        EventKind.MAIL_FAILED,
        EventKind.MAIL_FAILED,
        EventKind.NOT_TOLD,
    ]


async def test_a_dead_mailbox_is_given_up_at_once_and_the_next_is_told_instead(room: Mailroom) -> None:
    def only_others(mail: Posted) -> Outcome:
        dead = mail.recipient.startswith("zhang")
        return Refused("relay: 550 no such user") if dead else room.relay.take(mail)

    room.relay.answer = only_others
    (fault,) = room.opened("core")
    await room.turn()
    await room.turn(1)
    assert [to for to, _subject in room.inbox()] == ["li"]
    letters = room.letters()
    assert letters[f"fault/{fault.id}/0/zhang"].state is Delivery.GIVEN_UP
    assert letters[f"fault/{fault.id}/0/zhang"].error == "relay: 550 no such user"
    mail = parsed(room.relay.taken[0].content)
    assert (mail["To"].addresses[0].addr_spec, mail["Message-ID"]) == (
        "li@hospital.example",
        letters[f"fault/{fault.id}/0/li"].message_id,
    )
    assert [(each.person, str(each.why)) for each in room.decided(fault)][-1] == (
        "li",
        "second on duty: the first cannot be told",
    )


async def test_when_every_mailbox_is_dead_that_is_in_the_journal_and_it_ends(room: Mailroom) -> None:
    room.relay.answer = lambda _mail: Refused("relay: 550 no such user")
    room.opened("core")
    await room.minutes(5)
    assert [mail.recipient.partition("@")[0] for mail in room.relay.tried] == ["zhang", "li", "wang"]
    kinds = [entry.kind for entry in room.journal()]
    assert kinds == [EventKind.MAIL_FAILED] * 3 + [EventKind.NOT_TOLD]


async def test_a_crash_between_the_relays_yes_and_the_disk_repeats_the_mail_under_the_same_name(
    room: Mailroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.opened("core")

    def crash(*_args: object, **_more: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("netwatch.mail.outcomes.record", crash)
        with pytest.raises(KeyboardInterrupt):
            await room.turn()
    room.mailer = room.hire()
    await room.turn(1)
    await room.turn(60)
    assert len(room.relay.taken) == 2
    assert len({(mail.message_id, mail.content) for mail in room.relay.taken}) == 1
    assert len(room.inbox()) == 1


async def test_while_the_disk_is_full_a_mail_that_was_taken_is_not_sent_again(
    room: Mailroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.opened("core", "sw1")
    real = room.database.write

    async def full(work: Callable[..., object]) -> object:
        if room.relay.taken:
            raise StorageUnavailable("disk full")
        return await real(work)

    with monkeypatch.context() as patch:
        patch.setattr(room.database, "write", full)
        for _number in range(3):
            with pytest.raises(StorageUnavailable):
                await room.turn(5)
    await room.turn(5)
    assert len(room.relay.taken) == 2
    assert len(room.inbox()) == 2
    first, second = (letter for letter in room.letters().values() if letter.sent_at)
    assert first.sent_at is not None
    assert second.sent_at is not None
    assert second.sent_at - first.sent_at == timedelta(seconds=15), "the time is that of sending, not of writing down"


async def test_an_outage_is_probed_with_one_mail_and_ends_with_one_mail_and_a_digest(room: Mailroom) -> None:
    room.relay.away()
    (first,) = room.opened("core")
    await room.turn()
    await room.minutes(2)
    later = [*room.opened("sw1", "sw2", "sw3", "sw4", "sw5"), *room.opened(*["core"] * 5, severity=Severity.MINOR)]
    before = len(room.relay.tried)
    await room.minutes(20, step=20)
    probes = len(room.relay.tried) - before
    assert 59 <= probes <= 61, "one try every 20 seconds"
    assert {mail.message_id for mail in room.relay.tried} == {room.letters()[f"fault/{first.id}/0/zhang"].message_id}
    assert room.progress.outbox_error == "relay: connection refused"

    room.relay.back()
    back_at = room.now
    while not room.relay.taken:
        await room.turn(1)
    assert room.now - back_at <= timedelta(seconds=30)
    assert room.inbox() == [
        ("zhang", "[Critical] core: no answer"),
        ("zhang", "[Critical] 10 faults, worst: sw1, sw2, sw3 and 2 more"),
    ]
    digest = next(letter for letter in room.letters().values() if letter.kind == "digest")
    for fault in later:
        assert [(each.person, each.told, each.outbox) for each in room.decided(fault)] == [("zhang", True, digest.id)]
        assert str(room.decided(fault)[0].why) == "in one mail with 9 others"
    assert room.progress.outbox_error is None


async def test_an_outage_tells_of_itself_once(room: Mailroom) -> None:
    room.relay.away()
    room.opened("core", "sw1")
    await room.minutes(10, step=20)
    assert [entry.kind for entry in room.journal()] == [EventKind.MAIL_FAILED]


async def test_mail_that_was_written_before_an_outage_is_merged_as_well(mailrooms: Callable[..., Mailroom]) -> None:
    room = mailrooms(mail="digest_over = 3")
    room.opened("core", "sw1", "sw2")
    room.relay.away()
    await room.turn()
    await room.minutes(1)
    room.opened("sw3", "sw4")
    room.relay.back()
    await room.minutes(1)
    assert [subject for _to, subject in room.inbox()] == [
        "[Critical] core: no answer",
        "[Critical] 4 faults, worst: sw1, sw2, sw3 and 1 more",
    ]
    assert sorted(room.states().values(), key=lambda state: state.value).count(Delivery.QUEUED) == 0


async def test_a_fault_that_came_and_went_during_an_outage_is_one_mail_with_both_times(room: Mailroom) -> None:
    room.relay.away()
    room.opened("sw1")
    await room.turn()
    await room.minutes(1)
    fault = room.fault("sw2")
    room.notice(fault)
    room.notice(fault, Kind.REMINDER, 1)
    await room.minutes(30, step=60)
    room.notice(room.recover(fault), Kind.RECOVERED, 2)
    room.relay.back()
    await room.minutes(1)
    assert [subject for _to, subject in room.inbox()] == [
        "[Critical] sw1: no answer",
        "Recovered: [Critical] sw2: no answer",
    ]
    assert "from 10:00 to 10:31 (31 min)" in text_of(room.relay.taken[-1].content)
    assert [(each.kind, each.told, str(each.why)) for each in room.decided(fault)] == [
        ("opened", False, "overtaken by a later notice of the same fault before it left"),
        ("reminder", False, "overtaken by a later notice of the same fault before it left"),
        ("recovered", True, "on duty"),
    ]
    assert [room.states()[f"fault/{fault.id}/{number}"] for number in range(3)] == [
        Delivery.DROPPED,
        Delivery.DROPPED,
        Delivery.ROUTED,
    ]


async def test_a_first_mail_that_was_written_and_not_taken_gives_way_to_the_recovery(room: Mailroom) -> None:
    room.relay.away()
    first, second = room.opened("sw1", "sw2")
    await room.turn()
    room.notice(room.recover(second), Kind.RECOVERED, 1)
    room.relay.back()
    await room.minutes(1)
    assert [subject for _to, subject in room.inbox()] == [
        "[Critical] sw1: no answer",
        "Recovered: [Critical] sw2: no answer",
    ]
    assert room.states()[f"fault/{second.id}/0/zhang"] is Delivery.DROPPED
    assert room.states()[f"fault/{first.id}/0/zhang"] is Delivery.SENT


async def test_a_relay_that_drops_one_mail_does_not_hold_up_the_others(room: Mailroom) -> None:
    (poison,) = room.opened("core")
    room.opened("sw1", "sw2", severity=Severity.MINOR)

    def drops(mail: Posted) -> Outcome:
        bad = parsed(mail.content)["X-Netwatch-Device"] == "core"
        return Later("relay: connection lost", dropped=True) if bad else room.relay.take(mail)

    room.relay.answer = drops
    await room.turn()
    assert [subject for _to, subject in room.inbox()] == ["[Minor] sw1: no answer", "[Minor] sw2: no answer"]
    await room.minutes(60, step=300)
    room.opened("sw3", severity=Severity.MINOR)
    await room.turn(1)
    assert room.inbox()[-1] == ("zhang", "[Minor] sw3: no answer")
    assert room.states()[f"fault/{poison.id}/0/zhang"] is Delivery.QUEUED


async def test_a_relay_that_drops_every_mail_is_not_offered_all_of_them(room: Mailroom) -> None:
    room.relay.answer = lambda _mail: Later("relay: connection lost", dropped=True)
    room.opened("core", "sw1", "sw2", "sw3", "sw4", "sw5")
    await room.turn()
    assert len(room.relay.tried) == 3
    room.relay.back()
    await room.minutes(1)
    assert len(room.inbox()) == 6


async def test_a_full_mailbox_does_not_hold_up_other_people(room: Mailroom) -> None:
    def full(mail: Posted) -> Outcome:
        return Later("relay: 452 full") if mail.recipient.startswith("zhang") else room.relay.take(mail)

    room.relay.answer = full
    for device in ("core", "sw1", "sw2", "sw3"):
        room.notice(room.fault(device), Kind.REMINDER, also=("second",))
    await room.turn()
    assert [to for to, _subject in room.inbox()] == ["li"] * 4


async def test_a_storm_is_one_mail_worst_first(room: Mailroom) -> None:
    room.opened(*["sw1"] * 40, severity=Severity.MINOR)
    room.opened("core")
    for fault in room.opened(*["sw2"] * 5, severity=Severity.MINOR):
        room.database.write_now(lambda tx, fault=fault: outbox.save(tx, _later(tx, fault.id)))
    await room.turn()
    assert room.inbox() == [("zhang", "[Critical] 46 faults, worst: core")]
    lines = text_of(room.relay.taken[0].content).splitlines()
    assert lines[0] == "46 faults in one mail: 1 critical, 45 minor"
    assert lines[2].startswith("[critical] 41 core: no answer, since 09:59")


def _later(tx: object, fault: int) -> Letter:
    (letter,) = outbox.of_fault(tx, fault)  # type: ignore[arg-type]
    return replace(letter, next_at=letter.next_at + timedelta(seconds=15))


async def test_between_two_digests_to_one_person_is_a_minute(room: Mailroom) -> None:
    room.opened(*["sw1"] * 9, severity=Severity.MINOR)
    await room.turn()
    room.opened(*["sw2"] * 5, severity=Severity.MINOR)
    await room.turn(10)
    room.opened(*["sw3"] * 5)
    await room.turn(10)
    assert len(room.inbox()) == 1
    await room.turn(40)
    assert [subject for _to, subject in room.inbox()] == [
        "[Minor] 9 faults, worst: sw1",
        "[Critical] 10 faults, worst: sw3",
    ]


async def test_a_slow_storm_is_merged_too(room: Mailroom) -> None:
    for _number in range(60):
        room.opened("sw1", severity=Severity.MINOR)
        await room.turn(5)
    await room.minutes(5, step=60)
    subjects = [subject for _to, subject in room.inbox()]
    assert len(subjects) <= 8 + 5 + 1
    told = {fault.id for fault in room.database.read_now(faults.opened) if room.decided(fault)}
    assert len(told) == 60


async def test_mail_that_waits_over_a_change_of_shift_goes_to_who_is_on_duty_then(
    mailrooms: Callable[..., Mailroom],
) -> None:
    room = mailrooms(
        more='\n[[rotation]]\nshift = "whole"\npriority = 5\nanchor = 2026-11-22\ngroups = [["zhang"], ["li"]]\n'
    )
    room.relay.away()
    faults = room.opened("core", "sw1")
    await room.turn()
    await room.minutes(21 * 60 + 50, step=3600 - 50)
    room.relay.back()
    await room.turn(1200)  # it is past 08:00
    assert room.inbox() == [("li", "[Critical] core: no answer"), ("li", "[Critical] sw1: no answer")]
    for fault in faults:
        assert [(each.person, each.told, str(each.why)) for each in room.decided(fault)] == [
            ("zhang", True, "on duty"),
            ("li", True, "on duty"),
            ("zhang", False, "went off duty before a relay took it; told to who is on duty now"),
        ]
        assert room.states()[f"fault/{fault.id}/0/zhang"] is Delivery.DROPPED


async def test_a_digest_that_waits_over_a_change_of_shift_does_so_too(mailrooms: Callable[..., Mailroom]) -> None:
    room = mailrooms(
        mail="digest_over = 2",
        more='\n[[rotation]]\nshift = "whole"\npriority = 5\nanchor = 2026-11-22\ngroups = [["zhang"], ["li"]]\n',
    )
    room.relay.away()
    room.opened("core", "sw1", "sw2")
    await room.turn()
    await room.turn(23 * 3600)
    room.relay.back()
    await room.turn(60)
    assert room.inbox() == [("li", "[Critical] 3 faults, worst: core, sw1, sw2")]


async def test_the_answer_to_the_first_mail_of_a_fault_keeps_its_subject(room: Mailroom) -> None:
    (fault,) = room.opened("core")
    await room.turn()
    renamed = replace(fault, summary=type(fault.summary)("answers again"))
    room.notice(room.recover(renamed), Kind.RECOVERED, 1)
    await room.turn(60)
    assert [subject for _to, subject in room.inbox()] == [
        "[Critical] core: no answer",
        "Recovered: [Critical] core: no answer",
    ]
    first, second = (parsed(mail.content) for mail in room.relay.taken)
    assert first["References"] == second["References"] == second["In-Reply-To"]
    assert first["References"] not in (first["Message-ID"], second["Message-ID"])


async def test_a_letter_that_makes_no_sense_is_given_up_and_the_rest_goes_on(room: Mailroom) -> None:
    letter = Letter("odd", "nonsense", room.now, room.now, room.now + timedelta(days=1))
    empty = Letter("empty", "handover", room.now, room.now, room.now + timedelta(days=1), state=Delivery.QUEUED)
    room.database.write_now(lambda tx: (outbox.add(tx, letter), outbox.add(tx, empty)))
    room.opened("core")
    await room.turn()
    assert room.states()["odd"] is Delivery.GIVEN_UP
    assert room.states()["empty"] is Delivery.GIVEN_UP
    assert len(room.inbox()) == 1


async def test_a_mail_that_cannot_be_laid_out_still_leaves(room: Mailroom, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object, **_more: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("netwatch.mail.compose.notice", broken)
    monkeypatch.setattr("netwatch.mail.compose.digest", broken)
    (fault,) = room.opened("core")
    with capture_logs() as logged:
        await room.turn()
        room.opened(*["sw1"] * 9)
        await room.turn(600)
    assert [entry["event"] for entry in logged if entry["log_level"] == "error"] == [
        "a mail could not be written as it should be",
        "a digest could not be written as it should be",
    ]
    assert room.inbox() == [("zhang", "[Critical] 1: core"), ("zhang", "[Critical] 9: sw1")]
    assert f"netwatch faults show {fault.id}" in text_of(room.relay.taken[0].content)


async def test_a_way_of_delivery_that_crashes_takes_nothing_else_along(
    room: Mailroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def crash(_mail: Posted) -> Outcome:
        raise ZeroDivisionError

    (fault,) = room.opened("core")
    with monkeypatch.context() as patch, capture_logs() as logged:
        patch.setattr(room.relay, "send", crash)
        await room.turn()
    assert "the way of delivery itself failed" in [entry["event"] for entry in logged]
    assert room.letters()[f"fault/{fault.id}/0/zhang"].error == "the way of delivery itself failed: ZeroDivisionError"
    await room.turn(30)
    assert len(room.inbox()) == 1


async def test_a_clock_set_back_an_hour_holds_up_no_mail(room: Mailroom) -> None:
    room.relay.answer = lambda _mail: Later("relay: 451 greylisted")
    room.opened("core")
    await room.turn()
    room.notice(room.fault("sw1"), wait=20)
    room.relay.back()
    room.clock.jump(-3600)
    await room.turn(30)
    assert len(room.inbox()) == 2
    room.opened("sw2")
    await room.turn(1)
    assert len(room.inbox()) == 3


async def test_during_an_outage_a_clock_set_back_delays_neither_probe_nor_backlog(room: Mailroom) -> None:
    room.relay.away()
    room.opened("core")
    await room.turn()
    room.opened("sw1")
    room.clock.jump(-3600)
    room.relay.back()
    await room.turn(20)
    assert len(room.inbox()) == 2


async def test_another_configuration_is_taken_up_without_a_restart(room: Mailroom) -> None:
    old = room.relay
    room.relay.away()
    room.opened("core")
    await room.turn()
    room.relay = type(room.relay)()
    room.settings = replace(room.settings)
    await room.turn(1)
    assert old.closed >= 1
    assert len(room.relay.taken) == 1, "another relay is tried at once"


async def test_connections_are_let_go_when_there_is_nothing_more_to_send(room: Mailroom) -> None:
    room.opened("core", "sw1")
    await room.turn()
    assert room.relay.closed == 1


async def test_it_wakes_when_told_and_else_when_something_is_due(room: Mailroom) -> None:
    beats: list[float] = []
    room.mailer._beat = lambda: beats.append(room.clock.monotonic())  # type: ignore[method-assign]
    async with asyncio.TaskGroup() as group:
        running = group.create_task(room.mailer.run())
        await _until(lambda: bool(beats))
        room.opened("core")
        room.mailer.wake()
        await _until(lambda: len(room.relay.taken) == 1)
        room.notice(room.fault("sw1"), wait=7)
        room.mailer.wake()
        await _until(lambda: _sleeps(room, 7.0))
        await room.clock.advance(7)
        await _until(lambda: len(room.relay.taken) == 2)
        running.cancel()


async def test_it_looks_into_the_outbox_every_twenty_seconds_whatever_happens(room: Mailroom) -> None:
    async with asyncio.TaskGroup() as group:
        running = group.create_task(room.mailer.run())
        await _until(lambda: _sleeps(room, 20.0))
        room.opened("core")
        await room.clock.advance(20)
        await _until(lambda: len(room.relay.taken) == 1)
        running.cancel()


async def test_it_goes_on_after_the_database_could_not_be_used(room: Mailroom, monkeypatch: pytest.MonkeyPatch) -> None:
    real = room.database.write
    broken = True

    async def write(work: Callable[..., object]) -> object:
        if broken:
            raise StorageUnavailable("disk full")
        return await real(work)

    monkeypatch.setattr(room.database, "write", write)
    room.opened("core")
    async with asyncio.TaskGroup() as group:
        running = group.create_task(room.mailer.run())
        await _until(lambda: _sleeps(room, 5.0))
        assert room.relay.tried == []
        broken = False
        await room.clock.advance(5)
        await _until(lambda: len(room.relay.taken) == 1)
        running.cancel()


async def test_each_outcome_of_a_relay_is_worded_in_the_outbox(room: Mailroom) -> None:
    room.relay.answer = lambda _mail: AWAY
    (fault,) = room.opened("core")
    await room.turn()
    letter = room.letters()[f"fault/{fault.id}/0/zhang"]
    assert (letter.error, letter.next_at - room.now) == ("relay: connection refused", timedelta(seconds=10))


async def test_the_watchdog_hears_of_a_slow_relay_while_it_is_waited_for(
    room: Mailroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    beats: list[int] = []
    answer = asyncio.Event()
    real = room.relay.send

    async def slow(mail: Posted) -> Outcome:
        await answer.wait()
        return await real(mail)

    monkeypatch.setattr("netwatch.workers.mailer.ATTENDED", 0.001)
    monkeypatch.setattr(room.relay, "send", slow)
    room.mailer._beat = lambda: beats.append(1) if len(beats) < 5 else answer.set()  # type: ignore[method-assign]
    room.opened("core")
    async with asyncio.timeout(10):
        await room.turn()
    assert len(room.inbox()) == 1
    assert len(beats) == 5


def _sleeps(room: Mailroom, seconds: float) -> bool:
    until = room.clock.monotonic() + seconds
    return any(abs(at - until) < 0.01 and not woken.done() for at, _number, woken in room.clock._sleepers)


async def _until(holds: Callable[[], bool]) -> None:
    """Wait for the worker, whose database works in threads, as long as a slow machine may need."""
    async with asyncio.timeout(10):
        while not holds():
            await settle()
            await asyncio.sleep(0.001)
