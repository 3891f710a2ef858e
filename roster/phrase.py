"""Sentences of the program, kept untranslated, and text of others, made harmless to show."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

# Controls but tab and newline, and the marks that turn the direction of writing around.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_ENDS = re.compile("\r\n?|[\u0085\u2028\u2029]")
_BROKEN = re.compile("[\ud800-\udfff]")
AS_WRITTEN = frozenset(
    {"after", "before", "close", "field", "file", "key", "keyword", "line", "name", "section", "user"}
)
"""Values that are names of a file or a command, or what a device says: a key `group` stays one, and so does a person
called `nobody`, or a port that somebody describes as `down`."""


class Phrase(Protocol):
    """A sentence for people: an English template, which is the gettext key, and what fills it."""

    @property
    def template(self) -> str:
        """The sentence with `{named}` fields."""
        ...

    @property
    def values(self) -> Mapping[str, str | int | float]:
        """What fills the fields."""
        ...


@dataclass(frozen=True, slots=True)
class Sentence:
    """A phrase of our own, as it is archived."""

    template: str
    values: Mapping[str, str | int | float] = field(default_factory=dict)


def legible(text: str) -> str:
    """Return text without what could forge, hide or turn around what stands beside it; lines stay lines."""
    if text.isprintable():
        return text
    return _BROKEN.sub("\ufffd", _UNSEEN.sub("", _ENDS.sub("\n", text)))
