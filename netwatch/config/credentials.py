"""What `[credential.NAME]` may be: one for SNMP or one for SSH, told apart by its keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, Discriminator, Tag

from probes.api import _
from probes.snmp.credentials import Community, Usm
from probes.ssh.credentials import Login

if TYPE_CHECKING:
    from collections.abc import Iterable

_SNMP = (Community.model_fields.keys() | Usm.model_fields.keys()) - Login.model_fields.keys()
_SSH = Login.model_fields.keys() - Usm.model_fields.keys()


def kind_of(value: object) -> str:
    """Tell which kind a table is: SSH by the keys that only it has, SNMP by `version`, else by whether it has a user."""
    if isinstance(value, BaseModel):
        return {Login: "login", Usm: "usm"}.get(type(value), "community")
    keys: dict[str, Any] = value if isinstance(value, dict) else {}
    if _SSH & keys.keys() and not _SNMP & keys.keys():
        return "login"
    return "usm" if str(keys.get("version", "3" if "user" in keys else "2c")) == "3" else "community"


Credential = Annotated[
    Annotated[Community, Tag("community")] | Annotated[Usm, Tag("usm")] | Annotated[Login, Tag("login")],
    Discriminator(kind_of),
]


def quarrel(keys: Iterable[str]) -> tuple[str, str] | None:
    """Return a key that only SSH has and one that only SNMP has, where a table has both."""
    ssh, snmp = sorted(_SSH.intersection(keys)), sorted(_SNMP.intersection(keys))
    return (ssh[0], snmp[0]) if ssh and snmp else None


def unfit(credential: object, options: BaseModel) -> str | None:
    """Return what is wrong with a credential for these options, which say by `credentials` what it may be."""
    wanted = getattr(type(options), "credentials", ())
    if credential is None or not wanted or isinstance(credential, wanted):
        return None
    if isinstance(credential, Login):
        return _("'{name}' is a credential for SSH; SNMP needs a community, or a user with SNMPv3 passwords")
    return _("'{name}' is a credential for SNMP; SSH needs a user with a password or a key")
