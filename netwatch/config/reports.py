"""Whom service reports are for."""

from __future__ import annotations

from netwatch.config.table import Table
from netwatch.config.values import Name


class DepartmentTable(Table):
    """A department of the hospital that gets service reports."""

    name: Name
    """What commands call it."""
