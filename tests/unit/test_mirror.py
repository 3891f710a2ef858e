"""The git repository of all texts: one file for each facet, one commit for each change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from dulwich.repo import Repo

from netwatch.drift.mirror import Mirror, MirrorError, Page
from probes.collect import Section

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
PAGE = Page("sw-1", "running", (Section(("interface 1",), ("description 核心", "shutdown")),), NOW, "huawei_vrp/1")


def commits(folder: Path) -> list[str]:
    with Repo(str(folder)) as repository:
        return [entry.commit.message.decode() for entry in repository.get_walker()]


def test_each_change_is_a_commit_and_no_change_is_none(tmp_path: Path) -> None:
    mirror = Mirror(tmp_path / "texts")
    other = replace(PAGE, device="sw-2")
    changed = replace(PAGE, sections=(Section(("interface 1",), ("description 核心",)),))
    assert [mirror.add([PAGE, other]), mirror.add([PAGE, other]), mirror.add([changed])] == [2, 0, 1]
    assert commits(tmp_path / "texts") == [
        "sw-1: running (huawei_vrp/1)",
        "sw-2: running (huawei_vrp/1)",
        "sw-1: running (huawei_vrp/1)",
    ]
    assert (tmp_path / "texts/sw-1/running.txt").read_text(encoding="utf-8") == "interface 1\n description 核心\n"


def test_a_commit_is_by_netwatch_at_the_time_of_the_change(tmp_path: Path) -> None:
    Mirror(tmp_path / "texts").add([PAGE])
    with Repo(str(tmp_path / "texts")) as repository:
        commit = repository[repository.head()]
    assert commit.author == b"netwatch <netwatch@localhost>"
    assert commit.commit_time == int(NOW.timestamp())


def test_what_was_written_and_not_committed_is_committed_the_next_time(tmp_path: Path) -> None:
    mirror = Mirror(tmp_path / "texts")
    mirror.add([replace(PAGE, device="sw-2")])
    (tmp_path / "texts/sw-1").mkdir()
    (tmp_path / "texts/sw-1/running.txt").write_bytes(PAGE.body)
    assert mirror.add([PAGE]) == 1


def test_a_folder_that_cannot_be_one_is_an_error_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "texts").write_text("a file")
    with pytest.raises(MirrorError, match=r"cannot write to the mirror .*texts"):
        Mirror(tmp_path / "texts").add([PAGE])
