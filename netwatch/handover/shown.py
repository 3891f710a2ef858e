"""An archived report as it is shown: its own words, and under them who signed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from netwatch.language import translations
from netwatch.storage import handovers, signatures
from roster import render
from roster.handover import from_json

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from netwatch.config import Settings
    from roster.signing import Signature


def shown(tx: Connection, settings: Settings, number: int, language: str, form: str) -> str | None:
    """Return a report as `html` or `text`, with its signatures; None where there is no such report."""
    archived = handovers.get(tx, number)
    if archived is None:
        return None
    signed = tuple(_called(settings, each.signature) for each in signatures.of(tx, number))
    if not signed:
        # Archived before there were signatures: as it was rendered then, in this language or another.
        kept = handovers.rendering(tx, number, language, form)
        if kept is not None:
            return kept
    show = render.html if form == "html" else render.text
    return show(from_json(archived.document), translations(language), settings.site.zone, signed)


def _called(settings: Settings, signature: Signature) -> Signature:
    return replace(signature, by=settings.called(signature.by))
