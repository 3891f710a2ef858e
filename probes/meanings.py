"""The shared vocabulary: what numbers mean, in one unit each, with the limits that hold by default.

Device profiles and several probes report these; a meaning that only one probe knows stands in that probe.
"""

from __future__ import annotations

from probes.api import Limits, Meaning, _

CPU = Meaning("cpu.usage", _("Processor load"), "%", Limits(warning=90, critical=98, recover=80))
MEMORY = Meaning("memory.usage", _("Memory in use"), "%", Limits(warning=90, critical=97, recover=85))
SWAP = Meaning("swap.usage", _("Swap in use"), "%", Limits(warning=60, critical=90, recover=50))
STORAGE = Meaning("storage.usage", _("Storage in use"), "%", Limits(warning=85, critical=95, recover=80))
INODES = Meaning("inode.usage", _("Inodes in use"), "%", Limits(warning=85, critical=95, recover=80))
TEMPERATURE = Meaning("temperature", _("Temperature"), "°C", Limits(warning=75, critical=90, recover=70))
FAN_SPEED = Meaning("fan.speed", _("Fan speed"), "rpm")
UPTIME = Meaning("uptime", _("Time since start"), "s")

PORT_STATE = Meaning("port.state", _("Port"))
PORT_IN = Meaning("port.in", _("Traffic in"), "bit/s")
PORT_OUT = Meaning("port.out", _("Traffic out"), "bit/s")
PORT_UTILISATION = Meaning("port.utilisation", _("Port utilisation"), "%")
PORT_ERRORS = Meaning("port.errors", _("Port errors"), "/s")
PORT_DISCARDS = Meaning("port.discards", _("Port discards"), "/s")

SHARED: tuple[Meaning, ...] = (
    CPU, MEMORY, SWAP, STORAGE, INODES, TEMPERATURE, FAN_SPEED, UPTIME,
    PORT_STATE, PORT_IN, PORT_OUT, PORT_UTILISATION, PORT_ERRORS, PORT_DISCARDS,
)  # fmt: skip
