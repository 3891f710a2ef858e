"""The commands that the README gives: each target says what it does, and each tool that a test needs is installed."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
MAKEFILE = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
TOOLS = (REPOSITORY / ".ci/tools").read_text(encoding="utf-8")
EVERYWHERE = {"systemd-sysusers", "systemd-tmpfiles", "unshare"}
"""Come with a package that is listed for another of its programs, or with every Debian."""


def run(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key not in {"CI", "MAKEFLAGS", "MAKELEVEL"}}
    return subprocess.run(
        command, cwd=REPOSITORY, env=environment | variables, capture_output=True, text=True, check=False
    )


def test_make_alone_lists_every_target_with_a_sentence() -> None:
    phony = set(re.findall(r"[a-z]+", re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)[0]))
    told = dict(re.findall(r"^  make (\S+) +(\S.*)$", run("make").stdout, re.MULTILINE))
    assert set(told) == phony
    assert {"run", "test", "lint", "bench", "demo", "check", "tools", "lock", "locale"} <= phony


def test_ci_calls_what_a_developer_calls_and_ends_with_the_tests() -> None:
    lines = [line for line in (REPOSITORY / ".ci/run").read_text(encoding="utf-8").splitlines() if line]
    assert "set -euo pipefail" in lines
    assert lines[-2:] == ["make lint", "make test"]
    assert re.search(r"^check: lint test", MAKEFILE, re.MULTILINE)


@pytest.mark.parametrize("name", ["environment", "lock", "python", "run", "tools"])
def test_each_script_can_be_run_and_stops_at_the_first_mistake(name: str) -> None:
    script = REPOSITORY / ".ci" / name
    assert os.access(script, os.X_OK)
    assert "set -euo pipefail" in script.read_text(encoding="utf-8")
    assert run("bash", "-n", str(script)).returncode == 0


def test_every_tool_that_a_test_needs_is_installed_by_make_tools() -> None:
    named = {
        tool
        for path in (REPOSITORY / "tests").rglob("*.py")
        for call in re.findall(r"mark\.needs\(([^)]*)\)", path.read_text(encoding="utf-8"))
        for tool in re.findall(r'"([^"]+)"', call)
    }
    listed = set(re.findall(r"^([\w.-]+) {2,}\S+$", TOOLS, re.MULTILINE))
    assert named - EVERYWHERE <= listed
    assert {"snmpd", "postgres"} <= named


def test_missing_tools_are_named_and_stop_only_ci(tmp_path: Path) -> None:
    bare = tmp_path / "bin"
    bare.mkdir()
    for name in ("bash", "sort", "dirname"):
        (bare / name).symlink_to(f"/usr/bin/{name}")
    (bare / "id").write_text("#!/bin/bash\necho 1000\n")
    (bare / "id").chmod(0o755)
    script = (REPOSITORY / ".ci/tools").read_text(encoding="utf-8")
    (tmp_path / "tools").write_text(script.replace(":/usr/sbin:/sbin", ""), encoding="utf-8")
    for variables, code in (({}, 0), ({"CI": "true"}, 1)):
        done = run(f"{bare}/bash", str(tmp_path / "tools"), PATH=str(bare), **variables)
        assert done.returncode == code
        assert re.search(r"As root: apt-get install .*chromium.* snmpd", done.stderr)
