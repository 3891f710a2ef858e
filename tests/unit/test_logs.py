"""What reaches the log: one line for each event, and nothing in it that is secret or that acts on a terminal."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import socket
import unicodedata
from typing import TYPE_CHECKING, Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from netwatch import logs
from netwatch.config.settings import Log
from probes.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = "c4n4ry"
FORMS = ("console", "logfmt", "json", "journal")


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    libraries = {name: logging.getLogger(name).level for name in logs.TALKATIVE}
    yield
    structlog.reset_defaults()
    root.handlers[:] = before
    root.setLevel(level)
    for name, was in libraries.items():
        logging.getLogger(name).setLevel(was)


def told(form: str, event: str = "looked", *, level: str = "info", **fields: Any) -> str:
    stream = io.StringIO()
    logs.configure(Log(format=form), stream=stream)
    getattr(structlog.get_logger(), level)(event, **fields)
    return stream.getvalue()


def test_a_json_line_carries_every_field() -> None:
    line = json.loads(told("json", device="sw-1", rtt=1.5, lost=0, up=True, note=None))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", line.pop("at"))
    assert line == {
        "event": "looked",
        "level": "info",
        "device": "sw-1",
        "rtt": 1.5,
        "lost": 0,
        "up": True,
        "note": None,
    }


def test_a_logfmt_line_begins_with_when_how_bad_and_what() -> None:
    assert re.fullmatch(
        r'at=\S+Z level=info event="looked twice" device=sw-1\n', told("logfmt", "looked twice", device="sw-1")
    )


@pytest.mark.parametrize(("level", "priority"), [("info", 6), ("warning", 4), ("error", 3), ("critical", 2)])
def test_a_journal_line_has_its_priority_and_no_time(level: str, priority: int) -> None:
    assert told("journal", level=level, device="sw-1") == f"<{priority}>looked device=sw-1\n"


def test_a_terminal_is_given_colours_only_if_it_is_one() -> None:
    assert "\x1b" not in told("console", device="sw-1")

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Terminal()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TERM", "xterm")
        patch.delenv("NO_COLOR", raising=False)
        logs.configure(Log(format="auto"), stream=stream)
    structlog.get_logger().info("looked")
    assert "\x1b[" in stream.getvalue()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "hostile",
    [
        "sw-1\n<2>the hospital is on fire",
        "sw-1\r\nat=2026-01-01T00:00:00Z level=critical event=forged",
        "\x1b]0;owned\x07\x1b[2J",
        "a\u2028b\u2029c\x85d\x0be",
        "\u202egnp.exe\u2066",
        "\x00\x7f\x9b31m",
    ],
)
def test_a_device_can_neither_begin_a_line_nor_steer_a_terminal(form: str, hostile: str) -> None:
    line = told(form, hostile, name=hostile, nested={"deep": [hostile]}, **{hostile: 1})
    assert line.endswith("\n")
    assert line.removesuffix("\n").isprintable()


@pytest.mark.parametrize("form", FORMS)
@given(name=st.text(max_size=60), key=st.text(min_size=1, max_size=20).filter(lambda key: key not in {"event", "self"}))
def test_whatever_stands_in_a_field_one_event_is_one_line(form: str, name: str, key: str) -> None:
    line = told(form, "looked", **{key: name})
    assert line.count("\n") == 1
    assert all(char.isprintable() or unicodedata.category(char) == "Zs" for char in line.removesuffix("\n"))


def test_chinese_text_stays_readable() -> None:
    assert "name=核心交换机" in told("logfmt", name="核心交换机")


def test_a_long_value_is_cut_and_says_so() -> None:
    line = json.loads(told("json", answer="x" * 100_000))
    assert line["answer"] == "x" * logs.LONGEST + "… (100000 characters)"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "key",
    ["community", "snmpCommunity", "password", "smtp_password", "secret", "auth", "auth_key", "priv", "privKey",
     "token", "session-token", "api_key", "private_key", "Authorization", "cookie"],
)  # fmt: skip
def test_what_is_called_secret_is_hidden(form: str, key: str) -> None:
    line = told(form, **{key: "c4n4ry"}, nested={key: {"deeper": "c4n4ry"}}, listed=[{key: "c4n4ry"}])
    assert "c4n4ry" not in line
    assert "***" in line


@pytest.mark.parametrize("key", ["key", "author", "privilege", "authored", "device", "passed", "keyboard"])
def test_what_only_sounds_like_it_is_shown(key: str) -> None:
    assert "visible" in told("logfmt", **{key: "visible"})


@pytest.mark.parametrize("form", FORMS)
def test_a_secret_object_and_a_password_in_an_address_are_never_shown(form: str) -> None:
    line = told(form, what=Secret("c4n4ry"), url="postgresql+psycopg://netwatch:c4n4ry@db/netwatch")
    assert "c4n4ry" not in line
    assert "postgresql+psycopg://netwatch:***@db/netwatch" in line


@pytest.mark.parametrize("form", FORMS)
def test_a_traceback_shows_no_variables_and_forges_no_line(form: str) -> None:
    stream = io.StringIO()
    logs.configure(Log(format=form), stream=stream)

    def measured(community: str) -> None:
        raise ValueError(f"bad answer of {len(community)} bytes\n<2>forged\nat=0 level=critical event=forged")

    try:
        measured(SECRET)
    except ValueError:
        structlog.get_logger().exception("a probe crashed", device="sw-1")
    text = stream.getvalue()
    assert "ValueError: bad answer of 6 bytes" in text
    assert "c4n4ry" not in text
    assert not re.search(r"^(?:<2>|at=0)", text, re.MULTILINE)


@pytest.mark.parametrize("form", FORMS)
def test_what_libraries_log_takes_the_same_way(form: str) -> None:
    stream = io.StringIO()
    logs.configure(Log(format=form), stream=stream)
    logging.getLogger("uvicorn.error").warning("no %s\nhere", "room")
    assert stream.getvalue().count("\n") == 1
    assert re.search(r"no room\\+nhere", stream.getvalue())
    assert "uvicorn.error" in stream.getvalue()


def test_a_library_that_tells_every_step_is_heard_only_when_it_warns() -> None:
    stream = io.StringIO()
    logs.configure(Log(format="logfmt", level="debug"), stream=stream)
    for name in logs.TALKATIVE:
        logging.getLogger(name).info("step")
        logging.getLogger(f"{name}.inside").info("step")
    assert stream.getvalue() == ""
    logging.getLogger("apscheduler.executors").warning("missed")
    assert "missed" in stream.getvalue()


def test_what_is_below_the_level_is_not_told() -> None:
    stream = io.StringIO()
    logs.configure(Log(format="logfmt", level="warning"), stream=stream)
    structlog.get_logger().info("looked")
    logging.getLogger("anything").info("looked")
    assert stream.getvalue() == ""


def test_a_changed_level_holds_for_loggers_that_were_used_before() -> None:
    logger = structlog.get_logger()
    stream = io.StringIO()
    logs.configure(Log(format="logfmt"), stream=stream)
    logger.debug("before")
    logs.configure(Log(format="logfmt", level="debug"), stream=stream)
    logger.debug("after")
    assert "before" not in stream.getvalue()
    assert "after" in stream.getvalue()


def test_the_journal_is_known_by_the_very_stream_that_systemd_connected() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, ours.makefile("w") as stream:
        status = os.fstat(ours.fileno())
        journal = {"JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"}
        assert logs.form_for(stream, journal) == "journal"
        assert logs.form_for(stream, {"JOURNAL_STREAM": "8:1"}) == "logfmt"
        assert logs.form_for(stream, {}) == "logfmt"
    assert logs.form_for(io.StringIO(), journal) == "logfmt"
