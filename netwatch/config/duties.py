"""Recurring duties."""

from __future__ import annotations

from netwatch.config.table import Table
from netwatch.config.values import Name


class DutyTable(Table):
    """Something to be done again and again: when, by whom, with which checklist."""

    name: Name
    """What commands call it."""
