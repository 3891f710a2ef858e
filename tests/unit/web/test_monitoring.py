"""Whether what the page says can be believed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from netwatch.storage import events, outbox
from netwatch.storage.events import Entry, EventKind
from netwatch.storage.outbox import Delivery
from netwatch.web.pages.monitoring import monitoring, silence
from netwatch.web.tempo import Pace
from tests.hospital import NOW, Hospital, down, fault, letter, settings

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from netwatch.web.pages.monitoring import Monitoring

STEADY = Pace(40, 0, 60.0)


def seen(hospital: Hospital, pace: Pace = STEADY, **progress: object) -> Monitoring:
    told = replace(hospital.progress, **progress)  # type: ignore[arg-type]
    return hospital.database.read_now(lambda tx: monitoring(tx, hospital.settings, told, pace, 4096, NOW))


def said(view: Monitoring) -> list[str]:
    return [str(trouble.what) for trouble in view.troubles]


def test_a_service_that_does_its_work_has_no_troubles(well: Hospital) -> None:
    view = seen(well)
    assert view.troubles == ()
    assert not view.blind
    assert view.expected == len(well.settings.checks)
    assert view.records.engine.startswith("SQLite 3.")
    assert view.records.bytes == 4096


@pytest.mark.parametrize(
    ("progress", "sentence", "blind"),
    [
        ({"isolated": True}, "The monitor itself is cut off from the network; states are frozen.", True),
        ({"writer_ok": False}, "Nothing can be recorded: the database does not take it.", True),
        ({"last_poll_at": NOW - timedelta(minutes=3)}, "No device is being looked at.", True),
        ({"last_poll_at": None}, "No device is being looked at.", True),
        ({"outbox_error": "connection refused"}, "Mail cannot be handed over.", False),
        (
            {"last_reload_error": "config.toml:7: …", "last_reload_at": NOW},
            "The changed configuration was refused; the one before is in force.",
            False,
        ),
    ],
)
def test_each_trouble_has_its_sentence(well: Hospital, progress: dict[str, object], sentence: str, blind: bool) -> None:
    view = seen(well, **progress)
    assert said(view) == [sentence]
    assert view.blind is blind


def test_a_service_that_has_just_started_is_not_blind_yet(well: Hospital) -> None:
    assert seen(well, started_at=NOW - timedelta(seconds=30), last_poll_at=None).troubles == ()


def test_without_devices_there_is_nothing_to_look_at(tmp_path: Path) -> None:
    assert silence(settings(tmp_path, count=0)) == timedelta(minutes=2)


def test_mail_that_has_waited_longer_than_five_minutes_is_a_trouble(well: Hospital) -> None:
    def waiting(tx: Connection, minutes: int) -> None:
        made = letter(down(tx, fault("core-1")), "zhang", Delivery.QUEUED, created=NOW - timedelta(minutes=minutes))
        outbox.add(tx, made)

    well.write(lambda tx: waiting(tx, 4))
    assert seen(well).troubles == ()
    assert seen(well).mail.waiting == 1
    later = well.database.read_now(
        lambda tx: monitoring(
            tx, well.settings, replace(well.progress, last_poll_at=NOW), STEADY, 0, NOW + timedelta(minutes=2)
        )
    )
    assert said(later) == ["Mail has not left yet."]
    assert later.troubles[0].since == NOW - timedelta(minutes=4)


def test_mail_that_was_given_up_is_told_for_a_week(well: Hospital) -> None:
    def lost(tx: Connection) -> None:
        made = down(tx, fault("core-1"))
        for days in (1, 6, 8):
            when = NOW - timedelta(days=days)
            outbox.add(tx, letter(made, "zhang", Delivery.GIVEN_UP, key=f"lost/{days}", created=when))

    well.write(lost)
    assert said(seen(well)) == ["Mails of the last 7 days that could not be delivered: 2"]


def test_a_back_up_that_is_overdue_is_a_trouble_that_says_what_to_do(well: Hospital) -> None:
    began = NOW - timedelta(days=8)
    well.write(lambda tx: events.add(tx, Entry(EventKind.STARTED, began, began)))
    view = seen(well)
    assert said(view) == ["there is no back-up of netwatch, for longer than may be (backup_within = 7d)"]
    assert str(view.troubles[0].todo).startswith("make one: netwatch db backup FILE")
    assert not view.blind


@pytest.mark.parametrize(("polls", "late", "count"), [(100, 10, 0), (100, 11, 1), (9, 9, 0)])
def test_lateness_is_a_trouble_when_it_is_more_than_a_tenth(well: Hospital, polls: int, late: int, count: int) -> None:
    assert len(seen(well, Pace(polls, late, 60.0)).troubles) == count


def test_the_worst_trouble_stands_first(well: Hospital) -> None:
    view = seen(well, last_reload_error="x", last_reload_at=NOW, isolated=True, outbox_error="y")
    assert [trouble.severity for trouble in view.troubles] == sorted(
        (trouble.severity for trouble in view.troubles), reverse=True
    )
