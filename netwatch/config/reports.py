"""Whom service reports are for, what they are held against, and the clauses of the regulation."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from netwatch.config.table import Clause, Table, Titles
from netwatch.config.values import Duration, Language, MailAddress, Name

PeriodName = Literal["week", "month", "year"]


class DepartmentTable(Table):
    """A department of the hospital that gets service reports, once a leader has released them."""

    name: Annotated[Name, Field(max_length=40)]
    """What commands call it."""
    title: Titles | None = None
    """What people call it."""
    recipients: Annotated[tuple[MailAddress, ...], Field(min_length=1, max_length=50)]
    """The addresses to which its reports go."""
    groups: tuple[Name, ...] = ()
    """The groups whose devices serve it."""
    devices: tuple[Name, ...] = ()
    """Further devices that serve it. Without groups and devices the report is of everything."""
    target: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)] = 99.9
    """The availability that was agreed upon, per cent."""
    respond_within: Duration = timedelta(minutes=15)
    """The time within which somebody is to take up a fault."""
    repair_within: Duration = timedelta(hours=4)
    """The time within which a fault is to be over."""
    periods: Annotated[tuple[PeriodName, ...], Field(min_length=1)] = ("month",)
    """How often it gets a report: each `week`, `month`, `year`."""
    language: Language | None = None
    """The language of its reports; the site's by default."""


class ClauseTable(Table):
    """A clause of the site's regulation, as the compliance page shows it; the shipped ones need no table."""

    name: Clause
    """Its number, such as `C5`, by which duties and registers name it; a shipped clause of that number is replaced."""
    title: Titles | None = None
    """What it asks, in short."""
    enabled: bool = True
    """`false` takes a shipped clause away that the site's regulation does not have."""
