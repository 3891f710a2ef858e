"""`netwatch demo`: a whole hospital on simulated devices, for whoever wants to see what netwatch does."""

from __future__ import annotations

import argparse
import io
import os
import signal
import sys
from pathlib import Path

from netwatch.clock import SystemClock
from netwatch.language import gettext as _
from netwatch.plugins import Registry

LONGEST = 1440


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("demo", help=_("show netwatch on a small hospital that is simulated here"))
    parser.add_argument("--minutes", type=_minutes, metavar="N", help=_("end after so long; by default at Ctrl+C"))
    parser.add_argument("--folder", type=Path, metavar="DIR", help=_("keep everything in this new folder"))
    parser.add_argument("--keep", action="store_true", help=_("keep the temporary folder"))
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Show the demo."""
    from netwatch.demo.show import Plan, folder_for, show  # noqa: PLC0415 - a second to load that no other command needs

    # Until the service listens to it itself: so that the temporary folder goes in any case.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    seconds = None if arguments.minutes is None else 60 * arguments.minutes
    with folder_for(arguments.folder, keep=arguments.keep) as folder:
        code = show(folder, Registry.installed(), SystemClock(), _say, Plan(seconds))
        if arguments.keep or arguments.folder is not None:
            _say(_("everything stays in {folder}").format(folder=folder))
    return code


def _say(line: str) -> None:
    """Print a line at once. When nobody reads any more, as after `head`, the demo ends."""
    try:
        print(line, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        signal.raise_signal(signal.SIGTERM)


def _minutes(text: str) -> float:
    try:
        minutes = float(text)
    except ValueError:
        minutes = 0.0
    if not 0 < minutes <= LONGEST:
        raise argparse.ArgumentTypeError(_("must be a number of minutes, at most {most}").format(most=LONGEST))
    return minutes
