"""Mail as files, for sites without a relay."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from netwatch.mail.delivery import Later, Posted, Taken
from netwatch.mail.folder import FolderTransport


def mail(name: str, content: bytes = b"x") -> Posted:
    return Posted("a@b.example", "c@d.example", name, content)


async def test_a_repeat_replaces_the_file(tmp_path: Path) -> None:
    folder = FolderTransport(tmp_path / "mail")
    await folder.send(mail("<abc@hospital.example>", b"one"))
    assert await folder.send(mail("<abc@hospital.example>", b"two")) == Taken(str(tmp_path / "mail"), "abc.eml")
    assert {path.name: path.read_bytes() for path in (tmp_path / "mail").iterdir()} == {"abc.eml": b"two"}


@pytest.mark.parametrize("name", ["<../../etc/passwd@x>", "</etc/passwd@x>", "<>", "", "<a/b\0c@x>", "<" + "x" * 500])
async def test_no_message_id_leaves_the_folder(tmp_path: Path, name: str) -> None:
    assert isinstance(await FolderTransport(tmp_path / "mail").send(mail(name)), Taken)
    (written,) = (tmp_path / "mail").iterdir()
    assert written.suffix == ".eml"


async def test_a_mail_that_cannot_be_written_whole_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    outcome = await FolderTransport(tmp_path / "mail").send(mail("<abc@x>"))
    assert outcome == Later(f"{tmp_path / 'mail'}: No space left on device", away=True)
    assert list((tmp_path / "mail").iterdir()) == []


async def test_what_a_kill_cut_off_is_gone_once_the_mail_is_sent_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_paths: Path, **_how: bool) -> None:
        raise OSError(5, "killed")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", killed)
        patched.setattr(Path, "unlink", lambda *_paths, **_how: None)  # nobody cleans up after a kill
        await FolderTransport(tmp_path / "mail").send(mail("<abc@x>"))
    assert len(list((tmp_path / "mail").iterdir())) == 1
    await FolderTransport(tmp_path / "mail").send(mail("<abc@x>"))
    assert [path.name for path in (tmp_path / "mail").iterdir()] == ["abc.eml"]


async def test_others_cannot_read_it(tmp_path: Path) -> None:
    await FolderTransport(tmp_path / "mail").send(mail("<abc@x>"))
    assert (tmp_path / "mail").stat().st_mode & 0o007 == 0
    assert (tmp_path / "mail" / "abc.eml").stat().st_mode & 0o077 == 0
