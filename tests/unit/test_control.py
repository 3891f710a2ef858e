"""The service's socket, as a command at its other end reads the answers."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from netwatch.errors import StorageUnavailable
from netwatch.language import said, translations
from netwatch.workers.control import Control, Peer

if TYPE_CHECKING:
    from pathlib import Path

    from probes.api import Message


class Cut(Exception):
    """Nothing that netwatch says by itself."""


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            StorageUnavailable(
                "the database {where} cannot be used now: {what}", where="x.db", what="the disk is full"
            ),
            "数据库 x.db 暂时不可用：the disk is full",
        ),
        (
            StorageUnavailable(
                "{path} cannot be restored: {note}", path="x", note="the file is damaged: {what}", what="y"
            ),
            "x 无法恢复：文件已损坏：y",
        ),
        (Cut(), "服务执行此操作时出错：Cut，请查看其日志"),
    ],
)
async def test_why_the_service_did_not_do_it_can_be_said_in_every_language(
    tmp_path: Path, error: Exception, sentence: str
) -> None:
    async def carry(_name: str, _actor: str, _arguments: dict[str, Any], _peer: Peer) -> Message:
        raise error

    path = tmp_path / "socket"
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        served = group.create_task(Control(path, carry).run())
        while not path.exists():  # noqa: ASYNC110 - the socket has no event to wait for
            await asyncio.sleep(0.001)
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(json.dumps({"action": "log", "actor": "li", "arguments": {}}).encode() + b"\n")
        answer = json.loads(await reader.readline())
        writer.close()
        served.cancel()
    assert said(answer["error"], answer["values"], translations("zh_CN")) == sentence
