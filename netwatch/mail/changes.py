"""Mails about change requests: approval is asked for, given or not."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from netwatch.domain.model import Severity
from netwatch.mail.compose import Reader, letter
from netwatch.mail.envelope import seal
from netwatch.mail.layout import laid_out
from netwatch.mail.office import office_of
from netwatch.mail.sheet import Fact, Sheet, footer
from netwatch.mail.wording import Wording, harmless
from netwatch.storage import identity, outbox
from probes.api import _
from roster.stretches import stretches

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.domain.drift.change_request import ChangeRequest
    from netwatch.domain.drift.permit import Scope
    from netwatch.mail.office import Office
    from netwatch.storage.outbox import Letter

KIND = "change"
MOST = 20
"""So many targets are named."""
STRETCHES = 100
"""So many numbers are put into one command, or stretches of them; `change show` has all."""


class Notice(Enum):
    """What a mail about a change request says."""

    REQUEST = "request"
    APPROVED = "approved"
    REJECTED = "rejected"
    VERIFIED = "verified"
    """It has led to contents that wait for a leader's approval."""


def tell(
    tx: Connection,
    settings: Settings,
    people: Iterable[str],
    notice: Notice,
    request: ChangeRequest,
    now: datetime,
    text: str = "",
    findings: Sequence[int] = (),
) -> None:
    """Queue a mail to each of some people; who has no address is passed over. `findings` are those to be approved."""
    office, own = office_of(settings), identity.of(tx)
    for name in dict.fromkeys(people):
        if name in office.reachable:
            key = f"{KIND}/{request.id}/{notice.value}/{name}"
            outbox.add(tx, letter_for_change(Reader(office, own, name, key, now), notice, request, text, findings))


def letter_for_change(
    reader: Reader, notice: Notice, request: ChangeRequest, text: str = "", findings: Sequence[int] = ()
) -> Letter:
    """Write one of them, ready to go."""
    word, office = reader.word, reader.office
    values: dict[str, object] = {
        "number": request.id,
        "title": harmless(request.title, 100),
        "who": harmless(office.called(request.requested_by)),
        "judge": harmless(office.called(request.judged_by or "")),
        "verifier": harmless(office.called(request.verified_by or "")),
    }
    view = Sheet(
        language=word.language,
        tone="critical" if request.emergency and notice is Notice.REQUEST else _TONES[notice],
        badge=word(_("emergency")) if request.emergency else word(request.state.title),
        first=_first(word, notice, values, len(findings)),
        facts=tuple(fact for fact in _facts(word, office, request, text) if fact.text),
        commands=tuple(Fact(word(say), command) for say, command in _commands(notice, request, findings)),
        footer=footer(word, office, reader.now),
    )
    plain, html = laid_out("notice", view, word.language)
    ready = seal(reader.envelope(f"{KIND}/{request.id}"), _subject(word, notice, request, values), plain, html)
    return letter(ready, reader, kind=KIND, priority=Severity.MAJOR if request.emergency else Severity.MINOR)


def _subject(word: Wording, notice: Notice, request: ChangeRequest, values: dict[str, object]) -> str:
    said = word(_SUBJECTS[notice], **values)
    is_urgent = request.emergency and notice is Notice.REQUEST
    return word(_("[emergency] {subject}"), subject=said) if is_urgent else said


_SUBJECTS = {
    Notice.REQUEST: _("Approval asked: change request {number}, {title}"),
    Notice.APPROVED: _("Approved: change request {number}, {title}"),
    Notice.REJECTED: _("Rejected: change request {number}, {title}"),
    Notice.VERIFIED: _("New baselines to approve: change request {number}, {title}"),
}
_FIRST = {
    Notice.REQUEST: _("{who} asks for your approval: change request {number}"),
    Notice.APPROVED: _("{judge} has approved change request {number}"),
    Notice.REJECTED: _("{judge} has rejected change request {number}"),
}
_TONES = {
    Notice.REQUEST: "information",
    Notice.APPROVED: "recovered",
    Notice.REJECTED: "warning",
    Notice.VERIFIED: "information",
}


def _first(word: Wording, notice: Notice, values: dict[str, object], count: int) -> str:
    if notice is not Notice.VERIFIED:
        return word(_FIRST[notice], **values)
    return word.ngettext(
        "{verifier} has verified change request {number}; {count} new baseline waits for your approval",
        "{verifier} has verified change request {number}; {count} new baselines wait for your approval",
        count,
        **values,
    )


def _facts(word: Wording, office: Office, request: ChangeRequest, text: str) -> tuple[Fact, ...]:
    people = word(_(", ")).join(harmless(office.called(each)) for each in request.implementers)
    return (
        Fact(word(_("Kind")), word(request.kind.title)),
        Fact(word(_("Title")), harmless(request.title, 200)),
        Fact(word(_("From")), word.moment(request.start)),
        Fact(word(_("Until")), word.moment(request.end)),
        *(Fact(word(_("On")), each) for each in _targets(word, request)),
        Fact(word(_("Implementers")), people),
        Fact(word(_("Why")), harmless(request.reason)),
        Fact(word(_("Risk")), harmless(request.risk)),
        Fact(word(_("Roll-back")), harmless(request.rollback)),
        Fact(word(_("Virus check")), harmless(request.evidence)),
        Fact(word(_("Reason")), harmless(text)),
    )


def _targets(word: Wording, request: ChangeRequest) -> tuple[str, ...]:
    """Return what it is about; what is not named is counted: who approves must know how far it goes."""
    left = len(request.targets) - MOST
    more = (word.ngettext("and {count} more", "and {count} more", left),) if left > 0 else ()
    return (*(_target(word, each) for each in request.targets[:MOST]), *more)


def _target(word: Wording, scope: Scope) -> str:
    named = scope.device or word(_("group {name}"), name=scope.group)
    return harmless(" · ".join((named, *scope.facets, *scope.paths)), 200)


def _commands(notice: Notice, request: ChangeRequest, findings: Sequence[int]) -> tuple[tuple[str, str], ...]:
    if notice is Notice.VERIFIED:
        return (
            (_("To see what has changed"), f"netwatch change show {request.id}"),
            (_("To approve them"), f"netwatch drift approve {' '.join(stretches(findings)[:STRETCHES])}"),
        )
    if notice is Notice.REQUEST:
        return (
            (_("To approve it"), f"netwatch change approve {request.id}"),
            (_("To reject it"), f'netwatch change reject {request.id} --reason "…"'),
        )
    if notice is Notice.APPROVED:
        return ((_("When it is done"), f"netwatch change implemented {request.id}"),)
    return ()
