"""What a device says becomes a text of one line for each thing, whatever it says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.snmp import page as pages
from probes.snmp.page import Page, natural

ALIAS = "核心交换机上联"


def one(value: bytes | str | int | None) -> str:
    page = Page()
    page.section("interface ge1")
    page.item("alias", value)
    return page.text()


def test_a_heading_stands_at_the_margin_and_its_items_one_space_in() -> None:
    page = Page()
    page.section("system")
    page.items((("name", b"sw-1"), ("contact", b""), ("location", None), ("hops", 64)))
    page.section("nothing here")
    page.section("vlan 30", is_kept=True)
    assert page.text() == "system\n name: sw-1\n hops: 64\nvlan 30\n"
    assert not page.is_empty
    assert Page().is_empty


@pytest.mark.parametrize(
    ("said", "line"),
    [
        (b"two\nlines", r"two\x0alines"),
        (b"two\r\nlines", r"two\x0d\x0alines"),
        (b"x\ninterface ge2\n admin: down", r"x\x0ainterface ge2\x0a admin: down"),
        (b"bell\x07 tab\t", r"bell\x07 tab"),
        ("next\u0085line\u2028paragraph\u2029".encode(), r"next\x85line\u2028paragraph\u2029"),
        ("abc\u202ecba".encode(), r"abc\u202ecba"),
        ("zero\u200bwidth\ufeff".encode(), r"zero\u200bwidth\ufeff"),
        (b"padded \0\0\0", "padded"),
        (b"C:\\Windows", "C:\\Windows"),
        ("25 °C".encode("latin-1"), "25 °C"),
        ("全角　空格".encode(), "全角　空格"),
    ],
)
def test_one_thing_stays_on_one_line(said: bytes, line: str) -> None:
    assert one(said) == f"interface ge1\n alias: {line}\n"


@given(st.binary(max_size=200), st.text(max_size=50))
def test_no_octets_of_a_device_add_a_line_or_a_heading(said: bytes, heading: str) -> None:
    page = Page()
    page.section(f"interface {heading}", is_kept=True)
    page.item("alias", said)
    lines = page.text().splitlines()
    assert len(lines) <= 2
    assert lines[0].startswith("interface")
    assert all(line.startswith(" alias: ") for line in lines[1:])


@given(st.lists(st.binary(max_size=30), max_size=5))
def test_a_page_reads_back_in_the_encoding_that_everybody_tries_first(values: list[bytes]) -> None:
    page = Page()
    page.section("system", is_kept=True)
    page.items(("name", value) for value in values)
    octets = page.octets()
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError:
        text = octets.decode("gb18030")
    if "\ufffd" not in page.text():
        assert text == page.text() or octets == page.text().encode("gb18030")


def test_what_a_device_says_in_gbk_is_kept_to_the_byte() -> None:
    page = Page()
    page.section("interface ge1")
    page.item("alias", ALIAS.encode("gbk"))
    assert page.octets() == b"interface ge1\n alias: " + ALIAS.encode("gbk") + b"\n"


def test_a_character_of_gbk_that_ends_in_a_backslash_is_kept_too() -> None:
    trailing = next(char for char in map(chr, range(0x4E00, 0x9FA5)) if char.encode("gbk", "ignore")[1:] == b"\\")
    page = Page()
    page.section("interface ge1")
    page.item("alias", f"核心{trailing}上联{trailing}".encode("gbk"))
    assert page.octets().endswith(f"核心{trailing}上联{trailing}\n".encode("gbk"))


def test_utf_8_and_gbk_together_become_utf_8_and_read_the_same() -> None:
    page = Page()
    page.section("interface ge1")
    page.item("alias", ALIAS.encode("gbk"))
    page.item("location", "机房".encode())
    assert page.octets().decode("utf-8") == f"interface ge1\n alias: {ALIAS}\n location: 机房\n"


def test_a_long_value_is_cut_and_its_length_told() -> None:
    assert one(b"a" * 60_000) != one(b"a" * 60_001)
    assert len(one(b"a" * 60_000)) < 1200


def test_a_page_that_is_too_long_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MOST_LINES", 10)
    page = Page()
    page.section("running software")
    for number in range(10):
        page.line(number)
    assert page.is_cut
    assert len(page.text().splitlines()) == 10


def test_a_page_of_few_long_lines_says_so_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MOST_CHARACTERS", 100)
    page = Page()
    page.section("running software")
    page.line(b"a" * 60)
    assert not page.is_cut
    page.line(b"b" * 60)
    assert page.is_cut


def test_names_are_sorted_as_people_count() -> None:
    names = ["ge10", "ge2", "ge1/0/10", "ge1/0/9", "", "Vlan1"]
    assert sorted(names, key=natural) == ["", "Vlan1", "ge1/0/9", "ge1/0/10", "ge2", "ge10"]


def test_what_two_pages_have_in_common_is_a_page() -> None:
    first, second = Page(), Page()
    for page, programs in ((first, (b"cron", b"ls")), (second, (b"cron", b"ps"))):
        page.section("running software")
        for program in programs:
            page.item("program", program)
    assert second.common(first).text() == "running software\n program: cron\n"
