"""`netwatch config`: is the configuration right, and what does it come to."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from netwatch.config import Settings, find, load
from netwatch.errors import ConfigError
from netwatch.language import gettext as _
from netwatch.language import ngettext, of_terminal, said, translations
from netwatch.plugins import Registry

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace, _SubParsersAction


def add_parser(subparsers: _SubParsersAction[ArgumentParser]) -> None:
    """Add the commands."""
    parser = subparsers.add_parser("config", help=_("check the configuration, or show what it comes to"))
    commands = parser.add_subparsers(dest="config_command", required=True, metavar="COMMAND")
    for name, words in (
        ("check", _("say whether it is valid, else every problem with its file and line")),
        ("show", _("print what holds in the end, defaults and groups worked in, secrets masked")),
    ):
        command = commands.add_parser(name, help=words, description=words)
        command.add_argument(
            "--config",
            type=Path,
            metavar="FILE",
            help=_("default: $NETWATCH_CONFIG, else var/config.toml here, else /etc/netwatch/config.toml"),
        )
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    """Check or show a configuration; 78 if it is not valid."""
    path = arguments.config or find()
    try:
        settings = load(path, Registry.installed())
    except ConfigError as error:
        sys.stderr.write("".join(f"{line}\n" for line in problem_lines(error)))
        return error.exit_code
    if arguments.config_command == "show":
        sys.stdout.write(settings.shown())
    else:
        sys.stdout.write(_("{file}: valid: {counts}").format(file=path.name, counts=counts(settings)) + "\n")
    return 0


def problem_lines(error: ConfigError) -> list[str]:
    """Return the problems in the language of the terminal, with their number at the end."""
    catalogue = translations(of_terminal())
    lines = [problem.told(said(problem.what, problem.values, catalogue)) for problem in error.problems]
    number = len(lines)
    return [*lines, ngettext("{number} problem", "{number} problems", number).format(number=f"{number:,}")]


def counts(settings: Settings) -> str:
    """Return how much there is of what: `412 devices, 1,236 checks, 8 people`."""
    windows, thresholds = len(settings.file.maintenance), len(settings.file.threshold)
    numbers = (
        (len(settings.devices), ngettext("{number} device", "{number} devices", len(settings.devices))),
        (len(settings.checks), ngettext("{number} check", "{number} checks", len(settings.checks))),
        (len(settings.people), ngettext("{number} person", "{number} people", len(settings.people))),
        (thresholds, ngettext("{number} threshold", "{number} thresholds", thresholds)),
        (windows, ngettext("{number} maintenance window", "{number} maintenance windows", windows)),
    )
    separator = _(", ")
    return separator.join(template.format(number=f"{number:,}") for number, template in numbers)
