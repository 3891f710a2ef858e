"""How fast the service looks."""

from __future__ import annotations

from netwatch.progress import Progress
from netwatch.web.tempo import Tempo
from tests.hospital import NOW


def test_the_last_minute_is_counted_and_what_was_before_is_not() -> None:
    progress, tempo = Progress(NOW), Tempo()
    for second in range(0, 301, 2):
        progress.polls = 10 * second
        progress.late = second // 100
        tempo.sample(progress, 1000.0 + second)
    pace = tempo.pace(progress, 1300.0)
    assert (pace.polls, pace.late, pace.seconds) == (600, 1, 60.0)


def test_in_the_first_minute_it_says_how_long_it_has_counted() -> None:
    progress, tempo = Progress(NOW, polls=7), Tempo()
    tempo.sample(progress, 1000.0)
    progress.polls = 12
    pace = tempo.pace(progress, 1020.0)
    assert (pace.polls, pace.seconds) == (5, 20.0)


def test_a_service_that_stands_still_shows_it_within_a_minute() -> None:
    progress, tempo = Progress(NOW, polls=500), Tempo()
    for second in range(0, 70, 2):
        tempo.sample(progress, float(second))
    assert tempo.pace(progress, 70.0).polls == 0
