"""What may be changed and when: how change requests are judged, how bad drift is, and when nothing is changed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, PlainSerializer

from netwatch.config.table import Table, one_of
from netwatch.config.values import Duration, Instant, Name, Pause, SeverityName, Title
from netwatch.config.windows import localised
from netwatch.domain.drift.change_window import Freeze, Patience
from netwatch.domain.drift.risk import SEVERITIES, Risk
from netwatch.domain.model import Severity
from roster.wall import first_instant, last_instant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from netwatch.config.effective import Settings

RiskName = Annotated[Risk, one_of(Risk), PlainSerializer(lambda value: value.value)]


class ChangeTable(Table):
    """How what devices are set to is compared with what was approved: change requests, waivers, severities."""

    grace: Pause = timedelta(minutes=15)
    """How long before its window and after it a change request still explains what changed."""
    request_within: Duration = timedelta(hours=4)
    """How long after an emergency began it must be asked for."""
    approve_within: Duration = timedelta(hours=24)
    """How long after an emergency began it must be approved; until then it counts as not approved."""
    unsaved_after: Duration = timedelta(minutes=30)
    """How long a device may run what it has not saved: a power cut would undo it. It is a warning then, and minor
    after four times as long."""
    longest_waiver: Duration = timedelta(days=90)
    """How long a deviation may be waived at most."""
    registers: tuple[Name, ...] = ("change",)
    """The registers whose approved entries explain what changed on their devices, as change requests do."""
    review: SeverityName = Severity.MINOR
    """How bad it is that a change may have been approved or not, and somebody must look."""
    overdue: SeverityName = Severity.CRITICAL
    """How bad it is that an emergency was not asked for, or not approved, in time."""
    severity: dict[RiskName, SeverityName] = Field(default_factory=dict)
    """How bad it is that nobody approved a change, by what it is about: `acl`, `user`, `route`, `snmp`, `aaa`,
    `uplink`, `port`, `vlan`, `access`, `firewall`, `logging`, `stp`; what is not named keeps its own."""


class FreezeTable(Table):
    """A period in which nothing is to be changed but in an emergency. What changes all the same is recorded."""

    title: Title
    """Why, for whoever is refused."""
    start: Instant
    """When it begins, in the site's zone unless an offset is given."""
    end: Instant
    """When it ends."""
    devices: tuple[Name, ...] = ()
    """The devices that it is for; with no groups either, all of them."""
    groups: tuple[Name, ...] = ()
    """The groups whose devices it is for."""


def patience(settings: Settings) -> Patience:
    """Return how long the site waits for what must follow an emergency."""
    asked = settings.file.change
    return Patience(asked.request_within, asked.approve_within, asked.grace)


def severities(settings: Settings) -> Mapping[Risk, Severity]:
    """Return how bad it is that nobody approved a change, by what it is about."""
    return {**SEVERITIES, **settings.file.change.severity}


def freezes(settings: Settings) -> tuple[Freeze, ...]:
    """Return the freeze periods, in UTC."""
    zone = settings.site.zone
    return tuple(
        Freeze(
            each.title,
            first_instant(localised(each.start, zone), zone),
            last_instant(localised(each.end, zone), zone),
            members(settings, each.devices, each.groups) if each.devices or each.groups else None,
        )
        for each in settings.file.freeze
    )


def members(settings: Settings, devices: tuple[str, ...], groups: tuple[str, ...]) -> frozenset[str]:
    """Return some devices and those of some groups."""
    of = frozenset(groups)
    return frozenset(devices) | {name for name, each in settings.devices.items() if of & frozenset(each.groups)}
