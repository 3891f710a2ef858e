"""From a fault to a mailbox: real configuration, database, worker and SMTP servers; only the clock is moved."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from netwatch.cli import main
from netwatch.domain.model import Severity
from netwatch.mail import transport_of
from netwatch.mail.delivery import Posted, Refused, Taken
from netwatch.mail.relays import SmtpTransport
from netwatch.storage.outbox import Delivery
from netwatch.workers.mailer import Mailer
from probes.api import Message
from tests.exim import exim
from tests.mailroom import Mailroom, html_of, parsed, text_of
from tests.smtp_relay import PASSWORD, USER, Certificate, Mailbox, listener, relay, tarpit, unused_port

if TYPE_CHECKING:
    from collections.abc import Iterator

RELAY = """
[[mail.relay]]
host = "127.0.0.1"
port = {port}
tls = "none"
timeout = "1s"
"""
ENCRYPTED = """
[[mail.relay]]
host = "127.0.0.1"
port = {port}
tls = "starttls"
ca_file = "{ca_file}"
user = "{user}"
password = {{ file = "password" }}
timeout = "5s"
"""


class Office:
    """A mail room whose mail leaves by real relays."""

    def __init__(self, folder: Path, relays: str) -> None:
        (folder / "password").write_text(PASSWORD)
        (folder / "password").chmod(0o600)
        self.room = Mailroom(folder, mail='page = "https://netwatch.hospital.example"\n' + relays)
        self.start()

    def start(self) -> None:
        """Start the worker, as after a crash."""
        room = self.room
        room.mailer = Mailer(room.database, lambda: room.settings, room.clock, room.progress, transports=transport_of)


async def test_a_fault_reaches_the_mailbox_of_who_is_on_duty(tmp_path: Path) -> None:
    certificate = Certificate(tmp_path)
    box = Mailbox()
    async with relay(box, tls=certificate.server, auth=True) as port:
        office = Office(tmp_path, ENCRYPTED.format(port=port, ca_file=certificate.file, user=USER))
        with capture_logs() as logged:
            (fault,) = office.room.opened("core")
            await office.room.turn()
        office.room.database.close()
    (envelope,) = box.taken
    assert (envelope.mail_from, envelope.rcpt_tos, box.encrypted) == (
        "netwatch@localhost",
        ["zhang@hospital.example"],
        [True],
    )
    mail = parsed(box.contents[0])
    assert mail["Subject"] == "[Critical] core: no answer"
    assert mail["X-Netwatch-Fault"] == str(fault.id)
    assert f"https://netwatch.hospital.example/faults/{fault.id}" in text_of(box.contents[0])
    assert f"https://netwatch.hospital.example/faults/{fault.id}" in html_of(box.contents[0])
    assert [entry["event"] for entry in logged] == ["mail sent"]
    kept = [path.read_bytes() for path in (tmp_path / "netwatch.db", tmp_path / "netwatch.db-wal") if path.exists()]
    assert kept
    assert PASSWORD.encode() not in b"".join(kept)
    assert PASSWORD not in str(logged) + repr(office.room.settings)


async def test_after_an_hours_outage_the_first_mail_leaves_within_half_a_minute_and_the_rest_as_one(
    tmp_path: Path,
) -> None:
    box = Mailbox()
    port = unused_port()
    office = Office(tmp_path, RELAY.format(port=port))
    room = office.room
    room.opened("core")
    await room.turn()
    for _number in range(12):
        room.opened("sw1", severity=Severity.MINOR)
        await room.minutes(5, step=100)
    assert box.taken == []
    async with relay(box, port=port):
        back = room.now
        while not box.taken:
            await room.turn(1)
        assert (room.now - back).total_seconds() <= 30
        await room.minutes(2)
    room.database.close()
    assert [str(parsed(content)["Subject"]) for content in box.contents] == [
        "[Critical] core: no answer",
        "[Minor] 12 faults, worst: sw1",
    ]


async def test_a_relay_that_drops_at_the_data_for_an_hour_loses_nothing(tmp_path: Path) -> None:
    box = Mailbox()
    box.drop_data = True
    async with relay(box) as port:
        office = Office(tmp_path, RELAY.format(port=port))
        room = office.room
        for _number in range(12):
            room.opened("sw1", severity=Severity.MINOR)
            await room.minutes(5, step=100)
        box.drop_data = False
        back = room.now
        while not box.taken:
            await room.turn(1)
        assert (room.now - back).total_seconds() <= 30
        await room.minutes(2)
        room.database.close()
    subjects = [str(parsed(content)["Subject"]) for content in box.contents]
    assert subjects == ["[Minor] sw1: no answer", "[Minor] 11 faults, worst: sw1"]


async def test_a_tarpit_in_front_does_not_keep_a_mail_from_the_second_relay(tmp_path: Path) -> None:
    box = Mailbox()
    async with listener(tarpit) as trap, relay(box) as port:
        office = Office(tmp_path, RELAY.format(port=trap) + RELAY.format(port=port))
        office.room.opened("core", "sw1", "sw2")
        async with asyncio.timeout(5):
            await office.room.turn()
        office.room.database.close()
    assert len(box.taken) == 3


async def test_a_crash_after_the_relays_yes_repeats_one_mail_with_the_same_message_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = Mailbox()

    def crash(*_args: object, **_more: object) -> None:
        raise KeyboardInterrupt

    async with relay(box) as port:
        office = Office(tmp_path, RELAY.format(port=port))
        room = office.room
        (fault,) = room.opened("core")
        with monkeypatch.context() as patch:
            patch.setattr("netwatch.mail.outcomes.record", crash)
            with pytest.raises(KeyboardInterrupt):
                await room.turn()
        await room.mailer._transport.close()
        office.start()
        await room.turn(1)
        assert room.states()[f"fault/{fault.id}/0/zhang"] is Delivery.SENT
        room.database.close()
    assert len({parsed(content)["Message-ID"] for content in box.contents}) == 1
    assert len(box.taken) == 2


async def test_chinese_and_hostile_text_arrives_as_it_should(tmp_path: Path) -> None:
    box = Mailbox()
    hostile = "断电\r\nBcc: everybody@evil.example\r\n\r\n<script>alert(1)</script>\u202e" + "x" * 5000
    async with relay(box) as port:
        office = Office(tmp_path, RELAY.format(port=port))
        fault = office.room.fault(summary=Message("{what}", {"what": hostile}))
        office.room.notice(fault)
        await office.room.turn()
        office.room.database.close()
    mail = parsed(box.contents[0])
    assert mail["Bcc"] is None
    assert box.taken[0].rcpt_tos == ["zhang@hospital.example"]
    assert str(mail["Subject"]).startswith("[Critical] core: 断电 Bcc: everybody@evil.example <script>")
    assert "<script>" not in html_of(box.contents[0])
    assert "断电 Bcc: everybody@evil.example <script>" in text_of(box.contents[0]).splitlines()[0]
    assert max(len(line) for line in box.contents[0].splitlines()) <= 998
    assert len(box.contents[0]) < 20_000


def test_the_test_command_tries_each_relay_and_says_what_it_answers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETWATCH_LANGUAGE", "en")
    box = Mailbox()
    closed = unused_port()

    async def scenario() -> tuple[int, int, int]:
        async with relay(box) as port:
            office = Office(tmp_path, RELAY.format(port=port) + RELAY.format(port=closed))
            office.room.database.close()
            arguments = ["mail", "test", "--config", str(office.room.settings.path)]
            both = await asyncio.to_thread(main, arguments)
            office = Office(tmp_path, RELAY.format(port=port))
            office.room.database.close()
            alone = await asyncio.to_thread(main, [*arguments, "--to", "boss@hospital.example"])
            return port, both, alone

    port, both, alone = asyncio.run(scenario())
    assert (both, alone) == (1, 0)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "A test mail to zhang@hospital.example"
    assert lines[1] == f"127.0.0.1:{port}: taken: 2.0.0 taken as 4711"
    assert lines[2].startswith(f"not taken: 127.0.0.1:{closed}: ")
    assert lines[3] == "A test mail to boss@hospital.example"
    assert [envelope.rcpt_tos for envelope in box.taken] == [["zhang@hospital.example"], ["boss@hospital.example"]]
    assert f"By way of: 127.0.0.1:{port}" in text_of(box.contents[0])


@pytest.mark.parametrize("whom", ["li2", "a b@c", "é@hospital.example"])
def test_the_test_command_refuses_whom_it_cannot_write_to(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], whom: str
) -> None:
    room = Mailroom(tmp_path)
    room.database.close()
    assert main(["mail", "test", "--config", str(room.settings.path), "--to", whom]) == 2
    assert whom in capsys.readouterr().err


async def test_the_outbox_can_be_listed_and_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETWATCH_LANGUAGE", "en")
    room = Mailroom(tmp_path)
    room.relay.away()
    (fault,) = room.opened("core")
    await room.turn()
    room.database.close()
    config = ["--config", str(room.settings.path)]
    capsys.readouterr()
    assert main(["mail", "queue", *config]) == 0
    (head, row) = capsys.readouterr().out.splitlines()
    assert head.split()[:4] == ["No.", "State", "Kind", "To"]
    assert "zhang@hospital.example" in row
    assert "[Critical] core: no answer" in row
    assert "relay: connection refused" in row
    letter = room.letters()[f"fault/{fault.id}/0/zhang"]
    assert main(["mail", "show", str(letter.id), *config]) == 0
    shown = capsys.readouterr().out
    assert letter.message_id is not None
    assert letter.message_id in shown
    assert "[critical] core: no answer, since 09:59" in shown
    assert main(["mail", "queue", "--all", "--format", "json", *config]) == 0
    assert f'"fault/{fault.id}/0/zhang"' in capsys.readouterr().out
    assert main(["mail", "show", "999", *config]) == 2


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that others may enter, unlike pytest's own: root runs the server as `nobody`."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name)
        path.chmod(0o755)
        (path / "netwatch").mkdir()
        yield path


@pytest.mark.needs("exim4")
async def test_a_mail_server_from_the_distribution_takes_and_refuses_as_expected(folder: Path) -> None:
    with exim(folder) as port:
        room = Mailroom(folder / "netwatch", mail=RELAY.format(port=port).replace('"1s"', '"20s"'))
        room.mailer = Mailer(room.database, lambda: room.settings, room.clock, room.progress)
        room.notice(room.fault(summary=Message("电源故障")))
        await room.turn()
        room.database.close()
        letter = next(letter for letter in room.letters().values() if letter.person)
        assert letter.state is Delivery.SENT, letter.error
        transport = SmtpTransport(room.settings.mail.relay, room.clock.monotonic)
        sender, content = room.settings.mail.sender, letter.content or b""
        for address in ("nobody@hospital.example", "zhang@elsewhere.example"):
            assert isinstance(await transport.send(Posted(sender, address, "<x@y>", content)), Refused)
        assert isinstance(await transport.send(Posted(sender, "li@hospital.example", "<x@y>", content)), Taken)
        await transport.close()
        delivered = await _delivered(folder / "mail" / "everybody", mails=2)
    _envelope, _newline, mail = delivered.partition(b"\n\nFrom ")[0].partition(b"\n")
    assert parsed(mail)["Subject"] == "[Critical] core: 电源故障"


async def _delivered(path: Path, *, mails: int) -> bytes:
    """Wait until the server has written a mailbox, and return what is in it."""
    async with asyncio.timeout(10):
        while True:
            try:
                found = await asyncio.to_thread(path.read_bytes)
            except FileNotFoundError:
                found = b""
            if found.count(b"\n\nFrom ") == mails - 1 and found.endswith(b"\n\n"):
                return found
            await asyncio.sleep(0.05)
