"""The facets that collectors read, and what people call them: one name and one title for one thing."""

from __future__ import annotations

from probes.api import _
from probes.collect import Facet

RUNNING = Facet("running", _("running configuration"))
STARTUP = Facet("startup", _("saved configuration"))
VERSION = Facet("version", _("software version"))
PARAMETERS = Facet("parameters", _("settings by SNMP"))
HARDWARE = Facet("hardware", _("hardware"))
PACKAGES = Facet("packages", _("installed packages"))
SOFTWARE = Facet("software", _("installed software"))
RUNNING_SOFTWARE = Facet("running_software", _("running programs"))
SERVICES = Facet("services", _("running services"))
UNITS = Facet("units", _("services that start"))
SOCKETS = Facet("sockets", _("listening sockets"))
USERS = Facet("users", _("users and groups"))
SUDOERS = Facet("sudoers", _("rights by sudo"))
CRON = Facet("cron", _("scheduled jobs"))
AUTHORIZED_KEYS = Facet("authorized_keys", _("keys that let somebody in"))
KERNEL = Facet("kernel", _("kernel and its modules"))
SYSCTL = Facet("sysctl", _("kernel parameters"))
MOUNTS = Facet("mounts", _("mounted file systems"))
NETWORK = Facet("network", _("addresses, routes and name servers"))
FIREWALL = Facet("firewall", _("firewall rules"))
ETC = Facet("etc", _("files of /etc"))
CERTIFICATES = Facet("certificates", _("certificates"))
LOGINS = Facet("logins", _("log-ins"))
SUID = Facet("suid", _("programs with the rights of others"))

PASSING = frozenset({LOGINS.name, RUNNING_SOFTWARE.name})
"""Those that change by themselves: they are looked through by rules, and have no baseline."""
_KNOWN = {each.name: each for each in list(vars().values()) if isinstance(each, Facet)}


def title(name: str) -> str:
    """Return what people call a facet, to be translated; the name itself where a collector of others brings it."""
    return _KNOWN[name].title if name in _KNOWN else name
