"""The conversation with one SNMPv3 engine (design rule 9): what is believed, and when to begin again."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.secret import Secret
from probes.snmp import usm
from probes.snmp.ber import OCTETS, SEQUENCE, Reader, element, integer
from probes.snmp.client import Cause, Oid, Unanswered, oid
from probes.snmp.codec import Kind, Pdu, Question
from probes.snmp.credentials import Auth, Priv, Usm
from probes.snmp.dialect import Again
from probes.snmp.usm_session import UsmSession
from probes.snmp.wire import WireCodec, encode_oid

CODEC = WireCodec()
NAME = oid("1.3.6.1.2.1.1.3.0")
STATS = oid("1.3.6.1.6.3.15.1.1")
AUTH_WORD, PRIV_WORD = "correct horse", "battery staple"
CREDENTIAL = Usm(
    user="netwatch",
    auth=Auth.SHA256,
    auth_password=Secret(AUTH_WORD),
    priv=Priv.AES128,
    priv_password=Secret(PRIV_WORD),
)
NUMBER = 0x12345678


@dataclass
class Engine:
    """The agent's side, as far as these tests need it."""

    id: bytes = b"\x80\x00\x7e\xd9\x04engine"
    boots: int = 5
    seconds: int = 1000

    def response(
        self, *, number: int = NUMBER, inner: int = NUMBER, auth: bool = True, priv: bool = True, word: str = AUTH_WORD
    ) -> bytes:
        return self._message(self._pdu(0xA2, inner, NAME, integer(42)), number, auth=auth, priv=priv, word=word)

    def report(self, stat: int, *, auth: bool = False) -> bytes:
        return self._message(
            self._pdu(0xA8, 0, (*STATS, stat, 0), element(0x41, b"\x01")), NUMBER, auth=auth, priv=False
        )

    def _pdu(self, tag: int, number: int, name: Oid, value: bytes) -> bytes:
        varbind = element(SEQUENCE, element(0x06, encode_oid(name)) + value)
        return element(tag, integer(number) + integer(0) + integer(0) + element(SEQUENCE, varbind))

    def _message(self, pdu: bytes, number: int, *, auth: bool, priv: bool, word: str = AUTH_WORD) -> bytes:
        scoped = element(SEQUENCE, element(OCTETS, self.id) + element(OCTETS, b"") + pdu)
        salt = b""
        if priv:
            salt = b"12345678"
            key = usm.priv_key(Auth.SHA256, Priv.AES128, PRIV_WORD, self.id)
            scoped = element(OCTETS, usm.encrypt(Priv.AES128, key, self.boots, self.seconds, salt, scoped))
        blank = bytes(24 if auth else 0)
        tail = element(OCTETS, salt)
        security = element(
            SEQUENCE,
            element(OCTETS, self.id)
            + integer(self.boots)
            + integer(self.seconds)
            + element(OCTETS, b"netwatch")
            + element(OCTETS, blank)
            + tail,
        )
        flags = element(OCTETS, bytes((auth + 2 * priv,)))
        head = element(SEQUENCE, integer(number) + integer(65507) + flags + integer(3))
        message = element(SEQUENCE, integer(3) + head + element(OCTETS, security) + scoped)
        if not auth:
            return message
        end = len(message) - len(scoped) - len(tail)
        digest = usm.digest(Auth.SHA256, usm.auth_key(Auth.SHA256, word, self.id), message)
        return message[: end - 24] + digest + message[end:]


def introduced(engine: Engine, now: float = 0.0) -> UsmSession:
    session = UsmSession(CREDENTIAL, CODEC)
    assert isinstance(session.open(engine.report(4), NUMBER, now), Again)
    return session


def synchronised(engine: Engine, now: float = 0.0) -> UsmSession:
    session = introduced(engine, now)
    assert isinstance(session.open(engine.response(), NUMBER, now), Pdu)
    return session


def claimed(message: bytes) -> tuple[bytes, int, int, bytes]:
    """Return engine id, boots, time and user of a message."""
    reader = Reader(message).enter(SEQUENCE)
    reader.integer()
    reader.span(SEQUENCE)
    security = reader.enter(OCTETS).enter(SEQUENCE)
    return security.octets(), security.integer(), security.integer(), security.octets()


def asked(session: UsmSession, now: float) -> tuple[bytes, int, int, bytes]:
    return claimed(session.seal(CODEC.encode(Question(Kind.GET, (NAME,)), NUMBER), NUMBER, now))


def test_the_first_message_asks_for_the_engine_without_a_user() -> None:
    session = UsmSession(CREDENTIAL, CODEC)
    assert not session.is_introduced
    assert asked(session, 0) == (b"", 0, 0, b"")


