"""The calendar that the roster follows."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from netwatch.config.table import Table


class CalendarTable(Table):
    """Which days are worked, rested and celebrated."""

    country: Annotated[str, Field(pattern="^[A-Z]{2}$")] = "CN"
    """The country whose holidays count, by its two letters (ISO 3166). China's make-up workdays are known."""
