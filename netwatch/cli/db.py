"""`netwatch db`: back up, restore and verify what is remembered."""

from __future__ import annotations

import getpass
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from netwatch.cli import site
from netwatch.clock import SystemClock
from netwatch.language import gettext as _
from netwatch.language import ngettext
from netwatch.storage import backup, soundness
from netwatch.storage.database import Database

if TYPE_CHECKING:
    import argparse

    from netwatch.storage.soundness import Soundness


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("db", help=_("the database: back up, restore, verify"))
    verbs = parser.add_subparsers(dest="verb", metavar=_("VERB"), required=True)
    copy = verbs.add_parser("backup", help=_("write a back-up into one file, while the service runs"))
    copy.add_argument("file", type=Path, metavar="FILE", help=_("the file to write"))
    copy.add_argument("--force", action="store_true", help=_("overwrite the file if it is there"))
    copy.set_defaults(run=_backup)
    back = verbs.add_parser(
        "restore", help=_("put a back-up in the place of the database; the service must be stopped")
    )
    back.add_argument("file", type=Path, metavar="FILE", help=_("the back-up"))
    back.set_defaults(run=_restore)
    verify = verbs.add_parser("verify", help=_("check that the database is whole"))
    verify.set_defaults(run=_verify)
    for verb in (copy, back, verify):
        site.add_config(verb)


def _backup(arguments: argparse.Namespace) -> int:
    with closing(site.reader(site.settings(arguments))) as database:
        found = backup.back_up(database, arguments.file, overwrite=arguments.force)
    size = arguments.file.stat().st_size
    print(_("wrote {path}: {size} MB, checked").format(path=arguments.file, size=f"{size / 1e6:.1f}"))
    return _told(found)


def _restore(arguments: argparse.Namespace) -> int:
    settings = site.settings(arguments)
    database = Database(settings.database_url, password=settings.file.storage.password)
    restored = backup.restore(database, arguments.file, SystemClock().now(), getpass.getuser())
    print(_("restored {path} from {source}").format(path=database.path, source=arguments.file))
    if restored.kept is not None:
        print(_("the database that was there before is kept: {path}").format(path=restored.kept))
    return _told(restored.found)


def _verify(arguments: argparse.Namespace) -> int:
    with closing(site.reader(site.settings(arguments))) as database:
        return _told(database.read_now(soundness.examine))


def _told(found: Soundness) -> int:
    """Print what a database holds and what is wrong with it; return the exit code."""
    print(_("schema: {revision}").format(revision=found.revision or "-"))
    if found.counts:
        rows = [(table, str(count)) for table, count in sorted(found.counts.items())]
        print(site.table(rows, (_("table"), _("rows"))))
    defects = (*found.broken, *found.wrong)
    for defect in defects:
        print(f"! {site.told(defect)}")
    if defects:
        print(ngettext("{count} defect", "{count} defects", len(defects)).format(count=len(defects)))
        return 1
    print(_("the database is whole"))
    return 0
