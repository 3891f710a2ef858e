"""When an answer is whole, and what is said where it is not."""

from __future__ import annotations

import pytest

from probes.platforms.platform import Dialogue, Reading, load
from probes.ssh.proof import Proof
from probes.ssh.said import Said, closed
from tests.cli_device import CliDevice, visited
from tests.cli_sessions import IOS, device

READING = Reading("running", ("show run",), end="end")
PROOF = Proof(Dialogue(errors=("Fehler:",)))


def gap(raw: bytes, **more: object) -> str:
    return str(PROOF.gap(READING, [Said("show run", raw, **more)]))  # type: ignore[arg-type]


def test_an_answer_with_its_end_is_whole() -> None:
    assert PROOF.gap(READING, [Said("show run", b"hostname sw-1\nend\n", echoed=True)]) is None


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"", "“show run” was answered with nothing"),
        (b"hostname sw-1\n", "The answer to “show run” does not end with “end”"),
        (b"hostname sw-1\nbend\n", "The answer to “show run” does not end with “end”"),
        (b"a\n--More--\nend\n", "In the answer to “show run” the text of a pager is left"),
        (b"a\nb\nc\n% Invalid input at\nend\n", "In the answer to “show run” the device reports an error"),
        (b"a\nb\nc\n  Fehler: voll\nend\n", "In the answer to “show run” the device reports an error"),
    ],
)
def test_what_is_missing_is_said(raw: bytes, sentence: str) -> None:
    assert gap(raw) == sentence


def test_a_command_that_was_not_echoed_where_others_were_is_a_gap() -> None:
    assert gap(b"end\n", echoed=False) == "The answer to “show run” does not begin with the command, as others did"


def test_a_command_that_ended_badly_is_a_gap() -> None:
    assert gap(b"a\nb\nend\n", status=2) == "“show run” ended with status 2"


def test_why_the_answer_was_given_up_goes_before_all_else() -> None:
    assert gap(b"", gap=closed("show run")) == "The device closed the session in the middle of “show run”"


def test_an_error_in_the_middle_of_a_configuration_is_text_like_any_other() -> None:
    lines = [b"line %d" % number for number in range(10)]
    lines[5] = b"% Invalid input is what the banner says"
    assert PROOF.gap(READING, [Said("show run", b"\n".join((*lines, b"end", b"")))]) is None


def test_a_facet_that_the_device_refuses_is_unread_with_why() -> None:
    made = CliDevice(answers={"show running-config": IOS})
    visit, _sent = visited(load("cisco_ios"), made, ["running", "startup", "hardware"])
    assert [capture.facet for capture in visit.captures] == ["running"]
    assert {name: str(why) for name, why in visit.unread.items()} == {
        "startup": "the device refuses “show startup-config”",
        "hardware": "the device refuses “show inventory”",
    }


def test_a_saved_configuration_that_is_not_there_is_unread_and_no_gap() -> None:
    answers = {"show running-config": IOS, "show startup-config": b"startup-config is not present\r\n"}
    visit, _sent = visited(load("cisco_ios"), CliDevice(answers=answers), ["running", "startup"])
    assert {name: str(why) for name, why in visit.unread.items()} == {"startup": "the device has none"}


def test_another_command_is_tried_where_the_first_is_refused() -> None:
    answers = {"show running-config": IOS.replace(b"end\r\n\r\n", b": end\r\n")}
    made = device("cisco_asa", answers=answers, unknown=b"ERROR: % Invalid input detected\r\n")
    visit, _sent = visited(load("cisco_asa"), made)
    assert [(capture.facet, capture.gap) for capture in visit.captures] == [("running", None)]
    assert [answer.question for answer in visit.captures[0].answers] == ["show running-config"]


def test_a_facet_that_the_platform_does_not_have_is_unread() -> None:
    visit, _sent = visited(load("fortinet"), device("fortinet"), ["startup"])
    assert str(visit.unread["startup"]) == "devices of the kind fortinet do not tell it"
