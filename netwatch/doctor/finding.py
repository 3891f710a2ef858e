"""What the doctor finds: how good, what, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from probes.api import Message


class Grade(Enum):
    """How good something is."""

    OK = "ok"
    WARNING = "warning"
    """It works, and may not always."""
    PROBLEM = "problem"
    """Something will not work."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `about` names it more closely: a path, a relay, a place in a file."""

    check: str
    grade: Grade
    what: Message
    todo: Message | None = None
    about: str = ""
