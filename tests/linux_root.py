"""A folder that looks like the root of a small Debian server: what the script of `probes.server` reads in it."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

HASH = "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKKZU0zJRzTcU8OtvRvb7mQ2oGkM7zh3qZ5Cq6FfQ0mE zhang@desk"
PUBLIC, PRIVATE = 0o644, 0o640
FILES = {
    "etc/passwd": (
        "root:x:0:0:root:/root:/bin/bash\n"
        "zhang:x:1000:1000:张:/home/zhang:/bin/bash\n"
        "old:aX1yuNPvzAM6k:1001:1001::/nowhere:/bin/sh\n"
    ),
    "etc/group": "root:x:0:\nsudo:x:27:zhang\n",
    "etc/shadow": f"root:!{HASH}:19700:0:99999:7:::\nzhang:{HASH}:19800:0:99999:7:::\nold:aX1yuNPvzAM6k:19000::::::\nopen::19000::::::\n",
    "etc/machine-id": "0123456789abcdef0123456789abcdef\n",
    "etc/sudoers": "Defaults env_reset\nroot ALL=(ALL:ALL) ALL\n%sudo ALL=(ALL:ALL) NOPASSWD: ALL\n@includedir /etc/sudoers.d\n",
    "etc/sudoers.d/backup": "backup ALL=(root) NOPASSWD: /usr/bin/rsync\n",
    "etc/sudoers.d/ignored~": "left over\n",
    "etc/crontab": "# comment\nSHELL=/bin/sh\n17 * * * * root run-parts /etc/cron.hourly\n",
    "etc/cron.d/dump": "5 2 * * * root PGPASSWORD=canary-cron-1 pg_dump hospital | mysql -u root -pcanary-cron-2 copy\n",
    "etc/cron.daily/rotate": "#!/bin/sh\n",
    "var/spool/cron/crontabs/zhang": "# (installed)\n0 3 * * * curl -u zhang:canary-cron-3 https://x:canary-cron-4@nas/ --token canary-cron-5\n",
    "home/zhang/.ssh/authorized_keys": f"# office\n{KEY}\n",
    "root/.ssh/authorized_keys": f'restrict,from="10.0.0.1",command="echo a b" {KEY}\nno key at all\n',
    "etc/fstab": "# <file system>\n//nas/share /mnt/share cifs user=backup,password=canary-fstab,ro 0 0\n",
    "etc/hosts": "127.0.0.1 localhost\n",
    "etc/resolv.conf": "nameserver 127.0.0.1\n",
    "etc/os-release": 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
    "etc/app/secret.conf": "password=canary-etc\n",
    "etc/app/名 字.conf": "plain\n",
    "etc/systemd/system/report.service": "[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n",
    "var/lib/dpkg/status": (
        "Package: openssl\nStatus: install ok installed\nArchitecture: amd64\nVersion: 3.0.11-1~deb12u2\n"
        "Maintainer: nobody <n@example.com>\nDescription: tls\n\n"
        "Package: gone\nStatus: deinstall ok config-files\nArchitecture: all\nVersion: 1.0\n"
        "Maintainer: nobody <n@example.com>\nDescription: left\n\n"
    ),
    "var/log/wtmp": "",
}
_PRIVATE = frozenset({"etc/shadow", "etc/sudoers", "etc/app/secret.conf", "var/spool/cron/crontabs/zhang"})
_USER_PROCESS, _DEAD_PROCESS = 7, 8
_UTMP = struct.Struct("=hxxi32s4s32s256shhiii16s20x")


class LinuxRoot:
    """The folder. Its files are written, changed and taken away as a test needs."""

    def __init__(self, path: Path) -> None:
        self.path = path
        for name, text in FILES.items():
            self.write(name, text)
        (path / "etc/localtime").symlink_to("/usr/share/zoneinfo/Asia/Shanghai")

    def write(self, name: str, text: str) -> None:
        """Write a file as it is to be."""
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        file.chmod(PRIVATE if name in _PRIVATE else PUBLIC)

    def append(self, name: str, text: str) -> None:
        """Add to a file."""
        file = self.path / name
        self.write(name, (file.read_text(encoding="utf-8") if file.exists() else "") + text)

    def log_in(self, user: str, tty: str, source: str, start: datetime, end: datetime | None = None) -> None:
        """Write a log-in, and its end if there is one, as a system does (utmp(5))."""
        with (self.path / "var/log/wtmp").open("ab") as file:
            file.write(_record(_USER_PROCESS, user, tty, source, start))
            if end is not None:
                file.write(_record(_DEAD_PROCESS, "", tty, "", end))


def _record(kind: int, user: str, tty: str, source: str, at: datetime) -> bytes:
    fields = (tty.encode(), tty[-4:].encode(), user.encode(), source.encode())
    return _UTMP.pack(kind, 4711, *fields, 0, 0, 0, int(at.timestamp()), 0, bytes(16))
