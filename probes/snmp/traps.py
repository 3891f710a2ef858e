"""What a notification says of a change: what to read again, and who did it from where. Pure.

It takes the varbinds of a trap or inform (RFC 3416); receiving them is another matter. A trap is a hint like a line of
syslog: anybody can send one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from probes.collect import Evidence, EvidenceKind
from probes.hints import RUNNING, STARTUP, Hint
from probes.snmp import journal
from probes.snmp.client import Oid, oid
from probes.snmp.journal import address
from probes.snmp.text import decoded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from probes.snmp.client import Value, VarBind
    from probes.snmp.tables import Table

TRAP = oid("1.3.6.1.6.3.1.1.4.1.0")
"""snmpTrapOID."""
HARDWARE = "hardware"
_HUAWEI = oid("1.3.6.1.4.1.2011.6.10")
_LONGEST = 64


@dataclass(frozen=True, slots=True)
class _Kind:
    """One notification: what it is about, and the columns in which it says who and from where."""

    facet: str
    what: str
    user: Oid = ()
    addresses: tuple[Oid, ...] = ()


def _of(table: Table, what: str) -> _Kind:
    columns = table.oids()
    addresses = tuple(columns[name] for name in ("NewAddress", "Address", "Location") if name in columns)
    return _Kind(RUNNING, what, columns["User"], addresses)


_KINDS: Mapping[Oid, _Kind] = {
    oid("1.3.6.1.4.1.9.9.43.2.0.1"): _of(journal.CISCO, "ciscoConfigManEvent"),
    oid("1.3.6.1.4.1.9.9.43.2.0.2"): _of(journal.CISCO, "ccmCLIRunningConfigChanged"),
    # The device compares a checksum every ten minutes: this one comes up to ten minutes late.
    oid("1.3.6.1.4.1.25506.2.4.2.1"): _of(journal.H3C, "hh3cCfgManEventlog"),
    oid("1.3.6.1.4.1.2011.10.2.4.2.1"): _of(journal.OLD_H3C, "h3cCfgManEventlog"),
    (*_HUAWEI, 2, 1): _of(journal.HUAWEI, "hwCfgManEventlog"),
    (*_HUAWEI, 2, 17): _Kind(RUNNING, "hwCfgConfigChangeLog", (*_HUAWEI, 1, 5, 7), ((*_HUAWEI, 1, 5, 9),)),
    (*_HUAWEI, 2, 20): _Kind(STARTUP, "hwCfgNextStartupFileIntegrityFail"),
    (*_HUAWEI, 2, 21): _Kind(STARTUP, "hwcfgStartupFileIntegrityFail"),
    (*_HUAWEI, 2, 27): _Kind(STARTUP, "hwCfgConfigUnsaved"),
    (*_HUAWEI, 2, 28): _Kind(STARTUP, "hwCfgConfigUnsavedClear"),
    oid("1.3.6.1.4.1.2636.4.5.0.1"): _of(journal.JUNIPER, "jnxCmCfgChange"),
    oid("1.3.6.1.4.1.47196.4.1.1.3.20.0.1"): _Kind(RUNNING, "arubaWiredConfigurationChangeNotification"),
    oid("1.3.6.1.4.1.12356.101.6.0.1003"): _Kind(RUNNING, "fgFmTrapConfChange"),
    oid("1.3.6.1.4.1.11.0.73"): _Kind(RUNNING, "snTrapRunningConfigChanged"),
    oid("1.3.6.1.2.1.47.2.0.1"): _Kind(HARDWARE, "entConfigChange"),
}


def hint(varbinds: Sequence[VarBind], at: datetime) -> Hint | None:
    """Read one notification that came at this time; None where it says nothing of a change."""
    name = next((value for where, value in varbinds if where == TRAP), None)
    kind = _KINDS.get(name) if isinstance(name, tuple) else None
    if kind is None:
        return None
    user = next((_text(value) for where, value in varbinds if kind.user and _is_of(kind.user, where)), "")
    told = (address(value) for column in kind.addresses for where, value in varbinds if _is_of(column, where))
    source = next((each for each in told if each), "")
    return Hint(kind.facet, Evidence(EvidenceKind.TRAP, at, user, source, kind.what))


def _is_of(column: Oid, where: Oid) -> bool:
    return where[: len(column)] == column and len(where) > len(column)


def _text(value: Value) -> str:
    return decoded(value, _LONGEST) if isinstance(value, bytes) else ""
