"""The configuration: TOML files in, frozen settings out, or every problem at once."""

from netwatch.config.checks import Check
from netwatch.config.effective import Settings
from netwatch.config.find import find
from netwatch.config.load import load

__all__ = ["Check", "Settings", "find", "load"]
