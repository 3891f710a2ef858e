"""The sides of a server that the script reads, and the script itself."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from probes.api import _
from probes.collect import Facet

RULES = "linux"
"""The rules by which its lines are compared."""

FACETS = (
    Facet("packages", _("installed packages")),
    Facet("units", _("services that start")),
    Facet("sockets", _("listening sockets")),
    Facet("users", _("users and groups")),
    Facet("sudoers", _("rights by sudo")),
    Facet("cron", _("scheduled jobs")),
    Facet("authorized_keys", _("keys that let somebody in")),
    Facet("kernel", _("kernel and its modules")),
    Facet("sysctl", _("kernel parameters")),
    Facet("mounts", _("mounted file systems")),
    Facet("network", _("addresses, routes and name servers")),
    Facet("firewall", _("firewall rules")),
    Facet("etc", _("files of /etc")),
    Facet("certificates", _("certificates")),
    Facet("hardware", _("hardware")),
    Facet("logins", _("log-ins")),
    Facet("running_software", _("running programs")),
    Facet("suid", _("programs with the rights of others")),
)
SELDOM = frozenset({"suid"})
"""Those that read whole disks: only where they are asked for by name."""
PASSING = frozenset({"logins", "running_software"})
"""Those that change by themselves: they are looked through by rules, and have no baseline."""
USUAL = tuple(each.name for each in FACETS if each.name not in SELDOM)


@cache
def script() -> bytes:
    """Return the script: what is installed as `netwatch-collect`, or sent to a shell."""
    return files(__package__).joinpath("collect.sh").read_bytes()
