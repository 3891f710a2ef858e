"""What every kind of collector keeps to: each kind that is installed passes, whoever wrote it."""

from __future__ import annotations

import asyncio
import socket
from contextlib import closing
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import BaseModel, ValidationError

from probes.api import Failure, Shared, Target
from probes.collect import Facet
from probes.secret import Secret
from probes.snmp.credentials import Community
from probes.ssh.credentials import Login

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from importlib.metadata import EntryPoint

    from probes.collect import Collector

NEEDED: dict[str, dict[str, Any]] = {
    "cli": {"credential": "ssh", "platform": "huawei_vrp", "host_key": "SHA256:" + "A" * 43, "connect": 5.0},
    "server": {"credential": "ssh", "host_key": "SHA256:" + "A" * 43},
    "snmp": {"credential": "snmp", "timeout": 0.1, "retries": 0},
}
"""Options without which a kind cannot be, or takes long."""
LOCAL = {"local"}
"""Kinds that look at no address."""
KINDS = sorted(entry_points(group="netwatch.collectors"), key=lambda point: point.name)
CREDENTIALS = {"ssh": Login(user="x", password=Secret("wrong")), "snmp": Community(community=Secret("wrong"))}


@pytest.fixture(params=KINDS, ids=lambda point: point.name)
def kind(request: pytest.FixtureRequest) -> type[Collector]:
    point: EntryPoint = request.param
    loaded: type[Collector] = point.load()
    assert loaded.kind == point.name
    return loaded


@pytest.fixture
async def made(kind: type[Collector]) -> AsyncIterator[Collector]:
    shared = Shared(CREDENTIALS)
    with closing(socket.socket()) as taken:  # bound and not listening: whoever connects is refused
        taken.bind(("127.0.0.1", 0))
        port = {"port": taken.getsockname()[1]} if "port" in kind.Options.model_fields else {}
        yield kind(kind.Options(**NEEDED.get(kind.kind, {}), **port), shared=shared)
    await shared.close()


def test_there_are_kinds() -> None:
    assert len(KINDS) >= 1


def test_its_facets_have_names_of_their_own_and_titles(kind: type[Collector]) -> None:
    names = [facet.name for facet in kind.facets]
    assert len(set(names)) == len(names) > 0
    assert all(isinstance(facet, Facet) and facet.title for facet in kind.facets)


def test_its_options_cannot_change_and_take_no_unknown_key(kind: type[Collector]) -> None:
    assert issubclass(kind.Options, BaseModel)
    assert kind.Options.model_config.get("frozen") is True
    with pytest.raises(ValidationError, match="extra_forbidden"):
        kind.Options(**NEEDED.get(kind.kind, {}), no_such_key=1)


def test_its_options_say_what_their_credential_may_be(kind: type[Collector]) -> None:
    if "credential" in kind.Options.model_fields:
        wanted: tuple[type, ...] = kind.Options.credentials  # type: ignore[attr-defined]
        assert any(isinstance(each, wanted) for each in CREDENTIALS.values())


async def test_it_offers_only_facets_that_it_has(made: Collector) -> None:
    assert set(made.offered()) <= {facet.name for facet in made.facets}
    assert made.offered()


async def test_a_device_that_refuses_is_a_failure_and_no_error(made: Collector) -> None:
    if made.kind in LOCAL:
        pytest.skip("looks at no address")
    async with asyncio.timeout(20):
        outcome = await made.collect(Target("nobody", "127.0.0.1"), frozenset(made.offered()))
    assert isinstance(outcome, Failure)
    assert str(outcome.detail)
    assert "wrong" not in str(outcome.detail)
