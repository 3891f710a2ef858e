"""Octets of devices, made readable (design rule 13)."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.snmp.text import LONGEST, date_and_time, decoded, mac


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (b"GigabitEthernet0/0/1", "GigabitEthernet0/0/1"),
        ("住院部三楼".encode(), "住院部三楼"),
        ("住院部三楼".encode("gb18030"), "住院部三楼"),
        ("核心交换机 S12700".encode("gb18030"), "核心交换机 S12700"),
        ("Büro".encode("latin-1"), "Büro"),
        (b"25\xb0C", "25°C"),
        (b"eth0\0\0\0", "eth0"),
        (b"\0", ""),
        (b"VRP\r\nVersion 5\r\n", "VRP Version 5"),
        (b"VLAN    1", "VLAN    1"),
        (b"a\x1b[31mred\x07", "a[31mred"),
        ("a\u202eb".encode(), "ab"),
        (b"", ""),
    ],
)
def test_names_are_decoded(octets: bytes, text: str) -> None:
    assert decoded(octets) == text


@given(st.binary(max_size=3 * LONGEST))
def test_whatever_comes_is_short_and_free_of_controls(octets: bytes) -> None:
    text = decoded(octets)
    assert len(text) <= LONGEST
    assert not any(unicodedata.category(letter)[0] == "C" for letter in text)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=LONGEST // 4))
def test_utf_8_is_kept(text: str) -> None:
    assert decoded(text.encode()) == text


def test_hardware_addresses_are_written_with_colons() -> None:
    assert mac(bytes.fromhex("001b54102775")) == "00:1b:54:10:27:75"
    assert mac(b"") is None
    assert mac(bytes(6)) is None
    assert mac(bytes(range(1, 40))) is None


def test_date_and_time_is_read_with_and_without_a_zone() -> None:
    plain = bytes.fromhex("07ea0102030405") + b"\x00"
    assert date_and_time(plain) == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    beijing = timezone(timedelta(hours=8))
    assert date_and_time(plain + b"+\x08\x00") == datetime(2026, 1, 2, 3, 4, 5, tzinfo=beijing)
    assert date_and_time(plain + b"-\x03\x1e") == datetime(
        2026, 1, 2, 3, 4, 5, tzinfo=timezone(-timedelta(hours=3, minutes=30))
    )
    assert date_and_time(b"\0" * 8) is None
    assert date_and_time(plain + b"+\xff\xff") is None
    assert date_and_time(b"2026") is None


@pytest.mark.parametrize("octets", ["270f0c1f173b3b002b0000", "270f0c1f173b3b00", "00010101000000002b0d00"])
def test_a_date_that_nobody_can_reckon_with_is_none(octets: str) -> None:
    assert date_and_time(bytes.fromhex(octets)) is None
