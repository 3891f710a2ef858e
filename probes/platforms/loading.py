"""The rules of the platforms, from their files."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from probes.platforms import platform
from probes.platforms.rules import RulesError, parsed

if TYPE_CHECKING:
    from probes.platforms.rules import Rules


@cache
def rules_of(name: str) -> Rules:
    """Return the rules by the name that a capture carries; RulesError where there are none or they are wrong."""
    try:
        return parsed(name, platform.tables(name))
    except platform.PlatformError as error:
        raise RulesError(str(error)) from error


def rule_names() -> tuple[str, ...]:
    """Return the names of all rules, sorted."""
    return platform.names()
