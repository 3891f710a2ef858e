"""In which language somebody is answered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.web.preference import language


@pytest.mark.parametrize(
    ("asked", "remembered", "accepted", "expected"),
    [
        ("en", "zh_CN", "zh-CN", "en"),
        (None, "en", "zh-CN", "en"),
        (None, None, "zh-CN,zh;q=0.9,en;q=0.8", "zh_CN"),
        (None, None, "en-GB,en;q=0.9", "en"),
        (None, None, "fr, en;q=0.5, zh;q=0.7", "zh_CN"),
        (None, None, "zh;q=0, en", "en"),
        (None, None, "zh-Hant-TW", "zh_CN"),
        (None, None, "fr,de", "zh_CN"),
        (None, None, "", "zh_CN"),
        ("fr", "../../etc", "en", "en"),
        (None, None, "en;q=nonsense, zh;q=0.1", "zh_CN"),
        (None, None, "en;q=nan, zh;q=0.1", "zh_CN"),
    ],
)
def test_what_is_asked_goes_before_what_is_remembered_and_that_before_the_browser(
    asked: str | None, remembered: str | None, accepted: str, expected: str
) -> None:
    assert language(asked, remembered, accepted, "zh_CN") == expected


@given(st.one_of(st.none(), st.text()), st.one_of(st.none(), st.text()), st.text(), st.sampled_from(["zh_CN", "en"]))
def test_whatever_is_sent_the_language_is_one_of_ours(
    asked: str | None, remembered: str | None, accepted: str, default: str
) -> None:
    assert language(asked, remembered, accepted, default) in ("zh_CN", "en")
