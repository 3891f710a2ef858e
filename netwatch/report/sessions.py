"""Booked sessions in a report: what was found of their equipment and links before them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwatch.config.registers import types
from netwatch.domain.sessions import Part, Verdict
from netwatch.language import LANGUAGES, label, said, translations
from netwatch.storage import registers, sessions
from probes.api import _
from roster import facts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.storage.sessions import Prepared

GOOD = {Verdict.GOOD: True, Verdict.BAD: False, Verdict.UNKNOWN: None}
CHECKED = _("{register} {number} ({what}): equipment and links")
LINK = _("link over {device}")


def performed(tx: Connection, settings: Settings, after: int, upto: int) -> tuple[facts.Performed, ...]:
    """Return what was found since event `after`, the last of each session."""
    return tuple(_performed(tx, settings, each) for each in sessions.within(tx, after, upto))


def _performed(tx: Connection, settings: Settings, found: Prepared) -> facts.Performed:
    entry = registers.get(tx, found.entry)
    register = entry.register if entry is not None else ""
    kind = types(settings.file).get(register)
    names = {
        language: said(
            CHECKED,
            {
                "register": label(kind.titles, language) if kind is not None else register,
                "number": found.entry,
                "what": found.what,
            },
            translations(language),
        )
        for language in LANGUAGES
    }
    return facts.Performed(
        key=f"session/{found.entry}",
        duty="session",
        names=names,
        kept=facts.Kept.DONE,
        due=found.start,
        by="netwatch",
        at=found.at,
        answers=tuple(_answers(settings, found)),
        event=found.event,
    )


def _answers(settings: Settings, found: Prepared) -> Iterator[facts.Answer]:
    catalogue = translations(settings.site.language)
    for part in found.found.parts:
        text = "" if part.verdict is Verdict.GOOD else said(part.what.template, part.what.values, catalogue)
        yield facts.Answer(_names(settings, part), part.verdict.title, GOOD[part.verdict], text)


def _names(settings: Settings, part: Part) -> dict[str, str]:
    known = settings.devices.get(part.device)
    name = (known.title if known else None) or part.device
    if not part.link:
        return dict.fromkeys(LANGUAGES, name)
    return {language: said(LINK, {"device": name}, translations(language)) for language in LANGUAGES}
