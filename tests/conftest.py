"""What every test may ask for."""

from __future__ import annotations

import ctypes.util
import os
import shutil

import pytest
from hypothesis import settings

settings.register_profile("quick", max_examples=50, deadline=None)
settings.register_profile("thorough", max_examples=150, deadline=None)
settings.load_profile("thorough" if os.environ.get("CI") else "quick")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose system tools are missing, by name; fail it in CI."""
    for marker in item.iter_markers("needs"):
        missing = [tool for tool in marker.args if not _found(tool)]
        if missing:
            sentence = f"needs {', '.join(missing)} (Debian: see `make tools`)"
            if os.environ.get("CI"):
                pytest.fail(sentence, pytrace=False)
            pytest.skip(sentence)


def _found(tool: str) -> bool:
    """Whether a program is there, or a library where the name is that of one."""
    if tool.startswith("lib"):
        return ctypes.util.find_library(tool.removeprefix("lib")) is not None
    path = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin", "/usr/lib/postgresql/15/bin"))
    return shutil.which(tool, path=path) is not None
