"""The command line: one module for each group of commands."""

from __future__ import annotations

import argparse
import os
import re
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from netwatch import __version__
from netwatch.errors import ConfigError, NetwatchError
from netwatch.language import gettext as _
from netwatch.language import ngettext, of_terminal, said, translations
from probes.api import _ as mark

if TYPE_CHECKING:
    from collections.abc import Sequence

PAIR = re.compile(r"\w[^=]*=.*", re.DOTALL)
"""A field and what it says, as commands about registers take them."""
COMMANDS = (
    "run",
    "inspect",
    "probe",
    "faults",
    "calendar",
    "duty",
    "duties",
    "handover",
    "log",
    "register",
    "unapproved",
    "drift",
    "change",
    "rules",
    "report",
    "maintenance",
    "mail",
    "config",
    "db",
    "audit",
    "doctor",
    "demo",
)


OF_ARGPARSE = (
    mark("usage: "),
    mark("options"),
    mark("positional arguments"),
    mark("show this help message and exit"),
    mark("%(prog)s: error: %(message)s\n"),
    mark("the following arguments are required: %s"),
    mark("unrecognized arguments: %s"),
    mark("expected one argument"),
    mark("argument %(argument_name)s: %(message)s"),
    mark("invalid choice: %(value)r (choose from %(choices)s)"),
    mark("invalid %(type)s value: %(value)r"),
)
"""What argparse itself says to people. It looks its texts up in a module variable, which `parser` sets."""


def parser(asked: str | None = None) -> argparse.ArgumentParser:
    """Return the parser of every command, or of one alone: the others need not be loaded to run it."""
    vars(argparse).update(_=_, ngettext=ngettext)
    top = argparse.ArgumentParser(prog="netwatch", description=_("Duty monitoring for a hospital information centre."))
    version = _("show program's version number and exit")  # argparse would say it before it is given its language
    top.add_argument("--version", action="version", version=f"netwatch {__version__}", help=version)
    commands = top.add_subparsers(dest="command", metavar=_("COMMAND"), required=True)
    for name in (asked,) if asked in COMMANDS else COMMANDS:
        import_module(f"netwatch.cli.{name}").add_parser(commands)
    return top


def _parsed(of: argparse.ArgumentParser, given: Sequence[str]) -> argparse.Namespace:
    """Return what was asked. Fields may stand behind options: argparse takes a list of arguments in one piece only."""
    asked, left = of.parse_known_args(given)
    if left and not (hasattr(asked, "values") and all(PAIR.fullmatch(each) for each in left)):
        of.error(_("unrecognized arguments: %s") % " ".join(left))
    if left:
        asked.values = [*asked.values, *(tuple(each.split("=", 1)) for each in left)]
    return asked


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return its exit code: 0 done, 1 failed, 2 misused, 75 not now, 78 wrong configuration."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    asked = _parsed(parser(given[0] if given else None), given)
    try:
        return int(asked.run(asked))
    except ConfigError as error:
        catalogue = translations(of_terminal())
        for problem in error.problems:
            print(problem.told(said(problem.what, problem.values, catalogue)), file=sys.stderr)
        return error.exit_code
    except NetwatchError as error:
        print(said(error.template, error.values, translations(of_terminal())), file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read our output has gone, as `head` does; that is no error of theirs or ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
