"""How a command prints a paper: as text, as a page, as a PDF, or as the figures behind it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from netwatch import pdf
from netwatch.domain.period import PeriodKind, containing, written
from netwatch.errors import UsageError
from netwatch.language import LANGUAGES
from netwatch.language import gettext as _
from netwatch.report import paper as papers
from probes.api import _ as mark
from roster.wall import wall

if TYPE_CHECKING:
    import argparse
    from datetime import datetime

    from netwatch.config import Settings
    from netwatch.domain.period import Period
    from netwatch.report.paper import Paper


def add_output(verb: argparse.ArgumentParser, form: str = "text") -> None:
    """Add how to print, where to, and in which language."""
    verb.add_argument("--format", choices=("text", "html", "pdf", "json"), default=form, help=_("how to print"))
    verb.add_argument("--output", type=Path, metavar="FILE", help=_("write it into this file"))
    verb.add_argument("--language", choices=LANGUAGES, help=_("the language; by default the terminal's"))


def asked(text: str | None, kind: PeriodKind, settings: Settings, now: datetime) -> Period:
    """Return the period that a command names, else the one of a kind in which we are."""
    found = written(text) if text else containing(kind, wall(now, settings.site.zone).date())
    if found is None:
        raise UsageError(mark("{field}: must be a period such as 2026-W47, 2026-11 or 2026"), field=text or "")
    return found


def emit(arguments: argparse.Namespace, paper: Paper, figures: str) -> int:
    """Print a paper as was asked; `figures` are its JSON."""
    content = _content(arguments, paper, figures)
    if arguments.output is not None:
        arguments.output.write_bytes(content)
        return 0
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    return 0


def _content(arguments: argparse.Namespace, paper: Paper, figures: str) -> bytes:
    match arguments.format:
        case "json":
            return f"{figures}\n".encode()
        case "html":
            return papers.html(paper).encode()
        case "pdf":
            if arguments.output is None and sys.stdout.isatty():
                raise UsageError(mark("a PDF is no text; name a file with --output"))
            return pdf.render(papers.html(paper))
        case _:
            return f"{papers.text(paper)}\n".encode()
