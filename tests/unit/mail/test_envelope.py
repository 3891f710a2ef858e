"""Headers: no device can forge one, and names stay the same."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.mail.envelope import Attachment, Composed, Envelope, name_of, redirected, seal
from tests.mailroom import html_of, parsed, text_of

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


def sealed(subject: str = "x", text: str = "text\n", html: str = "<p>html</p>", **more: object) -> Composed:
    envelope = Envelope(
        sender="netwatch@hospital.example",
        sender_name=str(more.pop("sender_name", "信息中心")),
        recipient="zhang@hospital.example",
        recipient_name=str(more.pop("recipient_name", "张三")),
        at=NOW,
        message_id="<1@hospital.example>",
        thread="<0@hospital.example>",
    )
    return seal(envelope, subject, text, html, **more)  # type: ignore[arg-type]


def test_the_headers_say_that_a_machine_writes_and_how_mails_hang_together() -> None:
    mail = parsed(sealed("断电", extra={"X-Netwatch-Device": "core"}).content)
    assert {name: mail[name] for name in mail if not name.startswith(("Content", "MIME"))} == {
        "Subject": "断电",
        "From": "信息中心 <netwatch@hospital.example>",
        "To": "张三 <zhang@hospital.example>",
        "Date": "Sun, 22 Nov 2026 02:00:00 +0000",
        "Message-ID": "<1@hospital.example>",
        "In-Reply-To": "<0@hospital.example>",
        "References": "<0@hospital.example>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "List-Id": "<netwatch.hospital.example>",
        "X-Netwatch-Device": "core",
    }


@given(st.text(max_size=400), st.text(max_size=200), st.text(max_size=200))
def test_nothing_that_anybody_says_becomes_a_header(subject: str, name: str, extra: str) -> None:
    made = sealed(
        f"{subject}\r\nBcc: evil@evil.example\n\n",
        sender_name=name,
        recipient_name=extra,
        extra={"X-Netwatch-Device": extra},
    )
    mail = parsed(made.content)
    assert len(mail.keys()) == 13
    assert "Bcc" not in mail
    assert [each.addr_spec for each in mail["To"].addresses] == ["zhang@hospital.example"]
    assert [each.addr_spec for each in mail["From"].addresses] == ["netwatch@hospital.example"]
    assert text_of(made.content) == "text\r\n"


@given(st.text(max_size=300))
def test_a_subject_is_read_as_it_was_written(subject: str) -> None:
    made = sealed(subject)
    assert str(parsed(made.content)["Subject"]).split() == made.subject.split()
    assert len(made.subject) <= 150


def test_a_long_subject_begins_on_its_headers_own_line() -> None:
    made = sealed("Worse: [Major] HIS database server: Storage in use of /var/lib/pgsql is 96 %")
    assert made.content.startswith(b"Subject: Worse: [Major]")


@given(st.text(max_size=3000))
def test_mail_is_seven_bit_and_its_lines_are_short(text: str) -> None:
    made = sealed(text=text + "\n", html=f"<pre>{'长' * 2000}</pre>")
    assert made.content.isascii()
    assert all(len(line) <= 78 for line in made.content.split(b"\r\n"))
    assert made.content.replace(b"\r\n", b"").find(b"\n") == -1, "every line ends with CR LF"


def test_english_stays_readable_for_people_who_look_at_the_source() -> None:
    assert b"core: no answer, since 02:00" in sealed(text="core: no answer, since 02:00\n").content


def test_names_depend_on_the_database_and_the_key_only() -> None:
    name = name_of("a", "fault/17/0/zhang", "netwatch@hospital.example")
    assert name == name_of("a", "fault/17/0/zhang", "netwatch@hospital.example")
    assert name.endswith("@hospital.example>")
    others = {name_of("b", "fault/17/0/zhang", "n@h"), name_of("a", "fault/17/0/li", "n@h"), name_of("a\n", "x", "n@h")}
    assert len(others | {name}) == 4


@pytest.mark.parametrize("text", ["plain\n", "断电\n", "x" * 2000 + "\n"])
def test_a_mail_that_goes_to_somebody_else_is_otherwise_the_same(text: str) -> None:
    made = sealed("Worse: [Major] HIS database server: Storage in use of /var/lib/pgsql is 96 %", text=text)
    other = redirected(made.content, "li@hospital.example", "李四\r\nX: y", "<2@hospital.example>")
    mail = parsed(other)
    assert (mail["To"].addresses[0].addr_spec, mail["Message-ID"]) == ("li@hospital.example", "<2@hospital.example>")
    assert other.startswith(b"Subject: Worse")
    assert (text_of(other), html_of(other)) == (text_of(made.content), html_of(made.content))
    assert mail.keys() == parsed(made.content).keys()


def test_files_go_along() -> None:
    page = Attachment("交接班 2026-11-22.html", "text/html", "<p>报告</p>".encode())
    mail = parsed(sealed(attachments=(page,)).content)
    (part,) = mail.iter_attachments()
    assert (part.get_filename(), part.get_content_type()) == ("交接班 2026-11-22.html", "text/html")
    assert part.get_payload(decode=True) == page.content
