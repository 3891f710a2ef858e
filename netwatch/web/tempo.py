"""How fast the service looks: counters sampled now and then, and their growth over the last minute."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from netwatch.progress import Progress

SPAN = 60.0


@dataclass(frozen=True, slots=True)
class Pace:
    """How many looks were taken, and how many of them late, in the last `seconds`."""

    polls: int
    late: int
    seconds: float


class Tempo:
    """Samples of the counters, a little more than a minute of them. Times are monotonic seconds."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, int, int]] = deque()

    def sample(self, progress: Progress, at: float) -> None:
        """Note the counters as they are."""
        self._samples.append((at, progress.polls, progress.late))
        while len(self._samples) > 1 and self._samples[1][0] <= at - SPAN:
            self._samples.popleft()

    def pace(self, progress: Progress, at: float) -> Pace:
        """Return how the counters have grown over the last minute, or since the first sample."""
        self.sample(progress, at)
        then, polls, late = self._samples[0]
        return Pace(progress.polls - polls, progress.late - late, at - then)
