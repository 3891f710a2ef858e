"""`netwatch db`: back up, restore and verify what is remembered."""

from __future__ import annotations

import getpass
import stat
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netwatch.cli import site
from netwatch.clock import SystemClock
from netwatch.errors import NetwatchError, StorageError, UsageError
from netwatch.language import gettext as _
from netwatch.language import ngettext
from netwatch.storage import backup, backups, migrations, soundness
from netwatch.storage.database import Database
from probes.api import Message
from probes.api import _ as mark

if TYPE_CHECKING:
    import argparse

    from netwatch.config import Settings
    from netwatch.storage.soundness import Soundness


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("db", help=_("the database: back up, restore, verify"))
    verbs = parser.add_subparsers(dest="verb", metavar=_("VERB"), required=True)
    copy = verbs.add_parser("backup", help=_("write a back-up into one file, while the service runs"))
    copy.add_argument("file", type=Path, metavar="FILE", help=_("the file to write"))
    copy.add_argument("--force", action="store_true", help=_("overwrite the file if it is there"))
    copy.set_defaults(run=_backup, by=None)
    other = verbs.add_parser(
        "backed-up", help=_("put on record that another tool, such as pg_dump, has just written a back-up")
    )
    other.add_argument("file", type=Path, metavar="FILE", help=_("the file that it wrote"))
    other.set_defaults(run=_backed_up, by=None)
    back = verbs.add_parser(
        "restore", help=_("put a back-up in the place of the database; the service must be stopped")
    )
    back.add_argument("file", type=Path, metavar="FILE", help=_("the back-up"))
    back.set_defaults(run=_restore)
    verify = verbs.add_parser("verify", help=_("check that the database is whole"))
    verify.set_defaults(run=_verify)
    for verb in (copy, other, back, verify):
        site.add_config(verb)


def _backup(arguments: argparse.Namespace) -> int:
    settings, made = site.settings(arguments), SystemClock().now()
    file = str(arguments.file.absolute())
    with closing(site.reader(settings)) as database:
        try:
            found = backup.back_up(database, arguments.file, overwrite=arguments.force)
        except StorageError as error:
            _put_on_record(settings, backups.FAILED, arguments, file=file, trouble=str(error))
            raise
    size = arguments.file.stat().st_size
    print(_("wrote {path}: {size} MB, checked").format(path=arguments.file, size=f"{size / 1e6:.1f}"))
    _put_on_record(settings, backups.MADE, arguments, file=file, bytes=size, made=made.isoformat())
    return _told(found)


def _put_on_record(settings: Settings, action: str, arguments: argparse.Namespace, **values: Any) -> None:
    """Let the handover report know of a back-up. It is as good without that, but whoever reads the report is not."""
    try:
        with closing(site.reader(settings)) as database:
            if database.read_now(migrations.revision) != migrations.newest():
                # Where no service runs, writing would bring the tables up to date: not what a back-up is asked for.
                raise UsageError(mark("the database has the tables of another version"))
        site.answered(settings, action, arguments, **values)
    except NetwatchError as error:
        why = site.told(Message(error.template, error.values))
        print(
            _("this is not on record, and the handover report will not know of it: {why}").format(why=why),
            file=sys.stderr,
        )


def _backed_up(arguments: argparse.Namespace) -> int:
    settings, path = site.settings(arguments), arguments.file.absolute()
    try:
        written = path.stat()
    except OSError as error:
        raise UsageError(mark("{path} cannot be looked at: {why}"), path=str(path), why=error.strerror or "") from error
    if not stat.S_ISREG(written.st_mode):
        raise UsageError(mark("{path} is no file"), path=str(path))
    if not written.st_size:
        raise UsageError(mark("{path} is empty"), path=str(path))
    made = datetime.fromtimestamp(written.st_mtime, UTC).isoformat()
    return site.act(settings, backups.MADE, arguments, file=str(path), bytes=written.st_size, made=made)


def _restore(arguments: argparse.Namespace) -> int:
    settings = site.settings(arguments)
    database = Database(settings.database_url, password=settings.file.storage.password)
    restored = backup.restore(database, arguments.file, SystemClock().now(), getpass.getuser())
    print(_("restored {path} from {source}").format(path=database.path, source=arguments.file))
    if restored.kept is not None:
        print(_("the database that was there before is kept: {path}").format(path=restored.kept))
    if settings.anchors.exists():
        told = _(
            "what was recorded after the back-up is gone, and the anchors of the audit log will say so as a fault: "
            "once the leader knows, put {path} aside under another name, before the start"
        )
        print(told.format(path=settings.anchors))
    return _told(restored.found)


def _verify(arguments: argparse.Namespace) -> int:
    with closing(site.reader(site.settings(arguments))) as database:
        found = database.read_now(soundness.examine)
        if not found.broken:
            ahead = database.read_now(partial(soundness.ahead, now=SystemClock().now()))
            found = replace(found, wrong=(*found.wrong, *ahead))
    return _told(found)


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
