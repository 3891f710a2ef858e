"""The answer of the script, taken apart: what is not proven whole is a gap, whatever else it looks like."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.server.facets import FACETS, SELDOM, USUAL, script
from probes.server.stream import Visit, taken_apart

TWO = frozenset({"packages", "users"})
WHOLE = (
    b"Welcome to srv-1\n"
    b"netwatch-collect 1 begins\n"
    b"begin packages\n|dpkg openssl 3.0 amd64 ii\n|dpkg zlib 1.2 amd64 ii\n=2\nend packages 0 \n"
    b"begin users\n|passwd root:x:0:0\n=1\nend users 0 \n"
    b"netwatch-collect 1 ends\n"
)


def apart(raw: bytes, asked: frozenset[str] = TWO) -> Visit:
    visit = taken_apart(raw, asked)
    assert visit is not None
    return visit


def gaps(visit: Visit) -> dict[str, str | None]:
    return {each.facet: str(each.gap) if each.gap else None for each in visit.captures}


def answer(*lines: bytes, end: bytes = b"=1\nend users 0 \n") -> bytes:
    body = b"".join(line + b"\n" for line in lines)
    return b"netwatch-collect 1 begins\nbegin users\n" + body + end + b"netwatch-collect 1 ends\n"


def test_a_whole_answer_gives_each_facet_to_the_byte() -> None:
    visit = apart(WHOLE)
    assert [(each.facet, each.answers[0].raw) for each in visit.captures] == [
        ("packages", b"dpkg openssl 3.0 amd64 ii\ndpkg zlib 1.2 amd64 ii\n"),
        ("users", b"passwd root:x:0:0\n"),
    ]
    assert gaps(visit) == {"packages": None, "users": None}
    assert {each.rules for each in visit.captures} == {"linux"}


def test_what_is_not_the_script_is_no_answer_at_all() -> None:
    assert taken_apart(b"sh: 1: netwatch-collect: not found\n", TWO) is None
    assert taken_apart(b"", TWO) is None
    assert taken_apart(b"netwatch-collect 1 begins", TWO) is None


@pytest.mark.parametrize("percent", range(0, 100, 5))
def test_an_answer_that_breaks_off_is_a_gap_of_what_was_not_through(percent: int) -> None:
    cut = WHOLE[: len(WHOLE) * percent // 100]
    visit = taken_apart(cut, TWO)
    if visit is None:
        assert b"netwatch-collect 1 begins\n" not in cut
        return
    for name in TWO:
        whole = b"end " + name.encode() + b" 0 \n" in cut
        assert (gaps(visit)[name] is None) == whole


@given(st.integers(min_value=0, max_value=len(WHOLE) - 1))
def test_no_cut_anywhere_changes_what_counts_as_whole(at: int) -> None:
    visit = taken_apart(WHOLE[:at], TWO)
    whole = {each.facet: each.answers for each in apart(WHOLE).captures}
    for each in visit.captures if visit else ():
        assert each.gap is not None or each.answers == whole[each.facet]


@given(st.data())
def test_a_line_that_is_lost_or_doubled_in_between_is_a_gap(data: st.DataObject) -> None:
    lines = WHOLE.splitlines(keepends=True)
    at = data.draw(st.sampled_from([n for n, line in enumerate(lines) if line.startswith(b"|")]))
    changed = lines[:at] + lines[at : at + 1] * data.draw(st.sampled_from([0, 2])) + lines[at + 1 :]
    assert None in gaps(apart(b"".join(changed))).values()
    assert any(gap and "lines came of" in gap for gap in gaps(apart(b"".join(changed))).values())


@given(st.lists(st.binary(max_size=40).filter(lambda each: b"\n" not in each), max_size=8))
def test_no_line_of_a_facet_can_be_taken_for_one_of_the_scripts_own(lines: list[bytes]) -> None:
    hostile = [b"end users 0 ", b"netwatch-collect 1 ends", b"begin packages", b"=0", b"cut", *lines]
    raw = answer(*(b"|" + line for line in hostile), end=b"=%d\nend users 0 \n" % len(hostile))
    (capture,) = apart(raw, frozenset({"users"})).captures
    assert capture.gap is None
    assert capture.answers[0].raw == b"".join(line + b"\n" for line in hostile)


def test_a_command_that_is_missing_there_is_said_and_is_no_gap() -> None:
    visit = apart(answer(end=b"=0\nend users 127 ss is not there\n"), frozenset({"users"}))
    assert visit.captures == ()
    assert str(visit.unread["users"]) == "not on this server: ss"


def test_what_the_account_may_not_read_is_said_and_is_no_gap() -> None:
    visit = apart(answer(end=b"=0\nend users 126 /etc/shadow cannot be read\n"), frozenset({"users"}))
    assert str(visit.unread["users"]) == "not for the account that reads: /etc/shadow"


def test_a_facet_that_an_older_script_does_not_know_is_said() -> None:
    visit = apart(answer(b"|a"), frozenset({"users", "firewall"}))
    assert gaps(visit) == {"users": None}
    assert str(visit.unread["firewall"]) == "the script that is installed there does not know it"


@pytest.mark.parametrize(
    ("end", "gap"),
    [
        (b"=1\nend users 2 sort failed\n", "reading it failed there (2): sort failed"),
        (b"cut\nend users 141 \n", "it is longer than the script passes on"),
        (b"end users 0 \n", "1 lines came of -1"),
        (b"=1\nend users \n", "the answer breaks off"),
        (b"=1\nend packages 0 \n", "the answer breaks off"),
        (b"=1\nend users x \n", "the answer breaks off"),
        (b"=" + b"1" * 5000 + b"\nend users 0 \n", "1 lines came of -1"),
        (b"=1\nend users " + b"0" * 5000 + b" \n", "the answer breaks off"),
    ],
)
def test_an_end_that_does_not_prove_it_is_a_gap(end: bytes, gap: str) -> None:
    assert gaps(apart(answer(b"|a", end=end), frozenset({"users"}))) == {"users": gap}


def test_that_there_is_nothing_of_a_kind_is_said_in_a_word() -> None:
    (capture,) = apart(answer(end=b"=0\nend users 0 \n"), frozenset({"users"})).captures
    assert (capture.answers[0].raw, capture.gap) == (b"none\n", None)
    (capture,) = apart(answer(end=b"=0\nend users 1 broken\n"), frozenset({"users"})).captures
    assert capture.answers[0].raw == b""


def test_a_facet_that_comes_twice_is_believed_once_and_only_if_that_is_whole() -> None:
    twice = answer(b"|a", end=b"=1\nend users 0 \nbegin users\n|b\n=1\nend users 0 \n")
    (capture,) = apart(twice, frozenset({"users"})).captures
    assert (capture.answers[0].raw, capture.gap) == (b"a\n", None)


@given(st.binary(max_size=400))
def test_no_bytes_make_it_fail(raw: bytes) -> None:
    taken_apart(raw, TWO)
    taken_apart(b"netwatch-collect 1 begins\n" + raw, TWO)


def test_the_script_knows_every_facet_and_no_other() -> None:
    text = script().decode()
    names = text.partition("FACETS='")[2].partition("'")[0].split()
    assert sorted(names) == sorted(each.name for each in FACETS)
    assert all(f"read_{name}() {{" in text for name in names)
    assert set(USUAL) | SELDOM == set(names)
