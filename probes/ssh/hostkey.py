"""The host key of a device: pinned by its fingerprint, never learned by itself.

An unknown key is told, so that somebody can compare it with what stands on the device and write it into the
configuration. Another key than the pinned one means another device, or somebody in between. In both cases the
connection ends before the log-in: no password is sent.
"""

from __future__ import annotations

import re

from probes.api import Failure, Message, Trouble, _

FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")
"""A fingerprint as `ssh-keygen -l` prints it (RFC 4648 section 4 without padding)."""
_UNKNOWN = _("the host key {fingerprint} of {address} is not approved; compare it with the device's own and pin it")
_CHANGED = _(
    "{address} shows the host key {fingerprint}, and {pinned} is pinned: it is another device, or somebody is in "
    "between. Nothing is read until somebody has looked"
)


def failure(address: str, fingerprint: str, pinned: str | None) -> Failure:
    """Return why a host key was not believed. The fingerprint is in the values of the message."""
    values: dict[str, str | int | float] = {"address": address, "fingerprint": fingerprint}
    if pinned is None:
        return Failure(Trouble.IDENTITY, Message(_UNKNOWN, values))
    return Failure(Trouble.IDENTITY, Message(_CHANGED, values | {"pinned": pinned}))


def has_changed(outcome: object) -> bool:
    """Tell whether a visit failed because the device shows another host key than the pinned one."""
    return isinstance(outcome, Failure) and outcome.trouble is Trouble.IDENTITY and outcome.detail.template == _CHANGED


def offered(outcome: object) -> str:
    """Return the fingerprint that a device showed and that was not believed, or nothing."""
    if isinstance(outcome, Failure) and outcome.trouble is Trouble.IDENTITY:
        return str(outcome.detail.values.get("fingerprint", ""))
    return ""
