"""`netwatch config`: is the configuration right, and what does it come to."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from netwatch.cli import site
from netwatch.language import gettext as _
from netwatch.language import ngettext

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace, _SubParsersAction

    from netwatch.config import Settings


def add_parser(subparsers: _SubParsersAction[ArgumentParser]) -> None:
    """Add the commands."""
    parser = subparsers.add_parser("config", help=_("check the configuration, or show what it comes to"))
    commands = parser.add_subparsers(dest="config_command", required=True, metavar=_("COMMAND"))
    for name, words in (
        ("check", _("say whether it is valid, else every problem with its file and line")),
        ("show", _("print what holds in the end: defaults and groups worked in, secrets masked")),
    ):
        site.add_config(commands.add_parser(name, help=words, description=words))
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    """Check or show a configuration; ConfigError if it is not valid."""
    settings = site.settings(arguments)
    if arguments.config_command == "show":
        sys.stdout.write(settings.shown())
    else:
        sys.stdout.write(_("{file}: valid: {counts}").format(file=settings.path.name, counts=counts(settings)) + "\n")
    return 0


def counts(settings: Settings) -> str:
    """Return how much there is of what: `412 devices, 1,236 checks, 8 people`."""
    devices, checks, people = len(settings.devices), len(settings.checks), len(settings.people)
    thresholds, windows = len(settings.file.threshold), len(settings.file.maintenance)
    numbers = (
        (devices, ngettext("{number} device", "{number} devices", devices)),
        (checks, ngettext("{number} check", "{number} checks", checks)),
        (people, ngettext("{number} person", "{number} people", people)),
        (thresholds, ngettext("{number} threshold", "{number} thresholds", thresholds)),
        (windows, ngettext("{number} maintenance window", "{number} maintenance windows", windows)),
    )
    return _(", ").join(words.format(number=f"{number:,}") for number, words in numbers)
