"""What notifications say of changes: who, from where, and what to read again."""

from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import IPv4Address
from typing import Any

import pytest

from probes.collect import Evidence, EvidenceKind
from probes.hints import Hint
from probes.snmp.client import TimeTicks, oid
from probes.snmp.traps import TRAP, hint

NOW = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
CISCO, H3C, HUAWEI = "1.3.6.1.4.1.9.9.43", "1.3.6.1.4.1.25506.2.4", "1.3.6.1.4.1.2011.6.10"
IPV6 = bytes.fromhex("20010db8000000000000000000000009")


def read(trap: str, **said: Any) -> Hint | None:
    """Read a notification; `said` are its varbinds, their OIDs with `_` in place of dots."""
    varbinds = [(oid("1.3.6.1.2.1.1.3.0"), TimeTicks(5)), (TRAP, oid(trap))]
    return hint([*varbinds, *((oid(name.strip("_").replace("_", ".")), value) for name, value in said.items())], NOW)


def cells(entry: str, **columns: Any) -> dict[str, Any]:
    return {f"_{entry.replace('.', '_')}_{name.strip('c')}_7": value for name, value in columns.items()}


@pytest.mark.parametrize(
    ("trap", "said", "what"),
    [
        (f"{CISCO}.2.0.1", cells(f"{CISCO}.1.1.6.1", c8=b"zhang", c10=IPv4Address("10.1.1.9")), "ciscoConfigManEvent"),
        (f"{H3C}.2.1", cells(f"{H3C}.1.1.7.1", c7=b"zhang", c16=bytes((10, 1, 1, 9))), "hh3cCfgManEventlog"),
        (f"{HUAWEI}.2.1", cells(f"{HUAWEI}.1.1.7.1", c7=b"zhang", c10=IPv4Address("10.1.1.9")), "hwCfgManEventlog"),
        (f"{HUAWEI}.2.17", cells(f"{HUAWEI}.1.5", c7=b"zhang", c9=b"10.1.1.9"), "hwCfgConfigChangeLog"),
    ],
)
def test_a_notification_says_who_and_from_where(trap: str, said: dict[str, Any], what: str) -> None:
    assert read(trap, **said) == Hint("running", Evidence(EvidenceKind.TRAP, NOW, "zhang", "10.1.1.9", what))


@pytest.mark.parametrize(("value", "address"), [(IPV6, "2001:db8::9"), (b"2001:db8::9", "2001:db8::9"), (b"vty0", "118.116.121.48"),
                                                (b"console", ""), (b"", ""), (bytes(16), ""), (5, "")])  # fmt: skip
def test_an_address_is_read_however_it_is_written(value: Any, address: str) -> None:
    found = read(f"{H3C}.2.1", **cells(f"{H3C}.1.1.7.1", c16=value))
    assert found is not None
    assert found.evidence.address == address


@pytest.mark.parametrize(
    ("trap", "facet"),
    [
        ("1.3.6.1.2.1.47.2.0.1", "hardware"),
        (f"{HUAWEI}.2.27", "startup"),
        ("1.3.6.1.4.1.12356.101.6.0.1003", "running"),
        ("1.3.6.1.4.1.2636.4.5.0.1", "running"),
    ],
)
def test_what_to_read_again_follows_from_the_notification(trap: str, facet: str) -> None:
    found = read(trap)
    assert found is not None
    assert (found.facet, found.evidence.user) == (facet, "")


@pytest.mark.parametrize("varbinds", [[], [(TRAP, b"x")], [(TRAP, oid("1.3.6.1.6.3.1.1.5.3"))], [((1, 3), 5)]])
def test_other_notifications_say_nothing_of_a_change(varbinds: list[Any]) -> None:
    assert hint(varbinds, NOW) is None


def test_words_of_a_stranger_are_made_harmless() -> None:
    found = read(f"{CISCO}.2.0.1", **cells(f"{CISCO}.1.1.6.1", c8=b"a\nb\x1b[2J" + b"x" * 5000))
    assert found is not None
    assert found.evidence.user.isprintable()
    assert len(found.evidence.user) == 64
