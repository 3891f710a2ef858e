"""`netwatch rules`: what becomes of what a device says, tried on a file."""

from __future__ import annotations

import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netwatch.cli import site
from netwatch.domain.drift.snapshot import written
from netwatch.errors import UsageError
from netwatch.keyring import SIZE
from netwatch.language import gettext as _
from netwatch.language import ngettext
from probes.api import _ as mark
from probes.collect import Answer, Capture
from probes.platforms import normalise, platform, rule_names, rules_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from probes.collect import Cut, Evidence, Text

LARGEST = 64 * 1024 * 1024


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("rules", help=_("what is kept, dropped and masked of what a device says"))
    verbs = parser.add_subparsers(dest="verb", metavar=_("VERB"), required=True)
    listing = verbs.add_parser("list", help=_("the platforms, and the version of their rules"))
    listing.set_defaults(run=_list)
    test = verbs.add_parser("test", help=_("try the rules of a platform on a file; no secret in it is shown"))
    test.add_argument("file", metavar="FILE", help=_("what the device has said, as it came; - reads it from the input"))
    test.add_argument("--platform", required=True, choices=rule_names(), metavar="NAME", help=_("whose rules"))
    test.add_argument("--facet", default="running", metavar="NAME", help=_("what it is of; by default running"))
    test.set_defaults(run=_test)
    for verb in (listing, test):
        verb.add_argument("--format", choices=("table", "json"), default="table", help=_("how to print"))


def _list(arguments: argparse.Namespace) -> int:
    found = [(rules_of(name), platform.load(name)) for name in rule_names()]
    if arguments.format == "json":
        rows = [
            {
                "name": rules.name,
                "version": rules.version,
                "facets": [each.name for each in how.readings],
                "secrets": len(rules.secrets),
            }
            for rules, how in found
        ]
        print(site.as_json(rows))
        return 0
    lines = [
        (rules.name, str(rules.version), str(len(rules.secrets)), ", ".join(each.name for each in how.readings))
        for rules, how in found
    ]
    print(site.table(lines, (_("Name"), _("Version"), _("Places of secrets"), _("Facets"))))
    return 0


def _test(arguments: argparse.Namespace) -> int:
    """Show what becomes of a file; 1 where it cannot be all that the device had to say."""
    raw, rules = _read(arguments.file), rules_of(arguments.platform)
    reading = platform.load(arguments.platform).reading(arguments.facet)
    question = reading.commands[-1] if reading else ""
    # A key for this once: the tags tell what is the same here, and nothing about any other text.
    text = normalise(rules, Capture(arguments.facet, rules.name, (Answer(question, raw),)), secrets.token_bytes(SIZE))
    if arguments.format == "json":
        print(site.as_json(_plain(text)))
    else:
        _show(text)
    return 0 if text.gap is None else 1


def _read(file: str) -> bytes:
    try:
        if file == "-":
            raw = sys.stdin.buffer.read(LARGEST + 1)
        else:
            with Path(file).open("rb") as stream:
                raw = stream.read(LARGEST + 1)
    except OSError as error:
        raise UsageError(mark("{path}: {what}"), path=file, what=error.strerror or str(error)) from error
    if len(raw) > LARGEST:
        raise UsageError(mark("{path}: larger than {size} MiB"), path=file, size=LARGEST // 1024 // 1024)
    return raw


def _show(text: Text) -> None:
    lines = written(text.sections)
    rows = [
        (_("Rules"), text.rules),
        (_("Encoding"), text.encoding),
        (_("Whole"), _("yes") if text.gap is None else _("no: {what}").format(what=site.told(text.gap))),
        *((_("Changed"), _who(each)) for each in text.evidence),
    ]
    if text.saved_at or text.saved_by:
        rows.append((_("Saved"), " ".join(filter(None, (_at(text.saved_at), text.saved_by)))))
    _print(site.table(rows, (_("Field"), _("Value"))))
    kept = ngettext("Kept: {number} line", "Kept: {number} lines", len(lines)).format(number=len(lines))
    _print("", kept, "", *lines)
    _cuts(text.dropped, _("Dropped"))
    _cuts(text.masked, _("Masked"))


def _cuts(cuts: Iterable[Cut], title: str) -> None:
    rows = [(str(each.number), _(each.why), each.text.strip()) for each in sorted(cuts, key=lambda each: each.number)]
    if rows:
        _print("", title, "", site.table(rows, (_("Line"), _("Why"), _("Text"))))


def _print(*parts: str) -> None:
    """Print what may come from a device: nothing in it moves the terminal."""
    for part in parts:
        for line in part.split("\n"):
            print("".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in line.expandtabs()))


def _who(evidence: Evidence) -> str:
    return " ".join(filter(None, (_at(evidence.at), evidence.user, evidence.address, evidence.what)))


def _at(when: Any) -> str:
    return "" if when is None else str(when.isoformat(sep=" "))


def _plain(text: Text) -> dict[str, Any]:
    return {
        "rules": text.rules,
        "encoding": text.encoding,
        "gap": None if text.gap is None else str(text.gap),
        "evidence": [
            {"kind": each.kind.value, "at": _at(each.at) or None, "user": each.user, "address": each.address}
            for each in text.evidence
        ],
        "saved_at": _at(text.saved_at) or None,
        "saved_by": text.saved_by,
        "sections": [{"path": each.path, "lines": each.lines, "is_ordered": each.is_ordered} for each in text.sections],
        "dropped": [{"line": each.number, "why": each.why, "text": each.text} for each in text.dropped],
        "masked": [{"line": each.number, "text": each.text} for each in text.masked],
    }
