"""What is installed and what runs on a server, by HOST-RESOURCES-MIB (RFC 2790) and, on Windows, LanMgr-Mib-II. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from probes.snmp.tables import Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from probes.snmp.page import Page
    from probes.snmp.tables import Read, Row

INSTALLED = Table("hrSWInstalledTable", "1.3.6.1.2.1.25.6.3.1", {"hrSWInstalledName": 2, "hrSWInstalledType": 4})
RUNNING = Table(
    "hrSWRunTable", "1.3.6.1.2.1.25.4.2.1", {"hrSWRunName": 2, "hrSWRunPath": 4, "hrSWRunType": 6, "hrSWRunStatus": 7}
)
SERVICES = Table("svSvcTable", "1.3.6.1.4.1.77.1.2.3.1", {"svSvcName": 1, "svSvcInstalledState": 2})

TYPES = {1: "unknown", 2: "operating system", 3: "device driver", 4: "application"}
_OF_THE_SYSTEM, _INVALID = 2, 4


def write_installed(page: Page, reads: Mapping[str, Read]) -> None:
    """Write what is installed, each once, sorted."""
    page.section("installed software")
    found = {(row.octets("hrSWInstalledName"), row.number("hrSWInstalledType") or 1) for row in reads[INSTALLED.name]}
    for name, kind in sorted(found):
        if name:
            page.item(TYPES.get(kind, "unknown"), name)


def write_running(page: Page, reads: Mapping[str, Read]) -> None:
    """Write which programs run, each once, sorted: by name and path only, as the rest is of the moment."""
    page.section("running software")
    for name, path in sorted({_program(row) for row in reads[RUNNING.name] if _is_program(row)}):
        page.item("program", name + (b" at " + path if path and path != name else b""))


def write_services(page: Page, reads: Mapping[str, Read]) -> None:
    """Write the services of Windows that have been started, sorted."""
    page.section("services")
    for name in sorted({row.octets("svSvcName") for row in reads[SERVICES.name]}):
        page.item("service", name)


def _program(row: Row) -> tuple[bytes, bytes]:
    return row.octets("hrSWRunName"), row.octets("hrSWRunPath")


def _is_program(row: Row) -> bool:
    """Whether a process is a program: threads of the kernel have no path and come and go under many names."""
    is_thread = row.number("hrSWRunType") == _OF_THE_SYSTEM and not row.octets("hrSWRunPath")
    return bool(row.octets("hrSWRunName")) and not is_thread and row.number("hrSWRunStatus") != _INVALID
