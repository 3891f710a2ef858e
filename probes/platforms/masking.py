"""Putting tags in place of secrets."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from probes.platforms import keywords
from probes.platforms.forms import bare
from probes.platforms.rules import Speech

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from probes.platforms.pattern import Place
    from probes.platforms.rules import Rules

CONSTANT = "<secret>"
SALTED = "ENCRYPTED PRIVATE KEY"
"""A key that is encrypted anew, with a new salt, whenever it is shown."""


def tag(secret: str, key: bytes) -> str:
    """Return what stands for a secret: the same for the same secret and key, and nothing can be learnt from it.

    What looks like a tag already is a secret like any other: else whoever knows a tag could hide a change behind it.
    """
    inner = secret[1:-1] if len(secret) > 1 and secret[0] == secret[-1] and secret[0] in "\"'" else secret
    return f"<secret:{hmac.digest(key, inner.encode(errors='surrogatepass'), 'sha256').hex()[:8]}>"


class Masker:
    """Finds secrets by the rules of a platform and by the words that hold everywhere."""

    def __init__(self, rules: Rules, key: bytes) -> None:
        self._key = key
        self._plain = rules.plain
        self._talk = rules.speech is Speech.TALK
        self._anywhere = tuple(each for each in rules.secrets if not each.triggers)
        self._places: dict[str, list[Place]] = {}
        for place in rules.secrets:
            for word in place.triggers:
                self._places.setdefault(word, []).append(place)
        self._triggers = self._places.keys()
        self._clean: set[str] = set()

    def masked(self, text: str, above: Sequence[str] = (), *, talk: bool = False) -> str:
        """Return a line without its secrets; `talk` where it is text for people."""
        # Configurations say the same again for each port.
        if text in self._clean:
            return text
        low = text.lower()
        words = self._triggers & set(low.split())
        hinted = keywords.may_hold(low)
        if not words and not hinted and not self._anywhere:
            self._clean.add(text)
            return text
        is_for_people = talk or keywords.is_talk(text) or (self._talk and text.lstrip().startswith("#"))
        talk = is_for_people or (self._plain is not None and self._plain.match(text.lstrip()) is not None)
        found = [] if talk else list(self._placed(text, words, above))
        if hinted:
            salted = SALTED in text
            given = keywords.spans(text, above, talk=talk or self._talk, is_for_people=is_for_people)
            found += [(*span, salted) for span in given]
        return _replaced(text, found, self._key) if found else text

    def _placed(self, text: str, words: set[str], above: Sequence[str]) -> Iterator[tuple[int, int, bool]]:
        line = text.lstrip()
        off = len(text) - len(line)
        for place in (*self._anywhere, *(place for word in words for place in self._places[word])):
            match = place.line.match(line)
            if match and (place.above is None or any(place.above.match(each.lstrip()) for each in above)):
                for group in range(1, place.line.groups + 1):
                    if match.start(group) >= 0:
                        start, end = bare(line, *match.span(group))
                        yield start + off, end + off, place.is_rewritten


def _replaced(text: str, found: list[tuple[int, int, bool]], key: bytes) -> str:
    """Put a tag in place of each span; spans that overlap are one secret."""
    done: list[str] = []
    at = 0
    for start, end, is_rewritten in _merged(found):
        done += [text[at:start], CONSTANT if is_rewritten else tag(text[start:end], key)]
        at = end
    return "".join((*done, text[at:]))


def _merged(found: list[tuple[int, int, bool]]) -> list[tuple[int, int, bool]]:
    merged: list[tuple[int, int, bool]] = []
    for start, end, is_rewritten in sorted(found):
        if end <= start:
            continue
        if merged and start < merged[-1][1]:
            first, last, before = merged[-1]
            merged[-1] = (first, max(last, end), before or is_rewritten)
        else:
            merged.append((start, end, is_rewritten))
    return merged
