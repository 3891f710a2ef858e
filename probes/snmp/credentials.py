"""How one proves to a device who asks: a community, or a user of the User-based Security Model.

In configuration: `[credential.NAME]`; a probe finds its own by `shared.credentials[NAME]`.
"""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from probes.api import _
from probes.refusal import refused
from probes.secret import Secret

SHORTEST_PASSWORD = 8
"""RFC 3414 section 11.2; agents refuse shorter ones too."""


class Auth(Enum):
    """How messages are authenticated (RFC 3414, RFC 7860)."""

    MD5 = "md5"
    SHA1 = "sha1"
    SHA224 = "sha224"
    SHA256 = "sha256"
    SHA384 = "sha384"
    SHA512 = "sha512"


class Priv(Enum):
    """How messages are encrypted (RFC 3414, RFC 3826, two drafts).

    For AES-192 and AES-256 there are two ways to lengthen a short key: the draft of Blumenthal
    (net-snmp's AES-192 and AES-256), and Cisco's, which most other vendors follow (`-c`).
    """

    DES = "des"
    TRIPLE_DES = "3des"
    AES128 = "aes128"
    AES192 = "aes192"
    AES256 = "aes256"
    AES192_CISCO = "aes192-c"
    AES256_CISCO = "aes256-c"


class Community(BaseModel):
    """SNMPv1 or v2c: one word, sent in clear."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal["1", "2c"] = "2c"
    community: Secret


class Usm(BaseModel):
    """SNMPv3: a user, authenticated and encrypted as far as passwords are given."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal["3"] = "3"
    user: str = Field(min_length=1, max_length=32)
    auth: Auth = Auth.SHA256
    auth_password: Secret | None = None
    priv: Priv = Priv.AES128
    priv_password: Secret | None = None
    context: str = Field(default="", max_length=255)

    @model_validator(mode="after")
    def _passwords(self) -> Usm:
        if self.priv_password and not self.auth_password:
            raise refused(_("encryption needs auth_password too (RFC 3414 section 1.4)"))
        for password in (self.auth_password, self.priv_password):
            if password and len(password.reveal()) < SHORTEST_PASSWORD:
                raise refused(_("SNMPv3 passwords have at least 8 characters"))
        return self


def _kind(value: object) -> str:
    """Tell the two apart: by `version`, else by whether there is a user."""
    if isinstance(value, BaseModel):
        return "usm" if isinstance(value, Usm) else "community"
    if isinstance(value, dict):
        version = value.get("version", "3" if "user" in value else "2c")
        return "usm" if str(version) == "3" else "community"
    return "community"


SnmpCredential = Annotated[
    Annotated[Community, Tag("community")] | Annotated[Usm, Tag("usm")],
    Discriminator(_kind),
]
