"""How one language and one zone say things: times, durations, sentences, lists."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from roster.phrase import AS_WRITTEN
from roster.wall import instants, wall

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime, timedelta
    from gettext import NullTranslations
    from zoneinfo import ZoneInfo

    from roster.phrase import Phrase

_TEN_MINUTES = 600
_MOST_NAMES = 12
# Named fields with at most a precision: an archived sentence can ask for nothing else.
_FIELDS = re.compile(r"(?:[^{}]|\{\w+(?::[.,\d]{0,3}[a-z%]?)?\}|\{\{|\}\})*")


def _(title: str) -> str:
    """Mark a title for translation; it is translated where it is shown."""
    return title


class Wording:
    """How one language and one zone say things."""

    def __init__(self, translations: NullTranslations, zone: ZoneInfo) -> None:
        self.translations = translations
        self.zone = zone

    @property
    def language(self) -> str:
        """The language as HTML names it."""
        return self.translations.info().get("language", "en").replace("_", "-") or "en"

    def __call__(self, msgid: str, **values: object) -> str:
        """Translate and fill `{named}` fields; a translation with other fields gives way to the English text."""
        return _filled(self.translations.gettext(msgid), msgid, values)

    def word(self, word: str) -> str:
        """Translate a word that another part of the program gave, if the catalogue knows it."""
        return self.translations.gettext(word) if word else ""

    def ngettext(self, one: str, many: str, n: int) -> str:
        """Translate by number; the field is `{n}`."""
        return _filled(self.translations.ngettext(one, many, n), many, {"n": n})

    def when(self, moment: datetime | None) -> str:
        """Return `2026-11-22 08:00` by the wall; in a repeated hour with its offset."""
        if moment is None:
            return self(_("None"))
        shown = wall(moment, self.zone)
        first, last = instants(shown, self.zone)
        offset = f" {moment.astimezone(self.zone):%z}" if first != last else ""
        return f"{shown:%Y-%m-%d %H:%M}{offset}"

    def place(self, moment: datetime) -> str:
        """Return the zone and its offset: `Asia/Shanghai, UTC+08:00`."""
        offset = f"{moment.astimezone(self.zone):%z}"
        return f"{self.zone.key}, UTC{offset[:3]}:{offset[3:]}"

    def span(self, start: datetime, end: datetime | None) -> str:
        """Return `2026-11-22 08:00 – 2026-11-22 17:00`; without an end, that there is none."""
        until = self.when(end) if end else self(_("until further notice"))
        return f"{self.when(start)} – {until}"

    def lasted(self, length: timedelta) -> str:
        """Return `1 h 20 min`: two units at most, seconds only below ten minutes."""
        seconds = max(0, int(length.total_seconds()))
        days, hours, minutes = seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60
        parts = [
            (days, self(_("{n} d"), n=days)),
            (hours, self(_("{n} h"), n=hours)),
            (minutes, self(_("{n} min"), n=minutes)),
        ]
        if seconds < _TEN_MINUTES:
            parts.append((seconds % 60, self(_("{n} s"), n=seconds % 60)))
        return " ".join([text for number, text in parts if number][:2]) or self(_("{n} s"), n=0)

    def said(self, phrase: Phrase) -> str:
        """Translate a sentence and those of its values that the catalogue knows; a broken one is shown as it is."""
        gettext = self.translations.gettext
        values = {
            name: gettext(v) if isinstance(v, str) and v and name not in AS_WRITTEN else v
            for name, v in phrase.values.items()
        }
        template = gettext(phrase.template) if phrase.template else ""
        try:
            for part in (values.get("inner"), values.get("note")):
                if isinstance(part, str) and _FIELDS.fullmatch(part):
                    values["note"] = part.format_map(values)
            return template.format_map(values) if _FIELDS.fullmatch(template) else template
        except (KeyError, IndexError, ValueError):
            return template

    def labelled(self, label: str, value: object) -> str:
        """Return `label: value` of an already translated label."""
        return self(_("{label}: {value}"), label=label, value=value)

    def noted(self, text: str, note: str) -> str:
        """Return `text (note)`, or the text alone."""
        return self(_("{text} ({note})"), text=text, note=note) if note else text

    def clauses(self, *parts: object) -> str:
        """Return what there is of the parts, with commas between them."""
        return self._linked(_("{first}, {rest}"), [str(part) for part in parts if part])

    def statements(self, *parts: object) -> str:
        """Return what there is of the parts, with semicolons between them."""
        return self._linked(_("{first}; {rest}"), [str(part) for part in parts if part])

    def listed(self, names: Iterable[str], total: int = 0, most: int = _MOST_NAMES) -> str:
        """Return the first names of a list, and how many more there are."""
        known = tuple(names)
        told = known[:most]
        shown = self._linked(_("{name}, {names}"), told)
        more = max(total, len(known)) - len(told)
        return self(_("{names} and {n} more"), names=shown, n=more) if shown and more > 0 else shown

    def _linked(self, pattern: str, parts: Sequence[str]) -> str:
        """Put between the parts what a translated pattern has between its two fields."""
        pieces = self(pattern, first="\0", rest="\0", name="\0", names="\0").split("\0")
        return (pieces[1] if len(pieces) == 3 else ", ").join(parts)  # noqa: PLR2004 - before, between, after

    def until(self, moment: datetime | None) -> str:
        """Return `until 2026-11-22 08:00`, nothing for no end."""
        return self(_("until {time}"), time=self.when(moment)) if moment else ""

    def since(self, moment: datetime | None) -> str:
        """Return `since 2026-11-22 08:00`, nothing for an unknown beginning."""
        return self(_("since {time}"), time=self.when(moment)) if moment else ""

    def due(self, moment: datetime | None) -> str:
        """Return `by 2026-11-22 08:00`, nothing for no hurry."""
        return self(_("by {time}"), time=self.when(moment)) if moment else ""


def _filled(translated: str, source: str, values: Mapping[str, object]) -> str:
    try:
        return translated.format_map(values)
    except (KeyError, IndexError, ValueError):
        return source.format_map(values)
