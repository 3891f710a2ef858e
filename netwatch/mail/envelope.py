"""A mail as it goes out: headers, parts, and names that stay the same however often it is sent.

RFC 5322 (message), 2045-2047 (MIME), 3834 (automatic mail), 2919 (List-Id).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import TYPE_CHECKING

from netwatch.mail.wording import harmless

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

SUBJECT = 150
NAME = 80
DOMAIN = 120


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail. `kind` is its media type, such as `text/html`."""

    name: str
    kind: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Composed:
    """A mail that is ready: its bytes never change from the first try to the last."""

    recipient: str
    subject: str
    message_id: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Envelope:
    """From whom, to whom, when, and under which name. `thread` is the name of a mail that was never sent."""

    sender: str
    sender_name: str
    recipient: str
    recipient_name: str
    at: datetime
    message_id: str
    thread: str = ""


def name_of(identity: str, key: str, sender: str) -> str:
    """Return the Message-ID of what has this key in the database of this identity: always the same one."""
    digest = hashlib.sha256(f"{identity}\n{key}".encode()).hexdigest()[:40]
    domain = sender.rpartition("@")[2][:DOMAIN].rstrip(".-")
    return f"<{digest}@{domain}>"


def seal(
    envelope: Envelope,
    subject: str,
    text: str,
    html: str,
    *,
    extra: Mapping[str, str] | None = None,
    attachments: tuple[Attachment, ...] = (),
) -> Composed:
    """Put a mail together."""
    subject = harmless(subject, SUBJECT)
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = subject
    mail["From"] = _address(envelope.sender_name, envelope.sender)
    mail["To"] = _address(envelope.recipient_name, envelope.recipient)
    mail["Date"] = envelope.at
    mail["Message-ID"] = envelope.message_id
    if envelope.thread:
        mail["In-Reply-To"] = envelope.thread
        mail["References"] = envelope.thread
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail["List-Id"] = f"<netwatch.{envelope.sender.rpartition('@')[2]}>"
    for header, value in (extra or {}).items():
        mail[header] = harmless(value, NAME)
    mail.set_content(text, cte=_encoding(text))
    mail.add_alternative(html, subtype="html", cte=_encoding(html))
    for file in attachments:
        main, _slash, sub = file.kind.partition("/")
        mail.add_attachment(file.content, maintype=main, subtype=sub, filename=harmless(file.name, NAME))
    return Composed(envelope.recipient, subject, envelope.message_id, _unfolded(mail.as_bytes()))


def redirected(content: bytes, recipient: str, recipient_name: str, message_id: str) -> bytes:
    """Return a mail readdressed to somebody else, under another name and otherwise as it was."""
    mail = message_from_bytes(content, policy=SMTP.clone(refold_source="none"))
    mail.replace_header("To", _address(recipient_name, recipient))
    mail.replace_header("Message-ID", message_id)
    return mail.as_bytes()


def _unfolded(content: bytes) -> bytes:
    """Put a long subject back on its header's line, which Python leaves empty and some filters take for spam."""
    empty = b"Subject:\r\n "
    return b"Subject: " + content.removeprefix(empty) if content.startswith(empty) else content


def _address(name: str, address: str) -> Address:
    return Address(harmless(name, NAME), addr_spec=address)


def _encoding(text: str) -> str:
    """Choose what needs no 8BITMIME of the relay: lines stay short, and English stays readable."""
    return "quoted-printable" if text.isascii() else "base64"
