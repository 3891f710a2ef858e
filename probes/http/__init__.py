"""Does a web page answer, how fast, with what, and how long its certificate holds."""

from probes.http.probe import HttpProbe

__all__ = ["HttpProbe"]
