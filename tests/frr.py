"""A real router: FRRouting's zebra and staticd in a network namespace of their own, which `vtysh` speaks to.

Needs root, for the namespace; nothing of it touches the addresses and routes of the machine.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

DAEMONS = ("zebra", "staticd")


class Router:
    """One router that runs."""

    def __init__(self, name: str) -> None:
        self.name = name
        """Of the network namespace, and of FRR's own folders."""
        self.folder = Path("/etc/frr") / name

    def typed(self, *lines: str) -> str:
        """Type lines into `vtysh`, as somebody at its console does; return what it says."""
        return run("vtysh", "-N", self.name, *(word for line in lines for word in ("-c", line)))

    def configured(self, *lines: str) -> None:
        """Change the running configuration."""
        self.typed("configure terminal", *lines, "end")


@contextmanager
def router() -> Iterator[Router]:
    """Start a router, and stop it at the end by the ids of its own processes."""
    name = f"nw{secrets.token_hex(4)}"
    found = Router(name)
    run_folder = Path("/var/run/frr") / name
    for folder in (found.folder, run_folder):
        folder.mkdir(parents=True)
        shutil.chown(folder, "frr", "frr")
    (found.folder / "vtysh.conf").write_text("service integrated-vtysh-config\n", encoding="utf-8")
    (found.folder / "frr.conf").write_text("", encoding="utf-8")
    for file in found.folder.iterdir():
        shutil.chown(file, "frr", "frrvty")
    try:
        run("ip", "netns", "add", name)
        run("ip", "-n", name, "link", "set", "lo", "up")
        for daemon in DAEMONS:
            run("ip", "netns", "exec", name, f"/usr/lib/frr/{daemon}", "-N", name, "-d", "-A", "127.0.0.1")
        found.configured("hostname core-frr")
        yield found
    finally:
        for file in run_folder.glob("*.pid"):
            os.kill(int(file.read_text(encoding="utf-8")), 15)
        subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)
        for folder in (found.folder, run_folder):
            shutil.rmtree(folder, ignore_errors=True)


def run(*command: str) -> str:
    """Run a program, and fail with what it said."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr or done.stdout}"
    return done.stdout
