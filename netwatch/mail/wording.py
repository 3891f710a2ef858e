"""Words of one language and one zone: severities, times, durations, and what devices say, made harmless."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwatch.domain.model import Severity
from netwatch.language import duration, said, translations
from probes.api import _

if TYPE_CHECKING:
    from datetime import datetime, timedelta
    from zoneinfo import ZoneInfo

    from probes.api import Message

LONGEST = 400
"""A device's or a person's text is cut here."""

SEVERITIES = {
    Severity.CRITICAL: _("critical"),
    Severity.MAJOR: _("major"),
    Severity.MINOR: _("minor"),
    Severity.WARNING: _("warning"),
    Severity.INFORMATION: _("information"),
}


def harmless(text: str, longest: int = LONGEST) -> str:
    """Return a text on one line, without control or direction characters, cut with `…`."""
    line = " ".join("".join(each if each.isprintable() else " " for each in text[: 4 * longest]).split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


class Wording:
    """How one reader is spoken to at one time."""

    def __init__(self, language: str, zone: ZoneInfo, now: datetime) -> None:
        self.language = language
        self._zone = zone
        self._now = now
        self._catalogue = translations(language)

    def __call__(self, template: str, **values: object) -> str:
        """Return a sentence of the catalogue, filled."""
        return self._catalogue.gettext(template).format_map(values)

    def ngettext(self, one: str, many: str, count: int, **values: object) -> str:
        """Return a sentence that depends on a number."""
        return self._catalogue.ngettext(one, many, count).format_map({"count": count, **values})

    def say(self, message: Message) -> str:
        """Return a stored sentence."""
        return harmless(said(message.template, message.values, self._catalogue))

    def severity(self, severity: Severity) -> str:
        """Return a severity in words."""
        return self(SEVERITIES[severity])

    def listed(self, names: tuple[str, ...], most: int) -> str:
        """Return names in a row, and how many were left out."""
        row = self(_(", ")).join(names[:most])
        left = len(names) - most
        return row if left <= 0 else row + self.ngettext(" and {count} more", " and {count} more", left)

    def moment(self, at: datetime) -> str:
        """Return a date and time as the site's clocks show it."""
        return f"{at.astimezone(self._zone):%Y-%m-%d %H:%M}"

    def exact(self, at: datetime) -> str:
        """Return the same with seconds."""
        return f"{at.astimezone(self._zone):%Y-%m-%d %H:%M:%S}"

    def time(self, at: datetime) -> str:
        """Return the time alone where it is of today, else with its date."""
        local = at.astimezone(self._zone)
        today = local.date() == self._now.astimezone(self._zone).date()
        return f"{local:%H:%M}" if today else self.moment(at)

    def length(self, length: timedelta) -> str:
        """Return a duration."""
        return duration(length, self._catalogue)
