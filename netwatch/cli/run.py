"""`netwatch run`: the service, in the foreground."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from netwatch import daemon, first_run
from netwatch.cli import site
from netwatch.clock import SystemClock
from netwatch.config import find, load
from netwatch.language import gettext as _
from netwatch.plugins import Registry

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
        path = first_run.write(FIRST, now=clock.now(), snmp_answers=first_run.snmp_answers())
        print(_("wrote a first configuration: {path}").format(path=path))
    registry = Registry.installed()
    settings = load(path, registry)
    print(_("configuration: {path}").format(path=settings.path))
    print(_("database:      {path}").format(path=settings.database_url))
    if settings.mail_directory is not None and not settings.file.mail.relay:
        print(_("mail:          written to {path} until a relay is configured").format(path=settings.mail_directory))
    if settings.file.web.enabled:
        print(_("status page:   {url}").format(url=f"http://{settings.file.web.listen}/"), flush=True)
    return daemon.run(settings, registry, clock)
