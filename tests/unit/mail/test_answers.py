"""What relays answer, worded: bounded, on one line, and without our password."""

from __future__ import annotations

import socket
import ssl
from datetime import timedelta

import aiosmtplib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.config.settings import Relay
from netwatch.mail.answers import reason, verdict, worded
from netwatch.mail.delivery import Later, Outcome, Refused
from probes.secret import Secret

RELAY = Relay(
    host="relay.example", port=587, user="netwatch", password=Secret("s3cret-s3cret"), timeout=timedelta(seconds=9)
)
WHERE = "relay.example:587: "


def _refused(*codes: int) -> aiosmtplib.SMTPRecipientsRefused:
    return aiosmtplib.SMTPRecipientsRefused([aiosmtplib.SMTPRecipientRefused(code, "no", "x@y") for code in codes])


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (_refused(550), Refused(WHERE + "550 no")),
        (_refused(450), Later(WHERE + "450 no")),
        (_refused(550, 450), Later(WHERE + "550 no")),
        (aiosmtplib.SMTPDataError(554, "spam"), Refused(WHERE + "554 spam")),
        (aiosmtplib.SMTPDataError(451, "busy"), Later(WHERE + "451 busy")),
        (aiosmtplib.SMTPSenderRefused(550, "not you", "a@b"), Later(WHERE + "550 not you", away=True)),
        (aiosmtplib.SMTPHeloError(502, "what?"), Later(WHERE + "502 what?", away=True)),
        (aiosmtplib.SMTPResponseException(421, "going"), Later(WHERE + "421 going")),
        (
            aiosmtplib.SMTPServerDisconnected("Connection lost"),
            Later(WHERE + "breaks off the connection", dropped=True),
        ),
        (TimeoutError(), Later(WHERE + "no answer within 9 s", dropped=True)),
        (aiosmtplib.SMTPReadTimeoutError("Timed out"), Later(WHERE + "no answer within 9 s", dropped=True)),
        (ConnectionResetError(104, "reset"), Later(WHERE + "Connection reset by peer", dropped=True)),
        (ConnectionResetError(), Later(WHERE + "ConnectionResetError", dropped=True)),
        (ValueError("bad address"), Refused(WHERE + "bad address")),
    ],
)
def test_each_failure_has_its_verdict(error: Exception, outcome: Outcome) -> None:
    assert verdict(error, RELAY) == outcome


def test_a_certificate_is_named_as_the_trouble_even_behind_another_error() -> None:
    error = aiosmtplib.SMTPConnectError("Error connecting: ")
    cause = ssl.SSLCertVerificationError()
    cause.verify_message = "self-signed certificate"
    error.__cause__ = cause
    assert worded(error, RELAY) == "its certificate is not trusted: self-signed certificate"


@pytest.mark.parametrize(
    ("cause", "told"),
    [
        (ConnectionRefusedError(111, "Connect call failed ('127.0.0.1', 25)"), "cannot be reached: Connection refused"),
        (socket.gaierror(-2, "Name or service not known"), "cannot be reached: Name or service not known"),
        (aiosmtplib.SMTPServerDisconnected("Unexpected EOF received"), "breaks off the connection"),
    ],
)
def test_a_relay_that_cannot_be_reached_is_told_in_the_words_of_the_system(cause: Exception, told: str) -> None:
    error = aiosmtplib.SMTPConnectError(f"Error connecting to relay.example on port 587: {cause}")
    error.__cause__ = cause
    assert worded(error, RELAY) == told


def test_of_a_refused_sign_in_only_the_code_is_told() -> None:
    error = aiosmtplib.SMTPAuthenticationError(535, "you sent AG5ldHdhdGNo")
    assert worded(error, RELAY) == "refuses the user name or password (535)"


@given(st.text(max_size=2000))
def test_any_answer_is_one_short_line_without_the_password(text: str) -> None:
    said = reason(f"{text[:150]}s3cret-s3cret{text}", RELAY)
    assert len(said) <= 200
    assert said.isprintable()
    assert "s3cret-s3cret" not in said
