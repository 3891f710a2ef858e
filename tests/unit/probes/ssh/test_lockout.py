"""Two refused log-ins and no third."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from probes.api import Failure, Message, Trouble
from probes.collect import Collection
from probes.ssh.lockout import Guard, released

NOW = datetime(2026, 11, 28, 4, tzinfo=UTC)
REFUSED = Failure(Trouble.AUTHENTICATION, Message("refused"))


def test_two_refused_log_ins_shut_it_until_somebody_says_so() -> None:
    guard = Guard()
    assert guard.refusal("core") is None
    guard = guard.after(REFUSED, NOW)
    assert guard.refusal("core") is None
    guard = guard.after(REFUSED, NOW + timedelta(hours=6))
    assert guard.is_shut
    assert guard.failed_at == NOW + timedelta(hours=6)
    refusal = guard.refusal("core")
    assert refusal is not None
    assert refusal.trouble is Trouble.AUTHENTICATION
    assert str(refusal.detail).startswith("2 log-ins with the credential core were refused. No more are tried")
    assert released().refusal("core") is None


def test_a_log_in_that_was_taken_counts_anew() -> None:
    guard = Guard().after(REFUSED, NOW).after(Collection(()), NOW).after(REFUSED, NOW)
    assert not guard.is_shut


@pytest.mark.parametrize("trouble", sorted(set(Trouble) - {Trouble.AUTHENTICATION}, key=lambda each: each.value))
def test_a_device_that_was_shown_no_password_does_not_count(trouble: Trouble) -> None:
    before = Guard().after(REFUSED, NOW)
    assert before.after(Failure(trouble, Message("away")), NOW) == before
