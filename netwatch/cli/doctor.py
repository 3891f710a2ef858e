"""`netwatch doctor`: what would keep the service from doing its work, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwatch import doctor
from netwatch.cli import site
from netwatch.clock import SystemClock
from netwatch.config import find
from netwatch.doctor import Finding, Grade
from netwatch.language import gettext as _
from netwatch.plugins import Registry
from probes.api import _ as mark

if TYPE_CHECKING:
    import argparse

TITLES = {
    "python": mark("Python"),
    "sqlite": mark("SQLite"),
    "configuration": mark("configuration"),
    "files": mark("files"),
    "disk": mark("disk"),
    "database": mark("database"),
    "service": mark("service"),
    "backup": mark("back-up"),
    "clock": mark("clock"),
    "icmp": mark("ping"),
    "mail": mark("mail"),
    "duty": mark("duty"),
}
GRADES = {Grade.OK: mark("ok"), Grade.WARNING: mark("warning"), Grade.PROBLEM: mark("problem")}


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("doctor", help=_("look for what would keep the service from doing its work"))
    parser.add_argument("--format", choices=("table", "json"), default="table", help=_("how to print"))
    site.add_config(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print every finding as it is made. Exit 1 when one is a problem."""
    path = arguments.config or find()
    worst, found = 0, []
    for finding in doctor.examine(path, Registry.installed(), SystemClock().now()):
        worst = max(worst, int(finding.grade is Grade.PROBLEM))
        if arguments.format == "table":
            _print(finding)
        else:
            found.append(_plain(finding))
    if arguments.format == "json":
        print(site.as_json(found))
    return worst


def _print(finding: Finding) -> None:
    grade, title = _(GRADES[finding.grade]), _(TITLES[finding.check])
    about = f"{finding.about}: " if finding.about else ""
    print(f"{_padded(grade, 9)}{_padded(title, 15)}{about}{site.told(finding.what)}", flush=True)
    if finding.todo is not None:
        print(f"{'':9}{'':15}→ {site.told(finding.todo)}")


def _padded(text: str, columns: int) -> str:
    return text + " " * max(1, columns - site.width(text))


def _plain(finding: Finding) -> dict[str, str | None]:
    return {
        "check": finding.check,
        "grade": finding.grade.value,
        "about": finding.about or None,
        "what": site.told(finding.what),
        "todo": site.told(finding.todo) if finding.todo else None,
    }
