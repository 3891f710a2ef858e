"""What an entry of the register of software approves, and what it lacks: rule C6 wants a virus check, on record."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from netwatch.domain.model import Severity
from netwatch.domain.registers import EntryState
from netwatch.domain.software import Approved
from probes.api import Message, _

if TYPE_CHECKING:
    from netwatch.domain.registers import Entry, RegisterType

REGISTER = "software"
DEVICE, SOFTWARE, VIRUS_CHECK = "device", "software", "virus_check"
"""The fields of the register that are understood."""
INFECTED = "infected"
_VERSION = re.compile(r"[vV]?\d[\w.:+~-]*")
_OVER = frozenset({EntryState.DONE, EntryState.CONFIRMED})


def of_entry(kind: RegisterType, entry: Entry) -> Approved | None:
    """Return what an entry approves: software by its name, in the version that it names, on the device it names.

    None where nobody has approved it, or where it names no software or no device.
    """
    device, said = entry.values.get(DEVICE, ""), _plain(entry.values.get(SOFTWARE, ""))
    name, versions = _name_and_versions(said)
    if not entry.approved or not device or not name:
        return None
    names = tuple(dict.fromkeys((name, name.replace(" ", "-"), name.replace(" ", "_"), name.replace(" ", ""))))
    found = Approved(
        name=name,
        packages=names,
        versions=tuple(form for version in versions for form in _builds(version)),
        processes=names,
        services=names,
        devices=frozenset({device}),
    )
    return _checked(found, kind, entry)


def vouched(approved: Approved, number: int, kind: RegisterType | None, entry: Entry | None) -> Approved:
    """Return software that names its entry, with what that entry lacks."""
    if entry is None or kind is None or entry.register != REGISTER:
        doubt = Message(_("entry {number} is none of the register of software"), {"number": number})
        return replace(approved, doubt=doubt, severity=Severity.MINOR)
    if not entry.approved:
        doubt = Message(_("entry {number} is not approved"), {"number": number})
        return replace(approved, doubt=doubt, severity=Severity.MINOR)
    return _checked(approved, kind, entry)


def _checked(approved: Approved, kind: RegisterType, entry: Entry) -> Approved:
    """Return it with what its approved entry lacks, and how bad that is."""
    if kind.field(VIRUS_CHECK) is None:
        return approved
    if entry.values.get(VIRUS_CHECK) == INFECTED:
        doubt = Message(_("its virus check in entry {number} found it infected"), {"number": entry.id})
        return replace(approved, doubt=doubt, severity=Severity.CRITICAL)
    if entry.state not in _OVER:
        doubt = Message(_("the virus check of entry {number} is not on record"), {"number": entry.id})
        return replace(approved, doubt=doubt, severity=Severity.WARNING)
    return approved


def _builds(version: str) -> tuple[str, ...]:
    """Return a version as packages write it: with the number of its build; of a mere `15`, each of the line."""
    return (version, f"{version}-*", f"{version}+*", f"{version}~*", *(() if "." in version else (f"{version}.*",)))


def _plain(text: str) -> str:
    """Take out the signs that would stand for any text: an entry names one piece of software."""
    return re.sub(r"[*?]", "", text).strip()


def _name_and_versions(text: str) -> tuple[str, tuple[str, ...]]:
    words = text.replace("，", " ").replace(",", " ").split()
    at = next((n for n, word in enumerate(words) if n and _VERSION.fullmatch(word)), len(words))
    versions = tuple(word.lstrip("vV") for word in words[at:] if _VERSION.fullmatch(word))
    return " ".join(words[:at]), versions
