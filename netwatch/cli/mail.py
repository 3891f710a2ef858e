"""`netwatch mail`: try the relays, and look into the outbox."""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from netwatch.cli import site
from netwatch.cli.faults import local
from netwatch.clock import SystemClock
from netwatch.errors import UsageError
from netwatch.language import gettext as _
from netwatch.mail import ways_of
from netwatch.mail.compose import Reader, trial
from netwatch.mail.delivery import Posted, Taken
from netwatch.mail.office import Office, duty, office_of
from netwatch.storage import outbox
from netwatch.storage.outbox import Delivery
from probes.api import _ as mark

if TYPE_CHECKING:
    import argparse
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.storage.outbox import Letter

MOST = 200
EVER = timedelta(days=3650)
WIDEST = 60


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("mail", help=_("mail: send a test, list the outbox"))
    verbs = parser.add_subparsers(dest="verb", metavar=_("VERB"), required=True)
    test = verbs.add_parser("test", help=_("send a test mail by each relay, and say what each answers"))
    test.add_argument("--to", metavar=_("NAME|ADDRESS"), help=_("to whom; by default who is on duty"))
    test.set_defaults(run=_test)
    queue = verbs.add_parser("queue", help=_("mail that waits, and mail that was given up"))
    queue.add_argument("--all", action="store_true", help=_("all mail, newest first"))
    queue.add_argument("--format", choices=("table", "json"), default="table", help=_("how to print"))
    queue.set_defaults(run=_queue)
    show = verbs.add_parser("show", help=_("one mail of the outbox: what has become of it, and its text"))
    show.add_argument("letter", type=site.number, metavar="N")
    show.add_argument("--raw", action="store_true", help=_("only the mail itself, as it goes out"))
    show.set_defaults(run=_show)
    for verb in (test, queue, show):
        site.add_config(verb)


def _test(arguments: argparse.Namespace) -> int:
    settings = site.settings(arguments)
    office = office_of(settings)
    now = SystemClock().now()
    person, address = _whom(office, arguments.to, now)
    print(_("A test mail to {address}").format(address=address))
    reader = Reader(office, "", person, f"test/{uuid4().hex}", now, address=address)
    return asyncio.run(_try_each(settings, reader))


async def _try_each(settings: Settings, reader: Reader) -> int:
    """Send by each way; the fallback is of use only when it works as well."""
    good = True
    for way, transport in ways_of(settings, SystemClock()):
        mail = trial(reader, way)
        sender = reader.office.mail.sender
        outcome = await transport.send(Posted(sender, mail.recipient, mail.message_id, mail.content))
        await transport.close()
        if isinstance(outcome, Taken):
            print(_("{relay}: taken: {answer}").format(relay=outcome.relay, answer=outcome.answer))
        else:
            good = False
            print(_("not taken: {why}").format(why=site.of_mail(outcome.why)))
    return 0 if good else 1


def _whom(office: Office, asked: str | None, now: datetime) -> tuple[str, str]:
    """Return the person, empty where there is only an address, and the address."""
    if asked is not None and "@" in asked:
        if not asked.isascii() or not asked.isprintable() or " " in asked:
            raise UsageError(mark("{address} is not a mail address"), address=asked)
        return "", asked
    names = (asked,) if asked is not None else (*duty(office.shifts(now)).primary, *office.mail.fallback)
    for name in names:
        known = office.people.get(name)
        if known is not None and known.mail:
            return name, known.mail
    if asked is not None:
        reached = ", ".join(sorted(name for name, person in office.people.items() if person.mail)) or "-"
        template = mark("there is no person {name} with a mail address; there are: {people}")
        raise UsageError(template, name=asked, people=reached)
    raise UsageError(mark("nobody on duty has a mail address; say to whom: --to NAME or ADDRESS"))


def _queue(arguments: argparse.Namespace) -> int:
    settings = site.settings(arguments)
    found = site.reader(settings).read_now(partial(_wanted, everything=arguments.all))
    if arguments.format == "json":
        print(site.as_json([_plain(letter) for letter in found]))
        return 0
    if not found:
        print(_("The outbox is empty."))
        return 0
    head = (_("No."), _("State"), _("Kind"), _("To"), _("Subject"), _("Tries"), _("Next try"), _("Last error"))
    print(site.table([_row(letter, settings) for letter in found], head))
    return 0


