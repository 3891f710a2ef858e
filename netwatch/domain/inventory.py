"""What the texts of facets tell of software: lines of the script on servers, pages of SNMP elsewhere."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import TYPE_CHECKING

from netwatch.domain.software import Look, Thing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from probes.collect import Section

_NET_SNMP = re.compile(
    r"(?P<name>.+?)[_-](?P<version>\d[^_]*?)(?:[_.-](?:amd64|i386|all|arm64|x86_64|noarch|aarch64))?", re.ASCII
)
_WINDOWS = re.compile(r"(?P<name>.+?)[ ,-]+(?:version |v)?(?P<version>\d+(?:\.\d+)+[^ ]*)(?: .*)?", re.IGNORECASE)
_PORT = re.compile(r"[0-9]{1,5}")
_PACKAGE_WORDS, _PROCESS_WORDS, _SOCKET_WORDS = 4, 4, 4


def things(facet: str, sections: Iterable[Section]) -> tuple[Thing, ...]:
    """Return what a facet tells of software, each once, in its order; nothing of a facet that is about something else."""
    read = _READERS.get(facet)
    if read is None:
        return ()
    found = (read(line.strip()) for section in sections for line in section.lines)
    return tuple(dict.fromkeys(each for each in found if each is not None))


FACETS: Mapping[str, Look] = {
    "packages": Look.INSTALLED,
    "software": Look.INSTALLED,
    "running_software": Look.RUNNING,
    "services": Look.SERVICES,
    "sockets": Look.LISTENING,
}
"""The facets that tell of software, and what of it."""


def _package(line: str) -> Thing | None:
    """Read `dpkg openssl 3.0.11-1 amd64 ii`. What was removed but for its settings is not installed."""
    words = line.split(" ")
    if len(words) <= _PACKAGE_WORDS or words[-1].startswith(("rc", "un", "pn")):
        return None
    return Thing(Look.INSTALLED, words[1], words[2])


def _software(line: str) -> Thing | None:
    """Read `application: 7-Zip 22.01 (x64)` or `unknown: openssl_3.0.11-1_amd64`: the name, and where it shows, the version."""
    _kind, colon, said = line.partition(": ")
    if not colon or not said:
        return None
    match = _WINDOWS.fullmatch(said) if " " in said else _NET_SNMP.fullmatch(said)
    return Thing(Look.INSTALLED, match["name"], match["version"]) if match else Thing(Look.INSTALLED, said)


def _running(line: str) -> Thing | None:
    """Read `process root sshd /usr/sbin/sshd` or, by SNMP, `program: sshd at /usr/sbin/sshd`."""
    if line.startswith("process "):
        words = line.split(" ", _PROCESS_WORDS - 1)
        if len(words) < _PROCESS_WORDS:
            return None
        return Thing(Look.RUNNING, words[2], other="" if words[3] == "-" else words[3])
    _word, colon, said = line.partition(": ")
    name, _at, path = said.partition(" at ")
    return Thing(Look.RUNNING, name, other=path) if colon and name else None


def _service(line: str) -> Thing | None:
    _word, colon, name = line.partition(": ")
    return Thing(Look.SERVICES, name) if colon and name else None


def _listening(line: str) -> Thing | None:
    """Read `tcp 0.0.0.0 22 sshd`. What only this machine itself reaches, and a client's own port, are no service."""
    words = line.split(" ")
    if len(words) != _SOCKET_WORDS or not _PORT.fullmatch(words[2]):
        return None
    protocol, address, port, name = words
    return None if _is_loopback(address) else Thing(Look.LISTENING, name, "", "", protocol, int(port), address)


def _is_loopback(address: str) -> bool:
    bare = address.strip("[]").partition("%")[0]
    try:
        found = ip_address(bare)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_loopback


_READERS: Mapping[str, Callable[[str], Thing | None]] = {
    "packages": _package,
    "software": _software,
    "running_software": _running,
    "services": _service,
    "sockets": _listening,
}
