"""What the operating system says when a connection fails, in words for people."""

from __future__ import annotations

from errno import (
    EACCES,
    ECONNABORTED,
    ECONNREFUSED,
    ECONNRESET,
    EHOSTDOWN,
    EHOSTUNREACH,
    ENETDOWN,
    ENETUNREACH,
    EPERM,
    EPIPE,
    ETIMEDOUT,
)
from typing import TYPE_CHECKING

from probes.api import Failure, Message, Trouble, _

if TYPE_CHECKING:
    from probes.names import Address

_UNREACHABLE = frozenset({EACCES, EHOSTDOWN, EHOSTUNREACH, ENETDOWN, ENETUNREACH, EPERM})
_CLOSED = frozenset({ECONNABORTED, ECONNRESET, EPIPE})


def no_answer(address: Address, port: int, seconds: float) -> Failure:
    """Say that nothing came within these seconds."""
    sentence = _("Port {port} of {address} did not answer within {seconds} s")
    return Failure(Trouble.TIMEOUT, Message(sentence, {"port": port, "address": str(address), "seconds": seconds}))


def closed(address: Address, port: int) -> Failure:
    """Say that the other side ended the connection without an answer."""
    sentence = _("{address} closed the connection to port {port} without an answer")
    return Failure(Trouble.PROTOCOL, Message(sentence, {"port": port, "address": str(address)}))


def no_connection(error: OSError, address: Address, port: int, seconds: float) -> Failure:
    """Say why a connection to a port failed; `seconds` is how long one waited."""
    values: dict[str, str | int | float] = {"address": str(address), "port": port, "error": _words(error)}
    if isinstance(error, TimeoutError) or error.errno == ETIMEDOUT:
        return no_answer(address, port, seconds)
    if error.errno == ECONNREFUSED:
        return Failure(Trouble.REFUSED, Message(_("{address} refuses connections to port {port}"), values))
    if error.errno in _UNREACHABLE:
        return Failure(Trouble.UNREACHABLE, Message(_("{address} cannot be reached: {error}"), values))
    if error.errno in _CLOSED:
        return closed(address, port)
    return Failure(Trouble.UNEXPECTED, Message(_("The connection to {address} port {port} failed: {error}"), values))


def _words(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__
