"""What a command does not wait for before it begins: somebody at three in the morning types many of them."""

from __future__ import annotations

import subprocess
import sys


def test_a_command_about_faults_waits_for_no_web_server():
    asked = "import sys, netwatch.cli.faults; print({'starlette', 'uvicorn'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
