"""A hospital for the status page: a configuration, and rows as the service would have written them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from netwatch.config import Settings, load
from netwatch.domain.model import (
    Acknowledgement,
    CheckState,
    DeviceState,
    Fault,
    FaultId,
    Health,
    Severity,
    Subject,
    Told,
    Window,
)
from netwatch.plugins import Registry
from netwatch.progress import Progress
from netwatch.storage import checks, devices, events, faults, handovers, outbox, windows
from netwatch.storage.database import Database
from netwatch.storage.devices import Standing
from netwatch.storage.events import Entry, EventKind
from netwatch.storage.faults import Decided
from netwatch.storage.handovers import Archived
from netwatch.storage.history import Recorder
from netwatch.storage.outbox import Delivery, Letter
from probes.api import Message

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

NOW = datetime(2026, 11, 22, 18, 13, 20, tzinfo=UTC)
"""02:13:20 on the next day in Shanghai: the night shift."""

SITE = """
[site]
name = "市第一医院信息中心"
language = "zh_CN"

[mail]
directory = "mail"
fallback = ["chen"]

[[person]]
name = "zhang"
title = "张伟"
mail = "zhang@hospital.example"
phone = "138 0000 1234"

[[person]]
name = "li"
title = "李娜"
mail = "li@hospital.example"
phone = "139 0000 5678"

[[person]]
name = "chen"
title = "陈主任"
mail = "chen@hospital.example"
phone = "8002"

[[shift]]
name = "day"
title = "白班"
start = "08:00"
end = "17:00"

[[shift]]
name = "night"
title = "夜班"
start = "17:00"
end = "08:00"

[[shift]]
name = "week"
title = "带班"
start = "08:00"
end = "08:00"

[[rotation]]
shift = "night"
groups = [["zhang"], ["li"]]
anchor = 2026-11-22

[[rotation]]
shift = "day"
groups = [["li"], ["zhang"]]
anchor = 2026-11-22

[[rotation]]
shift = "week"
post = "leader"
groups = [["chen"]]
anchor = 2026-11-22

