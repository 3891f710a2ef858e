"""The listening sockets of this machine by psutil, where it has no command that tells them."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from probes.aside import aside
from probes.collect import Answer, Capture
from probes.server.facets import RULES

if TYPE_CHECKING:
    from probes.collect import Collection

SOCKETS = "sockets"
_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
_USUAL_RANGE = 32768


async def listening(found: Collection) -> Collection:
    """Return the collection with the sockets that this machine's script could not read."""
    try:
        lines = await aside(_lines)
    except (psutil.Error, OSError):
        return found
    answer = Answer("psutil.net_connections", "".join(f"{line}\n" for line in lines).encode())
    unread = {name: why for name, why in found.unread.items() if name != SOCKETS}
    return replace(found, captures=(*found.captures, Capture(SOCKETS, RULES, (answer,))), unread=unread)


def _lines() -> list[str]:
    """Return lines as the script writes them: protocol, address, port, program."""
    first = _first_of_clients()
    lines = set()
    for each in psutil.net_connections("inet"):
        udp = each.type == socket.SOCK_DGRAM
        if each.raddr or not each.laddr or not (udp or each.status == psutil.CONN_LISTEN):
            continue
        address, port = each.laddr
        shown = f"[{address}]" if each.family == socket.AF_INET6 else address
        at = "ephemeral" if udp and port >= first else str(port)
        lines.add(f"{'udp' if udp else 'tcp'} {shown} {at} {_name(each.pid)}")
    return sorted(lines)


def _first_of_clients() -> int:
    """Return the first port that the kernel gives to who asks for any."""
    try:
        return int(_RANGE.read_text(encoding="ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return _USUAL_RANGE


def _name(pid: int | None) -> str:
    try:
        return psutil.Process(pid).name().replace(" ", "_") if pid else "-"
    except psutil.Error:
        return "-"
