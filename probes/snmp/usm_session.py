"""The conversation with one SNMPv3 engine: discovery, time, security levels (RFC 3412, RFC 3414). No I/O, no clock.

What is believed: the engine's id from a Report to our own unguessable message number; its time only from
authenticated messages. One session belongs to one device, so devices with a copied engine id do not meet.
"""

from __future__ import annotations

import itertools
import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from probes.api import Message, _
from probes.snmp import usm
from probes.snmp.ber import OCTETS, SEQUENCE, VERSION_3, BerError, Reader, element, integer
from probes.snmp.client import Cause, Oid, Unanswered
from probes.snmp.dialect import Again

if TYPE_CHECKING:
    from probes.snmp.codec import Codec, Pdu
    from probes.snmp.credentials import Usm

AUTHENTICATED, ENCRYPTED, REPORTABLE = 1, 2, 4
LARGEST_MESSAGE = 65507
USM_MODEL = 3
WINDOW = 150
"""Seconds by which an answer may be late (RFC 3414 section 2.2.3)."""

_STATS: Oid = (1, 3, 6, 1, 6, 3, 15, 1, 1)
_UNKNOWN_CONTEXT: Oid = (1, 3, 6, 1, 6, 3, 12, 1, 5)
_NOT_IN_TIME_WINDOW = 2
_UNKNOWN_ENGINE = 4
_REPORTS = {
    1: _("the device does not allow user {user} this security level: with or without encryption?"),
    3: _("the device knows no user {user}"),
    5: _("the device refuses the digest of user {user}: check the authentication password and protocol"),
    6: _("the device could not decrypt: check the privacy password and protocol of user {user}"),
}
_salts = itertools.count(secrets.randbits(63))
"""Never the same twice in this process, whatever the key."""


@dataclass(frozen=True, slots=True)
class _Engine:
    """What is known of the device's engine. Until `is_anchored`, boots and seconds are hearsay."""

    id: bytes = b""
    boots: int = 0
    seconds: int = 0
    at: float = 0.0
    is_anchored: bool = False

    def time(self, now: float) -> int:
        return min(self.seconds + int(now - self.at), 0x7FFFFFFF)

    def accepts(self, boots: int, seconds: int, now: float) -> bool:
        """RFC 3414 section 3.2, step 7b."""
        return (
            not self.is_anchored or boots > self.boots or (boots == self.boots and seconds >= self.time(now) - WINDOW)
        )


@dataclass(frozen=True, slots=True)
class _Received:
    """One message, taken apart: who sent it, and what it says."""

    engine: _Engine
    is_authentic: bool
    is_secret: bool
    pdu: Pdu


