"""What is wrong with a configuration, by key path, before it is known on which line that stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from probes.api import Message, _

if TYPE_CHECKING:
    from collections.abc import Collection

    from netwatch.config.locate import KeyPath

LIKE = 0.6
"""From which likeness on one word is offered for another."""
LONGEST_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Hint:
    """What else may be meant: the sentence to say if one of the known words is like the one that stands there."""

    template: str
    word: str
    known: Collection[str]


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake: where, and what is wrong with it."""

    path: KeyPath
    what: Message
    hint: Hint | None = None

    def hinted(self) -> Message:
        """Return what is wrong, with the word that may be meant. The search for it is not free."""
        close = closest(self.hint.word, self.hint.known) if self.hint else None
        if self.hint is None or close is None:
            return self.what
        return Message(self.hint.template, {**self.what.values, "close": shown(close)})


def found(path: KeyPath, template: str, **values: str | float) -> Finding:
    """Return a finding; what comes from the file is made safe to print."""
    safe = {name: shown(value) if isinstance(value, str) else value for name, value in values.items()}
    return Finding(path, Message(template, safe))


def unknown_key(path: KeyPath, known: Collection[str]) -> Finding:
    """Return the finding about a key that nothing reads."""
    hint = Hint(_("unknown key; did you mean '{close}'?"), str(path[-1]), known)
    return replace(found(path, _("unknown key")), hint=hint)


def unknown(path: KeyPath, what: str, name: str, known: Collection[str]) -> Finding:
    """Return the finding about a reference to something that is not there; `what` is its kind, such as `device`."""
    hint = Hint(_("there is no {what} '{name}'; did you mean '{close}'?"), name, known)
    return replace(found(path, _("there is no {what} '{name}'"), what=what, name=name), hint=hint)


def closest(word: str, known: Collection[str]) -> str | None:
    """Return the known word most like this one, if one is like it at all."""
    best, likeness = None, LIKE
    matcher: SequenceMatcher[str] = SequenceMatcher(b=word[:LONGEST_SHOWN].lower())
    for candidate in sorted(known):
        # Lengths first: there may be ten thousand devices to compare with.
        if abs(len(candidate) - len(word)) > len(word) // 2 + 1:
            continue
        matcher.set_seq1(candidate.lower())
        if matcher.real_quick_ratio() > likeness and matcher.quick_ratio() > likeness:
            ratio = matcher.ratio()
            if ratio > likeness:
                best, likeness = candidate, ratio
    return best


def shown(text: str) -> str:
    """Return a text from the file so that it can neither move the cursor nor fill the screen."""
    cut = text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in cut)


def named(path: KeyPath, data: Any) -> str:
    """Return a key path as people read it: names of items where they have one, else counted from 1."""
    parts, here, table = [], data, ""
    for key in path:
        here = _inside(here, key)
        parts.append(shown(_name(here, key, table)))
        table = str(key)
    return ".".join(parts)


def _inside(data: Any, key: str | int) -> Any:
    try:
        return data[key]
    except (KeyError, IndexError, TypeError):
        return None


def _name(item: Any, key: str | int, table: str) -> str:
    if isinstance(key, str):
        return key
    name = _inside(item, "name")
    if name is None and table in {"check", "collect"}:
        name = _inside(item, "kind")  # one without a name is called by its kind
    return name if isinstance(name, str) and name else str(key + 1)