[[group]]
name = "core"
title = "核心交换"
[[group.check]]
kind = "icmp"
[[group]]
name = "floor"
title = "楼层接入"
[[group.check]]
kind = "icmp"
[[group]]
name = "servers"
title = "服务器"
[[group.check]]
kind = "icmp"
[[group]]
name = "power"
title = "UPS"
[[group.check]]
kind = "icmp"
"""

PART = 2000
"""How many devices stand in one file."""
KINDS = (("core", "核心交换机", 2), ("servers", "服务器", 24), ("power", "UPS", 6))


def settings(folder: Path, count: int = 60, site: str = SITE) -> Settings:
    """Return the configuration of a hospital with that many devices; most of them are on its floors."""
    made = [
        _device(f"{group}-{number}", f"{title} {number}", group)
        for group, title, most in KINDS
        for number in range(1, most + 1)
    ]
    floors = range(1, count - len(made) + 1)
    made += [_device(f"sw-{number}", f"接入交换机 {number}", "floor", 1 + number % 2) for number in floors]
    for begin in range(0, max(count, 1), PART):
        part = folder / f"devices-{begin}.toml"
        part.write_text("\n".join(made[:count][begin : begin + PART]), encoding="utf-8")
    path = folder / "netwatch.toml"
    path.write_text(f'include = ["devices-*.toml"]\n{site}', encoding="utf-8")
    return load(path, Registry.installed())


def _device(name: str, title: str, group: str, core: int = 0) -> str:
    text = f'[[device]]\nname = "{name}"\ntitle = "{title}"\naddress = "10.0.{len(name)}.1"\ngroups = ["{group}"]'
    if core:
        text += f'\nparents = ["core-{core}"]'
    if group == "core":
        text += '\naffects = "门诊楼 3 层、HIS"\nrunbook = "先看机房电源，再看上联光口"'
    return text


@dataclass(frozen=True, slots=True)
class Hospital:
    """An open database with its configuration and counters."""

    settings: Settings
    database: Database
    progress: Progress

    def write(self, *works: object) -> None:
        for work in works:
            self.database.write_now(work)  # type: ignore[arg-type]


def opened(folder: Path, count: int = 60) -> Hospital:
    """Return a hospital in which everything is well."""
    known = settings(folder, count)
    database = Database(known.database_url).open()
    progress = Progress(NOW - timedelta(days=3), polls=90_000, last_poll_at=NOW - timedelta(seconds=2))
    hospital = Hospital(known, database, progress)
    hospital.write(lambda tx: well(tx, known))
    return hospital


def well(tx: Connection, known: Settings) -> None:
    """Every device is up."""
    for name in known.devices:
        devices.save(tx, Standing(name, DeviceState.UP, NOW - timedelta(days=9), Message("answers")))


def fault(
    device: str,
    *,
    severity: Severity = Severity.CRITICAL,
    ago: timedelta = timedelta(hours=1, minutes=20),
    **more: object,
) -> Fault:
    """Return a fault of a device that does not answer."""
    summary = Message("no answer within {seconds} s", {"seconds": "3"})
    made = Fault(
        FaultId(0), Subject(device, "icmp"), severity, severity, summary, NOW - ago, NOW - ago, reachability=True
    )
    return replace(made, **more)  # type: ignore[arg-type]


def down(tx: Connection, made: Fault, state: DeviceState = DeviceState.DOWN) -> Fault:
    """Record a fault with its event, and its device as it then is."""
    kept = faults.add(tx, made)
    entry = Entry(EventKind.OPENED, kept.opened, kept.confirmed, kept.subject.device, kept.id, summary=kept.summary)
    events.add(tx, entry)
    devices.save(tx, Standing(kept.subject.device, state, kept.opened, kept.summary))
    return kept


def letter(kept: Fault, person: str, state: Delivery = Delivery.SENT, **more: object) -> Letter:
    """Return a mail about a fault to one person."""
    made = Letter(
        key=f"fault/{kept.id}/0/{person}",
        kind="opened",
        created=kept.confirmed,
        next_at=kept.confirmed,
        deadline=kept.confirmed + timedelta(days=2),
        fault=kept.id,
        person=person,
        recipient=f"{person}@hospital.example",
        state=state,
        sent_at=kept.confirmed + timedelta(seconds=21) if state is Delivery.SENT else None,
        attempts=1,
    )
    return replace(made, **more)  # type: ignore[arg-type]


def mail(tx: Connection, made: Letter, why: str = "on duty") -> None:
    """Queue a mail, with the decision that it goes to this person."""
    number = outbox.add(tx, made)
    assert made.fault is not None
    faults.decide(tx, Decided(made.created, made.fault, made.kind, True, Message(why), made.person, number))


def bad_night(tx: Connection) -> None:
    """A core switch is down with what hangs on it; others have troubles of their own."""
    core = down(tx, fault("core-1", told=Told.OPENED, told_at=NOW - timedelta(hours=1, minutes=19)))
    taken = Acknowledgement("zhang", NOW - timedelta(hours=1), "已到机房，正在查电源", None)
    faults.save(tx, replace(core, acknowledged=taken))
    for kind, at, text in (
        (EventKind.ACKNOWLEDGED, 60, taken.text),
        (EventKind.NOTE, 40, "电源模块 1 无输出\n已联系供应商"),
    ):
        when = NOW - timedelta(minutes=at)
        events.add(tx, Entry(kind, when, when, "core-1", core.id, actor="zhang", text=text))
    why = Message("confirmed; goes to who is on duty")
    faults.decide(tx, Decided(core.confirmed, core.id, "opened", told=True, why=why))
    mail(tx, letter(core, "zhang", relay="mail.hospital.example:587"))
    mail(tx, letter(core, "chen", Delivery.GIVEN_UP, error="550 no such user", attempts=4))
    faults.decide(
        tx, Decided(core.confirmed, core.id, "quiet", told=False, why=Message("{who} has taken it", {"who": "zhang"}))
    )
    behind = Message("unreachable behind {device}, whose fault is told", {"device": "core-1"})
    for number in range(2, 20, 2):
        hidden = fault(f"sw-{number}", severity=Severity.MAJOR, cause=core.id, quiet=behind)
        kept = down(tx, hidden, DeviceState.UNREACHABLE)
        devices.save(
            tx,
            Standing(
                kept.subject.device,
                DeviceState.UNREACHABLE,
                kept.opened,
                Message("behind {device}", {"device": "core-1"}),
            ),
        )
    limit = Message(
        "{what} {item} is {value}; the limit is {limit}",
        {"what": "Storage in use", "item": "/var", "value": "93 %", "limit": "85 %"},
    )
    for number, severity in enumerate([Severity.MAJOR] * 3 + [Severity.MINOR] * 4 + [Severity.WARNING] * 7, start=1):
        kept = fault(
            f"servers-{number}",
            severity=severity,
            ago=timedelta(minutes=7 * number),
            summary=limit,
            reachability=False,
            flapping=number == 5,
            reopened=2 if number == 6 else 0,
            quiet=Message("below the level for mail; told in the handover report"),
        )
        down(tx, kept, DeviceState.DEGRADED)
    devices.save(
        tx,
        Standing(
            "power-1",
            DeviceState.MAINTENANCE,
            NOW - timedelta(hours=1),
            Message("maintenance: {title}", {"title": "换电池"}),
        ),
    )
    windows.add(
        tx,
        Window("UPS 换电池", frozenset({"power-1", "power-2"}), NOW - timedelta(hours=1), NOW + timedelta(hours=3)),
        "li",
    )


def reports(tx: Connection, count: int = 11) -> None:
    """So many shifts have been handed over."""
    for number in range(count):
        end = NOW.replace(hour=0, minute=0, second=0) - timedelta(days=count - number)
        shift = f"night/{(end - timedelta(hours=15)).date()}/primary"
        made = Archived(shift, 1, end - timedelta(hours=15), end, end + timedelta(seconds=4), 0, 0, "{}")
        bodies = {(language, "html"): f"<p>{language} {number}</p>" for language in ("zh_CN", "en")}
        handovers.add(tx, made, bodies)


def measured(tx: Connection, name: str) -> None:
    """A device's checks have read something, good and bad."""
    whole = CheckState(
        Subject(name, "icmp"), Health.OK, since=NOW - timedelta(days=2), seen=NOW - timedelta(seconds=20),
        summary=Message("answers"), reachability=True,
    )  # fmt: skip
    loss = replace(
        whole,
        subject=Subject(name, "icmp", "packet.loss"),
        health=Health.FAILING,
        severity=Severity.WARNING,
        summary=Message(
            "{what} is {value}; the limit is {limit}", {"what": "Packet loss", "value": "12 %", "limit": "10 %"}
        ),
    )
    checks.save(tx, (whole, loss))
    for minutes in (3, 2, 1):
        Recorder().add(
            tx,
            f"{name}/icmp",
            NOW - timedelta(minutes=minutes),
            {"packet.loss": 12.5, "rtt.median": 1.25, "port.in/Gi1": 2.5e9},
        )
    facts = {"system": "Huawei S5735 V200R021", "serial number": "2102351QXK"}
    devices.save(tx, Standing(name, DeviceState.DEGRADED, NOW - timedelta(minutes=30), loss.summary, facts))
