"""Keys are made once, whole, and nothing of their making stays."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

import pytest

from netwatch.keyring import Keyring

if TYPE_CHECKING:
    from pathlib import Path


class Killed(BaseException):
    """No code of ours sees it: whatever is there when it comes, stays."""


def killed_at(monkeypatch: pytest.MonkeyPatch, folder: Path, *, made: bool) -> None:
    """Be killed while a key is made: once it has its name, or just before."""

    def linked(path: Path, target: Path) -> NoReturn:
        if made:
            os.link(target, path)
        raise Killed

    with monkeypatch.context() as patched, suppress(Killed):
        patched.setattr("pathlib.Path.hardlink_to", linked)
        patched.setattr("pathlib.Path.unlink", lambda *_paths, **_how: None)
        Keyring(folder).get("captures")
    assert len(list(folder.iterdir())) == 1 + made


@pytest.mark.parametrize("made", [False, True])
def test_whoever_is_killed_while_a_key_is_made_leaves_neither_a_hindrance_nor_a_second_copy_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made: bool
) -> None:
    killed_at(monkeypatch, tmp_path, made=made)

    key = Keyring(tmp_path).get("captures")

    assert Keyring(tmp_path).get("captures") == key
    assert [path.name for path in tmp_path.iterdir()] == ["captures.key"]


def test_the_key_of_another_process_that_was_quicker_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quicker: list[bytes] = []
    link = os.link

    def overtaken(path: Path, target: Path) -> None:
        with monkeypatch.context() as patched:
            patched.setattr("pathlib.Path.hardlink_to", lambda path, target: link(target, path))
            quicker.append(Keyring(tmp_path).get("captures"))
        link(target, path)

    monkeypatch.setattr("pathlib.Path.hardlink_to", overtaken)

    assert [Keyring(tmp_path).get("captures")] == quicker
    assert [path.name for path in tmp_path.iterdir()] == ["captures.key"]
