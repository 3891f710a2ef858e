"""The SMTP transport against real servers: encrypted, signed in, refusing, hanging, breaking off."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from netwatch.config.settings import Relay
from netwatch.mail.delivery import Later, Outcome, Posted, Refused, Taken
from netwatch.mail.relays import SmtpTransport
from probes.secret import Secret
from tests.smtp_relay import PASSWORD, USER, Certificate, Mailbox, listener, relay, script, tarpit, unused_port

if TYPE_CHECKING:
    from collections.abc import Callable

MAIL = Posted("netwatch@hospital.example", "zhang@hospital.example", "<1@x>", b"Subject: x\r\n\r\n.hello\r\n")
GREETING = b"220 relay.test"


def at(port: int, **more: Any) -> Relay:
    """Return the table of a relay on loopback."""
    return Relay(**{"host": "127.0.0.1", "port": port, "tls": "none", "timeout": timedelta(seconds=5), **more})


async def send(*relays: Relay, mail: Posted = MAIL) -> Outcome:
    """Send one mail by these relays."""
    transport = SmtpTransport(relays, time.monotonic)
    try:
        return await transport.send(mail)
    finally:
        await transport.close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return Certificate(tmp_path_factory.mktemp("certificate"))


async def test_a_relay_takes_a_mail_and_its_answer_is_kept() -> None:
    box = Mailbox()
    async with relay(box) as port:
        assert await send(at(port)) == Taken(f"127.0.0.1:{port}", "2.0.0 taken as 4711")
    (envelope,) = box.taken
    assert (envelope.mail_from, envelope.rcpt_tos) == (MAIL.sender, [MAIL.recipient])
    assert box.contents == [MAIL.content]


async def test_a_batch_goes_over_one_connection() -> None:
    box = Mailbox()
    async with relay(box) as port:
        transport = SmtpTransport((at(port),), time.monotonic)
        for _number in range(5):
            assert isinstance(await transport.send(MAIL), Taken)
        await transport.close()
        assert (len(box.taken), box.connections) == (5, 1)
        assert isinstance(await transport.send(MAIL), Taken), "it can be used after it was closed"
        await transport.close()
        assert box.connections == 2


async def test_a_connection_that_died_in_between_is_made_anew() -> None:
    box = Mailbox()
    port = unused_port()
    transport = SmtpTransport((at(port),), time.monotonic)
    async with relay(box, port=port):
        assert isinstance(await transport.send(MAIL), Taken)
        box._server.transport.abort()
        assert isinstance(await transport.send(MAIL), Taken)
        await transport.close()


@pytest.mark.parametrize(("implicit", "tls"), [(False, "starttls"), (True, "implicit")])
async def test_mail_is_encrypted_and_signed_in(certificate: Certificate, tls: str, implicit: bool) -> None:
    box = Mailbox()
    async with relay(box, tls=certificate.server, implicit=implicit, auth=True) as port:
        given = at(port, tls=tls, ca_file=certificate.file, user=USER, password=Secret(PASSWORD))
        assert isinstance(await send(given), Taken)
    assert (box.encrypted, box.users) == ([True], [USER.encode()])


async def test_a_certificate_that_nobody_vouches_for_is_not_trusted(certificate: Certificate) -> None:
    async with relay(Mailbox(), tls=certificate.server) as port:
        outcome = await send(at(port, tls="starttls"))
        assert outcome == Later(f"127.0.0.1:{port}: its certificate is not trusted: self-signed certificate", away=True)
        assert isinstance(await send(at(port, tls="starttls", verify=False)), Taken)


async def test_a_relay_without_starttls_gets_neither_mail_nor_password(certificate: Certificate) -> None:
    box = Mailbox()
    async with relay(box) as port:
        outcome = await send(at(port, tls="starttls", ca_file=certificate.file, user=USER, password=Secret(PASSWORD)))
    assert isinstance(outcome, Later)
    assert outcome.away
    assert box.taken == []


async def test_a_wrong_password_is_the_relays_trouble_and_is_not_told(certificate: Certificate) -> None:
    async with relay(Mailbox(), tls=certificate.server, auth=True) as port:
        wrong = at(port, tls="starttls", ca_file=certificate.file, user=USER, password=Secret("wrong-secret"))
        outcome = await send(wrong)
    assert outcome == Later(f"127.0.0.1:{port}: refuses the user name or password (535)", away=True)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("550 5.1.1 no such user", Refused),
        ("553 5.7.1 not here", Refused),
        ("450 4.2.0 greylisted", Later),
        ("452 4.2.2 mailbox full", Later),
    ],
)
async def test_a_5xx_for_the_recipient_is_for_good_and_a_4xx_is_not(answer: str, expected: type) -> None:
    box = Mailbox()
    box.rcpt = lambda _address: answer
    async with relay(box) as port:
        outcome = await send(at(port))
    assert isinstance(outcome, expected)
    assert not isinstance(outcome, Taken)
    assert outcome.why == f"127.0.0.1:{port}: {answer}"
    assert not getattr(outcome, "away", False)
    assert not getattr(outcome, "dropped", False)


async def test_after_a_refusal_the_next_mail_goes_over_the_same_connection() -> None:
    box = Mailbox()
    box.rcpt = lambda address: "550 no such user" if address.startswith("nobody") else "250 OK"
    async with relay(box) as port:
        transport = SmtpTransport((at(port),), time.monotonic)
        nobody = Posted(MAIL.sender, "nobody@hospital.example", "<2@x>", MAIL.content)
        assert isinstance(await transport.send(nobody), Refused)
        assert isinstance(await transport.send(MAIL), Taken)
        await transport.close()
    assert box.connections == 1


@pytest.mark.parametrize(("answer", "expected"), [("554 5.7.1 looks like spam", Refused), ("451 scanner down", Later)])
async def test_the_content_may_be_refused(answer: str, expected: type) -> None:
    box = Mailbox()
    box.data = lambda: answer
    async with relay(box) as port:
        assert isinstance(await send(at(port)), expected)


async def test_nobody_listens() -> None:
    outcome = await send(at(unused_port()))
    assert isinstance(outcome, Later)
    assert outcome.away
    assert "Connect call failed" in outcome.why or "refused" in outcome.why.lower()


@pytest.mark.parametrize(
    ("serve", "sentence"),
    [
        (script(b"554 5.7.1 you are on a list"), "554 5.7.1 you are on a list"),
        (script(b"421 too busy"), "421 too busy"),
        (script(b"HTTP/1.1 400 Bad Request"), ""),
        (script(b"220 \xff\xfe\x1b[31mred"), ""),
        (script(), ""),
        (script(GREETING, b"500 what?", b"500 what?"), "500 what?"),
        (script(GREETING, b"250 relay.test", b"530 5.7.0 sign in first"), "530 5.7.0 sign in first"),
    ],
)
async def test_a_relay_that_cannot_be_talked_to_is_away(serve: Callable[..., Any], sentence: str) -> None:
    async with listener(serve) as port:
        outcome = await send(at(port))
    assert isinstance(outcome, Later)
    assert outcome.away
    assert sentence in outcome.why
    assert outcome.why.isprintable()


async def test_a_connection_that_breaks_off_before_the_answer_to_the_data_may_be_tried_again() -> None:
    box = Mailbox()
    box.drop_data = True
    async with relay(box) as port:
        outcome = await send(at(port))
    assert isinstance(outcome, Later)
    assert (outcome.away, outcome.dropped) == (False, True)


async def test_a_tarpit_takes_no_longer_than_its_timeout() -> None:
    async with listener(tarpit) as port:
        started = time.monotonic()
        outcome = await send(at(port, timeout=timedelta(seconds=1)))
        assert time.monotonic() - started < 3
    assert outcome == Later(f"127.0.0.1:{port}: no answer within 1 s", away=True)


async def test_a_relay_that_dribbles_is_bounded_too() -> None:
    async def dribble(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"220-x\r\n")
            await writer.drain()
            await asyncio.sleep(0.05)

    async with listener(dribble) as port:
        started = time.monotonic()
        assert isinstance(await send(at(port, timeout=timedelta(seconds=1))), Later)
        assert time.monotonic() - started < 3


async def test_a_relay_that_hangs_at_the_data_is_bounded_too() -> None:
    box = Mailbox()
    box.hang = 30
    async with relay(box) as port:
        started = time.monotonic()
        outcome = await send(at(port, timeout=timedelta(seconds=1)))
        assert time.monotonic() - started < 3
    assert isinstance(outcome, Later)
    assert outcome.dropped


async def test_a_slow_greeting_within_the_timeout_is_waited_for() -> None:
    answers = (GREETING, b"250 relay.test", b"250 OK", b"250 OK", b"354 go on", b"250 taken")
    async with listener(script(*answers, greets_after=0.5)) as port:
        transport = SmtpTransport((at(port, timeout=timedelta(seconds=3)),), time.monotonic)
        one_line = Posted(MAIL.sender, MAIL.recipient, MAIL.message_id, b"")
        assert isinstance(await transport.send(one_line), Taken)
        await transport.close()


@pytest.mark.parametrize("first", ["away", "refuses", "drops"])
async def test_the_second_relay_takes_what_the_first_does_not(first: str) -> None:
    bad, good = Mailbox(), Mailbox()
    if first == "refuses":
        bad.rcpt = lambda _address: "550 relaying denied"
    bad.drop_data = first == "drops"
    async with relay(bad) as bad_port, relay(good) as port:
        outcome = await send(at(unused_port() if first == "away" else bad_port), at(port))
    assert outcome == Taken(f"127.0.0.1:{port}", "2.0.0 taken as 4711")
    assert (len(bad.taken), len(good.taken)) == (0, 1)


async def test_only_when_every_relay_refuses_it_is_for_good() -> None:
    bad = Mailbox()
    bad.rcpt = lambda _address: "550 no such user"
    async with relay(bad) as one, relay(bad) as two:
        assert isinstance(await send(at(one), at(two)), Refused)
        mixed = await send(at(one), at(unused_port()))
    assert isinstance(mixed, Later)
    assert not mixed.away


async def test_one_tarpit_holds_up_one_mail_and_not_all() -> None:
    good = Mailbox()
    async with listener(tarpit) as trap, relay(good) as port:
        transport = SmtpTransport((at(trap, timeout=timedelta(seconds=1)), at(port)), time.monotonic)
        started = time.monotonic()
        for _number in range(20):
            assert isinstance(await transport.send(MAIL), Taken)
        await transport.close()
    assert time.monotonic() - started < 3


async def test_a_relay_that_failed_is_tried_first_again_after_its_rest() -> None:
    first, second = Mailbox(), Mailbox()
    port = unused_port()
    now = 0.0
    async with relay(second) as other:
        transport = SmtpTransport((at(port), at(other)), lambda: now)
        assert isinstance(await transport.send(MAIL), Taken)
        async with relay(first, port=port):
            now = 29.0
            assert isinstance(await transport.send(MAIL), Taken)
            assert (len(first.taken), len(second.taken)) == (0, 2)
            now = 31.0
            assert isinstance(await transport.send(MAIL), Taken)
            assert (len(first.taken), len(second.taken)) == (1, 2)
            await transport.close()


async def test_when_all_rest_they_are_tried_nevertheless() -> None:
    port = unused_port()
    transport = SmtpTransport((at(port),), lambda: 0.0)
    assert isinstance(await transport.send(MAIL), Later)
    async with relay(Mailbox(), port=port):
        assert isinstance(await transport.send(MAIL), Taken)
        await transport.close()


async def test_no_relay_repeats_our_password_into_a_log() -> None:
    secret = "hunter2-hunter2"
    encoded = "AG5ldHdhdGNoAGh1bnRlcjItaHVudGVyMg"
    answers = (
        GREETING,
        b"250-relay.test\r\n250 AUTH PLAIN",
        b"235 welcome",
        b"250 OK",
        f"550 you are {secret} and {encoded}==".encode(),
    )
    async with listener(script(*answers)) as port:
        outcome = await send(at(port, user="netwatch", password=Secret(secret)))
    assert isinstance(outcome, Refused)
    assert "550 you are *** and ***" in outcome.why
    assert secret not in outcome.why
    assert encoded not in outcome.why


async def test_cancelling_leaves_no_connection_behind() -> None:
    box = Mailbox()
    box.hang = 30
    async with relay(box) as port:
        transport = SmtpTransport((at(port),), time.monotonic)
        async with asyncio.TaskGroup() as group:
            task = group.create_task(transport.send(MAIL))
            await asyncio.wait_for(box.asked.wait(), 5)
            task.cancel()
        await transport.close()
