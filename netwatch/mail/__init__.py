"""Mail: what it says, who gets it, and how it leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwatch.mail.folder import FolderTransport
from netwatch.mail.handover import letter_for_report
from netwatch.mail.relays import SmtpTransport

if TYPE_CHECKING:
    from netwatch.clock import Clock
    from netwatch.config import Settings
    from netwatch.mail.delivery import Transport


def transport_of(settings: Settings, clock: Clock) -> Transport:
    """Return the configured way: the relays, or without any the folder."""
    relays, folder = settings.mail.relay, settings.mail_directory
    if relays or folder is None:
        return SmtpTransport(relays, clock.monotonic)
    return FolderTransport(folder)


def ways_of(settings: Settings, clock: Clock) -> tuple[tuple[str, Transport], ...]:
    """Return every configured way by itself, with its name: to try each."""
    relays = settings.mail.relay
    if relays:
        return tuple((f"{relay.host}:{relay.port}", SmtpTransport((relay,), clock.monotonic)) for relay in relays)
    return ((str(settings.mail_directory or "-"), transport_of(settings, clock)),)


__all__ = ["letter_for_report", "transport_of", "ways_of"]
