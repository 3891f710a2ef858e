"""What a device with a command line needs in the configuration."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from probes.api import _
from probes.options import Port, ProbeOptions, Seconds
from probes.platforms.platform import spoken
from probes.refusal import refused
from probes.ssh.credentials import Login
from probes.ssh.hostkey import FINGERPRINT


def _platform(name: str) -> str:
    if name not in spoken():
        raise refused(
            _("there is no platform '{name}'; the platforms are: {names}"), name=name, names=", ".join(spoken())
        )
    return name


def fingerprint(text: str) -> str:
    """Take the fingerprint of a host key, as `ssh-keygen -l` prints it, and nothing else."""
    if not FINGERPRINT.fullmatch(text):
        raise refused(_('must be a fingerprint such as "SHA256:…", with 43 characters behind it'))
    return text


class CliOptions(ProbeOptions):
    """How to read a device by its command line."""

    credentials: ClassVar[tuple[type, ...]] = (Login,)
    """What its credential may be."""

    platform: Annotated[str, AfterValidator(_platform)]
    """What kind of device it is: which commands read it, and what its text means."""
    credential: str
    """The `[credential.NAME]` to log in with."""
    port: Port = 22
    host_key: Annotated[str, AfterValidator(fingerprint)] | None = None
    """The fingerprint of its host key, as `ssh-keygen -l` prints it. Without it nobody logs in: the first try names it."""
    legacy: bool = False
    """Offer this device algorithms of yesterday as well: SHA-1 key exchange, ssh-rsa, CBC."""
    connect: Seconds = 15.0
    """Seconds until the log-in must be done."""
    idle: Annotated[float, Field(ge=5, le=300)] = 30.0
    """Seconds to wait for the next byte of an answer."""
    total: Annotated[float, Field(ge=5, le=3600)] = 300.0
    """Seconds for the whole visit."""
