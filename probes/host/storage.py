"""File systems of this machine: how full, and whether they are there at all."""

from __future__ import annotations

import os
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

import psutil

from probes.api import Meaning, Measurement, Message, State, Value, _
from probes.meanings import INODES, STORAGE
from probes.snmp.text import decoded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

STATE = Meaning("storage.state", _("File system"))
MEANINGS = (STATE,)

_IMAGES = frozenset({"squashfs", "iso9660", "udf", "erofs", "cramfs", "romfs"})
"""Always full, as they are never written."""
_NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "ceph", "glusterfs", "lustre", "beegfs", "ocfs2", "gfs2", "afs", "9p"}
)
_NETWORK_BY_USER = "fuse."


class Partition(NamedTuple):
    """One line of the mount table."""

    device: str
    mountpoint: str
    fstype: str
    opts: str


@dataclass(frozen=True, slots=True)
class Mount:
    """A file system that holds files: where it is, and its name in readings."""

    point: str
    item: str


def mounts() -> tuple[list[Partition], frozenset[str]]:
    """Return the mount table, and the types of file system in it that lie on a disk. Touches no file system."""
    physical = frozenset(partition.fstype for partition in psutil.disk_partitions(all=False))
    return [Partition(*partition[:4]) for partition in psutil.disk_partitions(all=True)], physical


def real(table: Iterable[Partition], physical: frozenset[str], ignored: Sequence[str]) -> list[Mount]:
    """Choose the file systems on disks and over the network, and the root whatever it is; each device once.

    Of several at one point the last is seen. Of several points of one device the shortest is its name.
    """
    seen = {partition.mountpoint: partition for partition in table}
    named: dict[str, Mount] = {}
    for partition in sorted(seen.values(), key=lambda partition: (len(partition.mountpoint), partition.mountpoint)):
        point, kind = partition.mountpoint, partition.fstype
        if not (point == "/" or kind in physical or kind in _NETWORK or kind.startswith(_NETWORK_BY_USER)):
            continue
        if kind in _IMAGES or any(fnmatchcase(point, glob) for glob in ignored):
            continue
        named.setdefault(partition.device, Mount(point, name(point)))
    return list(named.values())


def name(point: str) -> str:
    """Return the name of a mount point in readings: whoever labels a disk chooses its letters."""
    return decoded(os.fsencode(point))


def usage(mount: Mount) -> Measurement:
    """Return how full a file system is, of what users may fill, and its inodes. Hangs where the file system does."""
    it = os.statvfs(mount.point)
    used, free = it.f_blocks - it.f_bfree, it.f_bavail
    values = []
    if used + free > 0:
        values.append(Value(STORAGE.name, round(100 * used / (used + free), 1), mount.item))
    if it.f_files > 0:
        values.append(Value(INODES.name, round(100 * (it.f_files - it.f_ffree) / it.f_files, 1), mount.item))
    return Measurement(tuple(values))


def states(table: Iterable[Partition], wanted: Sequence[str], hung: Mapping[str, Message]) -> tuple[Value, ...]:
    """Return of each file system that must be there and writable whether it is; `hung` says of some what is wrong."""
    options = {partition.mountpoint: partition.opts.split(",") for partition in table}
    return tuple(_state(point, options.get(point), hung) for point in wanted)


def _state(point: str, options: list[str] | None, hung: Mapping[str, Message]) -> Value:
    item = name(point)
    note = hung.get(item)
    if options is None:
        note = Message(_("nothing is mounted there"))
    elif "ro" in options:
        note = Message(_("can only be read, as after an error of the disk"))
    return Value(STATE.name, item=item, state=State.OK if note is None else State.CRITICAL, note=note)