class UsmSession:
    """A `Dialect`: SNMPv3 with one user to one device."""

    def __init__(self, credential: Usm, codec: Codec) -> None:
        self._credential = credential
        self._codec = codec
        self._engine = _Engine()
        self._flags = (AUTHENTICATED if credential.auth_password else 0) | (
            ENCRYPTED if credential.priv_password else 0
        )

    @property
    def is_introduced(self) -> bool:
        """Whether the engine's id is known."""
        return bool(self._engine.id)

    def forget(self) -> None:
        """Begin again with discovery."""
        self._engine = _Engine()

    def seal(self, pdu: bytes, number: int, now: float) -> bytes:
        """Wrap a request PDU: as a discovery until the engine is known, then at the user's level."""
        engine = self._engine
        flags = self._flags if engine.id else 0
        header = integer(number) + integer(LARGEST_MESSAGE) + element(OCTETS, bytes((flags | REPORTABLE,)))
        scoped = self._scoped(pdu)
        salt = b""
        if flags & ENCRYPTED:
            salt = (next(_salts) & (2**64 - 1)).to_bytes(8, "big")
            scoped = element(OCTETS, self._encrypt(engine, engine.time(now), salt, scoped))
        tail = element(OCTETS, salt)
        blank = bytes(usm.DIGEST[self._credential.auth] if flags & AUTHENTICATED else 0)
        user = self._credential.user.encode() if engine.id else b""
        security = element(
            SEQUENCE,
            element(OCTETS, engine.id) + integer(engine.boots) + integer(engine.time(now) if engine.id else 0)
            + element(OCTETS, user) + element(OCTETS, blank) + tail,
        )  # fmt: skip
        message = element(
            SEQUENCE,
            integer(VERSION_3) + element(SEQUENCE, header + integer(USM_MODEL)) + element(OCTETS, security) + scoped,
        )
        end = len(message) - len(scoped) - len(tail)
        return self._sign(engine, message, end - len(blank), end) if blank else message

    def open(self, datagram: bytes, number: int, now: float) -> Pdu | Again | Unanswered | None:
        """Unwrap an answer or a Report."""
        try:
            received = self._take_apart(datagram, now)
        except (BerError, usm.DecryptionError):
            return None
        if received is None:
            return None
        if received.pdu.is_report:
            return self._report(received)
        return self._response(received, number, now)

    def _response(self, received: _Received, number: int, now: float) -> Pdu | None:
        if received.pdu.number != number or received.engine.id != self._engine.id:
            return None
        if self._flags & AUTHENTICATED and not received.is_authentic:
            return None
        if self._flags & ENCRYPTED and not received.is_secret:
            return None
        if self._flags & AUTHENTICATED:
            if not self._engine.accepts(received.engine.boots, received.engine.seconds, now):
                return None
            self._engine = replace(received.engine, is_anchored=True)
        return received.pdu

    def _report(self, received: _Received) -> Again | Unanswered | None:
        name = received.pdu.varbinds[0][0] if received.pdu.varbinds else ()
        user = self._credential.user
        if name[:9] == _UNKNOWN_CONTEXT:
            what = _("the device knows no context {context}")
            return Unanswered(Cause.AUTHENTICATION, Message(what, {"context": self._credential.context}))
        stat = name[9] if name[:9] == _STATS and len(name) > len(_STATS) else 0
        if stat == _UNKNOWN_ENGINE:
            return self._meet(received)
        if stat == _NOT_IN_TIME_WINDOW:
            return self._set_time(received)
        what = _REPORTS.get(stat, _("the device refuses the message of user {user} and does not say why"))
        return Unanswered(Cause.AUTHENTICATION, Message(what, {"user": user}))

    def _meet(self, received: _Received) -> Again | None:
        """Learn the engine's id: at first, and when the device behind the address was replaced."""
        if not received.engine.id or received.engine.id == self._engine.id:
            return None
        self._engine = received.engine
        return Again()

    def _set_time(self, received: _Received) -> Again | None:
        """Take the engine's time: the Report answers our own number, so it is fresh even where it goes back."""
        if received.engine.id != self._engine.id or (self._engine.is_anchored and not received.is_authentic):
            return None
        self._engine = replace(received.engine, is_anchored=received.is_authentic)
        return Again()

    def _take_apart(self, datagram: bytes, now: float) -> _Received | None:
        message = Reader(datagram).enter(SEQUENCE)
        if message.integer() != VERSION_3:
            return None
        header = message.enter(SEQUENCE)
        header.integer(), header.integer()
        flags = (header.octets() or b"\0")[0]
        security = message.enter(OCTETS).enter(SEQUENCE)
        engine = _Engine(security.octets(), security.integer(), security.integer(), now)
        security.octets()
        start, end = security.span(OCTETS)
        salt = security.octets()
        if flags & AUTHENTICATED and not self._is_authentic(engine, datagram, start, end):
            return None
        if flags & ENCRYPTED:
            scoped = Reader(self._decrypt(engine, salt, message.octets())).enter(SEQUENCE)
        else:
            scoped = message.enter(SEQUENCE)
        scoped.octets(), scoped.octets()
        pdu = self._codec.decode(scoped.data[scoped.at : scoped.end])
        return _Received(engine, bool(flags & AUTHENTICATED), bool(flags & ENCRYPTED), pdu) if pdu else None

    def _scoped(self, pdu: bytes) -> bytes:
        context = element(OCTETS, self._engine.id) + element(OCTETS, self._credential.context.encode())
        return element(SEQUENCE, context + pdu)

    def _auth_key(self, engine: _Engine) -> bytes | None:
        password = self._credential.auth_password
        return usm.auth_key(self._credential.auth, password.reveal(), engine.id) if password else None

    def _priv_key(self, engine: _Engine) -> bytes | None:
        password = self._credential.priv_password
        return (
            usm.priv_key(self._credential.auth, self._credential.priv, password.reveal(), engine.id)
            if password
            else None
        )

    def _sign(self, engine: _Engine, message: bytes, start: int, end: int) -> bytes:
        key = self._auth_key(engine) or b""
        return message[:start] + usm.digest(self._credential.auth, key, message) + message[end:]

    def _is_authentic(self, engine: _Engine, message: bytes, start: int, end: int) -> bool:
        key = self._auth_key(engine)
        if key is None or end - start != usm.DIGEST[self._credential.auth] or engine.id != self._engine.id:
            return False
        return usm.is_authentic(self._credential.auth, key, message, start, end)

    def _encrypt(self, engine: _Engine, seconds: int, salt: bytes, scoped: bytes) -> bytes:
        key = self._priv_key(engine) or b""
        return usm.encrypt(self._credential.priv, key, engine.boots, seconds, salt, scoped)

    def _decrypt(self, engine: _Engine, salt: bytes, secret: bytes) -> bytes:
        key = self._priv_key(engine)
        if key is None or not 0 <= engine.boots < 2**31 or not 0 <= engine.seconds < 2**31:
            raise usm.DecryptionError("encrypted, though no privacy was agreed")
        return usm.decrypt(self._credential.priv, key, engine.boots, engine.seconds, salt, secret)
