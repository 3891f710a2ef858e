"""Pages of all sorts become text, and no bytes upset the reader."""

from __future__ import annotations

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.http.options import PageOptions, within
from probes.http.pages import LONGEST, text, unpacked

CHINESE = "医院信息系统登录"


@pytest.mark.parametrize("charset", ["gbk", "GB2312", '"gb18030"', "gb18030"])
def test_a_chinese_page_is_read_by_the_charset_of_its_header(charset: str) -> None:
    assert text(CHINESE.encode("gbk"), f"text/html; charset={charset}") == CHINESE


def test_a_page_may_name_its_charset_itself() -> None:
    page = f'<html><head><meta http-equiv="Content-Type" content="text/html; charset=gbk"></head>{CHINESE}'
    assert CHINESE in text(page.encode("gbk"), "text/html")


def test_without_a_charset_it_is_utf_8_or_else_chinese() -> None:
    assert text(CHINESE.encode(), "") == CHINESE
    assert text(CHINESE.encode("gbk"), "") == CHINESE


@pytest.mark.parametrize("charset", ["none", "hex", "idna", "unicode_escape", "zlib", "utf-7", "x" * 300, "rot13"])
def test_a_charset_that_is_none_is_passed_over(charset: str) -> None:
    assert text(CHINESE.encode(), f"text/html; charset={charset}") == CHINESE


def test_what_is_wrong_in_a_page_does_not_hide_the_rest() -> None:
    assert CHINESE in text(b"\xff\xfe\xff" + CHINESE.encode(), "text/html; charset=utf-8")


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, lambda body: zlib.compress(body)[2:-4]])
def test_a_packed_page_is_unpacked(pack: object) -> None:
    assert unpacked(pack(b"hello " * 100), "gzip" if pack is gzip.compress else "deflate") == b"hello " * 100


def test_a_bomb_does_not_go_off() -> None:
    bomb = gzip.compress(bytes(64 * LONGEST))
    assert len(bomb) < LONGEST
    assert len(unpacked(bomb, "gzip")) == LONGEST


@given(st.binary(max_size=300), st.text(max_size=60), st.sampled_from(["gzip", "deflate", "br", ""]))
def test_no_bytes_upset_the_reader(body: bytes, content_type: str, encoding: str) -> None:
    assert isinstance(text(unpacked(body, encoding), content_type), str)


@given(st.binary(max_size=60), st.from_regex(r"charset=[a-z0-9_-]{1,12}", fullmatch=True))
def test_no_charset_upsets_the_reader(body: bytes, content_type: str) -> None:
    assert isinstance(text(body, content_type), str)


@pytest.mark.parametrize(
    ("status", "asked", "good"),
    [
        (200, ("200-399",), True),
        (399, ("200-399",), True),
        (400, ("200-399",), False),
        (401, (200, 401), True),
        (500, (200, "400-499"), False),
    ],
)
def test_a_status_is_one_of_those_asked_for(status: int, asked: tuple[int | str, ...], good: bool) -> None:
    assert within(status, asked) is good


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"url": "ftp://127.0.0.1/"}, "must begin with http"),
        ({"url": "https:///x"}, "name a host"),
        ({"url": "https://root:secret@127.0.0.1/"}, "must not hold a password"),
        ({"url": "http://[::1"}, "url"),
        ({"url": "http://127.0.0.1/", "port": 81}, "leave out port"),
        ({"status": [99]}, "99 is not a status"),
        ({"status": ["399-200"]}, "399-200 is not a status"),
        ({"status": []}, "status"),
        ({"path": "index.html"}, "path"),
        ({"path": "//elsewhere/"}, "path"),
        ({"verify": "no"}, "verify"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_wrong_options_are_refused_with_the_reason(options: dict[str, object], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        PageOptions(**options)


def test_a_relative_file_of_authorities_starts_at_the_configuration(tmp_path: object) -> None:
    options = PageOptions.model_validate({"ca_file": "hospital.pem"}, context={"folder": tmp_path})
    assert options.ca_file == f"{tmp_path}/hospital.pem"
    assert PageOptions.model_validate({"ca_file": "/etc/ca.pem"}, context={"folder": tmp_path}).ca_file == "/etc/ca.pem"
