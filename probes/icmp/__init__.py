"""Is it there, and how fast does it answer: echo requests and replies."""

from probes.icmp.probe import IcmpProbe

__all__ = ["IcmpProbe"]
