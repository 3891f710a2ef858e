"""How the machine itself fares: the one that netwatch runs on."""

from probes.host.probe import HostProbe

__all__ = ["HostProbe"]
