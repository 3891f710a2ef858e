"""Whatever a device answers, a page is written, and nothing that it says begins a line."""

from __future__ import annotations

import unicodedata
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.snmp import parts, routes, settings, software
from probes.snmp.client import Counter64, Gauge32, Missing, TimeTicks
from probes.snmp.page import Page
from probes.snmp.tables import Read, Row, nothing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from probes.snmp.tables import Table

NUMBERS = st.integers(-(2**31), 2**32 - 1)
WORDS = st.text(max_size=12).map(str.encode) | st.text(max_size=12).map(lambda text: text.encode("gb18030", "replace"))
VALUES = (
    st.integers(-3, 200)
    | NUMBERS
    | st.binary(max_size=40)
    | WORDS
    | st.lists(st.integers(0, 2**32 - 1), max_size=12).map(tuple)
    | st.sampled_from([IPv4Address("255.255.255.0"), IPv4Address("0.0.0.0"), None, *Missing])
    | st.integers(0, 2**32 - 1).map(Gauge32)
    | st.integers(0, 2**32 - 1).map(TimeTicks)
    | st.integers(0, 2**64 - 1).map(Counter64)
)
INDEXES = st.lists(st.integers(0, 20) | st.integers(0, 2**32 - 1), min_size=1, max_size=40).map(tuple) | st.integers(
    0, 3
).map(lambda n: (n,))
SIDES = {
    "parameters": ((*settings.TABLES, *routes.TABLES), settings.write),
    "hardware": (parts.TABLES, parts.write),
    "software": ((software.INSTALLED,), software.write_installed),
    "running": ((software.RUNNING,), software.write_running),
    "services": ((software.SERVICES,), software.write_services),
}


@pytest.mark.parametrize("side", SIDES)
@hypothesis.settings(max_examples=60)
@given(data=st.data())
def test_any_answer_becomes_a_page(side: str, data: st.DataObject) -> None:
    tables, write = SIDES[side]
    chosen = data.draw(st.lists(st.sampled_from(tables), max_size=4, unique_by=lambda table: table.name))
    reads = {table.name: nothing(table) for table in tables} | {
        table.name: data.draw(answers(table)) for table in chosen
    }
    first, second = page(write, reads), page(write, reads)
    assert first.octets() == second.octets()
    kinds = {unicodedata.category(char) for line in first.text().split("\n") for char in line}
    assert not kinds & {"Cc", "Zl", "Zp", "Cs"}
    assert first.text().count("\n") == len(first.text().splitlines())


def page(write: Callable[[Page, Mapping[str, Read]], None], reads: Mapping[str, Read]) -> Page:
    written = Page()
    write(written, reads)
    return written


def answers(table: Table) -> st.SearchStrategy[Read]:
    cells = st.dictionaries(st.sampled_from(list(table.columns)), VALUES)
    return st.dictionaries(INDEXES, cells, max_size=4).map(
        lambda rows: Read(table, {index: Row(index, found) for index, found in sorted(rows.items())})
    )
