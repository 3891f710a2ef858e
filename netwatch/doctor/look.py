"""Looking at the machine: what the judgements are about."""

from __future__ import annotations

import ctypes
import os
import pwd
import re
from pathlib import Path

from netwatch.doctor.judge import IcmpRights, Place, Room
from probes.api import Failure
from probes.icmp.sockets import open_socket

UNSYNCHRONISED = 0x0040
"""STA_UNSYNC of adjtimex(2)."""
CAP_NET_RAW = 13
WRITE_AND_ENTER = 0o300


class _Timex(ctypes.Structure):
    """The head of `struct timex` of adjtimex(2), and room for the rest of it."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("frequency", ctypes.c_long),
        ("maximum_error", ctypes.c_long),
        ("estimated_error", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 256),
    )


def synchronised() -> bool | None:
    """Return whether the kernel's clock is kept by a time server; None where it does not say."""
    asked = _Timex(modes=0)  # reads only
    if ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(asked)) < 0:
        return None
    return not asked.status & UNSYNCHRONISED


def room(path: Path) -> Room:
    """Return what the file system of a path has left for us."""
    found = os.statvfs(_nearest(path))
    return Room(found.f_blocks * found.f_frsize, found.f_bavail * found.f_frsize, found.f_files, found.f_favail)


def file_system(path: Path) -> int:
    """Return which file system a path is on."""
    return _nearest(path).stat().st_dev


def icmp_rights(*, wanted: bool, process: str | None = None) -> IcmpRights:
    """Try to open each kind of socket, and ask what the process of the service may."""
    return IcmpRights(wanted, _opens(raw=True), _opens(raw=False), _may_open_raw(process))


def _may_open_raw(process: str | None) -> bool | None:
    """Return whether a process has CAP_NET_RAW; None when it cannot be seen."""
    try:
        status = Path("/proc", process or "-", "status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    effective = re.search(r"^CapEff:\s*([0-9a-f]+)$", status, re.MULTILINE)
    return None if effective is None else bool(int(effective[1], 16) >> CAP_NET_RAW & 1)


def place(path: Path) -> Place:
    """Return what can be done with a file or folder.

    Root may write everywhere, so for root the question is whether the owner may: the service runs as the owner.
    Nobody writes to a disk that is mounted read-only.
    """
    nearest = _nearest(path)
    status = nearest.stat()
    if os.statvfs(nearest).f_flag & os.ST_RDONLY:
        writable = False
    elif os.geteuid() == 0:
        writable = status.st_uid == 0 or bool(status.st_mode & WRITE_AND_ENTER == WRITE_AND_ENTER)
    else:
        writable = os.access(nearest, os.W_OK | (os.X_OK if nearest.is_dir() else 0))
    return Place(str(path), nearest == path, writable, status.st_mode & 0o777, _user(status.st_uid))


def _opens(*, raw: bool) -> bool:
    found = open_socket(4, modes=(raw,))
    if isinstance(found, Failure):
        return False
    found.close()
    return True


def _nearest(path: Path) -> Path:
    """Return the path, or the nearest folder above it that is there."""
    while not path.exists():
        path = path.parent
    return path


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)
