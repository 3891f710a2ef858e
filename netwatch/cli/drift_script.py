"""`netwatch drift script`: what servers are read by, to be looked through and installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwatch.language import gettext as _
from probes.server.facets import script

if TYPE_CHECKING:
    import argparse


def add_verb(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb."""
    verb = verbs.add_parser("script", help=_("print the script that servers are read by, to install it on them"))
    verb.set_defaults(run=_script)


def _script(_arguments: argparse.Namespace) -> int:
    print(script().decode(), end="")
    return 0
