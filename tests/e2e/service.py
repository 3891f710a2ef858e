"""A real `netwatch run` in a folder of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from netwatch.storage import faults, outbox
from netwatch.storage.database import open_reader
from tests.shifts import WHOLE_DAY

if TYPE_CHECKING:
    from collections.abc import Callable

    from netwatch.domain.model import Fault
    from netwatch.storage.outbox import Letter

T = TypeVar("T")
NETWATCH = str(Path(sys.executable).with_name("netwatch"))

HEAD = (
    """
[site]
zone = "Asia/Shanghai"
language = "en"
[log]
format = "json"
[web]
listen = "127.0.0.1:{port}"
[mail]
directory = "mail"
wait = "1s"
{mail}
[[person]]
name = "zhang"
mail = "zhang@hospital.example"
"""
    + WHOLE_DAY
)


class RunningService:
    """Starts, stops and kills the service, and reads what it has written."""

    def __init__(self, folder: Path, *, port: int) -> None:
        self.folder = folder
        self.path = folder / "config.toml"
        self.port = port
        self.process: subprocess.Popen[bytes] | None = None
        self.log = folder / "service.log"

    def configure(self, devices: str, *, mail: str = "") -> None:
        """Write the configuration."""
        self.path.write_text(HEAD.format(port=self.port, mail=mail) + devices, encoding="utf-8")
        self.path.chmod(0o600)

    def start(self) -> None:
        """Start it and wait until it takes commands."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [NETWATCH, "run", "--config", str(self.path)],
                stdout=log,
                stderr=log,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
        wait_for(lambda: (self.folder / "netwatch.sock").exists() or self.process.poll() is not None, 30)
        assert self.process.poll() is None, self.log.read_text()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End it, and return its exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        code = self.process.wait(timeout=15)
        self.process = None
        return code

    def kill(self) -> None:
        """End it as a power cut would."""
        self.stop(signal.SIGKILL)
        (self.folder / "netwatch.sock").unlink(missing_ok=True)

    def command(self, *arguments: str, code: int = 0) -> str:
        """Run a command beside it."""
        done = subprocess.run(
            [NETWATCH, *arguments, "--config", str(self.path)],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def rows(self, read: Callable[..., T]) -> T:
        database = open_reader(f"sqlite:///{self.folder}/netwatch.db")
        try:
            return database.read_now(read)
        finally:
            database.close()

    def faults(self) -> tuple[Fault, ...]:
        """Return every fault, the oldest first."""
        return tuple(reversed(self.rows(lambda tx: faults.listed(tx, 1000))))

    def letters(self) -> tuple[Letter, ...]:
        """Return the whole outbox, the oldest first."""
        return tuple(reversed(self.rows(lambda tx: outbox.listed(tx, 1000))))

    def mails(self) -> list[Path]:
        """Return the mails that were written as files."""
        return sorted((self.folder / "mail").glob("*.eml"))


def wait_for(what: Callable[[], object], seconds: float = 20) -> None:
    """Wait until something is so; fail when it is not in time."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)  # noqa: TID251 - a real service takes real time
