"""How a command prints a paper: as text, as a page, as a PDF, or as the figures behind it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from netwatch import pdf
from netwatch.errors import UsageError
from netwatch.language import LANGUAGES
from netwatch.language import gettext as _
from netwatch.report import paper as papers
from probes.api import _ as mark

if TYPE_CHECKING:
    import argparse

    from netwatch.report.paper import Paper


def add_output(verb: argparse.ArgumentParser, form: str = "text") -> None:
    """Add how to print, where to, and in which language."""
    verb.add_argument("--format", choices=("text", "html", "pdf", "json"), default=form, help=_("how to print"))
    verb.add_argument("--output", type=Path, metavar="FILE", help=_("write it into this file"))
    verb.add_argument("--language", choices=LANGUAGES, help=_("the language; by default the terminal's"))


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
