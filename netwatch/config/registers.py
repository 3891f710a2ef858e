"""Registers: books of dated entries with approval."""

from __future__ import annotations

from netwatch.config.table import Table
from netwatch.config.values import Name


class RegisterTable(Table):
    """A register: a book of dated entries, with its fields, its approval and its place in the handover report."""

    name: Name
    """What commands call it."""
