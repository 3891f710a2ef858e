"""The sides of a server that the script reads, and the script itself."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from probes import facets

RULES = "linux"
"""The rules by which its lines are compared."""

FACETS = (
    facets.PACKAGES,
    facets.UNITS,
    facets.SOCKETS,
    facets.USERS,
    facets.SUDOERS,
    facets.CRON,
    facets.AUTHORIZED_KEYS,
    facets.KERNEL,
    facets.SYSCTL,
    facets.MOUNTS,
    facets.NETWORK,
    facets.FIREWALL,
    facets.ETC,
    facets.CERTIFICATES,
    facets.HARDWARE,
    facets.LOGINS,
    facets.RUNNING_SOFTWARE,
    facets.SUID,
)
SELDOM = frozenset({facets.SUID.name})
"""Those that read whole disks: only where they are asked for by name."""
USUAL = tuple(each.name for each in FACETS if each.name not in SELDOM)


@cache
def script() -> bytes:
    """Return the script: what is installed as `netwatch-collect`, or sent to a shell."""
    return files(__package__).joinpath("collect.sh").read_bytes()
