"""Log-ins on servers, against what was approved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch import language
from netwatch.domain.drift.permit import Permit, Scope
from netwatch.domain.logins import Accounts, Remark, Stay, remark, remarks, stay
from netwatch.domain.model import Severity
from probes.server.sessions import Session

NOW = datetime(2026, 11, 28, 2, 0, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
GRACE = 10 * MINUTE
ACCOUNTS = Accounts({"zhang": "zhang", "zhangsan": "zhang", "li": "li"}, frozenset({"root"}), frozenset({"monitor"}))


def permit(start: float = -1, end: float | None = 1, people: tuple[str, ...] = ("zhang",), **scope: str) -> Permit:
    until = None if end is None else NOW + end * HOUR
    return Permit((Scope(**(scope or {"device": "srv-1"})),), frozenset(people), NOW + start * HOUR, until, change=4)


def login(start: float = -0.5, end: float = 0.5, user: str = "zhang", source: str = "10.0.0.9") -> Stay:
    session = Session(user, "pts/0", source, NOW + start * HOUR, NOW + end * HOUR)
    return stay("srv-1", frozenset({"linux"}), session, NOW + end * HOUR)


def said(of: Stay, *permits: Permit) -> tuple[str, Severity] | None:
    found = remark(of, permits, ACCOUNTS, GRACE)
    return None if found is None else (str(found.summary), found.severity)


UNASKED = ("zhang was logged in on pts/0 from 10.0.0.9 and nobody had approved it", Severity.MAJOR)


@pytest.mark.parametrize(
    ("of", "permits", "expected"),
    [
        (login(), [permit()], None),
        (login(), [permit(people=())], None),
        (login(), [permit(group="linux")], None),
        (login(), [permit(end=None)], None),
        (login(user="zhangsan"), [permit()], None),
        (login(user="ZhangSan"), [permit()], None),
        (login(user="root"), [permit()], None),
        (login(-1.1, 1.1), [permit()], None),
        (login(), [], UNASKED),
        (login(), [permit(device="srv-2")], UNASKED),
        (login(), [permit(group="windows")], UNASKED),
        (login(-3, -2), [permit()], UNASKED),
        (login(2, 3), [permit()], UNASKED),
        (
            login(source=""),
            [],
            ("zhang was logged in on pts/0, at the machine itself, and nobody had approved it", Severity.MAJOR),
        ),
        (
            login(user="li"),
            [permit()],
            ("li was logged in on pts/0 during change request 4, which names others", Severity.MAJOR),
        ),
        (
            login(-0.5, 3),
            [permit()],
            ("zhang was logged in on pts/0 for longer than change request 4 allows", Severity.MINOR),
        ),
        (login(-0.5, 3), [permit(), permit(-0.6, 4)], None),
    ],
)
def test_a_log_in_is_judged_by_server_time_and_person(
    of: Stay, permits: list[Permit], expected: tuple[str, Severity] | None
) -> None:
    assert said(of, *permits) == expected


def test_a_log_in_that_lasts_is_judged_until_it_was_seen_last() -> None:
    session = Session("zhang", "pts/0", "", NOW - HOUR, None, is_open=True)
    assert stay("srv-1", frozenset(), session, NOW).end == NOW
    assert stay("srv-1", frozenset(), session, NOW - 2 * HOUR).end == NOW - HOUR


def test_of_a_log_in_whose_end_nobody_wrote_down_the_beginning_counts() -> None:
    session = Session("zhang", "pts/0", "", NOW - HOUR, None)
    assert stay("srv-1", frozenset(), session, NOW).end == NOW - HOUR


def test_an_emergency_that_nobody_approved_yet_allows_no_log_in() -> None:
    claimed = Permit((Scope(device="srv-1"),), frozenset(), NOW - HOUR, NOW + HOUR, change=4, claimed=True)
    assert len(remarks([login()], [claimed], ACCOUNTS, GRACE)) == 1


def test_what_would_have_allowed_it_is_named_in_the_readers_language() -> None:
    found = remark(login(user="li"), [permit()], ACCOUNTS, GRACE)
    assert found is not None
    words = language.said(found.summary.template, found.summary.values, language.translations("zh_CN"))
    assert words == "li 登录（pts/0），但不是获准的人：变更申请 4"


def test_accounts_that_are_not_looked_at_are_left_out() -> None:
    assert remarks([login(user="monitor")], [], ACCOUNTS, GRACE) == ()


@given(st.text(min_size=1, max_size=60), st.text(min_size=1, max_size=60))
def test_a_key_is_short_and_tells_log_ins_apart(user: str, other: str) -> None:
    one, two = login(user=user), login(user=other)
    assert len(one.key) <= 64
    assert one.key.isascii()
    assert (one.key == two.key) == (user == other)


moments = st.floats(min_value=-50, max_value=50)


@given(moments, moments, moments, moments)
def test_a_log_in_is_fine_only_if_all_of_it_lies_in_what_was_allowed(a: float, b: float, c: float, d: float) -> None:
    of, allowed = login(min(a, b), max(a, b)), permit(min(c, d), max(c, d))
    found: Remark | None = remark(of, [allowed], ACCOUNTS, GRACE)
    assert allowed.end is not None
    inside = allowed.start - GRACE <= of.session.start and of.end <= allowed.end + GRACE
    assert (found is None) == inside
