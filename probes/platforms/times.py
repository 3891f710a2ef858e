"""Times as devices write them at the head of their configuration."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import tzinfo

MONTHS = {
    name: at
    for at, name in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)
}
CLOCK = re.compile(r"\b(\d{1,2}):(\d{2}):(\d{2})(?:\.\d+)?")
DATES = (
    re.compile(r"\b(?P<year>\d{4})[-/](?P<month>\d{1,2})[-/](?P<day>\d{1,2})\b"),
    re.compile(
        r"\b(?P<month>[A-Z][a-z]{2})[a-z]*[ /]+(?P<day>\d{1,2})[, /]+(?:\d\d?:\d\d:\d\d\S*\s+)?(?:[A-Z]{3,5}\s+)?(?P<year>\d{4})\b",
        re.IGNORECASE,
    ),
    re.compile(r"\b(?P<day>\d{1,2})[ -](?P<month>[A-Z][a-z]{2})[a-z]*[ -](?P<year>\d{4})\b", re.IGNORECASE),
)
OFFSET = re.compile(r"(?<=[\d.\sTC])(?P<sign>[+-])(?P<hours>\d{2}):?(?P<minutes>\d{2})\b")
UNIVERSAL = re.compile(r"\b(?:UTC|GMT)\b(?![+-])|\dZ\b")


def moment(text: str, zone: tzinfo) -> datetime | None:
    """Return the instant that a text names, None where it names none.

    An offset or UTC that stands there counts. Other names of zones do not: CST is China's and Chicago's. Then it is
    the device's own time, and `zone` is where it hangs.
    """
    clock = CLOCK.search(text)
    date = next((found for form in DATES if (found := form.search(text))), None)
    if clock is None or date is None:
        return None
    month = MONTHS.get(date["month"].lower()[:3]) or (int(date["month"]) if date["month"].isdigit() else 0)
    try:
        hour, minute, second = map(int, clock.groups())
        year, day, where = int(date["year"]), int(date["day"]), _zone(text[clock.end() :]) or zone
        named = datetime(year, month, day, hour, minute, second, tzinfo=where)
    except ValueError:
        return None
    # With the first or the last day that there is nobody can reckon.
    return named if 1970 <= year <= 2200 else None  # noqa: PLR2004 - clocks of devices begin in 1970


def _zone(behind: str) -> tzinfo | None:
    if found := OFFSET.search(" " + behind):
        size = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"]))
        return timezone(size if found["sign"] == "+" else -size)
    return UTC if UNIVERSAL.search(behind) else None
