"""The service as a process: faults and mails, commands, reload, stop, and being killed."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from email import policy
from email.parser import BytesParser
from typing import TYPE_CHECKING

import pytest

from netwatch.domain.model import Told
from netwatch.storage import events
from netwatch.storage.outbox import Delivery
from tests.e2e.conftest import free_port
from tests.e2e.service import NETWATCH, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.service import RunningService

pytestmark = pytest.mark.timeout(180)


class Door:
    """A TCP server that can be opened and shut."""

    def __init__(self) -> None:
        self.port = free_port()
        self._listener: socket.socket | None = None

    def open(self) -> None:
        if self._listener is None:
            listener = socket.socket()
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("127.0.0.1", self.port))
            listener.listen(128)
            self._listener = listener
            threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def shut(self) -> None:
        if self._listener is not None:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None

    @staticmethod
    def _accept(listener: socket.socket) -> None:
        while True:
            try:
                listener.accept()[0].close()
            except OSError:
                return


@pytest.fixture
def door() -> Iterator[Door]:
    made = Door()
    made.open()
    yield made
    made.shut()


def device(name: str, port: int, *, fail_after: int = 2) -> str:
    return f"""
[[device]]
name = "{name}"
address = "127.0.0.1"
affects = "Outpatient building"
[[device.check]]
kind = "tcp"
port = {port}
every = "1s"
retry = "1s"
deadline = "1s"
fail_after = {fail_after}
recover_after = 1
"""


def test_a_server_that_stops_is_a_fault_a_mail_and_a_recovery(service: RunningService, door: Door):
    service.configure(device("his", door.port))
    service.start()
    wait_for(lambda: "his" in page(service))

    door.shut()
    wait_for(service.faults)
    wait_for(service.mails)
    door.open()
    wait_for(lambda: len(service.mails()) == 2)

    (fault,) = service.faults()
    assert not fault.open
    first, second = (
        BytesParser(policy=policy.default).parsebytes(letter.content)
        for letter in service.letters()
        if letter.content is not None
    )
    assert first["To"].addresses[0].addr_spec == "zhang@hospital.example"
    assert second["References"] == first["References"]
    assert "Outpatient building" in first.get_body(("plain",)).get_content()
    shown = service.command("faults", "show", str(fault.id))
    assert "on duty" in shown
    assert service.stop() == 0


def test_people_act_through_the_service_while_it_runs_and_without_it(service: RunningService, door: Door):
    service.configure(device("his", door.port))
    service.start()
    door.shut()
    wait_for(service.faults)

    service.command("faults", "ack", "1", "--text", "on my way", "--by", "zhang")
    service.command("faults", "note", "1", "--text", "power was off", "--by", "zhang")
    service.command("log", "add", "the fitter is here", "--device", "his", "--by", "zhang")
    assert "window 1" in service.command(
        "maintenance", "add", "works", "--device", "his", "--for", "1h", "--by", "zhang"
    )
    assert "no fault 99" in service.command("faults", "ack", "99", "--text", "x", "--by", "zhang", code=2)
    assert "no device nonesuch" in service.command("log", "add", "x", "--device", "nonesuch", "--by", "zhang", code=2)
    service.stop()
    service.command("log", "add", "written while the service was off", "--by", "zhang")

    assert service.faults()[0].acknowledged.by == "zhang"
    shown = service.command("log", "show")
    assert "the fitter is here" in shown
    assert "written while the service was off" in shown


def test_a_report_can_be_built_and_shown(service: RunningService, door: Door):
    service.configure(device("his", door.port))
    service.start()
    service.command("log", "add", "quiet night", "--by", "zhang")

    assert "quiet night" in service.command("handover", "show", "--live")
    service.command("handover", "build", "--by", "zhang")
    assert "quiet night" in service.command("handover", "show")
    assert " whole " in service.command("handover", "list")
    wait_for(service.mails)

    live = service.command("handover", "show", "--live", "--format", "json")
    assert "quiet night" not in live  # it is in the report before, and in no other


def test_a_back_up_by_a_user_of_the_system_is_in_the_next_report(service: RunningService, door: Door):
    service.configure(device("his", door.port))
    service.start()
    assert "no back-up known" in service.command("handover", "show", "--live")
    said = service.command("db", "backup", str(service.folder / "copy.db"))
    assert "not on record" not in said
    service.command("handover", "build", "--by", "zhang")
    assert re.search(
        r"Back-up of netwatch: \d{4}-\d\d-\d\d \d\d:\d\d \(\d+ \w+ ago\)", service.command("handover", "show")
    )


LI = """
[[person]]
name = "li"
title = "Li Si"
mail = "li@hospital.example"
"""


def test_a_shift_is_handed_over_by_commands_though_the_service_is_killed_in_between(
    service: RunningService, door: Door
):
    service.configure(device("his", door.port) + LI)
    service.start()
    service.command("handover", "objects", "3 keys, 2 cards", "--by", "zhang")
    assert "is offered" in service.command("handover", "offer", "--to", "li", "--by", "zhang")
    service.kill()
    service.start()
    assert "does not take over" in service.command("handover", "accept", "--all", "0", "--by", "zhang", code=2)
    assert "accepted by Li Si" in service.command("handover", "accept", "--all", "0", "--by", "li")
    assert "Li Si" in service.command("duty", "now")
    shown = service.command("handover", "show", "1")
    assert "3 keys, 2 cards" in shown
    assert "accepted, Li Si" in shown
    wait_for(lambda: len(service.mails()) >= 2)
    assert "are as they were archived and signed" in service.command("handover", "verify")
    with urllib.request.urlopen(f"http://127.0.0.1:{service.port}/", timeout=5) as answer:
        assert 'href="/handovers/1.pdf"' in answer.read().decode()


def test_a_reload_takes_up_what_is_right_and_refuses_what_is_wrong(service: RunningService, door: Door):
    service.configure(device("his", door.port))
    service.start()
    service.configure(device("his", door.port) + device("lis", door.port))
    service.process.send_signal(signal.SIGHUP)
    wait_for(lambda: "reloaded" in kinds(service))

    good = service.path.read_text()
    service.path.write_text(good + "[[devise]]\n")
    service.process.send_signal(signal.SIGHUP)
    wait_for(lambda: "refused" in kinds(service))

    service.path.write_text(good)
    wait_for(lambda: "lis" in page(service))
    assert service.stop() == 0


def page(service: RunningService) -> str:
    """Return the page of devices, empty while it is not served yet."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{service.port}/devices", timeout=10) as answer:
            return str(answer.read().decode())
    except urllib.error.URLError:
        return ""


