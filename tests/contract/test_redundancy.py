"""Two cores, forty switches on both: one core goes away, comes back; then both go."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from netwatch import report
from netwatch.domain.model import Window
from netwatch.domain.notices import Kind
from netwatch.language import translations
from netwatch.mail.case import gather, scene
from netwatch.mail.compose import Reader, notice
from netwatch.mail.office import office_of
from netwatch.storage import identity
from netwatch.web.pages.device import device_page
from netwatch.web.pages.fault import fault_page
from netwatch.web.pages.faults import open_faults
from roster import render
from roster.handover import digest
from tests.mailroom import text_of
from tests.scenario import START, Scenario, site, switch

if TYPE_CHECKING:
    from pathlib import Path

    from netwatch.storage.database import Database
    from netwatch.web.pages.device import DevicePage
    from netwatch.web.pages.faults import FaultView

BELOW = tuple(f"sw-{number}" for number in range(1, 41))
CORES = ("core-a", "core-b")


class Campus(Scenario):
    """Two cores and what hangs on both."""

    def draft(self) -> Any:
        now = self.clock.now()
        shift = report.running(self.settings, now)
        return self.rows(lambda tx: report.draft(tx, self.settings, shift, now)).handover

    def mail(self) -> str:
        """Return what a mail about the newest fault says."""
        now, office, fault = self.clock.now(), office_of(self.settings), self.faults()[-1]

        def work(tx: Any) -> bytes:
            reader = Reader(office, identity.of(tx), "zhang", "fault/1/0/zhang", now)
            seen = scene(tx, office, now)
            return notice(reader, Kind.OPENED, gather(tx, office, fault, seen), seen).content

        return text_of(self.database.write_now(work))

    def hanging(self) -> tuple[int, list[str]]:
        """Return how many devices the page of the newest fault names, and its first ones."""
        number = self.faults()[-1].id
        page = self.rows(lambda tx: fault_page(tx, self.settings, number, self.clock.now()))
        assert page is not None
        return page.fault.hanging_count, [each.title for each in page.fault.hanging]

    def cards(self) -> tuple[FaultView, ...]:
        """Return the open faults as the status page has them."""
        return self.rows(lambda tx: open_faults(tx, self.settings, self.clock.now())).full

    def lost(self, name: str) -> list[str]:
        """Return the parents that a device's page says are away."""
        return [each.title for each in self.device(name).lost]

    def device(self, name: str) -> DevicePage:
        page = self.rows(lambda tx: device_page(tx, self.settings, name, self.clock.now()))
        assert page is not None
        return page


@pytest.fixture
def campus(tmp_path: Path, database: Database) -> Campus:
    cores = switch("core-a", more='title = "Core A"') + switch("core-b")
    below = "".join(switch(name, parents=CORES) for name in BELOW)
    return Campus(site(tmp_path, devices=cores + below, site='language = "en"'), database)


async def core_a_dies(campus: Campus) -> None:
    await campus.answers(*CORES, *BELOW, minutes=(0,))
    await campus.silent("core-a", minutes=(1, 1.25, 1.5))
    await campus.answers("core-b", *BELOW, minutes=(1.6,))
    await campus.review(2)


async def test_a_lost_core_is_one_mail_that_names_the_switches_which_hang_on_the_other(campus: Campus):
    await core_a_dies(campus)
    assert campus.told() == [("core-a", "opened")]
    assert len(campus.faults()) == 1
    text = " ".join(campus.mail().split())
    assert "Redundancy lost: 40 devices: sw-1, sw-2, " in text
    assert "Unreachable behind it" not in text


async def test_the_report_has_one_line_of_it_and_the_pages_show_it(campus: Campus):
    await core_a_dies(campus)
    handover = campus.draft()
    assert [each.device for each in handover.redundancy] == list(BELOW)
    assert {(each.away, each.left, each.since, each.faults) for each in handover.redundancy} == {
        (("core-a Core A",), 1, START + timedelta(minutes=1), (1,))
    }
    text = render.text(handover, translations("en"), campus.settings.site.zone)
    line = "core-a Core A away, 1 uplink left, since 2026-11-22 10:01, F1 (40): sw-1, sw-2, "
    assert line in " ".join(text.split())
    assert "sw-12 and 28 more" in " ".join(text.split())
    assert campus.hanging() == (40, list(BELOW[:12]))
    assert (campus.lost("sw-7"), campus.lost("core-b")) == (["Core A"], [])
    (card,) = campus.cards()
    assert (card.hanging_count, len(card.hanging), card.hidden_count) == (40, 12, 0)
    assert campus.device("core-a").open == (card,)


async def test_the_same_rows_give_the_same_report(campus: Campus):
    await core_a_dies(campus)
    assert campus.draft() == campus.draft()
    assert digest(campus.draft()) == digest(campus.draft())


async def test_it_is_over_when_the_core_is_back(campus: Campus):
    await core_a_dies(campus)
    campus.mails_leave()
    await campus.answers("core-a", minutes=(5, 5.25))
    await campus.review(5.5)
    assert campus.told() == [("core-a", "opened"), ("core-a", "recovered")]
    assert campus.draft().redundancy == ()
    assert (campus.hanging(), campus.lost("sw-7")) == ((0, []), [])
    assert "Redundancy lost" not in campus.mail()


async def test_with_both_cores_away_the_switches_are_unreachable_and_that_is_all(campus: Campus):
    await core_a_dies(campus)
    await campus.silent("core-b", *BELOW, minutes=(10, 10.25, 10.5))
    await campus.silent(*BELOW, minutes=(11,))
    await campus.review(11.5)
    handover = campus.draft()
    assert handover.redundancy == ()
    assert [each.device for each in handover.unseen] == sorted(BELOW)
    assert sorted(campus.told()) == [("core-a", "opened"), ("core-b", "opened")]
    assert campus.lost("sw-7") == []


async def test_a_core_in_a_window_is_planned_and_nothing_is_lost(campus: Campus):
    await campus.answers(*CORES, *BELOW, minutes=(0,))
    campus.watched.windows = (Window("upgrade", frozenset({"core-a"}), START, START + timedelta(hours=2)),)
    await campus.silent("core-a", minutes=(1, 1.25, 1.5))
    assert campus.draft().redundancy == ()
    assert campus.hanging() == (0, [])
