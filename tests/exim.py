"""A real mail server, unprivileged and on loopback: it takes mail for hospital.example and delivers it to files."""

from __future__ import annotations

import getpass
import grp
import os
import pwd
import socket
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.smtp_relay import unused_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONFIGURATION = """
primary_hostname = relay.test
spool_directory = {folder}/spool
log_file_path = {folder}/%slog
exim_user = {user}
exim_group = {group}
local_interfaces = 127.0.0.1
daemon_smtp_ports = {port}
never_users =
keep_environment =
tls_advertise_hosts =
acl_smtp_rcpt = check
begin acl
check:
  deny local_parts = nobody
       message = no such user
  accept domains = hospital.example
  deny message = relaying denied
begin routers
all:
  driver = accept
  transport = box
begin transports
box:
  driver = appendfile
  file = {folder}/mail/everybody
  user = {user}
  group = {group}
begin retry
* * F,1h,10m
"""


@contextmanager
def exim(folder: Path) -> Iterator[int]:
    """Run it; yield its port. Root runs it as nobody, anybody else as themselves."""
    user = "nobody" if os.geteuid() == 0 else getpass.getuser()
    known = pwd.getpwnam(user)
    port = unused_port()
    for name in (folder, folder / "spool", folder / "mail"):
        name.mkdir(exist_ok=True)
        name.chmod(0o755)
        os.chown(name, known.pw_uid, known.pw_gid)
    configuration = folder / "exim.conf"
    group = grp.getgrgid(known.pw_gid).gr_name
    configuration.write_text(CONFIGURATION.format(folder=folder, user=user, group=group, port=port))
    configuration.chmod(0o644)
    rights = {"user": user, "group": known.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
    command = ["/usr/sbin/exim4", "-C", str(configuration), "-bdf"]
    with subprocess.Popen(command, **rights) as process:
        try:
            _wait_for(port)
            yield port
        finally:
            process.terminate()
            process.wait(10)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)  # noqa: TID251 - a server that starts is waited for
    raise TimeoutError("exim does not listen")
