"""A device has the checks of its groups and its own, key by key."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from netwatch.domain.model import Severity

if TYPE_CHECKING:
    from conftest import Load, Problems

    from netwatch.config import Check

GROUPS = """
[[group]]
name = "switches"
check = [{ kind = "icmp", every = "2m", packets = 5 }, { kind = "gauge", dial = "a", fail_after = 9 }]
[[group]]
name = "core"
check = [{ kind = "icmp", packets = 7, severity = "major" }]
"""
DEVICE = '[[device]]\nname = "sw-1"\naddress = "127.0.0.1"\n'


def by_name(checks: tuple[Check, ...]) -> dict[str, Check]:
    return {check.name: check for check in checks}


def test_a_device_inherits_the_checks_of_its_groups(loaded: Load) -> None:
    checks = loaded(GROUPS + DEVICE + 'groups = ["switches"]').checks
    assert [(check.device, check.name, check.kind) for check in checks] == [
        ("sw-1", "icmp", "icmp"),
        ("sw-1", "gauge", "gauge"),
    ]
    assert checks[0].options.packets == 5  # type: ignore[attr-defined]  # the kind's own model
    assert checks[1].policy.fail_after == 9


def test_a_later_group_and_then_the_device_changes_a_check_key_by_key(loaded: Load) -> None:
    own = '[[device.check]]\nname = "icmp"\nretry = "20s"\npackets = 9\n'
    check = by_name(loaded(GROUPS + DEVICE + 'groups = ["switches", "core"]\n' + own).checks)["icmp"]
    assert check.every == timedelta(minutes=2)
    assert check.severity is Severity.MAJOR
    assert check.retry == timedelta(seconds=20)
    assert check.options.packets == 9  # type: ignore[attr-defined]
    between = loaded(GROUPS + DEVICE + 'groups = ["core", "switches"]').checks[0]
    assert between.options.packets == 5  # type: ignore[attr-defined]


def test_a_device_can_do_without_a_check_of_its_group(loaded: Load) -> None:
    own = '[[device.check]]\nkind = "gauge"\nenabled = false\n'
    assert [check.name for check in loaded(GROUPS + DEVICE + 'groups = ["switches"]\n' + own).checks] == ["icmp"]


def test_a_group_may_leave_to_its_devices_what_only_they_know(loaded: Load, problems: Problems) -> None:
    group = '[[group]]\nname = "gauges"\ncheck = [{ kind = "gauge", scale = "log" }]\n'
    device = DEVICE + 'groups = ["gauges"]\n'
    check = loaded(group + device + 'check = [{ kind = "gauge", dial = "b" }]\n').checks[0]
    assert (check.options.dial, check.options.scale) == ("b", "log")  # type: ignore[attr-defined]
    assert loaded(group).checks == ()
    assert problems(group + device) == ["config.toml:3: group.gauges.check.gauge.dial: is missing"]


def test_a_mistake_in_a_group_is_told_once_however_many_devices_have_it(problems: Problems) -> None:
    devices = "".join((DEVICE + 'groups = ["switches"]\n').replace("sw-1", f"sw-{number}") for number in range(20))
    assert problems(GROUPS.replace("packets = 5", "packets = 0") + devices) == [
        "config.toml:4: group.switches.check.icmp.packets: must be at least 1"
    ]


def test_a_mistake_in_an_override_is_told_where_its_key_stands(problems: Problems) -> None:
    own = '[[device.check]]\nkind = "icmp"\nevery = "10s"\n'
    group = GROUPS.replace("packets = 5", 'packets = 5, deadline = "60s"')
    assert problems(group + DEVICE + 'groups = ["switches"]\n' + own) == [
        "config.toml:4: group.switches.check.icmp.deadline: must be at most every, which is 10s"
    ]


def test_pauses_that_nobody_gave_are_no_longer_than_the_interval(loaded: Load) -> None:
    check = loaded(DEVICE + 'check = [{ kind = "icmp", every = "10s" }]').checks[0]
    assert (check.retry, check.deadline) == (timedelta(seconds=10), timedelta(seconds=10))


def test_how_bad_a_failure_is_follows_from_the_kind(loaded: Load) -> None:
    checks = by_name(loaded(DEVICE + 'check = [{ kind = "icmp" }, { kind = "gauge", dial = "a" }]').checks)
    assert (checks["icmp"].severity, checks["icmp"].reachability) == (Severity.CRITICAL, True)
    assert (checks["gauge"].severity, checks["gauge"].reachability) == (Severity.MAJOR, False)


def test_where_ping_is_blocked_another_check_says_whether_a_device_is_down(loaded: Load) -> None:
    group = '[[group]]\nname = "quiet"\n[[group.check]]\nkind = "icmp"\nreachability = false\n'
    own = 'groups = ["quiet"]\ncheck = [{ kind = "gauge", dial = "a", reachability = true }]\n'
    checks = by_name(loaded(group + DEVICE + own).checks)
    assert (checks["gauge"].severity, checks["gauge"].reachability) == (Severity.CRITICAL, True)
    assert (checks["icmp"].severity, checks["icmp"].reachability) == (Severity.MAJOR, False)


def test_two_checks_of_one_kind_have_names(loaded: Load) -> None:
    text = DEVICE + 'check = [{ kind = "gauge", dial = "a" }, { kind = "gauge", name = "b", dial = "b" }]'
    assert [check.name for check in loaded(text).checks] == ["gauge", "b"]


@pytest.mark.parametrize(
    ("device", "parents"),
    [
        ('groups = ["access"]', ("core-1", "core-2")),
        ('groups = ["access"]\nparents = ["core-2"]', ("core-2",)),
        ('groups = ["access"]\nparents = []', ()),
        ("", ()),
        ('groups = ["access", "twice"]', ("core-1", "core-2")),
    ],
)
def test_a_device_without_parents_of_its_own_has_those_of_its_groups(
    device: str, parents: tuple[str, ...], loaded: Load
) -> None:
    check = 'check = [{ kind = "icmp" }]\n'
    core = "".join(f'[[device]]\nname = "core-{n}"\naddress = "127.0.0.1"\n{check}' for n in (1, 2))
    groups = '[[group]]\nname = "access"\nparents = ["core-1", "core-2"]\n'
    groups += '[[group]]\nname = "twice"\nparents = ["core-2", "sw-1"]\n'
    assert loaded(core + groups + DEVICE + check + device).parents["sw-1"] == parents


def test_a_long_row_of_devices_is_no_ring(loaded: Load) -> None:
    rows = "".join(
        f'[[device]]\nname = "d{n}"\naddress = "127.0.0.1"\ncheck = [{{ kind = "icmp" }}]\nparents = ["d{n + 1}"]\n'
        for n in range(1200)
    )
    last = '[[device]]\nname = "d1200"\naddress = "127.0.0.1"\ncheck = [{ kind = "icmp" }]\n'
    assert len(loaded(rows + last).parents) == 1201


def test_two_rings_are_two_problems(problems: Problems) -> None:
    def device(name: str, *parents: str) -> str:
        above = ", ".join(f'"{parent}"' for parent in parents)
        return (
            f'[[device]]\nname = "{name}"\naddress = "127.0.0.1"\ncheck = [{{ kind = "icmp" }}]\nparents = [{above}]\n'
        )

    rings = device("a", "b") + device("b", "a", "c") + device("c", "d") + device("d", "c") + device("e", "a")
    assert problems(rings) == [
        "config.toml:5: device.a.parents: the parents go round in a ring: a → b → a",
        "config.toml:15: device.c.parents: the parents go round in a ring: c → d → c",
    ]


def test_a_kind_that_cannot_be_loaded_is_a_problem_of_its_check(problems: Problems) -> None:
    (told,) = problems(DEVICE + 'check = [{ kind = "crashing" }]')
    assert told == (
        "config.toml:4: device.sw-1.check.crashing.kind: there is no kind of check 'crashing'; "
        "the kinds are: gauge, icmp"
    )
