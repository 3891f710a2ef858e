"""When the back-ups of netwatch itself are not as they should be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from netwatch.domain.backups import BackUps

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
WEEK, DAY = timedelta(days=7), timedelta(days=1)


@pytest.mark.parametrize(
    ("known", "words"),
    [
        (BackUps(), None),
        (BackUps(since=NOW - WEEK), None),
        (
            BackUps(since=NOW - WEEK - DAY),
            "there is no back-up of netwatch, for longer than may be (backup_within = 7d)",
        ),
        (BackUps(good=NOW, since=NOW - 9 * WEEK), None),
        (BackUps(good=NOW - WEEK, since=NOW - 9 * WEEK), None),
        (
            BackUps(good=NOW - WEEK - DAY, since=NOW - 9 * WEEK),
            "the last back-up of netwatch is older than it may be (backup_within = 7d)",
        ),
        (BackUps(good=NOW - DAY, failed="disk full"), "the last back-up of netwatch failed: disk full"),
        (BackUps(failed="disk full"), "the last back-up of netwatch failed: disk full"),
    ],
)
def test_a_back_up_is_missed_when_it_failed_or_is_older_than_allowed_but_not_in_a_young_database(
    known: BackUps, words: str | None
):
    wrong = known.wrong(NOW, WEEK, "7d")
    assert (str(wrong) if wrong else None) == words