def test_then_the_user_speaks_with_the_time_as_hearsay() -> None:
    session = introduced(Engine())
    assert session.is_introduced
    assert asked(session, 7.5) == (Engine().id, 5, 1007, b"netwatch")


def test_an_answer_is_read_and_its_time_believed() -> None:
    session = introduced(Engine())
    found = session.open(Engine(seconds=1100).response(), NUMBER, 10)
    assert isinstance(found, Pdu)
    assert found.varbinds == ((NAME, 42),)
    assert asked(session, 20)[1:3] == (5, 1110)


def test_a_report_about_time_sets_the_clock_even_back() -> None:
    """A device that forgets its boots begins again at one; the answer to our own number is fresh."""
    session = synchronised(Engine())
    assert isinstance(session.open(Engine(boots=1, seconds=3).report(2, auth=True), NUMBER, 100), Again)
    assert asked(session, 101)[1:3] == (1, 4)


def test_time_is_taken_only_from_authentic_messages_once_it_is_known() -> None:
    session = synchronised(Engine())
    assert session.open(Engine(boots=9, seconds=9).report(2), NUMBER, 1) is None
    assert asked(session, 1)[1:3] == (5, 1001)


@pytest.mark.parametrize(("boots", "seconds"), [(4, 5000), (5, 700)], ids=["older start", "older by minutes"])
def test_a_replayed_answer_is_not_believed(boots: int, seconds: int) -> None:
    session = synchronised(Engine())
    assert session.open(Engine(boots=boots, seconds=seconds).response(), NUMBER, 0) is None


def test_an_answer_may_be_a_little_late() -> None:
    session = synchronised(Engine())
    assert isinstance(session.open(Engine(seconds=900).response(), NUMBER, 0), Pdu)


def test_answers_below_the_agreed_level_are_not_believed() -> None:
    session = synchronised(Engine())
    assert session.open(Engine().response(priv=False), NUMBER, 0) is None
    assert session.open(Engine().response(auth=False, priv=False), NUMBER, 0) is None


def test_a_digest_by_another_password_is_not_believed() -> None:
    session = synchronised(Engine())
    assert session.open(Engine().response(word="somebody else"), NUMBER, 0) is None


def test_an_answer_to_another_question_is_none() -> None:
    session = synchronised(Engine())
    assert session.open(Engine().response(inner=1), NUMBER, 0) is None


def test_a_replaced_device_is_met_anew() -> None:
    session = synchronised(Engine())
    other = Engine(id=b"\x80\x00\x7e\xd9\x04another", boots=1, seconds=10)
    assert isinstance(session.open(other.report(4), NUMBER, 50), Again)
    assert asked(session, 50) == (other.id, 1, 10, b"netwatch")
    assert isinstance(session.open(other.response(), NUMBER, 50), Pdu)


def test_answers_of_the_replaced_device_are_no_longer_believed() -> None:
    session = synchronised(Engine())
    session.open(Engine(id=b"\x80\x00\x7e\xd9\x04another").report(4), NUMBER, 0)
    assert session.open(Engine().response(), NUMBER, 0) is None


def test_after_a_silence_it_begins_with_discovery() -> None:
    session = synchronised(Engine())
    session.forget()
    assert not session.is_introduced


@pytest.mark.parametrize(("stat", "words"), [(1, "level"), (3, "no user"), (5, "digest"), (6, "decrypt")])
def test_what_the_device_refuses_is_said(stat: int, words: str) -> None:
    session = introduced(Engine())
    found = session.open(Engine().report(stat), NUMBER, 0)
    assert isinstance(found, Unanswered)
    assert found.cause is Cause.AUTHENTICATION
    assert words in str(found.detail)
    assert AUTH_WORD not in repr(found)


def test_two_sessions_to_copied_engines_do_not_meet() -> None:
    """Cloned machines share an engine id but not the time of their start."""
    one, two = synchronised(Engine(boots=3, seconds=90_000)), synchronised(Engine(boots=8, seconds=20))
    assert asked(one, 0)[1:3] == (3, 90_000)
    assert asked(two, 0)[1:3] == (8, 20)


@given(st.binary(max_size=300), st.data())
def test_whatever_comes_never_raises(noise: bytes, data: st.DataObject) -> None:
    session = synchronised(Engine())
    session.open(noise, NUMBER, 0)
    for whole in (Engine().response(), Engine().report(2, auth=True), Engine().report(4)):
        octets = bytearray(whole)
        octets[data.draw(st.integers(0, len(octets) - 1))] ^= data.draw(st.integers(1, 255))
        session.open(bytes(octets), NUMBER, 0)
        session.open(whole[: data.draw(st.integers(0, len(whole)))], NUMBER, 0)
