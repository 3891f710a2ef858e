"""What every way of delivering mail promises."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

import pytest

from netwatch.config.settings import Relay
from netwatch.mail.delivery import Later, Posted, Taken
from netwatch.mail.folder import FolderTransport
from netwatch.mail.relays import SmtpTransport
from tests.mailroom import RecordingTransport
from tests.smtp_relay import Mailbox, relay, unused_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from netwatch.mail.delivery import Transport


class Way(Protocol):
    """A transport, what has arrived by it, and how to cut it off."""

    transport: Transport

    def arrived(self) -> list[bytes]: ...

    def cut(self) -> None: ...


class ByRecording:
    def __init__(self) -> None:
        self.transport = RecordingTransport()

    def arrived(self) -> list[bytes]:
        return [mail.content for mail in self.transport.taken]

    def cut(self) -> None:
        self.transport.away()


class ByFolder:
    def __init__(self, folder: Path) -> None:
        self.folder = folder / "mail"
        self.transport = FolderTransport(self.folder)

    def arrived(self) -> list[bytes]:
        return [path.read_bytes() for path in sorted(self.folder.glob("*.eml"), key=lambda path: path.stat().st_mtime)]

    def cut(self) -> None:
        self.transport._folder = self.folder / "file" / "below"
        (self.folder / "file").write_bytes(b"in the way")


class ByRelay:
    def __init__(self, box: Mailbox, port: int) -> None:
        self.box = box
        self.transport = SmtpTransport((_table(port),), time.monotonic)

    def arrived(self) -> list[bytes]:
        return self.box.contents

    def cut(self) -> None:
        self.transport = SmtpTransport((_table(unused_port()),), time.monotonic)


def _table(port: int) -> Relay:
    return Relay(host="127.0.0.1", port=port, tls="none", timeout=timedelta(seconds=5))


@pytest.fixture(params=["recording", "folder", "relay"])
async def way(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Way]:
    if request.param == "relay":
        box = Mailbox()
        async with relay(box) as port:
            made = ByRelay(box, port)
            yield made
            await made.transport.close()
    else:
        yield ByRecording() if request.param == "recording" else ByFolder(tmp_path)


def mail(number: int = 1, content: bytes = b"Subject: x\r\n\r\n.\r\n..dots\r\nend\r\n") -> Posted:
    return Posted("netwatch@hospital.example", "zhang@hospital.example", f"<{number}@hospital.example>", content)


async def test_what_is_taken_arrives_byte_for_byte(way: Way) -> None:
    outcome = await way.transport.send(mail())
    assert isinstance(outcome, Taken)
    assert outcome.relay
    assert way.arrived() == [mail().content]


async def test_several_mails_arrive_in_order(way: Way) -> None:
    contents = [f"Subject: {number}\r\n\r\nx\r\n".encode() for number in range(5)]
    for number, content in enumerate(contents):
        assert isinstance(await way.transport.send(mail(number, content)), Taken)
    assert way.arrived() == contents


async def test_a_repeat_under_the_same_name_is_taken_again(way: Way) -> None:
    first = await way.transport.send(mail())
    assert isinstance(first, Taken)
    assert isinstance(await way.transport.send(mail()), Taken)
    assert set(way.arrived()) == {mail().content}


async def test_it_can_be_used_again_after_it_was_closed_and_closed_twice(way: Way) -> None:
    await way.transport.close()
    assert isinstance(await way.transport.send(mail()), Taken)
    await way.transport.close()
    await way.transport.close()
    assert isinstance(await way.transport.send(mail(2)), Taken)


async def test_that_nothing_can_be_delivered_is_a_value_and_not_an_exception(way: Way) -> None:
    assert isinstance(await way.transport.send(mail()), Taken)
    await way.transport.close()
    way.cut()
    outcome = await way.transport.send(mail(2))
    assert isinstance(outcome, Later)
    assert outcome.away
    assert outcome.why