def _wanted(tx: Connection, *, everything: bool) -> tuple[Letter, ...]:
    newest = outbox.listed(tx, MOST)
    if everything:
        return newest
    later = SystemClock().now() + EVER
    waiting = (
        letter for state in (Delivery.UNROUTED, Delivery.QUEUED) for letter in outbox.due(tx, later, state, MOST)
    )
    return (*waiting, *(letter for letter in newest if letter.state is Delivery.GIVEN_UP))


def _row(letter: Letter, settings: Settings) -> tuple[str, ...]:
    waits = letter.state in (Delivery.UNROUTED, Delivery.QUEUED)
    return (
        str(letter.id),
        _(letter.state.value),
        _(KINDS.get(letter.kind, letter.kind)),
        letter.recipient or _("who is on duty then"),
        _cut(letter.subject or letter.key),
        str(letter.attempts),
        local(letter.next_at, settings.site.zone) if waits else "-",
        _cut(site.of_mail(letter.error) if letter.error else "-"),
    )


def _cut(text: str) -> str:
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"


KINDS = {
    "opened": mark("opened"),
    "worse": mark("worse"),
    "reminder": mark("reminder"),
    "recovered": mark("recovered"),
    "flapping": mark("flapping"),
    "digest": mark("digest"),
    "handover": mark("handover"),
    "roster": mark("roster"),
    "duty": mark("recurring duty"),
    "register": mark("register"),
    "approval": mark("without approval"),
    "change": mark("change request"),
    "session": mark("session prepared"),
    "service": mark("service report"),
}


def _show(arguments: argparse.Namespace) -> int:
    settings = site.settings(arguments)
    letter = site.reader(settings).read_now(partial(outbox.get, letter=arguments.letter))
    if letter is None:
        raise UsageError(mark("there is no mail {number}"), number=arguments.letter)
    if arguments.raw:
        sys.stdout.buffer.write(letter.content or b"")
        return 0
    zone = settings.site.zone
    lines = [
        (_("No."), str(letter.id)),
        (_("Key"), letter.key),
        (_("State"), _(letter.state.value)),
        (_("Kind"), _(KINDS.get(letter.kind, letter.kind))),
        (_("To"), " ".join(part for part in (letter.person, letter.recipient) if part) or _("who is on duty then")),
        (_("Subject"), letter.subject or ""),
        ("Message-ID", letter.message_id or ""),
        (_("Written"), local(letter.created, zone)),
        (_("Sent"), local(letter.sent_at, zone) if letter.sent_at else ""),
        (_("By way of"), letter.relay or ""),
        (_("Tries"), str(letter.attempts)),
        (_("Next try"), local(letter.next_at, zone) if letter.state is Delivery.QUEUED else ""),
        (_("Given up after"), local(letter.deadline, zone)),
        (_("Last error"), site.of_mail(letter.error) if letter.error else ""),
    ]
    for label, text in lines:
        if text:
            print(f"{label}{' ' * max(1, 20 - site.width(label))}{text}")
    if letter.content:
        print("\n" + _text(letter.content))
    return 0


def _text(content: bytes) -> str:
    body = message_from_bytes(content, policy=default).get_body(("plain",))
    return str(body.get_content()) if body is not None else ""


def _plain(letter: Letter) -> dict[str, Any]:
    """Return a letter as JSON can carry it, without its content."""
    return {
        "id": letter.id,
        "key": letter.key,
        "kind": letter.kind,
        "state": letter.state.value,
        "fault": letter.fault,
        "handover": letter.handover,
        "person": letter.person,
        "recipient": letter.recipient,
        "subject": letter.subject,
        "message_id": letter.message_id,
        "attempts": letter.attempts,
        "created": letter.created.isoformat(),
        "next_at": letter.next_at.isoformat(),
        "deadline": letter.deadline.isoformat(),
        "sent_at": letter.sent_at.isoformat() if letter.sent_at else None,
        "relay": letter.relay,
        "error": letter.error,
    }
