"""The shifts of a configuration, and who takes them, as the tests write them down."""

from __future__ import annotations

WHOLE_DAY = """
[[shift]]
name = "whole"
start = "08:00"
end = "08:00"
[[rotation]]
shift = "whole"
groups = [["zhang"]]
anchor = 2026-01-01
"""
DAY_AND_NIGHT = """
[[shift]]
name = "day"
title = "白班"
start = "08:00"
end = "20:00"
[[shift]]
name = "night"
title = "夜班"
start = "20:00"
end = "08:00"
"""
THREE = """
[[shift]]
name = "day"
title = "白班"
start = "08:00"
end = "16:00"
[[shift]]
name = "evening"
title = "小夜班"
start = "16:00"
end = "00:00"
[[shift]]
name = "night"
title = "大夜班"
start = "00:00"
end = "08:00"
"""


def taken(**by: str) -> str:
    """Have each shift always taken by the same person."""
    return "".join(
        f'\n[[rotation]]\nshift = "{shift}"\ngroups = [["{person}"]]\nanchor = 2026-01-01\n'
        for shift, person in by.items()
    )
