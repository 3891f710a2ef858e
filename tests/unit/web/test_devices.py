"""Devices: grouped on the first page, listed on their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from netwatch.domain.model import DeviceState
from netwatch.storage import devices
from netwatch.storage.devices import Standing
from netwatch.web.pages.devices import CALM, CALM_OF_GROUP, PAGE, TROUBLED, Asked, device_list, devices_view
from probes.api import Message
from tests.hospital import NOW, Hospital, bad_night, opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from netwatch.web.pages.devices import DeviceList, DevicesView


def shown(hospital: Hospital) -> DevicesView:
    return hospital.database.read_now(lambda tx: devices_view(tx, hospital.settings))


def listed(hospital: Hospital, **asked: str | int) -> DeviceList:
    return hospital.database.read_now(lambda tx: device_list(tx, hospital.settings, Asked(**asked)))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    made = opened(tmp_path_factory.mktemp("large"), count=450)
    yield made
    made.database.close()


def every(tx: Connection, hospital: Hospital, state: DeviceState) -> None:
    for name in hospital.settings.devices:
        devices.save(tx, Standing(name, state, NOW, Message("no answer")))


def test_groups_in_trouble_stand_first_the_worst_before_the_others(well: Hospital) -> None:
    well.write(bad_night)
    view = shown(well)
    assert [group.name for group in view.troubled] == ["core", "servers", "floor", "power"]
    assert [group.worst for group in view.troubled] == [
        DeviceState.DOWN,
        DeviceState.DEGRADED,
        DeviceState.UNREACHABLE,
        DeviceState.MAINTENANCE,
    ]
    assert view.calm == ()


def test_every_device_is_counted_once(well: Hospital) -> None:
    well.write(bad_night)
    view = shown(well)
    assert sum(view.counts.values()) == len(well.settings.devices) == sum(group.total for group in view.groups)
    assert view.amiss == sum(group.amiss for group in view.groups)


def test_a_device_that_was_never_looked_at_is_unknown_and_not_well(well: Hospital) -> None:
    well.write(lambda tx: devices.forget(tx, ["core-1"]))
    view = shown(well)
    assert view.counts[DeviceState.UNKNOWN] == 1
    assert view.unsure == 1
    (line,) = view.troubled[0].troubled
    assert (line.name, line.since, str(line.reason)) == ("core-1", None, "not seen yet")


def test_a_device_that_is_no_longer_configured_is_not_shown(well: Hospital) -> None:
    well.write(lambda tx: devices.save(tx, Standing("gone-1", DeviceState.DOWN, NOW, Message("no answer"))))
    assert shown(well).amiss == 0


def test_maintenance_alone_leaves_nothing_unsure(well: Hospital) -> None:
    why = Message("maintenance: {title}", {"title": "x"})
    well.write(lambda tx: devices.save(tx, Standing("core-1", DeviceState.MAINTENANCE, NOW, why)))
    assert (shown(well).amiss, shown(well).unsure) == (1, 0)


def test_a_page_names_only_so_many_devices_and_counts_the_rest(large: Hospital) -> None:
    large.write(lambda tx: every(tx, large, DeviceState.DOWN))
    view = shown(large)
    large.write(lambda tx: every(tx, large, DeviceState.UP))
    assert sum(len(group.troubled) for group in view.groups) == TROUBLED
    assert sum(group.omitted for group in view.groups) == 450 - TROUBLED


def test_of_those_that_are_up_it_names_some_of_each_group(large: Hospital) -> None:
    named = [len(group.calm) for group in shown(large).groups]
    assert max(named) == CALM_OF_GROUP
    assert sum(named) <= CALM


def test_the_list_is_paged_and_a_page_that_is_not_there_is_the_last(large: Hospital) -> None:
    pages = [listed(large, page=number) for number in range(1, 6)]
    assert pages[0].pages == 5
    assert [len(each.lines) for each in pages] == [PAGE, PAGE, PAGE, PAGE, 50]
    assert len({line.name for each in pages for line in each.lines}) == 450
    assert listed(large, page=99).asked.page == 5


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"words": "核心 2"}, {"core-2"}),
        ({"words": "CORE-2"}, {"core-2"}),
        ({"words": "10.0.7.1", "group": "power"}, {f"power-{number}" for number in range(1, 7)}),
        ({"words": "门诊楼"}, {"core-1", "core-2"}),
        ({"state": "down"}, {"core-1"}),
        ({"state": "nonsense"}, set()),
        ({"group": "nonsense"}, set()),
        ({"group": "core", "state": "up"}, {"core-2"}),
    ],
)
def test_the_list_finds_what_is_asked_for(well: Hospital, asked: dict[str, str], expected: set[str]) -> None:
    well.write(bad_night)
    assert {line.name for line in listed(well, **asked).lines} == expected


def test_the_list_has_the_worst_first(well: Hospital) -> None:
    well.write(bad_night)
    assert listed(well).lines[0].name == "core-1"
    assert listed(well).lines[-1].state is DeviceState.UP
