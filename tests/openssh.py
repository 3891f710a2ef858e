"""A real sshd on loopback, with keys of its own: what a key may do there is said by its line of `authorized_keys`."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
from contextlib import suppress
from pathlib import Path

import asyncssh

from probes.secret import Secret
from probes.ssh.credentials import Login

PRIVILEGES = Path("/run/sshd")
"""Where sshd confines itself while nobody has logged in; it insists on it where root starts it."""
START = 10.0


class OpenSsh:
    """One server. `allow` says what the key may do; the server reads that at each log-in.

    `keys` is the algorithm of all keys, `more` are further lines of `sshd_config`.
    """

    def __init__(self, folder: Path, *, keys: str = "ssh-ed25519", more: str = "") -> None:
        self.folder = folder
        self.port = 0
        self.user = getpass.getuser()
        self._process: subprocess.Popen[bytes] | None = None
        self._more = more
        self._client = asyncssh.generate_private_key(keys)
        self._host = asyncssh.generate_private_key(keys)

    @property
    def host_key(self) -> str:
        """The fingerprint of its host key."""
        return self._host.get_fingerprint("sha256")

    @property
    def login(self) -> Login:
        """Who may log in."""
        return Login(user=self.user, key=Secret(self._client.export_private_key().decode()))

    def allow(self, options: str) -> None:
        """Say what the key may do, as `restrict,command="…"`."""
        line = f"{options} {self._client.export_public_key().decode()}".lstrip()
        (self.folder / "authorized_keys").write_text(line, encoding="utf-8")

    def start(self) -> OpenSsh:
        """Start it and wait until it listens."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._host.write_private_key(self.folder / "host_key")
        (self.folder / "host_key").chmod(0o600)
        if os.geteuid() == 0:
            PRIVILEGES.mkdir(mode=0o755, exist_ok=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        (self.folder / "sshd_config").write_text(self._config(), encoding="utf-8")
        program = shutil.which("sshd", path="/usr/sbin:/usr/bin:/sbin") or "sshd"
        with (self.folder / "log").open("wb") as log:
            command = [program, "-D", "-e", "-f", str(self.folder / "sshd_config")]
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self._wait()
        return self

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(5)

    def log(self) -> str:
        """Return what it has said of itself."""
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    def _config(self) -> str:
        return "\n".join(
            (
                f"Port {self.port}",
                "ListenAddress 127.0.0.1",
                f"HostKey {self.folder}/host_key",
                f"AuthorizedKeysFile {self.folder}/authorized_keys",
                "PidFile none",
                "StrictModes no",
                "UsePAM no",
                "PermitRootLogin yes",
                "PasswordAuthentication no",
                "KbdInteractiveAuthentication no",
                "LogLevel VERBOSE",
                self._more,
                "",
            )
        )

    def _wait(self) -> None:
        """Try to connect until it answers: each attempt waits for the last one, and there is an end."""
        assert self._process is not None
        for _attempt in range(200):
            if self._process.poll() is not None:
                raise AssertionError(self.log())
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=START) as line:
                line.recv(3)
                return
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(0.05)
        raise AssertionError(self.log())
