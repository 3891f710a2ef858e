"""What needs approval, and which registers give it."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from netwatch.config.table import Table
from netwatch.config.values import Name, Pause


class ApprovalTable(Table):
    """What happens to devices and is compared with the registers. Serial numbers are, wherever SNMP reads them."""

    groups: tuple[Name, ...] = ()
    """The groups, such as those of the machine room, whose ports and devices may not go down without approval."""
    devices: tuple[Name, ...] = ()
    """Further devices of that kind."""
    after: Pause = timedelta(minutes=5)
    """How long a port or a device must be down before it is asked who approved it."""
    slack: Pause = timedelta(minutes=30)
    """How long before its beginning and after its end an entry of a register still explains what happens."""
    reads: Annotated[int, Field(ge=2, le=20)] = 3
    """In how many complete reads in a row a serial number must be missing before it is gone."""
    registers: tuple[Name, ...] = ("change", "dismantle", "repair", "loan")
    """The registers whose approved entries explain what happens."""
