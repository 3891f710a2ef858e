"""Freezing a report: what it holds is cut at one event, archived, signed, and on its way to both sides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from netwatch import report
from netwatch.language import LANGUAGES, translations
from netwatch.mail import letter_for_report
from netwatch.storage import events, handovers, outbox, signatures
from netwatch.storage.events import Entry, EventKind
from netwatch.storage.handovers import Archived
from netwatch.storage.signatures import Signed
from probes.api import Message, _
from roster import render
from roster.cover import on_duty
from roster.handover import to_json
from roster.layers import Post
from roster.signing import SIGNING, Side, Signature, Step

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.progress import Progress
    from netwatch.report import Draft
    from roster.cover import Shift


@dataclass(frozen=True, slots=True)
class Frozen:
    """A draft with its renderings by (language, format), and who stands on either side. Nothing is written yet."""

    draft: Draft
    bodies: Mapping[tuple[str, str], str]
    sides: tuple[Side, ...]
    relief: bool = False


def prepare(
    tx: Connection,
    settings: Settings,
    shift: Shift,
    now: datetime,
    progress: Progress | None,
    relief: str | None = None,
) -> Frozen:
    """Build and render the report of a shift as of now; `relief` is who takes over before its end, if it is one."""
    made = report.draft(tx, settings, shift, now, progress, relief=relief)
    bodies = {}
    for language in LANGUAGES:
        catalogue = translations(language)
        bodies[language, "html"] = render.html(made.handover, catalogue, settings.site.zone)
        bodies[language, "text"] = render.text(made.handover, catalogue, settings.site.zone)
    return Frozen(made, bodies, sides(settings, shift, relief), relief is not None)


def sides(settings: Settings, shift: Shift, relief: str | None = None) -> tuple[Side, ...]:
    """Return who hands over and who takes over, by post."""
    going = on_duty(settings.roster, shift.end - report.INSTANT)
    coming = on_duty(settings.roster, shift.end)
    if relief is not None:
        return (Side(shift.post, shift.people, (relief,) if relief else ()),)
    return tuple(
        Side(post, _holding(going, post), _holding(coming, post))
        for post in Post
        if post in SIGNING and (_holding(going, post) or _holding(coming, post))
    )


def _holding(shifts: tuple[Shift, ...], post: Post) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for shift in shifts if shift.post is post for name in shift.people))


def archive(
    tx: Connection, settings: Settings, frozen: Frozen, now: datetime, *, by: str = "", text: str = "", login: str = ""
) -> Archived:
    """Archive a report, sign it as offered or frozen, let it replace an earlier one, and queue its mails."""
    made = frozen.draft
    head = made.handover.head
    _replace(tx, made.shift, frozen.relief, now)
    archived = handovers.add(
        tx,
        Archived(
            shift=made.shift.id,
            revision=head.revision,
            start=made.shift.start,
            end=made.shift.end,
            built_at=now,
            after_event=head.after_event,
            upto_event=head.upto_event,
            document=to_json(made.handover),
        ),
        frozen.bodies,
    )
    summary = Message(_("handover report {number} of {shift}"), {"number": archived.id, "shift": made.shift.title})
    data = {"handover": archived.id, "shift": made.shift.id}
    event = events.add(tx, Entry(EventKind.HANDOVER, now, now, actor=by or None, summary=summary, data=data))
    step = Step.OFFERED if by else Step.FROZEN
    kept = {
        "sides": signatures.sides_data(frozen.sides),
        "ends": (now if frozen.relief else made.shift.end).isoformat(),
        "relief": frozen.relief,
        **({"entered_by": login} if login else {}),
    }
    signatures.add(tx, Signed(archived.id, made.shift.id, Signature(step, by, now, text), int(event), kept))
    for name in dict.fromkeys((*report.recipients(settings, made.shift), *_named(frozen.sides))):
        person = settings.people.get(name)
        if person is not None and person.mail:
            outbox.add(tx, letter_for_report(settings, person, archived, made.handover, frozen.bodies, now))
    return archived


def _named(sides: tuple[Side, ...]) -> tuple[str, ...]:
    return tuple(name for side in sides for name in (*side.outgoing, *side.incoming))


def _replace(tx: Connection, shift: Shift, relief: bool, now: datetime) -> None:  # noqa: FBT001 - as it was frozen
    """Let a revision of the same shift that still waits give way to the new one."""
    for number in sorted(signatures.replaceable(tx, shift.id, relief=relief)):
        data = {"handover": number, "step": Step.SUPERSEDED.value, "shift": shift.id}
        event = events.add(tx, Entry(EventKind.SIGNED, now, now, data=data))
        signatures.add(tx, Signed(number, shift.id, Signature(Step.SUPERSEDED, "", now), int(event)))
