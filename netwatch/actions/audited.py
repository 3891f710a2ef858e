"""What the audit log keeps of an action: who asked for what, what came of it, or why it was refused."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from netwatch.errors import NetwatchError
from netwatch.storage import audit
from netwatch.storage.database import Attempt

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.actions.doing import Action, Doing
    from probes.api import Message

SUBJECTS = (
    "number",
    "fault",
    "entry",
    "request",
    "window",
    "device",
    "department",
    "register",
    "shift",
    "feed",
    "day",
    "person",
    "file",
)
"""The arguments, or values of a result, that name what an action is about; the first that is there does."""
WORDS = ("text", "reason")
"""Arguments in which people write at length. The journal has their words, and may hide them; here is their digest."""
DONE, REFUSED, FAILED = "done", "refused", "failed"


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for an action, when, with what; `login` is the user of the system who typed it."""

    actor: str
    now: datetime
    arguments: Mapping[str, Any]
    login: str = ""


def audited(name: str, action: Callable[[], tuple[Action, Doing]], asked: Asked) -> Attempt[Message]:
    """Return the transaction of an action together with its record, or the record of its refusal.

    `action` finds out what is to be done, and by whom: that may be refused as well.
    """

    def work(tx: Connection) -> Message:
        run, doing = action()
        done = run(tx, doing)
        said = {"result": done.template, "values": dict(done.values)}
        _record(tx, name, replace(asked, actor=doing.actor), DONE, said)
        return done

    def refused(tx: Connection, error: Exception) -> None:
        is_said = isinstance(error, NetwatchError)
        said: dict[str, Any] = {"why": str(error) if is_said else type(error).__name__}
        if isinstance(error, NetwatchError) and error.values:
            said["sentence"] = {"template": error.template, "values": dict(error.values)}
        who = _actor(action, asked)
        if who != asked.actor:
            said["for"] = asked.actor
        _record(tx, name, replace(asked, actor=who), REFUSED if is_said else FAILED, said)

    return Attempt(work, refused)


def noted(tx: Connection, *, name: str, asked: Asked, why: str = "") -> None:
    """Record an action that the service does in more than one transaction: once it is done, or why it is not."""
    _record(tx, name, asked, REFUSED if why else DONE, {"why": why} if why else {})


def _actor(action: Callable[[], tuple[Action, Doing]], asked: Asked) -> str:
    """Return who it was: whoever acts in another's name is recorded under their own login."""
    try:
        return action()[1].actor
    except NetwatchError:
        return asked.login or asked.actor


def _record(tx: Connection, name: str, asked: Asked, outcome: str, said: Mapping[str, Any]) -> None:
    detail: dict[str, Any] = {"arguments": _summary(asked.arguments), "outcome": outcome, **said}
    if asked.login not in {"", asked.actor}:
        detail["login"] = asked.login
    audit.record(
        tx,
        actor=asked.actor,
        action=name,
        subject=subject(name, asked.arguments, said.get("values", {})),
        detail=detail,
        now=asked.now,
    )


def subject(name: str, arguments: Mapping[str, Any], result: Mapping[str, Any]) -> str:
    """Return what an action is about, such as `entry/12`: a bare number is that of the action's own noun.

    A file says by itself what it is.
    """
    for given in (arguments, result):
        for key in SUBJECTS:
            value = given.get(key)
            if isinstance(value, str | int) and value != "":
                noun = name.rsplit("_", 1)[-1] if key == "number" else key
                return str(value) if key == "file" else f"{noun}/{value}"
    return ""


def _summary(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _digest(value) if key in WORDS else value for key, value in arguments.items()}


def _digest(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return {"characters": len(value), "sha256": hashlib.sha256(value.encode(errors="replace")).hexdigest()}
