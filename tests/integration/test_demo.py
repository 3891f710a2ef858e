"""The demo as a visitor has it: a process of its own, with faults, mails and a report, that ends when it is told to."""

from __future__ import annotations

import email
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from email import policy
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PATIENCE = 50.0
FAREWELL = 10.0


class Demo:
    """A demo that runs, and what it has printed."""

    def __init__(self, process: subprocess.Popen[bytes], output: Path) -> None:
        self.process = process
        self._output = output

    @property
    def printed(self) -> str:
        return self._output.read_text(encoding="utf-8")

    def waits_for(self, pattern: str) -> str:
        """Wait until it has printed something like this, and return it."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and self.process.poll() is None:
            if found := re.search(pattern, self.printed, re.MULTILINE):
                return found[0]
            time.sleep(0.1)  # noqa: TID251 - another process is waited for
        raise AssertionError(f"nothing like {pattern!r} in {self.printed!r}")

    def ends(self) -> int:
        """Tell it to stop, and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(FAREWELL)


@contextmanager
def running(tmp_path: Path, *command: str) -> Iterator[Demo]:
    output = tmp_path / "output"
    environment = {**os.environ, "NETWATCH_LANGUAGE": "en", "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
    with output.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, *command], stdout=stream, stderr=subprocess.STDOUT, cwd=tmp_path, env=environment
        )
    try:
        yield Demo(process, output)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return str(answer.read().decode())


@pytest.mark.timeout(120)
def test_a_visitor_sees_faults_mails_and_a_handover_report(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    with running(tmp_path, str(HERE / "demo_in_short.py"), str(folder)) as demo:
        page = demo.waits_for(r"http://127\.0\.0\.1:\d+/")
        demo.waits_for(r"15 of 15 devices are up; Zhang San is on duty")
        demo.waits_for(r"mail +to .*: \[Major\] Patient portal")
        demo.waits_for(r"duty +Zhang San acknowledges the fault of Patient portal: on my way")
        demo.waits_for(r"duty +Zhang San writes into the duty log")
        report = Path(demo.waits_for(r"the same as a file: .*").partition(": ")[2])
        demo.waits_for(r"mail +to Li Si: Handover ")
        demo.waits_for(r"mail +to .*: .*[Rr]ecovered.* LIS server")
        assert "Patient portal" in read(page)
        assert "Patient portal" in read(f"{page}handovers/1")
        assert demo.ends() == 0
        summary = re.search(r"faults (\d+), mails (\d+), handover reports (\d+)", demo.printed)

    assert summary is not None
    faults, mails, reports = map(int, summary.groups())
    with sqlite3.connect(folder / "netwatch.db") as database:
        rows = dict(database.execute("SELECT device, closed IS NOT NULL FROM faults").fetchall())
    assert rows == {"lis": 1, "portal": 0}
    assert (faults, reports) == (2, 1)
    assert "on my way" in report.read_text(encoding="utf-8")
    told = [_subject(path) for path in sorted((folder / "mail").glob("*.eml"))]
    assert len(told) == mails
    # On a busy machine it may last into the next shift, whose people are told of it, too.
    assert {"recovered" in subject.lower() for subject in told if "LIS server" in subject} == {False, True}
    assert "Traceback" not in demo.printed + (folder / "netwatch.log").read_text(encoding="utf-8")


def test_the_command_ends_by_itself_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with running(tmp_path, "-m", "netwatch", "demo", "--minutes", "0.1") as demo:
        demo.waits_for(r"15 of 15 devices are up")
        assert demo.process.wait(PATIENCE) == 0
        assert "Traceback" not in demo.printed
    assert [path.name for path in tmp_path.iterdir()] == ["output"]


def test_a_folder_that_holds_something_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter").write_text("dear all", encoding="utf-8")
    with running(tmp_path, "-m", "netwatch", "demo", "--folder", "mine") as demo:
        assert demo.process.wait(PATIENCE) == 2
        assert "is not empty" in demo.printed
    assert (tmp_path / "mine" / "letter").read_text(encoding="utf-8") == "dear all"


def _subject(path: Path) -> str:
    return str(email.message_from_bytes(path.read_bytes(), policy=policy.default)["Subject"])
