"""Registers: the tables that declare them, and the kinds of register that they make."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field as Key

from netwatch.config.shipped_registers import SHIPPED
from netwatch.config.table import Clause, Table, Titles, one_of
from netwatch.config.values import Name, Pause, SeverityName, Title
from netwatch.domain import registers
from netwatch.domain.model import Severity
from netwatch.domain.registers import Approval, Closing, EntryStep, FieldKind, RegisterType, Shape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from netwatch.config.settings import File

ShortName = Annotated[Name, Key(max_length=40)]
Place = Literal["changes", "duties", "people", "nowhere"]
Needed = Literal["submit", "approve", "open", "done", "confirm"]


class FieldTable(Table):
    """One thing that an entry says."""

    name: ShortName
    """What commands call it."""
    title: Titles
    """What people call it."""
    kind: Annotated[FieldKind, one_of(FieldKind)] = FieldKind.TEXT
    """What it holds: `text`, `number`, `date`, `time`, `person`, `device`, `choice`, `yes` (yes or no), `mail`,
    `devices` (names of devices and groups)."""
    needed: Needed | None = None
    """The step before which it must be filled in; a `yes` must then be yes."""
    choices: tuple[Title, ...] = ()
    """What there is to choose from."""


class RegisterTable(Table):
    """A register: a book of dated entries, with its fields, its approval and its place in the handover report."""

    name: ShortName
    """What commands call it; a shipped register of that name is replaced."""
    title: Titles | None = None
    """What people call it."""
    enabled: bool = True
    """`false` switches off a shipped register."""
    field: Annotated[tuple[FieldTable, ...], Key(max_length=40)] = ()
    """What an entry says, as `[[register_type.field]]`."""
    approval: Annotated[Approval, one_of(Approval)] = Approval.LEADER
    """Who approves: `none`, a `leader`, or two different ones (`two_step`); never who asks."""
    shape: Annotated[Shape, one_of(Shape)] = Shape.POINT
    """Whether an entry is of a moment (`point`) or lasts from its opening to its end (`interval`)."""
    closes: Annotated[Closing, one_of(Closing)] = Closing.NONE
    """What ends it: `return`, `leave`, or `verify`: confirmed by somebody else than did it."""
    place: Place = "nowhere"
    """Where it stands in the handover report: `changes` (5), `duties` (7), `people` (8) or `nowhere`."""
    clauses: tuple[Clause, ...] = ()
    """The clauses of the regulation that it serves."""
    owners: tuple[Name, ...] = ()
    """Who keeps the book, and is reminded of what is overdue; the leaders by default."""
    remind: Pause = timedelta()
    """How long before the end the borrower and the owners are reminded by mail; `0s` only when it is overdue."""
    severity: SeverityName = Severity.WARNING
    """How bad it is that an entry is overdue; from `minor` on who is on duty gets a mail."""
    check_before: Pause = timedelta()
    """How long before an entry begins the equipment in its `devices` fields, and all links to it, are checked and
    who is on duty is told; `0s` never."""


def tables(configured: tuple[RegisterTable, ...]) -> tuple[RegisterTable, ...]:
    """Return the tables that count: those of the file, and the shipped ones of other names."""
    named = {table.name for table in configured}
    shipped = tuple(RegisterTable.model_validate(dict(raw)) for raw in SHIPPED if raw["name"] not in named)
    return (*shipped, *(table for table in configured if table.enabled))


def types(file: File) -> Mapping[str, RegisterType]:
    """Return every kind of register, shipped and configured, by name."""
    return {table.name: _type(table) for table in tables(file.register_type)}


def _type(table: RegisterTable) -> RegisterType:
    return RegisterType(
        name=table.name,
        titles=_plain(table.title) if table.title else {"en": table.name},
        fields=tuple(
            registers.Field(
                each.name, _plain(each.title), each.kind, EntryStep(each.needed) if each.needed else None, each.choices
            )
            for each in table.field
        ),
        approval=table.approval,
        shape=table.shape,
        closes=table.closes,
        place=table.place,
        clauses=table.clauses,
        owners=table.owners,
        remind=table.remind,
        severity=table.severity,
        check_before=table.check_before,
    )


def _plain(titles: Titles) -> dict[str, str]:
    return {str(language): title for language, title in titles.items()}
