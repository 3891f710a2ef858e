"""A mail room for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.mailroom import Mailroom

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def mailrooms(tmp_path: Path) -> Iterator[Callable[..., Mailroom]]:
    """Make mail rooms with a configuration of the test's own."""
    made: list[Mailroom] = []

    def make(**options: str) -> Mailroom:
        folder = tmp_path / str(len(made))
        folder.mkdir()
        made.append(Mailroom(folder, **options))
        return made[-1]

    yield make
    for room in made:
        room.database.close()


@pytest.fixture
def room(mailrooms: Callable[..., Mailroom]) -> Mailroom:
    """A mail room: zhang is on duty, li is second, wang is the leader on call."""
    return mailrooms()
