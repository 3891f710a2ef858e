"""What the service tells systemd about itself: sd_notify(3), without a library.

Without systemd, that is without NOTIFY_SOCKET, every call does nothing.
"""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

import structlog

from netwatch.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

log = structlog.get_logger()


def ready(text: str = "") -> None:
    """Tell that the service is started, or that it has taken up its configuration again."""
    _notify(READY="1", STATUS=text)


def status(text: str) -> None:
    """Show a sentence in `systemctl status`."""
    _notify(STATUS=text)


def waiting(text: str, seconds: float) -> None:
    """Tell why the start takes longer, and that there will be word again within so many seconds and a minute."""
    _notify(STATUS=text, EXTEND_TIMEOUT_USEC=str(int((seconds + 60) * 1e6)))


def reloading() -> None:
    """Tell that the configuration is being read again; `ready` ends it."""
    _notify(RELOADING="1", MONOTONIC_USEC=str(int(SystemClock().monotonic() * 1e6)))


def stopping() -> None:
    """Tell that the service is on its way down."""
    _notify(STOPPING="1")


def watchdog() -> None:
    """Tell that the service is alive."""
    _notify(WATCHDOG="1")


def watchdog_interval(environment: Mapping[str, str] | None = None) -> float | None:
    """Return the seconds within which systemd wants to hear `watchdog`; None when it does not wait for it."""
    environment = os.environ if environment is None else environment
    usec, pid = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID", "")
    if not usec.isdecimal() or int(usec) == 0 or (pid and pid != str(os.getpid())):
        return None
    return int(usec) / 1e6


class Pulse:
    """Whether every part that matters makes progress.

    A part that does not beat again after a feed holds back the next one, however well the others do.
    """

    def __init__(self, parts: Iterable[str]) -> None:
        self._parts = frozenset(parts)
        self._silent = set(self._parts)
        self._fed: float | None = None

    def beat(self, part: str) -> None:
        """Note that a part has made progress. KeyError for one that is not known."""
        if part not in self._parts:
            raise KeyError(part)
        self._silent.discard(part)

    def due(self, now: float) -> bool:
        """Whether every part has beaten since this was last true. `now` is monotonic, in seconds."""
        if self._silent:
            return False
        self._silent = set(self._parts)
        self._fed = now
        return True

    def silent(self, now: float) -> tuple[tuple[str, ...], float]:
        """Return the parts that have not beaten since the last feed, and how many seconds ago that was."""
        return tuple(sorted(self._silent)), 0.0 if self._fed is None else now - self._fed


def _notify(**fields: str) -> None:
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    # A line of its own could say something else to systemd.
    lines = "\n".join(f"{name}={' '.join(value.split())}" for name, value in fields.items() if value)
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
            channel.setblocking(False)  # a full queue must not hold up what it reports
            channel.sendto(lines.encode(), "\0" + address[1:] if address.startswith("@") else address)
    except OSError as error:
        log.warning("systemd does not listen", error=str(error))
