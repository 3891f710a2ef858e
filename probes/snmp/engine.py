"""Puts a client together: the credential decides the dialect, the engine's name the codec."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from probes.snmp.credentials import Community
from probes.snmp.dialect import CommunityDialect
from probes.snmp.endpoint import socket_address
from probes.snmp.udp_client import UdpClient
from probes.snmp.wire import WireCodec

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address

    from probes.snmp.client import SnmpClient
    from probes.snmp.codec import Codec
    from probes.snmp.credentials import Usm
    from probes.snmp.dialect import Dialect
    from probes.snmp.endpoint import Endpoint, Patience

Engine = Literal["fast", "pysnmp"]
"""`fast` is our own codec; `pysnmp` the general library, for a device that the other should not understand."""


def connect(
    endpoint: Endpoint,
    address: IPv4Address | IPv6Address,
    port: int,
    credential: Community | Usm,
    *,
    patience: Patience | None = None,
    any_source: bool = False,
    engine: Engine = "fast",
) -> SnmpClient:
    """Return a client for one device. Nothing is sent yet."""
    codec = _codec(engine)
    return UdpClient(
        endpoint,
        socket_address(address, port),
        _dialect(credential, codec),
        codec,
        patience=patience,
        any_source=any_source,
        has_bulk=credential.version != "1",
    )


def _dialect(credential: Community | Usm, codec: Codec) -> Dialect:
    if isinstance(credential, Community):
        return CommunityDialect(credential, codec)
    from probes.snmp.usm_session import UsmSession  # noqa: PLC0415 - ciphers take 0.1 s to load; most need none

    return UsmSession(credential, codec)


def _codec(engine: Engine) -> Codec:
    if engine == "fast":
        return WireCodec()
    from probes.snmp.pysnmp_codec import PysnmpCodec  # noqa: PLC0415 - 0.1 s to load, and few ask for it

    return PysnmpCodec()
