"""The site that a command is about: its configuration, its database to read, its service to ask."""

from __future__ import annotations

import argparse
import getpass
import json
import re
import socket
import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

from netwatch import language
from netwatch import planned as planning
from netwatch.actions import carry_out, socket_path
from netwatch.actions.doing import LARGEST
from netwatch.clock import SystemClock
from netwatch.config import find, load
from netwatch.config.values import UNITS
from netwatch.errors import NetwatchError, StorageError, UsageError
from netwatch.language import gettext as _
from netwatch.language import of_terminal, said, translations
from netwatch.plugins import Registry
from netwatch.storage import migrations
from netwatch.storage.database import Database, open_reader
from probes.api import Message
from probes.api import _ as mark

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

    from netwatch.config import Settings

ANSWER = 256 * 1024
PATIENCE = 60.0
STRETCH = 10_000
"""So many numbers are named at once."""


def add_config(parser: argparse.ArgumentParser) -> None:
    """Add `--config`."""
    parser.add_argument("--config", type=Path, metavar="FILE", help=_("the configuration file"))


def add_actor(parser: argparse.ArgumentParser) -> None:
    """Add `--by`, for commands that write."""
    parser.add_argument("--by", metavar="NAME", help=_("who does this; by default the login name"))


def settings(arguments: argparse.Namespace) -> Settings:
    """Load the configuration that the command names, or the default one."""
    return load(arguments.config or find(), Registry.installed())


def reader(of: Settings) -> Database:
    """Return the site's database, for reading."""
    return open_reader(of.database_url, password=of.file.storage.password)


def planned(of: Settings) -> Settings:
    """Return the settings with the roster as the records have it; as configured where no records can be read.

    Who is on duty is asked when other things are broken, too.
    """
    return as_recorded(of, of)


def as_recorded(of: Settings, settings: Settings) -> Settings:
    """Return other settings, with what the records of this site make of their roster."""
    try:
        with closing(reader(of)) as database:
            return database.read_now(lambda tx: _as_recorded(tx, settings))
    except StorageError:
        return settings


def _as_recorded(tx: Connection, of: Settings) -> Settings:
    if migrations.revision(tx) != migrations.newest():
        return of
    return planning.planned(tx, of, SystemClock().now())


def act(of: Settings, action: str, arguments: argparse.Namespace, **values: Any) -> int:
    """Have the service do something, or do it here where none runs; print what came of it."""
    print(told(answered(of, action, arguments, **values)))
    return 0


def act_each(of: Settings, action: str, arguments: argparse.Namespace, each: Iterable[dict[str, Any]]) -> int:
    """Have the same done to one after another; what is refused is told, and the others are done all the same."""
    code = 0
    for values in each:
        try:
            act(of, action, arguments, **values)
        except NetwatchError as error:
            print(said(error.template, error.values, translations(of_terminal())), file=sys.stderr)
            code = max(code, error.exit_code)
    return code


def answered(of: Settings, action: str, arguments: argparse.Namespace, **values: Any) -> Message:
    """Have the service do something, or do it here where none runs; return what came of it."""
    actor = arguments.by or getpass.getuser()
    answer = _ask(socket_path(of), {"action": action, "actor": actor, "arguments": values})
    if answer is None:
        return _do_here(of, action, actor, values)
    if "error" in answer:
        catalogue = translations(of_terminal())
        raise Refused(said(answer["error"], answer.get("values", {}), catalogue), int(answer["exit"]))
    return Message(answer["result"], answer["values"])


class Refused(NetwatchError):
    """The service did not do what was asked, and said why."""

    def __init__(self, sentence: str, exit_code: int) -> None:
        self.exit_code = exit_code
        super().__init__(sentence)


def _do_here(of: Settings, action: str, actor: str, values: dict[str, Any]) -> Message:
    database = Database(of.database_url, password=of.file.storage.password).open()
    try:
        login, now = getpass.getuser(), SystemClock().now()
        planned = database.read_now(lambda tx: planning.planned(tx, of, now))
        return database.write_now(carry_out(planned, action, actor, now, values, login=login))
    finally:
        database.close()


def _ask(path: Path, request: dict[str, Any]) -> dict[str, Any] | None:
    """Return the service's answer, None where no service listens."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(PATIENCE)
        try:
            connection.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            return None
        except OSError as error:
            raise NetwatchError(f"{path}: {error.strerror or error}") from error
        try:
            connection.sendall(json.dumps(request, ensure_ascii=False).encode() + b"\n")
            with connection.makefile("rb") as lines:
                line = lines.readline(ANSWER)
            answer: dict[str, Any] = json.loads(line)
        except (OSError, ValueError) as error:
            raise NetwatchError(_("the service did not answer; see its log")) from error
        return answer


def told(message: Message) -> str:
    """Return a stored sentence in the terminal's language."""
    return said(message.template, message.values, translations(of_terminal()))


def of_mail(error: str) -> str:
    """Return why mail was not taken, in the terminal's language."""
    return language.of_mail(error, translations(of_terminal()))


def moment(text: str, of: Settings) -> datetime:
    """Read a time, in the site's zone where it names none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(mark("{field}: must be a time such as 2026-11-22 08:00"), field=text) from None
    return found if found.tzinfo else found.replace(tzinfo=of.site.zone)


def number(text: str) -> int:
    """Read a number that a database can hold."""
    try:
        found = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(_("must be a whole number")) from None
    if abs(found) > LARGEST:
        raise argparse.ArgumentTypeError(_("is too large"))
    return found


def numbers(text: str) -> range:
    """Read a number, or all of a stretch such as `13-211`."""
    first, _dash, last = text.partition("-")
    found = range(number(first), number(last or first) + 1)
    if not 0 < len(found) <= STRETCH:
        raise argparse.ArgumentTypeError(
            _("must be a stretch of at most {most} numbers, such as 13-21").format(most=STRETCH)
        )
    return found


def length(text: str) -> float:
    """Read a length of time such as `2h`, in seconds."""
    match = re.fullmatch(r"(\d{1,6})([smhdw])", text)
    if match is None:
        raise argparse.ArgumentTypeError(_("must be a length of time such as 90s, 30m, 2h or 1d"))
    return float(match[1]) * UNITS[match[2]]


def reached(name: str, of: Settings) -> str:
    """Return what somebody is called, and under which number."""
    person = of.people.get(name)
    return " ".join(filter(None, (person.title or name, person.phone or ""))) if person is not None else name


def as_json(value: Any) -> str:
    """Return a value as JSON that people read, too: what a device says in it moves no cursor and turns no text."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return "".join(each if each.isprintable() or each == "\n" else json.dumps(each)[1:-1] for each in text)


def table(rows: Iterable[Sequence[str]], head: Sequence[str]) -> str:
    """Return rows as aligned text. A Chinese character is two columns wide."""
    lines = [tuple(head), *(tuple(row) for row in rows)]
    widths = [max(width(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(cell + " " * (widths[column] - width(cell)) for column, cell in enumerate(line)).rstrip()
        for line in lines
    )


def width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(2 if east_asian_width(each) in "WF" else 1 for each in text)
