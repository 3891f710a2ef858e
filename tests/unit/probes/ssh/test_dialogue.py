"""What the dialogue understands of what devices say, without a network and without time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.platforms.platform import Dialogue as Manners
from probes.platforms.platform import Question, load
from probes.ssh.dialogue import Dialogue, Phase
from tests.cli_device import CliDevice, Line, visited
from tests.cli_sessions import IOS, SESSIONS, VRP, device

SHELLS = [name for name, (prompt, _answers) in SESSIONS.items() if prompt]
TEXT = IOS.replace(b"\r\n", b"\n").rstrip(b"\n") + b"\n"


def told(made: CliDevice, command: str = "show running-config", manners: Manners | None = None) -> bytes:
    dialogue = Dialogue(manners or Manners())
    line = Line(made, dialogue)
    line.run()
    assert dialogue.phase is Phase.READY
    dialogue.ask(command)
    line.run()
    assert dialogue.said is not None
    assert dialogue.said.gap is None, str(dialogue.said.gap)
    return dialogue.said.raw


def test_an_answer_whose_lines_end_in_cr_alone_is_no_complete_read() -> None:
    facet, command = "running", "show running-config"
    made = device("cisco_ios")
    made.answers = {**made.answers, command: b"interface Vlan1\r" * 500 + b"end\r\n"}
    visit, _sent = visited(load("cisco_ios"), made, [facet])
    assert [str(each.gap) for each in visit.captures] == [f"The device wrote over most of its answer to “{command}”"]


@pytest.mark.parametrize("name", SHELLS)
def test_every_facet_of_every_platform_is_read_whole(name: str) -> None:
    platform = load(name)
    visit, _sent = visited(platform, device(name), [each.name for each in platform.readings])
    assert {capture.facet: capture.gap for capture in visit.captures} == {r.name: None for r in platform.readings}
    assert visit.unread == {}


@pytest.mark.parametrize("name", SHELLS)
@pytest.mark.parametrize("fraction", range(5, 100, 5))
def test_a_session_that_is_cut_anywhere_is_no_complete_read(name: str, fraction: int) -> None:
    platform = load(name)
    facets = [each.name for each in platform.readings]
    whole = device(name)
    full, _sent = visited(platform, whole, facets)
    made = device(name, cut=max(1, whole._spoken * fraction // 100))
    visit, _sent = visited(platform, made, facets)
    expected = {capture.facet: capture.answers for capture in full.captures}
    for capture in visit.captures:
        if capture.gap is None:
            assert [a.raw for a in capture.answers] == [a.raw for a in expected[capture.facet]]
    assert any(capture.gap is not None for capture in visit.captures) or not visit.captures
    assert visit.captures == [] or visit.captures[-1].gap is not None


@pytest.mark.parametrize("name", ["huawei_vrp", "hp_comware", "cisco_ios", "ruijie_os", "cisco_asa", "arista_eos"])
@pytest.mark.parametrize("fraction", range(5, 100, 5))
def test_an_answer_that_stops_early_before_a_good_prompt_is_no_complete_read(name: str, fraction: int) -> None:
    platform = load(name)
    reading = platform.reading("running")
    assert reading is not None
    (command,) = reading.commands
    _prompt, answers = SESSIONS[name]
    text = answers[command].rstrip()
    short = {**answers, command: text[: len(text) * fraction // 100] + b"\r\n"}
    visit, _sent = visited(platform, device(name, answers=short))
    assert [str(capture.gap) for capture in visit.captures] == [
        f"The answer to “{command}” does not end with “{reading.end}”"
    ]


@given(cuts=st.lists(st.integers(1, 40), min_size=1, max_size=30), name=st.sampled_from(SHELLS), page=st.integers(0, 6))
def test_bytes_that_come_in_any_pieces_give_the_same_answers(cuts: list[int], name: str, page: int) -> None:
    platform = load(name)
    facets = [each.name for each in platform.readings]
    whole, _sent = visited(platform, device(name), facets)
    pieces, _sent = visited(platform, device(name, page=page), facets, cuts)
    assert [(c.facet, c.gap, [a.raw for a in c.answers]) for c in pieces.captures] == [
        (c.facet, c.gap, [a.raw for a in c.answers]) for c in whole.captures
    ]


def test_bytes_of_gbk_come_through_as_they_are() -> None:
    raw = told(device("huawei_vrp", page=2, pager=b"  ---- More ----", wipe=b"\x1b[42D" + b" " * 42 + b"\x1b[42D"),
               "display current-configuration")  # fmt: skip
    assert raw == VRP.replace(b"\r\n", b"\n")
    assert "核心交换机上联" in raw.decode("gbk")


@pytest.mark.parametrize(
    ("pager", "wipe"),
    [
        (b"--More--", b"\r        \r"),
        (b" --More-- ", b"\b\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\b\b"),
        (b" --More-- \x00", b"\b" * 10 + b" " * 10 + b"\b" * 10),
        (b"  ---- More ----", b"\x1b[42D" + b" " * 42 + b"\x1b[42D"),
        (b"---- More ----", b"\x1b[16D                \x1b[16D"),
        (b"<--- More --->", b"\r              \r"),
        (b"-- MORE --, next page: Space, next line: Enter, quit: Control-C", b"\r" + b" " * 64 + b"\r"),
        (b"\x1b[7m--More--\x1b[0m", b"\r\x1b[K"),
        (b"---(more 10%)---", b"\r\x1b[K"),
        (b"\x1b[7mlines 1-23 ", b"\x1b[m\x1b[K\r\x1b[K"),
        (b"Press any key to continue (Q to quit)", b"\r" + b" " * 40 + b"\r"),
        (b"More: <space>,  Quit: q or CTRL+Z, One line: <return> ", b"\r" + b" " * 54 + b"\r"),
        (b"-- [Q quit|D dump|down]", b"\r\x1b[K"),
        (b"--More-- or (q)uit", b"\r\x1b[K"),
        (b"--More--(45%)", b"\r\x1b[K"),
        (b"--More-- (72% of 4523 bytes)", b"\r\x1b[K"),
        (b" --More-- \x00", b"\r\x1b[K"),
        (b"\x1b[7m--More--\x1b[m", b"\r\x1b[K"),
        (b"---MORE---(Press 'q' to quit)", b"\r\x1b[K"),
        (b"--More-- (<space> = next page, <CR> = next line, C = continue, Q = quit)", b"\r\x1b[K"),
        (b"CTRL+C ESC q Quit SPACE n Next Page ENTER Next Entry a All --More--", b"\r\x1b[K"),
        (b"Press <SPACE> to continue or <Q> to quit:", b"\r\x1b[K"),
    ],
)
def test_a_pager_is_answered_and_leaves_nothing_behind(pager: bytes, wipe: bytes) -> None:
    made = CliDevice(answers={"show running-config": IOS}, page=3, pager=pager, wipe=wipe)
    assert told(made) == TEXT
    assert made.received.count(b" ") == 5


ASKED_BEHIND_A_PAGER = [
    b"--More-- Delete all? [y/N]",
    b"--More-- Overwrite the old file: ",
    b"--More-- continue [n]",
    b"--More-- Really? ",
    b"<--- More --->  Reset to factory defaults (y/n)",
    "--More-- 确认删除全部配置吗？[Y/N]:".encode(),
    b"Press any key to continue. Overwrite the old file: ",
    b"Press any key to continue [confirm]",
    b"More: <space>,  Quit: q  Erase flash: ",
    b"--More--\r\nOverwrite the old file, key: ",
]


@pytest.mark.parametrize("question", ASKED_BEHIND_A_PAGER)
@pytest.mark.parametrize("size", [1, 9, 1000])
def test_a_question_behind_a_pager_is_not_answered_by_a_key(question: bytes, size: int) -> None:
    made = CliDevice(answers={"show running-config": IOS}, page=3, pager=question)
    dialogue = Dialogue(Manners())
    line = Line(made, dialogue, [size])
    line.run()
    dialogue.ask("show running-config")
    line.run()
    assert dialogue.phase is Phase.OVER
    assert line.sent == [b"show running-config\n"]


def test_a_pager_in_the_middle_of_a_line_is_rubbed_out_of_it() -> None:
    made = CliDevice(
        answers={
            "show running-config": b"interface bond 97 --More--\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\bmtu 9000\r\n"
        }
    )
    assert told(made) == b"interface bond 97 mtu 9000\n"


def test_the_end_of_less_is_left_with_q() -> None:
    made = CliDevice(answers={"show running-config": b"a\r\nb\r\n"}, page=1, pager=b"(END)", wipe=b"\r\x1b[K")
    assert told(made) == b"a\n"
    assert b"q" in made.received


@pytest.mark.parametrize(
    "prompt",
    [
        b"sw-1#", b"<HUAWEI>", b"[~sw-1]", b"S01-P1-RK13 > ", b"(WPP-VMC) ^[mynode] #", b"WG<managed><master>>",
        b"(P) adc-pri $ ", b"host(Primary) (global) # ", b"\r\x1b[K\x1b[?1l\x1b>user@fw1:~$ ", b"RT_01|192.0.2.4-OLT> ",
        b"\r [standalone: master] > ", b"\x1b[1;24r\x1b[24;1H\x1b[2K\x1b[24;1Hsw 1# \x1b[24;1H\x1b[24;7H",
        b"\x1b]0;sw-1\x07sw-1# ",
    ],
)  # fmt: skip
def test_any_prompt_is_learned(prompt: bytes) -> None:
    assert told(CliDevice(prompt=prompt, answers={"show running-config": IOS})) == TEXT


def test_a_prompt_that_nobody_would_take_for_one_is_learned_by_pressing_enter() -> None:
    made = CliDevice(prompt=b"sw-1:", answers={"show running-config": IOS})
    assert told(made) == TEXT
    assert b"\n" in made.received


def test_a_banner_before_the_prompt_is_not_the_prompt() -> None:
    banner = (
        b"\r\nInfo: The max number of VTY users is 5, and the number\r\n      of current VTY users on line is 2.\r\n"
    )
    made = CliDevice(prompt=b"<sw-1>", banner=banner, answers={"show running-config": VRP})
    assert told(made) == VRP.replace(b"\r\n", b"\n")


def test_a_banner_that_looks_like_a_prompt_is_found_out() -> None:
    dialogue = Dialogue(Manners())
    dialogue.receive(b"### authorised users only ###")
    dialogue.quiet()
    assert dialogue.phase is Phase.READY
    dialogue.ask("show running-config")
    dialogue.receive(b"\r\nsw-1#show running-config\r\nhostname sw-1\r\nend\r\nsw-1#")
    dialogue.quiet()
    assert dialogue.phase is Phase.ASKED
    dialogue.stalled()
    assert dialogue.sends()[-1] == b"\n"
    dialogue.receive(b"\r\nsw-1#")
    dialogue.quiet()
    dialogue.stalled()
    assert dialogue.said is not None
    assert dialogue.said.raw == b"hostname sw-1\nend\n"
    assert dialogue.prompt == b"sw-1#"


def test_a_line_of_the_answer_that_is_the_prompt_does_not_end_it() -> None:
    made = CliDevice(answers={"show running-config": b"banner\r\nsw-1#\r\nend\r\n"})
    assert told(made) == b"banner\nsw-1#\nend\n"


def test_a_device_that_falls_silent_behind_two_lines_that_look_like_a_prompt_has_not_answered() -> None:
    dialogue = Dialogue(Manners())
    dialogue.receive(b"sw-1#")
    dialogue.quiet()
    dialogue.ask("show running-config")
    dialogue.receive(b"show running-config\r\nhostname sw-1\r\n#\r\n#")
    dialogue.quiet()
    for _silence in range(6):
        dialogue.stalled()
    assert dialogue.phase is Phase.ASKED
    assert dialogue.sends() == [b"show running-config\n", b"\n", b"\n", b"\n"]


def test_a_device_that_is_renamed_meanwhile_is_read_on() -> None:
    made = CliDevice(answers={"show running-config": IOS}, renamed_by="show running-config")
    assert told(made) == TEXT
    assert made.received[-1] == b"\n"


def test_a_known_question_at_the_log_in_is_answered_with_no() -> None:
    made = device("huawei_vrp", asks=(b"\r\nThe password will expire. Change now? [Y/N]:",))
    visit, sent = visited(load("huawei_vrp"), made)
    assert sent[0] == b"n\n"
    assert [capture.gap for capture in visit.captures] == [None]


def test_a_banner_that_wants_a_key_gets_it() -> None:
    made = device("fortinet", asks=(b"Authorised use only\r\n(Press 'a' to accept):",), key_ends_question=True)
    visit, sent = visited(load("fortinet"), made)
    assert sent[0] == b"a"
    assert [capture.gap for capture in visit.captures] == [None]


def test_after_enter_was_pressed_an_answer_is_taken_only_when_nothing_more_comes() -> None:
    dialogue = Dialogue(Manners())
    dialogue.receive(b"sw-1#")
    dialogue.quiet()
    dialogue.ask("show running-config")
    dialogue.receive(b"show running-config\r\nhostname sw-1\r\n#")
    dialogue.stalled()
    assert dialogue.sends() == [b"show running-config\n", b"\n"]
    dialogue.receive(b"\r\nend\r\nsw-1#")
    dialogue.quiet()
    assert dialogue.phase is Phase.ASKED
    dialogue.receive(b"\r\nsw-1#")
    dialogue.quiet()
    dialogue.stalled()
    assert dialogue.said is not None
    assert dialogue.said.raw == b"hostname sw-1\n#\nend\n"


def test_a_device_that_waits_for_any_key_before_its_prompt_gets_one() -> None:
    banner = b"ProCurve J9019A Switch\r\nFirmware revision Q.11.57\r\n\r\nPress any key to continue"
    made = device("hp_procurve", asks=(banner,), key_ends_question=True)
    visit, sent = visited(load("hp_procurve"), made, ["running", "startup"])
    assert sent == [b" ", b"no page\n", b"show running-config\n", b"show config\n"]
    assert [capture.gap for capture in visit.captures] == [None, None]


def test_a_device_that_draws_its_lines_is_read_as_it_stands_on_the_screen() -> None:
    home = b"\x1b[24;1H"
    prompt = b"\x1b[1;24r" + home + b"\x1b[2K" + home + b"\x1b[?25h" + home + b"sw-1# " + home + b"\x1b[24;7H"
    dialogue = Dialogue(Manners())
    dialogue.receive(b"\x1b[2J\x1b[1;1HWelcome\r\n" + prompt)
    dialogue.quiet()
    assert dialogue.prompt == b"sw-1#"
    dialogue.ask("show running-config")
    dialogue.receive(
        b"show running-config" + home + b"\x1b[24;26H\x1b[1;0H\x1b[1M" + home + b"\x1b[1L" + home + b"\x1b[2K"
    )
    dialogue.receive(
        home + b"\x1b[1;24r" + home + b"\r\nRunning configuration:\r\nhostname sw-1 \r\nvlan 1\r\n" + prompt
    )
    dialogue.quiet()
    assert dialogue.said is not None
    assert dialogue.said.raw == b"\nRunning configuration:\nhostname sw-1 \nvlan 1\n"
    assert dialogue.said.echoed


@pytest.mark.parametrize(
    "question",
    [
        b"Erase everything? [Y/N]:",
        b"Erase everything? [Y/N]",
        b"Continue (yes/no)? ",
        b"Reload [confirm/y/n] (y/n) ",
        b"Proceed with reload? [confirm]",
        b"reload in 5 minutes [confirm]",
        b"Save the configuration? (y/n)[n]:",
        b"Destination filename [startup-config]?",
        b"Overwrite it? [yes]: ",
        b"Reboot now (OK)",
        b"Write to flash, y/n: ",
        b"Press any key to reboot",
        b"Press <Enter> to confirm the upgrade",
        b"--- a banner ---\r\nEnter new password: ",
    ],
)
@pytest.mark.parametrize("is_logged_in", [False, True])
def test_a_question_that_is_not_known_is_never_answered(question: bytes, is_logged_in: bool) -> None:
    dialogue = Dialogue(Manners(questions=(Question(r"Change now\? \[Y/N\]:"),)))
    if is_logged_in:
        dialogue.receive(b"sw-1#")
        dialogue.quiet()
        dialogue.ask("show version")
        dialogue.receive(b"show version\r\n")
        assert dialogue.sends() == [b"show version\n"]
    dialogue.receive(question)
    for _silence in range(5):
        dialogue.quiet()
        dialogue.stalled()
    assert dialogue.sends() == []
    assert dialogue.phase is Phase.OVER


def test_more_rights_are_asked_for_once_with_the_password() -> None:
    made = CliDevice(answers={"show running-config": IOS}, password=b"secret")
    dialogue = Dialogue(Manners(enable="enable"))
    line = Line(made, dialogue)
    line.run()
    assert dialogue.prompt == b"sw-1>"
    dialogue.ask("enable", b"secret")
    line.run()
    assert (dialogue.prompt, dialogue.is_refused) == (b"sw-1#", False)
    assert made.received == [b"enable\n", b"secret\n"]


def test_a_wrong_password_for_more_rights_is_given_once_only() -> None:
    made = CliDevice(password=b"secret")
    dialogue = Dialogue(Manners(enable="enable"))
    line = Line(made, dialogue)
    line.run()
    dialogue.ask("enable", b"wrong")
    line.run()
    assert dialogue.is_refused
    assert made.received == [b"enable\n", b"wrong\n"]


def test_a_device_that_asks_for_the_password_again_does_not_get_it_again() -> None:
    dialogue = Dialogue(Manners(enable="enable"))
    dialogue.receive(b"sw-1>")
    dialogue.quiet()
    dialogue.ask("enable", b"wrong")
    dialogue.receive(b"enable\r\nPassword: ")
    dialogue.quiet()
    dialogue.receive(b"\r\nPassword: ")
    dialogue.quiet()
    assert dialogue.sends() == [b"enable\n", b"wrong\n"]
    assert dialogue.is_refused
    assert dialogue.phase is Phase.OVER


def test_a_device_that_never_stops_is_given_up_and_little_is_kept() -> None:
    dialogue = Dialogue(Manners(), limit=200_000)
    dialogue.receive(b"sw-1#")
    dialogue.quiet()
    dialogue.ask("show running-config")
    for _block in range(100):
        dialogue.receive(b"interface and so on\r\n" * 200)
    assert dialogue.phase is Phase.OVER
    assert dialogue.said is not None
    assert str(dialogue.said.gap) == "“show running-config” was answered with more than 200000 bytes, and no end to it"
    assert len(dialogue.said.raw) <= 65_536


@pytest.mark.parametrize(
    "logged",
    [
        b"\r\n2026/05/25 18:51:33   ONU Port Los   PON 0/3 ONU 98 LAN1 LINK DOWN",
        b"\r\n*Mar  1 00:12:01.123: %LINK-3-UPDOWN: Interface Gi1/0/1, changed state to down",
        b"\r\n%LINEPROTO-5-UPDOWN: Line protocol on Interface Vlan1, changed state to up",
    ],
)
def test_a_log_line_without_an_end_behind_a_pager_does_not_stop_the_reading(logged: bytes) -> None:
    dialogue = Dialogue(Manners())
    dialogue.receive(b"sw-1#")
    dialogue.quiet()
    dialogue.ask("show running-config")
    dialogue.receive(b"show running-config\r\nhostname sw-1\r\n--More-- " + logged)
    dialogue.quiet()
    assert dialogue.sends() == [b"show running-config\n"], "it may be the beginning of a question"
    dialogue.stalled()
    assert dialogue.sends() == [b" "]
    dialogue.receive(b"\r          \rend\r\nsw-1#")
    dialogue.quiet()
    assert dialogue.phase is Phase.READY


def test_a_question_with_a_time_before_it_is_none_of_a_log() -> None:
    dialogue = Dialogue(Manners())
    dialogue.receive(b"sw-1#")
    dialogue.quiet()
    dialogue.ask("show running-config")
    dialogue.receive(b"show running-config\r\nhostname sw-1\r\n--More-- \r\n12:00:01 reload now? [y/n]:")
    dialogue.quiet()
    dialogue.stalled()
    assert dialogue.sends() == [b"show running-config\n"]
    assert dialogue.phase is Phase.OVER


def test_what_is_left_of_a_pager_behind_a_log_line_is_a_gap() -> None:
    text = b"hostname sw-1\r\n --More-- \r\n2026-11-28 04:00 port 7 down\r\nvlan 10\r\n"
    visit, _sent = visited(load("cisco_nxos"), device("cisco_nxos", answers={"show running-config": text}))
    assert [str(capture.gap) for capture in visit.captures] == [
        "In the answer to “show running-config” the text of a pager is left"
    ]


def test_an_answer_of_the_command_before_is_not_taken_for_this_one() -> None:
    dialogue = Dialogue(Manners())
    dialogue.receive(b"sw-1#")
    dialogue.quiet()
    dialogue.ask("terminal length 0")
    dialogue.receive(b"terminal length 0\r\nsw-1#")
    dialogue.quiet()
    dialogue.ask("show running-config")
    dialogue.receive(b"late words\r\nsw-1#")
    dialogue.quiet()
    assert dialogue.phase is Phase.ASKED
    dialogue.receive(b"show running-config\r\nhostname sw-1\r\nend\r\nsw-1#")
    dialogue.quiet()
    assert dialogue.said is not None
    assert dialogue.said.raw == b"hostname sw-1\nend\n"


def test_an_echo_that_the_terminal_broke_is_still_the_command() -> None:
    dialogue = Dialogue(Manners())
    dialogue.receive(b"sw-1#")
    dialogue.quiet()
    dialogue.ask("show running-config")
    dialogue.receive(b"show running-con\r\nfig\r\nhostname sw-1\r\nsw-1#")
    dialogue.quiet()
    assert dialogue.said is not None
    assert dialogue.said.raw == b"hostname sw-1\n"


def test_a_command_is_not_asked_while_another_is_open() -> None:
    with pytest.raises(RuntimeError, match="in phase login"):
        Dialogue(Manners()).ask("show version")


def test_an_answer_that_is_endless_only_on_the_screen_is_given_up():
    talk = Dialogue(Manners(), limit=100_000)
    talk.receive(b"<sw-1>")
    talk.quiet()
    talk.ask("display version")
    talk.receive(b"display version\r\n" + b"\x1b[9999Cx\r\n" * 1000 + b"<sw-1>")
    talk.quiet()
    assert talk.phase is Phase.OVER
    assert talk.said is not None
    assert talk.said.gap is not None


def test_little_is_kept_of_a_device_that_hangs_up_after_it_drew_much() -> None:
    talk = Dialogue(Manners())
    talk.receive(b"<sw-1>")
    talk.quiet()
    talk.ask("display version")
    talk.receive(b"display version\r\n" + b"\x1b[9999Cx\r\n" * 1000)
    talk.ended()
    assert talk.said is not None
    assert len(talk.said.raw) == 65_536
