"""TLS for the web: whom to trust, and what a certificate says of itself."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from typing import TYPE_CHECKING

from cryptography import x509

from probes.snmp.text import decoded

if TYPE_CHECKING:
    from datetime import datetime

SHOWN = 200
_OLD_SERVERS = 0x4
"""OP_LEGACY_SERVER_CONNECT, which Python 3.11 does not name."""


def strict(ca_file: str | None) -> ssl.SSLContext:
    """Trust the system's authorities, or only those in this file. Takes 50 ms. Raises OSError."""
    context = ssl.create_default_context(cafile=ca_file)
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT  # from Python 3.13 on, and no private authority passes it
    return context


def lenient() -> ssl.SSLContext:
    """Trust everybody, and speak the outdated TLS of old devices: there is nothing to protect then."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.options |= _OLD_SERVERS
    return context


async def certificate_of(address: str, port: int, name: str) -> bytes:
    """Fetch the certificate of a server that is not trusted, as DER. Raises OSError."""
    _reader, writer = await asyncio.open_connection(address, port, ssl=lenient(), server_hostname=name)
    try:
        return peer_certificate(writer.get_extra_info("ssl_object")) or b""
    finally:
        writer.transport.abort()
        with suppress(OSError):
            await writer.wait_closed()


def peer_certificate(connection: ssl.SSLObject | None) -> bytes | None:
    """Return the certificate of the other side, verified or not, as DER."""
    return None if connection is None else connection.getpeercert(binary_form=True)


def days_left(der: bytes, now: datetime) -> tuple[float, dict[str, str]]:
    """Return for how many days a certificate holds, below zero when it has ended, and facts about it.

    Raises ValueError where it cannot be read.
    """
    certificate = x509.load_der_x509_certificate(der)
    end = certificate.not_valid_after_utc
    facts = {
        "certificate.subject": _shown(certificate.subject),
        "certificate.issuer": _shown(certificate.issuer),
        "certificate.until": end.date().isoformat(),
    }
    return (end - now).total_seconds() / 86400, facts


def _shown(name: x509.Name) -> str:
    return decoded(name.rfc4514_string().encode())[:SHOWN]
