"""The roster: publish, swap, leave, take now."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from netwatch.actions.doing import Action

ACTIONS: Mapping[str, Action] = {}
