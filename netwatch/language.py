"""The languages of people: one catalogue for pages, reports, mails and commands."""

from __future__ import annotations

import os
import re
from functools import cache
from gettext import NullTranslations
from importlib.resources import files
from io import BytesIO
from typing import TYPE_CHECKING

from probes.api import _ as mark
from probes.api import noted
from roster.phrase import AS_WRITTEN

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

LANGUAGES = ("zh_CN", "en")


@cache
def translations(language: str) -> NullTranslations:
    """Return the catalogue of `zh_CN` or `en`. English is the source of all texts, and needs none."""
    path = files("netwatch") / "locale" / language / "LC_MESSAGES" / "netwatch.po"
    if language not in LANGUAGES or not path.is_file():
        return NullTranslations()
    # Read at start instead of shipping compiled files: one truth, and no build step to forget.
    from babel.messages.mofile import write_mo  # noqa: PLC0415 - commands in English need not wait for it
    from babel.messages.pofile import read_po  # noqa: PLC0415
    from babel.support import Translations  # noqa: PLC0415

    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(path.read_bytes()), locale=language))
    compiled.seek(0)
    return Translations(compiled, domain="netwatch")


def of_terminal(environment: Mapping[str, str] | None = None) -> str:
    """Return the language that the terminal's user asked for (LC_ALL, LC_MESSAGES, LANG)."""
    environment = os.environ if environment is None else environment
    for name in ("NETWATCH_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = environment.get(name, "")
        if value:
            return "zh_CN" if value.lower().startswith("zh") else "en"
    return "en"


OF_SYSTEM = (
    mark("No such file or directory"),
    mark("Permission denied"),
    mark("Operation not permitted"),
    mark("File exists"),
    mark("Is a directory"),
    mark("Not a directory"),
    mark("Read-only file system"),
    mark("No space left on device"),
    mark("Input/output error"),
    mark("Too many open files"),
    mark("Address already in use"),
    mark("Cannot assign requested address"),
    mark("Network is unreachable"),
    mark("No route to host"),
    mark("Connection refused"),
    mark("Connection reset by peer"),
    mark("Connection timed out"),
    mark("Name or service not known"),
    mark("Temporary failure in name resolution"),
)
"""What the operating system says to people. Such a text fills a sentence, and is translated there."""
NO_ANSWER = mark("no answer within {seconds} s")
NO_SIGN_IN = mark("refuses the user name or password ({code})")
NOT_TRUSTED = mark("its certificate is not trusted: {error}")
NOT_REACHED = mark("cannot be reached: {error}")
BROKEN_OFF = mark("breaks off the connection")
NO_RELAY = mark("no relay is configured")
OF_MAIL = {
    template: re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+)", re.escape(template)))
    for template in (NO_ANSWER, NO_SIGN_IN, NOT_TRUSTED, NOT_REACHED, BROKEN_OFF, NO_RELAY)
}
"""What we say ourselves of a relay that does not take mail, and how it is found in what was kept of that."""
RELAY = re.compile(r"(\S+:\d+: )?(.+)", re.DOTALL)


def gettext(message: str) -> str:
    """Translate for the terminal's user."""
    return translations(of_terminal()).gettext(message)


def ngettext(one: str, many: str, count: int) -> str:
    """Translate for the terminal's user, by number."""
    return translations(of_terminal()).ngettext(one, many, count)


def said(template: str, values: Mapping[str, object], catalogue: NullTranslations) -> str:
    """Return a stored sentence in a catalogue's language.

    A value that is itself a text of the catalogue, such as a meaning's title, is translated as well, but for those
    that stand as somebody wrote them; one called `note` is filled from the same values, as `Message` says, and one
    called `error` may be what we say of a relay.
    """
    worded = {name: _value(name, value, catalogue) for name, value in values.items()}
    try:
        return catalogue.gettext(template).format_map(noted(worded))
    except (KeyError, IndexError, ValueError):
        return template


def _value(name: str, value: object, catalogue: NullTranslations) -> object:
    if not isinstance(value, str) or not value or name in AS_WRITTEN:
        return value
    return of_mail(value, catalogue) if name == "error" else catalogue.gettext(value)


def of_mail(error: str, catalogue: NullTranslations) -> str:
    """Return why mail was not taken, kept in English, in a catalogue's language; a relay's own words stay."""
    if (whole := catalogue.gettext(error)) != error:
        return whole
    return "; ".join(
        RELAY.sub(lambda part: (part[1] or "") + _own(part[2], catalogue), each) for each in error.split("; ")
    )


def _own(told: str, catalogue: NullTranslations) -> str:
    for template, shape in OF_MAIL.items():
        if found := shape.fullmatch(told):
            values = {name: catalogue.gettext(value) for name, value in found.groupdict().items()}
            return catalogue.gettext(template).format_map(values)
    return catalogue.gettext(told)


def label(titles: Mapping[str, str], language: str) -> str:
    """Return what a site calls something, as a value of a stored sentence.

    Where its names are texts of the catalogue, as those of shipped things are, that is the English one, which every
    reader then sees in their own language; else it is the name in this language, or the only one there is.
    """
    english, chinese = titles.get("en", ""), titles.get("zh_CN", "")
    if english and chinese and translations("zh_CN").gettext(english) == chinese:
        return english
    return titles.get(language) or next(iter(titles.values()), "")


def duration(length: timedelta, catalogue: NullTranslations) -> str:
    """Return `1 h 20 min`, or 「1 小时 20 分」: two units at most, seconds only below ten minutes."""
    seconds = max(0, int(length.total_seconds()))
    days, hours, minutes = seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60
    _ = catalogue.gettext
    parts = [(days, _("{n} d")), (hours, _("{n} h")), (minutes, _("{n} min"))]
    if seconds < 600:  # noqa: PLR2004 - ten minutes
        parts.append((seconds % 60, _("{n} s")))
    told = [text.format(n=number) for number, text in parts if number][:2]
    return " ".join(told) or _("{n} s").format(n=0)
