"""`netwatch run`: the service, in the foreground."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from netwatch import daemon, first_run
from netwatch.cli import site
from netwatch.clock import SystemClock
from netwatch.config import find, load
from netwatch.errors import NetwatchError
from netwatch.language import gettext as _
from netwatch.plugins import Registry
from probes.api import _ as mark

if TYPE_CHECKING:
    import argparse

FIRST = Path("var")


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("run", help=_("run the service in the foreground"))
    parser.add_argument(
        "--first", action="store_true", help=_("write a first configuration into ./var when there is none")
    )
    site.add_config(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the service until SIGTERM or Ctrl+C."""
    clock = SystemClock()
    path = arguments.config or find()
    if arguments.first and arguments.config is None and not path.exists():
        path = _first(clock)
        print(_("wrote a first configuration: {path}").format(path=path))
    registry = Registry.installed()
    settings = load(path, registry)
    print(_("configuration: {path}").format(path=settings.path))
    print(_("database:      {path}").format(path=settings.database_url))
    if settings.mail_directory is not None and not settings.file.mail.relay:
        print(_("mail:          written to {path} until a relay is configured").format(path=settings.mail_directory))
    if settings.file.web.enabled:
        print(_("status page:   {url}").format(url=f"http://{settings.file.web.listen}/"))
    print(
        _("process:       {process}; kill -HUP {process} takes up a changed configuration").format(process=os.getpid())
    )
    sys.stdout.flush()
    return daemon.run(settings, registry, clock)


def _first(clock: SystemClock) -> Path:
    try:
        return first_run.write(FIRST, now=clock.now(), snmp_answers=first_run.snmp_answers())
    except OSError as error:
        raise NetwatchError(
            mark("{folder} cannot be written: {what}; start it in a folder of your own, or name a file by --config"),
            folder=str(FIRST.absolute()),
            what=error.strerror or str(error),
        ) from error
