"""The command reference is what the commands say, in both languages."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from netwatch.cli import COMMANDS

ROOT = Path(__file__).parents[2]
GENERATOR = ROOT / "docs/reference/commands.py"


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_the_reference_is_up_to_date(language: str):
    program = f"import runpy; print(runpy.run_path({str(GENERATOR)!r})['page']({language!r}), end='')"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env={"PATH": "/usr/bin"},
    )
    name = "commands.md" if language == "en" else "commands.zh-CN.md"

    assert done.stdout == (GENERATOR.parent / name).read_text(encoding="utf-8"), (
        "run: python docs/reference/commands.py"
    )


def test_every_command_has_a_heading():
    text = (GENERATOR.parent / "commands.md").read_text(encoding="utf-8")

    assert [name for name in COMMANDS if f"## netwatch {name}" not in text] == []
