"""Software and log-ins on servers that nobody approved: on both databases, from what was read to the fault."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pytest

from netwatch.actions import carry_out
from netwatch.domain.drift.snapshot import Snapshot, canonical, digest
from netwatch.domain.inventory import things
from netwatch.storage import blobs, snapshots
from netwatch.workers.conduct import ConductWorker
from probes.collect import Section
from tests.scenario import START, Scenario, site, switch
from tests.shifts import WHOLE_DAY

if TYPE_CHECKING:
    from pathlib import Path

    from netwatch.storage.database import Database

PEOPLE = (
    """
[[person]]
name = "li"
mail = "li@hospital.example"
login = "lisi"

[[person]]
name = "boss"
mail = "boss@hospital.example"
role = "leader"

[conduct]
devices = ["srv-1"]
ignored_accounts = ["monitor"]
told_for = "2h"
{more}

[[software]]
name = "sshd"
packages = ["openssh-*"]
processes = ["sshd"]
ports = ["tcp/22"]
"""
    + WHOLE_DAY
)
CHANGE = {"device": "srv-1", "what": "升级数据库", "why": "漏洞", "back": "快照", "implementer": "li"}
SOFTWARE = {"device": "srv-1", "software": "7-Zip 22.01", "why": "解压"}


class Servers(Scenario):
    """Two servers, of which one is looked at, and what was read of them."""

    @cached_property
    def worker(self) -> ConductWorker:
        return ConductWorker(self.database, self.watched, self.clock, self.observer)

    def shows(self, minute: float, facet: str, *lines: str, device: str = "srv-1", settled: bool = True) -> None:
        """Keep what a facet was read to be at that minute."""
        self.at(minute)
        now = self.clock.now()
        text = canonical([Section((), tuple(lines), is_ordered=False)])

        def work(tx: Any) -> None:
            blobs.put(tx, text)
            kept = Snapshot(0, device, facet, digest(text), "linux/1", now, now, settled=now if settled else None)
            snapshots.add(tx, kept)

        self.database.write_now(work)

    def do(self, who: str, action: str, /, **values: Any) -> str:
        return str(self.database.write_now(carry_out(self.settings, action, who, self.clock.now(), values)))

    def approved(self, register: str, values: dict[str, str], start: float, until: float) -> int:
        moments = [(START + timedelta(minutes=each)).isoformat() for each in (start, until)]
        said = self.do("zhang", "new_entry", register=register, values=values, start=moments[0], due=moments[1])
        number = int(said.split()[1])
        self.do("boss", "approve_entry", number=number)
        return number

    async def look(self, minute: float) -> list[str]:
        """Look as the worker does each minute; return what is wrong then."""
        self.at(minute)
        await self.worker.look(self.clock.now())
        return sorted(f"{each.subject.device}: {each.summary}" for each in self.faults() if each.open)


@pytest.fixture
def servers(tmp_path: Path, database: Database) -> Servers:
    return made(tmp_path, database)


def made(folder: Path, database: Database, more: str = "") -> Servers:
    whole = PEOPLE.format(more=more)
    return Servers(site(folder, devices=switch("srv-1") + switch("srv-2"), whole=whole), database, START)


def last(user: str, start: datetime, end: datetime | None = None) -> str:
    until = f"- {end:%a %b %d %H:%M:%S %Y}  (00:30)" if end else "  still logged in"
    return f"{user:8} pts/0        10.0.0.9         {start:%a %b %d %H:%M:%S %Y} {until}"


def at(minute: float) -> datetime:
    return START + timedelta(minutes=minute)


async def test_software_that_nobody_approved_is_a_fault_of_its_server_until_it_is_gone(servers: Servers) -> None:
    servers.shows(0, "packages", "dpkg openssh-server 9.2 amd64 ii", "dpkg nmap 7.93 amd64 ii")
    servers.shows(0, "packages", "dpkg nmap 7.93 amd64 ii", device="srv-2")
    assert await servers.look(1) == ["srv-1: nmap 7.93 is installed and nobody approved it"]
    assert await servers.look(2) == ["srv-1: nmap 7.93 is installed and nobody approved it"]
    servers.shows(3, "packages", "dpkg openssh-server 9.2 amd64 ii")
    assert await servers.look(4) == []
    assert len(servers.faults()) == 1


async def test_what_one_server_says_ends_the_look_at_no_other_one_and_hides_nothing(
    tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = PEOPLE.format(more="").replace('devices = ["srv-1"]', 'devices = ["srv-1", "srv-2"]')
    servers = Servers(site(tmp_path, devices=switch("srv-1") + switch("srv-2"), whole=whole), database, START)
    servers.shows(0, "packages", "dpkg nmap 7.93 amd64 ii")
    assert await servers.look(1) == ["srv-1: nmap 7.93 is installed and nobody approved it"]

    def fails(facet: str, sections: Any) -> Any:
        if any("\N{PILE OF POO}" in line for section in sections for line in section.lines):
            raise ValueError(facet)
        return things(facet, sections)

    monkeypatch.setattr("netwatch.drift.conduct.things", fails)
    monkeypatch.setattr("netwatch.drift.conduct.sessions", lambda _lines: 1 / 0)
    servers.shows(2, "packages", "dpkg \N{PILE OF POO} 1 amd64 ii")
    servers.shows(2, "logins", last("zhang", at(0), at(1)))
    servers.shows(2, "packages", "dpkg nmap 7.93 amd64 ii", device="srv-2")
    assert await servers.look(3) == [
        "srv-1: netwatch itself failed at what it read: ValueError",
        "srv-1: netwatch itself failed at what it read: ZeroDivisionError",
        "srv-1: nmap 7.93 is installed and nobody approved it",
        "srv-2: nmap 7.93 is installed and nobody approved it",
    ]


async def test_who_is_on_duty_is_told_of_a_service_that_nobody_knows(servers: Servers) -> None:
    servers.shows(0, "sockets", "tcp 0.0.0.0 22 sshd", "tcp 0.0.0.0 4444 nc", "tcp 127.0.0.1 631 cupsd")
    assert await servers.look(1) == ["srv-1: nc tcp/4444 listens on 0.0.0.0 and nobody approved it"]
    assert [letter.kind for letter in servers.letters()] == ["opened"]


async def test_an_entry_of_the_register_lets_software_in_once_its_virus_check_is_clean(servers: Servers) -> None:
    servers.shows(0, "software", "application: 7-Zip 22.01 (x64)")
    assert await servers.look(1) == ["srv-1: 7-Zip 22.01 is installed and nobody approved it"]
    number = servers.approved("software", SOFTWARE, 0, 60)
    assert await servers.look(2) == [
        f"srv-1: 7-Zip 22.01 is on the server: the virus check of entry {number} is not on record"
    ]
    servers.do("li", "set_entry", number=number, values={"virus_check": "clean", "checked_with": "火绒"})
    servers.do("li", "complete_entry", number=number)
    assert await servers.look(3) == []


async def test_a_log_in_outside_of_what_was_approved_is_told_and_is_over_some_time_after_its_end(
    servers: Servers,
) -> None:
    servers.shows(31, "logins", last("zhang", at(0), at(30)), last("monitor", at(0), at(30)), settled=False)
    said = "srv-1: zhang was logged in on pts/0 from 10.0.0.9 and nobody had approved it"
    assert await servers.look(32) == [said]
    assert await servers.look(149) == [said]
    assert await servers.look(151) == []


async def test_a_log_in_of_the_implementer_in_the_approved_window_is_fine(servers: Servers) -> None:
    number = servers.approved("change", CHANGE, -5, 40)
    servers.shows(31, "logins", last("lisi", at(0), at(30)), last("root", at(5), at(20)))
    assert await servers.look(32) == []
    servers.shows(33, "logins", last("zhang", at(0), at(30)))
    assert await servers.look(34) == [
        f"srv-1: zhang was logged in on pts/0 during register entry {number}, which names others"
    ]


async def test_a_log_in_that_lasts_longer_than_allowed_is_told_when_it_does(servers: Servers) -> None:
    number = servers.approved("change", CHANGE, -5, 40)
    servers.shows(30, "logins", last("lisi", at(0)))
    assert await servers.look(31) == []
    servers.shows(300, "logins", last("lisi", at(0)), last("lisi", at(1), at(2)))
    assert await servers.look(301) == [
        f"srv-1: lisi was logged in on pts/0 for longer than register entry {number} allows"
    ]


async def test_the_newest_read_counts_where_nothing_stays_as_it_is(servers: Servers) -> None:
    servers.shows(0, "running_software", "process root sshd /usr/sbin/sshd")
    servers.shows(1, "running_software", "process root xmrig /tmp/xmrig", settled=False)
    assert await servers.look(2) == ["srv-1: xmrig runs and nobody approved it"]


async def test_only_what_is_asked_for_is_looked_at(tmp_path: Path, database: Database) -> None:
    servers = made(tmp_path, database, 'looks = ["listening", "logins"]')
    servers.shows(0, "packages", "dpkg nmap 7.93 amd64 ii")
    servers.shows(0, "sockets", "tcp 0.0.0.0 4444 nc")
    assert await servers.look(1) == ["srv-1: nc tcp/4444 listens on 0.0.0.0 and nobody approved it"]


async def test_a_server_that_is_no_longer_looked_at_has_no_such_faults(servers: Servers, tmp_path: Path) -> None:
    servers.shows(0, "sockets", "tcp 0.0.0.0 4444 nc")
    assert len(await servers.look(1)) == 1
    text = (tmp_path / "config.toml").read_text(encoding="utf-8")
    bare = Servers(site(tmp_path, devices=switch("srv-1")), servers.database, START)
    assert "[conduct]" in text
    assert await bare.look(2) == []


async def test_nothing_is_said_of_servers_that_nobody_has_read(servers: Servers) -> None:
    assert await servers.look(1) == []
