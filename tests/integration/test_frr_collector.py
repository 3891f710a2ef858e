"""The collector `cli` against FRRouting itself, over a real sshd, while somebody changes the router."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from probes.api import Shared, Target
from probes.collect import Collection
from probes.ssh.collector import CliCollector
from probes.ssh.options import CliOptions
from tests.frr import router
from tests.openssh import OpenSsh

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.frr import Router

pytestmark = [
    pytest.mark.needs("sshd", "vtysh", "ip"),
    pytest.mark.skipif(os.geteuid() != 0, reason="a network namespace needs root"),
]


@contextmanager
def served(folder: Path, there: Router) -> Iterator[OpenSsh]:
    """An sshd by which `vtysh` means the router of the test."""
    tools = folder / "bin"
    tools.mkdir()
    (tools / "vtysh").write_text(f'#!/bin/sh\nexec /usr/bin/vtysh -N {there.name} "$@"\n')
    (tools / "vtysh").chmod(0o755)
    server = OpenSsh(folder / "sshd", more=f"SetEnv PATH={tools}:/usr/bin:/bin")
    try:
        server.start().allow("")
        yield server
    finally:
        server.stop()


async def running(server: OpenSsh) -> bytes:
    options = CliOptions(platform="frr", credential="core", port=server.port, host_key=server.host_key)
    reader = CliCollector(options, shared=Shared({"core": server.login}))
    outcome = await reader.collect(Target("core-frr", "127.0.0.1"), frozenset({"running", "version"}))
    assert isinstance(outcome, Collection), str(outcome.detail)
    assert [(each.facet, each.gap) for each in outcome.captures] == [("running", None), ("version", None)]
    return outcome.captures[0].answers[0].raw


async def test_a_router_is_read_whole_and_what_is_changed_on_it_is_all_that_differs(tmp_path: Path) -> None:
    with router() as there, served(tmp_path, there) as server:
        before = await running(server)
        assert before == await running(server)
        there.configured("ip route 10.9.0.0/16 127.0.0.1")
        after = await running(server)
    assert set(after.splitlines()) - set(before.splitlines()) == {b"ip route 10.9.0.0/16 127.0.0.1"}