def kinds(service: RunningService) -> list[str]:
    return [entry.kind.value for entry in service.rows(lambda tx: events.between(tx, 0, 10_000))]


def test_a_second_service_on_the_same_database_is_refused(service: RunningService, door: Door):
    service.configure(device("his", door.port))
    service.start()

    said = service.command("run", code=75)

    assert "another netwatch" in said
    assert str(service.process.pid) in said


def test_a_wrong_configuration_ends_with_78_and_every_problem(service: RunningService):
    service.configure('[[device]]\nname = "a"\nadress = "127.0.0.1"\n')

    said = service.command("run", code=78)

    assert "did you mean 'address'?" in said
    assert not (service.folder / "netwatch.db").exists()


def test_it_stops_in_the_middle_of_a_sweep(service: RunningService):
    far = "".join(device(f"d-{number}", 9, fail_after=50) for number in range(300))
    service.configure(far)
    service.start()
    time.sleep(1.5)  # noqa: TID251 - let it be in the middle of its work

    begun = time.monotonic()
    assert service.stop() == 0
    assert time.monotonic() - begun < 10


@pytest.mark.timeout(300)
def test_nothing_is_lost_when_it_is_killed_again_and_again(service: RunningService, door: Door):
    """Faults open and close while the service is killed; whatever was recorded as a fault is told and ended."""
    service.configure(device("his", door.port, fail_after=1))
    for turn in range(6):
        service.start()
        (door.shut if turn % 2 == 0 else door.open)()
        time.sleep(0.4 + 0.35 * turn)  # noqa: TID251 - killed at another moment each time
        service.kill()
    door.open()
    service.start()
    wait_for(lambda: all(not fault.open for fault in service.faults()))
    wait_for(lambda: not [each for each in service.letters() if each.state in (Delivery.UNROUTED, Delivery.QUEUED)])
    assert service.stop() == 0

    opened = [kind for kind in kinds(service) if kind in ("opened", "reopened", "closed")]
    assert all(kind == "closed" for kind in opened[1::2])
    assert all(kind != "closed" for kind in opened[0::2])
    for fault in service.faults():
        # What was opened and closed that often may be flapping: told once, and again when it settles.
        assert fault.told in (None, Told.CLOSED) or (fault.flapping and fault.told is Told.FLAPPING)
    identities = [letter.message_id for letter in service.letters() if letter.message_id]
    assert len(identities) == len(set(identities))
    assert len(service.mails()) == len(identities)


def test_the_version_is_said():

    said = subprocess.run([NETWATCH, "--version"], capture_output=True, text=True, check=True, timeout=30)

    assert said.stdout.startswith("netwatch ")
