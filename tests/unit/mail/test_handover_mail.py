"""The mail that carries a handover report."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from netwatch import report
from netwatch.language import translations
from netwatch.mail import letter_for_report
from netwatch.storage import outbox
from netwatch.storage.handovers import Archived
from netwatch.storage.outbox import Delivery
from roster import render
from roster.cover import on_duty
from roster.handover import to_json
from tests.mailroom import html_of, parsed, text_of

if TYPE_CHECKING:
    from netwatch.storage.outbox import Letter
    from tests.mailroom import Mailroom


@pytest.fixture
def made(room: Mailroom) -> dict[str, Letter]:
    """The letters about one report to two people."""
    office, zone = room.settings, room.settings.site.zone
    shift = on_duty(office.roster, room.now)[0]
    draft = room.database.write_now(lambda tx: report.draft(tx, office, shift, room.now, room.progress))
    bodies = {
        (language, "html"): render.html(draft.handover, translations(language), zone) for language in ("zh_CN", "en")
    }
    archived = Archived(
        shift=shift.id,
        revision=1,
        start=shift.start,
        end=shift.end,
        built_at=room.now,
        after_event=0,
        upto_event=0,
        document=to_json(draft.handover),
        digest="d" * 64,
        id=7,
    )
    return {
        name: letter_for_report(office, office.people[name], archived, draft.handover, bodies, room.now)
        for name in ("zhang", "wang")
    }


def test_it_is_ready_to_go_and_named_by_report_and_person(room: Mailroom, made: dict[str, Letter]) -> None:
    letter = made["zhang"]
    assert letter.key == "handover/whole/2026-11-22/primary/1/zhang"
    assert (letter.state, letter.handover, letter.person) == (Delivery.QUEUED, 7, "zhang")
    assert (letter.recipient, letter.next_at) == ("zhang@hospital.example", room.now)
    assert letter.deadline == room.now + timedelta(days=2)


def test_the_body_is_short_and_the_whole_report_goes_along(made: dict[str, Letter]) -> None:
    mail = parsed(made["wang"].content or b"")
    (page,) = mail.iter_attachments()
    assert page.get_filename() == "handover-whole-2026-11-22-primary-1.html"
    assert page.get_content_type() == "text/html"
    whole = page.get_payload(decode=True)
    assert isinstance(whole, bytes)
    assert whole.lstrip().lower().startswith(b"<!doctype html>")
    assert mail["Subject"] == made["wang"].subject
    assert made["wang"].subject
    assert len(text_of(made["wang"].content or b"")) > 100
    assert "http" not in html_of(made["wang"].content or b""), "no page is configured, so there is no link"


def test_two_people_get_two_mails_of_one_thread(made: dict[str, Letter]) -> None:
    mails = [parsed(letter.content or b"") for letter in made.values()]
    assert mails[0]["Message-ID"] != mails[1]["Message-ID"]
    assert mails[0]["Auto-Submitted"] == "auto-generated"
    assert [mail["To"].addresses[0].addr_spec for mail in mails] == ["zhang@hospital.example", "wang@hospital.example"]


async def test_the_mailer_sends_it_as_it_is(room: Mailroom, made: dict[str, Letter]) -> None:
    letter = replace(made["zhang"], handover=None)
    room.database.write_now(lambda tx: outbox.add(tx, letter))
    await room.turn()
    assert [mail.content for mail in room.relay.taken] == [letter.content]
    assert room.states()[letter.key] is Delivery.SENT
