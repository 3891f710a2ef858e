"""Who changed a configuration and when, as devices remember it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

import pytest

from probes.collect import Evidence, EvidenceKind
from probes.snmp import journal
from probes.snmp.client import TimeTicks
from probes.snmp.system import Clocks
from probes.snmp.uptime import TICKS
from tests.unit.probes.snmp.tabled import read

if TYPE_CHECKING:
    from probes.snmp.tables import Table

NOW = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
HOUR = 360_000
CLOCKS = Clocks(uptime=100 * HOUR)


def told(*events: tuple[Table, dict[str, object]], clocks: Clocks = CLOCKS) -> list[Evidence]:
    tables = {table.name: [cells for other, cells in events if other is table] for table, _cells in events}
    reads = {table.name: read(table, dict(enumerate(tables[table.name], 1))) for table, _cells in events}
    return list(journal.evidence(reads, clocks, NOW))


def test_cisco_remembers_the_terminal_and_its_address() -> None:
    cells = {"Time": TimeTicks(99 * HOUR), "Command": 1, "Source": 2, "Destination": 3, "User": b"zhang",
             "Location": b"vty0", "Address": IPv4Address("10.1.1.9")}  # fmt: skip
    assert told((journal.CISCO, cells)) == [
        Evidence(
            EvidenceKind.SNMP,
            NOW - timedelta(hours=1),
            "zhang",
            "10.1.1.9",
            "commands to running, by command line, vty0",
        )
    ]


@pytest.mark.parametrize("table", [journal.H3C, journal.OLD_H3C, journal.HUAWEI], ids=lambda table: table.name)
def test_h3c_and_huawei_count_otherwise_than_cisco(table: Table) -> None:
    cells = {"Time": TimeTicks(99 * HOUR), "Command": 1, "Source": 2, "Destination": 4, "User": b"li",
             "Address": IPv4Address("10.1.1.9")}  # fmt: skip
    (found,) = told((table, cells))
    assert (found.user, found.what) == ("li", "running to startup, by command line")


def test_h3c_has_a_newer_column_for_addresses_of_both_kinds() -> None:
    address = bytes.fromhex("20010db8000000000000000000000009")
    (found,) = told((journal.H3C, {"Address": IPv4Address("0.0.0.0"), "NewAddress": address}))
    assert found.address == "2001:db8::9"


def test_juniper_remembers_who_committed_and_the_word_for_it() -> None:
    cells = {"Time": TimeTicks(100 * HOUR), "Command": 2, "User": b"wang", "Log": "病房交换机".encode()}
    assert told((journal.JUNIPER, cells)) == [
        Evidence(EvidenceKind.SNMP, NOW, "wang", "", "病房交换机, by command line")
    ]


def test_a_date_will_do_where_there_are_no_ticks() -> None:
    (found,) = told((journal.JUNIPER, {"Date": bytes((7, 234, 2, 28, 10, 30, 0, 0)), "User": b"wang"}))
    assert found.at == datetime(2026, 2, 28, 10, 30, tzinfo=UTC)


def test_the_newest_comes_first_and_what_has_no_time_last() -> None:
    events = [(journal.CISCO, {"Time": TimeTicks(hour * HOUR), "User": str(hour).encode()}) for hour in (3, 99, 50)]
    found = told(*events, (journal.CISCO, {"User": b"nobody knows when"}))
    assert [each.user for each in found] == ["99", "50", "3", "nobody knows when"]
    assert found[-1].at is None


def test_an_event_before_the_clock_wrapped_lies_before_it() -> None:
    (found,) = told((journal.CISCO, {"Time": TimeTicks(TICKS - HOUR)}), clocks=Clocks(uptime=HOUR))
    assert found.at == NOW - timedelta(hours=2)


def test_ticks_from_before_a_restart_say_nothing_of_the_time() -> None:
    events = (journal.CISCO, {"Time": TimeTicks(50 * HOUR), "User": b"zhang"})
    (found,) = told(events, clocks=Clocks(uptime=HOUR, engine_boots=2, engine_time=3600))
    assert (found.at, found.user) == (None, "zhang")


def test_hostile_words_are_made_harmless_and_few() -> None:
    cells = {"User": b"zhang\n\x1b[31m" + b"x" * 9000, "Location": b"\0", "Source": 99, "Destination": -1, "Command": 77,
             "Address": IPv4Address("0.0.0.0")}  # fmt: skip
    found = told(*[(journal.CISCO, cells)] * 300)
    assert len(found) == journal.MOST
    assert (len(found[0].user), found[0].address, found[0].what) == (255, "", "")
    assert found[0].user.isprintable()


def test_a_device_that_remembers_nothing_has_nothing_to_tell() -> None:
    assert told() == []
