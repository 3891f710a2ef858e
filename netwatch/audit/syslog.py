"""Anchors to a syslog: RFC 5424 messages, to this machine's socket, or over UDP (RFC 5426) or TCP (RFC 6587)."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from netwatch.domain.audit import moment
from netwatch.errors import NetwatchError
from probes.api import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netwatch.domain.checkpoints import Checkpoint

PRIORITY = 13 * 8 + 5
"""Facility 13, log audit; severity 5, notice."""
LOCAL = "/dev/log"
PATIENCE = 5.0


class SyslogUnusable(NetwatchError):
    """A syslog did not take what it was sent."""

    exit_code = 75


def message(checkpoint: Checkpoint, host: str) -> bytes:
    """Return the message that says a checkpoint."""
    at = moment(checkpoint.at).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return f"<{PRIORITY}>1 {at} {host or '-'} netwatch {os.getpid()} checkpoint - {checkpoint.line}".encode()


def send(target: str, checkpoints: Sequence[Checkpoint]) -> None:
    """Send checkpoints: `udp://HOST:PORT`, `tcp://HOST:PORT`, or the path of a socket of this machine."""
    messages = [message(each, socket.gethostname()) for each in checkpoints]
    try:
        if "://" in target:
            _remote(target, messages)
        else:
            _datagrams(socket.AF_UNIX, target, messages)
    except OSError as error:
        template = _("the syslog {where} took no anchor: {what}")
        raise SyslogUnusable(template, where=target, what=error.strerror or str(error)) from error


def _remote(target: str, messages: Sequence[bytes]) -> None:
    asked = urlsplit(target)
    host, port = asked.hostname or "", asked.port or 0
    if asked.scheme == "tcp":
        with socket.create_connection((host, port), PATIENCE) as connection:
            connection.sendall(b"".join(b"%d %s" % (len(each), each) for each in messages))
        return
    family, _kind, _protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
    _datagrams(family, address, messages)


def _datagrams(family: int, address: object, messages: Sequence[bytes]) -> None:
    with socket.socket(family, socket.SOCK_DGRAM) as connection:
        connection.settimeout(PATIENCE)
        connection.connect(address)  # type: ignore[arg-type] # of the family that it is for
        for each in messages:
            connection.send(each)
