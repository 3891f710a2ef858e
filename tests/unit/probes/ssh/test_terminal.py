"""What stands on the screen in the end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.ssh.terminal import is_written_over, last_line, shown


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"plain text \r\nand more", b"plain text \nand more"),
        (b"carriage returns\r\r\n", b"carriage returns\n"),
        (b"over\rwritten", b"written"),
        (b"--More--\r        \rnext line ", b"next line "),
        (b" --More-- \b\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\b\bx ", b"x "),
        (b"  ---- More ----\x1b[42D" + b" " * 42 + b"\x1b[42Dinterface 1 ", b"interface 1 "),
        (b"\x1b[7m--More--\x1b[0m\r\x1b[Kvlan 10", b"vlan 10"),
        (b"--More--\r        \r\r\nvlan 10 \r\r\n", b"\nvlan 10 \n"),
        (b"--More--\r        \rvlan 10 \r\n", b"vlan 10 \n"),
        (b"   \r\n \n", b"\n\n"),
        (b"typo\b\b\x1b[Kst", b"tyst"),
        (b"a\x1b[3Cb", b"a   b"),
        (b"nul\x00s and \x07bells", b"nuls and bells"),
        (b"\x1b]0;a title\x07sw-1#", b"sw-1#"),
        (b"\x1b(B\x1b=\x1b>\x1b7text\x1b8", b"text"),
        (b"\x1b[24;1Hshow run\x1b[24;9H\x1b[1;0H\x1b[1M\x1b[24;1H\x1b[1Lhostname", b"show run\nhostname"),
        (b"one\x1bEtwo", b"one\ntwo"),
        (b"\x1b[2Jcleared\x1b[1;1H\x1b[2Ksw-1#", b"sw-1#"),
        (b"tab\there", b"tab\there"),
        (b"banner \x03", b"banner \x03"),
        (b"cut in a sequence \x1b[", b"cut in a sequence ["),
        (b"a far column\x1b[9999999;9999999Hx", b"a far column" + b" " * 4084 + b"x"),
    ],
)
def test_what_is_drawn_is_read_as_it_stands(raw: bytes, text: bytes) -> None:
    assert shown(raw) == text


@given(st.text(st.characters(codec="gb18030", exclude_categories=("Cc", "Cs")), max_size=60))
def test_chinese_in_any_encoding_is_left_as_it_is(text: str) -> None:
    for encoding in ("gb18030", "utf-8"):
        raw = text.encode(encoding)
        assert shown(b"\r\x1b[K" + raw + b"\r\n") == (raw if raw.strip() else b"") + b"\n"


@given(st.binary(max_size=300))
def test_no_bytes_break_it_and_what_is_shown_has_no_drawing_in_it(raw: bytes) -> None:
    assert not set(b"\x00\x07\x08\r\x1b") & set(shown(raw))


@given(st.binary(max_size=200))
def test_the_last_line_is_the_last_of_all_lines(raw: bytes) -> None:
    assert last_line(raw) == shown(raw).split(b"\n")[-1]


@pytest.mark.parametrize("raw", [b"\x1b[1?2Dx", b"\x1b[?1?;2?Hx", b"\x1b[??;?Gx"])
def test_a_sequence_that_no_terminal_sends_is_no_reason_to_fall(raw: bytes) -> None:
    assert shown(raw).strip() == b"x"


def test_a_device_that_draws_blanks_by_moving_the_cursor_fills_no_memory():
    drawn = shown(b"\x1b[9999Cx\n" * 10_000, 100_000)
    assert 100_000 < len(drawn) < 110_000
    assert len(shown(b"\x1b[9999Cx\n" * 20)) > 80_000


LINE = b"description a port of the radiology department"
OVER = {
    "lines that end in CR alone": (LINE + b"\r") * 200 + b"\r\n",
    "a screen that is cleared again and again": (LINE + b"\x1b[2K\x1b[1;1H") * 200 + b"\r\n",
}
LEFT = {
    "a pager's text, on every page": (
        (LINE + b"\r\n") * 23 + b"--More--, next page: Space, quit: Control-C\r" + b" " * 50 + b"\r"
    )
    * 9,
    "colours": (b"\x1b[32m" + b"\x1b[1mx\x1b[0m " * 5 + b"\r\n") * 900,
    "a short answer that was written over": b"1 %\r2 %\r" * 200 + b"done\r\n",
    "lines between carriage returns": (b"\r" + LINE + b"\r\r\n") * 200,
}


@pytest.mark.parametrize("raw", OVER.values(), ids=OVER)
def test_an_answer_of_which_most_was_written_over_is_known(raw: bytes) -> None:
    assert is_written_over(raw, shown(raw))


@pytest.mark.parametrize("raw", LEFT.values(), ids=LEFT)
def test_what_pagers_and_colours_draw_is_not_taken_for_it(raw: bytes) -> None:
    assert not is_written_over(raw, shown(raw))
