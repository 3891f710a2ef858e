"""What an inspection found as text for people: one section for each kind of thing, empty ones left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwatch.cli.site import table, told
from netwatch.language import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from probes.snmp.inspection import Inspection, Interface, Pool

_BIG = 1000
_KIB = 1024


def sections(found: Inspection) -> str:
    """Return all sections that are not empty."""
    parts = [
        (_("Device"), _device(found)),
        (_("Ports"), _ports(found.interfaces)),
        (_("Processors"), _rows([(each.name, _percent(each.percent)) for each in found.processors])),
        (_("Memory"), _rows(_pools(found.memory))),
        (_("Storage"), _rows(_pools(found.storage))),
        (_("Sensors"), _rows([(s.name, s.kind, _plain(s.value), s.unit, s.state or "") for s in found.sensors])),
        (_("Hardware"), _hardware(found)),
        (_("Neighbours"), _neighbours(found)),
        (_("Addresses"), _addresses(found)),
        (_("VLANs"), _rows([(str(vlan.id), vlan.name or "") for vlan in found.vlans])),
        (_("Not read"), _rows([(problem.part, told(problem.what)) for problem in found.problems])),
    ]
    return "\n\n".join(f"{title}\n{text}" for title, text in parts if text)


def _device(found: Inspection) -> str:
    system, platform = found.system, found.platform
    uptime = system.uptime_seconds
    rows = [
        (_("address"), f"{found.target.address}, UDP {found.target.port}, SNMP {found.target.version}"),
        (_("name"), system.name),
        (_("description"), system.description),
        (_("object id"), system.object_id),
        (_("running for"), None if uptime is None else _("{days} d {hours} h").format(
            days=int(uptime // 86400), hours=int(uptime % 86400 // 3600))),
        (_("contact"), system.contact),
        (_("location"), system.location),
        (_("vendor"), platform.vendor),
        (_("model"), platform.model),
        (_("version"), platform.version),
        (_("serial number"), platform.serial),
    ]  # fmt: skip
    return _rows([(name, value) for name, value in rows if value])


def _ports(ports: Sequence[Interface]) -> str:
    rows = [
        (
            str(port.index), port.name or port.description or "", port.alias or "", _speed(port.speed_bps),
            port.admin_status or "", port.oper_status or "", _bytes(port.in_octets), _bytes(port.out_octets),
            _plain(_sum(port.in_errors, port.out_errors)), _plain(_sum(port.in_discards, port.out_discards)),
        )
        for port in ports
    ]  # fmt: skip
    head = (
        _("index"), _("name"), _("alias"), _("speed"), _("switched"), _("state"), _("in"), _("out"), _("errors"),
        _("discards"),
    )  # fmt: skip
    return _indented(table(rows, head)) if rows else ""


def _hardware(found: Inspection) -> str:
    parts = [part for part in found.hardware if part.serial or part.model]
    return _rows([(part.part_class, part.name or "", part.model or "", part.serial or "") for part in parts])


def _neighbours(found: Inspection) -> str:
    return _rows(
        [
            (each.local_interface or "", each.remote_name or "", each.remote_interface or "", each.remote_address or "")
            for each in found.neighbours
        ]
    )


def _addresses(found: Inspection) -> str:
    names = {port.index: port.name or port.description or "" for port in found.interfaces}
    return _rows(
        [
            (
                each.address if each.prefix_length is None else f"{each.address}/{each.prefix_length}",
                names.get(each.interface_index or 0, ""),
            )
            for each in found.addresses
        ]
    )


def _pools(pools: Sequence[Pool]) -> list[tuple[str, ...]]:
    return [(pool.name, _percent(pool.percent), _bytes(pool.used_bytes), _bytes(pool.total_bytes)) for pool in pools]


def _rows(rows: Sequence[Sequence[str | None]]) -> str:
    """Return rows without a head."""
    if not rows:
        return ""
    lines = [tuple(cell or "" for cell in row) for row in rows]
    return _indented(table(lines[1:], lines[0]))


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.0f} %"


def _plain(value: float | None) -> str:
    return "" if value is None else f"{value:g}" if abs(value) < 1e6 else f"{value:.0f}"  # noqa: PLR2004


def _sum(*values: int | None) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _speed(value: int | None) -> str:
    return "" if value is None else _scaled(value, _BIG, ("bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"))


def _bytes(value: int | None) -> str:
    return "" if value is None else _scaled(value, _KIB, ("B", "KiB", "MiB", "GiB", "TiB", "PiB"))


def _scaled(value: float, step: int, units: Sequence[str]) -> str:
    place = 0
    while value >= step and place < len(units) - 1:
        value, place = value / step, place + 1
    return f"{value:.3g} {units[place]}" if value < _BIG else f"{value:.0f} {units[place]}"
