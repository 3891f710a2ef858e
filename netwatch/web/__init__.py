"""The status page: what is wrong, who is on it, and whether the monitoring itself can be believed."""

from netwatch.web.server import Web

__all__ = ["Web"]
