"""How long a difference takes: a configuration of 10,000 lines with 200 edits, by sections and as one flat list.

python tests/bench/bench_difference.py
"""

from __future__ import annotations

import random
from difflib import SequenceMatcher
from timeit import repeat
from typing import TYPE_CHECKING

from netwatch.domain.drift.difference import apply, compare
from netwatch.domain.drift.words import sentences
from probes.collect import Section

if TYPE_CHECKING:
    from collections.abc import Callable

LINES, EDITS, IN_SECTION = 10_000, 200, 10
REPEATED = ("port link-type trunk", "undo port trunk allow-pass vlan 1", "stp edged-port enable", "quit", "#")
DRAW = random.Random(7)


def configuration() -> list[str]:
    """Return lines as a switch has them: most of them again and again."""
    return [DRAW.choice((*REPEATED, f"description {DRAW.randrange(300)}")) for _line in range(LINES)]


def edited(lines: list[str]) -> list[str]:
    """Return the same with some lines changed."""
    found = list(lines)
    for at in DRAW.sample(range(len(found)), EDITS):
        found[at] = f"edited {DRAW.randrange(10**9)}"
    return found


def sectioned(lines: list[str]) -> tuple[Section, ...]:
    """Return the lines below interfaces."""
    parts = range(0, len(lines), IN_SECTION)
    return tuple(Section((f"interface GE{at // 48}/0/{at % 48}",), tuple(lines[at : at + IN_SECTION])) for at in parts)


def milliseconds(work: Callable[[], object]) -> float:
    """Return the best of five."""
    return 1000 * min(repeat(work, number=1, repeat=5))


def main() -> None:
    """Print each, against difflib on the same lines in the same run."""
    before = configuration()
    after = edited(before)
    reference = 1000 * min(
        repeat(lambda: SequenceMatcher(None, before, after, autojunk=False).get_opcodes(), number=1, repeat=1)
    )
    print(f"difflib, flat, autojunk=False   {reference:9.1f} ms    1")
    flat = tuple((Section((), tuple(lines)),) for lines in (before, after))
    for name, (old, new) in (("by sections", (sectioned(before), sectioned(after))), ("flat", flat)):
        difference = compare(old, new)
        assert apply(difference, old) == new
        for what, work in (
            ("compare", lambda old=old, new=new: compare(old, new)),
            ("in words", lambda difference=difference: sentences(difference)),
            ("name", lambda difference=difference: difference.digest),
        ):
            took = milliseconds(work)
            print(f"{name}, {what:20}{took:9.1f} ms    1/{reference / took:.0f}")


if __name__ == "__main__":
    main()
