"""What became of a file of a server, in words: its digest tells that it changed, and is nothing for people to read."""

from __future__ import annotations

import re

from probes.api import Message, _

_FILE = re.compile(
    r"(?P<file>/.*?|contents)(?: (?P<rights>[0-7]{3,4} \S+:\S+))?(?: packaged:(?P<package>\S+))?"
    r" (?P<digest>private:\S+|[0-9a-f]{32})"
)


def readable(line: str) -> str:
    """Return a line without the digest of a file; nothing where it is nothing else."""
    match = _FILE.fullmatch(line)
    if match is None:
        return line
    return "" if match["file"] == "contents" else line[: match.start("digest") - 1]


def changed(old: str, new: str) -> Message | None:
    """Say what became of a file; None where the lines are not about one and the same."""
    before, after = _FILE.fullmatch(old), _FILE.fullmatch(new)
    if before is None or after is None or before["file"] != after["file"]:
        return None
    values: dict[str, str | int] = {"file": before["file"]}
    is_other = _is_other(before["digest"], after["digest"])
    if before["rights"] != after["rights"]:
        values |= {"before": before["rights"] or "", "after": after["rights"] or ""}
        return Message(_BOTH if is_other else _("{file}: {before} → {after}"), values)
    if before["package"] and not after["package"]:
        template = _("{file}: no longer as the package {package} brought it")
        return Message(template, {**values, "package": before["package"]})
    return Message(_("{file}: contents changed"), values)


def _is_other(before: str, after: str) -> bool:
    """Whether the contents differ. The digest of a file that not everybody may read is a tag: it tells nothing else."""
    return before != after and before.startswith("private:") == after.startswith("private:")


_BOTH = _("{file}: {before} → {after}, and its contents changed")
