"""Why a device does not answer: what else was tried, and what to check next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from probes.api import Message, _
from probes.snmp.client import Answer, Cause, Unanswered
from probes.snmp.credentials import Community, Usm
from probes.snmp.endpoint import Patience
from probes.snmp.engine import connect
from probes.snmp.system import SYS_UPTIME

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address

    from probes.snmp.endpoint import Endpoint

NOBODY = "netwatch-discovery"
"""A user that no device has: its engine says so, which shows that there is one (RFC 3414 section 4)."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What the attempts showed. `works` is a credential that was answered in place of the one asked for."""

    findings: tuple[Message, ...]
    works: Community | None = None


async def diagnose(
    endpoint: Endpoint,
    address: IPv4Address | IPv6Address,
    port: int,
    credential: Community | Usm,
    failed: Unanswered,
    *,
    seconds: float = 1.0,
) -> Diagnosis:
    """Try once each what else may be answered, where the device was silent: the other version, and SNMPv3's discovery."""
    where: dict[str, str | int] = {"host": str(address), "port": port}
    if failed.cause is not Cause.TIMEOUT:
        return Diagnosis(())
    patience = Patience(seconds, 0)
    if isinstance(credential, Community):
        other = Community(version="1" if credential.version == "2c" else "2c", community=credential.community)
        reply = await connect(endpoint, address, port, other, patience=patience).get((SYS_UPTIME,))
        if isinstance(reply, Answer):
            what = _("{host} answers SNMP version {version} with this community, but not version {asked}")
            return Diagnosis((Message(what, {**where, "version": other.version, "asked": credential.version}),), other)
        nobody = connect(endpoint, address, port, Usm(user=NOBODY), patience=patience)
        if _is_engine(await nobody.get((SYS_UPTIME,))):
            return Diagnosis((Message(_WRONG, where),))
    return Diagnosis(
        (Message(_TRIED_COMMUNITY if isinstance(credential, Community) else _TRIED_USM, where), Message(_CHECK, where))
    )


def _is_engine(reply: Answer | Unanswered) -> bool:
    return isinstance(reply, Answer) or reply.cause is not Cause.TIMEOUT


_WRONG = _(
    "an SNMP agent is there, for it answers to SNMPv3: so the community is wrong, or the agent does not let this machine read"
)
_TRIED_COMMUNITY = _("tried SNMP versions 1 and 2c with this community, and the discovery of SNMPv3: silence each time")
_TRIED_USM = _("tried the discovery of SNMPv3, which needs neither user nor password: silence")
_CHECK = _(
    "check: does {host} answer ping? is SNMP switched on there? may this machine read (access list, firewall, UDP port {port})? "
    "is the community right? A wrong one looks like silence"
)
