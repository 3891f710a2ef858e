"""How one logs in to a device over SSH: by password, by key or by both.

In configuration: `[credential.NAME]`; a collector finds its own by `shared.credentials[NAME]`.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, model_validator

from probes.api import _
from probes.refusal import refused
from probes.secret import Secret


class Login(BaseModel):
    """SSH: a user with a password, a private key, or both."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    user: str = Field(min_length=1, max_length=64)
    """Who logs in."""
    password: Secret | None = None
    """Their password."""
    key: Secret | None = None
    """Their private key, in OpenSSH or PEM form: as a rule `{ file = "…" }`."""
    passphrase: Secret | None = None
    """What the private key is encrypted with."""
    enable_password: Secret | None = None
    """The password of `enable`, on devices where whoever logs in may not read the configuration."""

    @model_validator(mode="after")
    def _ways(self) -> Login:
        if not self.password and not self.key:
            raise refused(_("needs a password or a key"))
        if self.passphrase and not self.key:
            raise refused(_("has a passphrase and no key that it is for"))
        for secret in (self.password, self.enable_password):
            if secret and not secret.reveal().isprintable():
                raise refused(_("has a password of more than one line"))
        return self
