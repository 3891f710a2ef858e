"""Writes the command reference from the parsers: `python docs/reference/commands.py`."""

# ruff: noqa: INP001 - a script beside what it writes, not a module

from __future__ import annotations

import argparse
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from netwatch.cli import parser
from netwatch.language import translations

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
PAGES = {"en": HERE / "commands.md", "zh_CN": HERE / "commands.zh-CN.md"}
INTRODUCTION = {
    "en": """\
# Commands

`netwatch COMMAND --help` says the same in the terminal's language (`LANG`; `NETWATCH_LANGUAGE` overrides it).

Exit codes: 0 done · 1 failed, or something is wrong · 2 misused · 75 not now: another service holds the database, or it
cannot be used · 78 the configuration is wrong. Commands that write go through the running service's socket; where no
service runs they take the database themselves.
""",
    "zh_CN": """\
# 命令

`netwatch 命令 --help` 以终端语言（`LANG`，或 `NETWATCH_LANGUAGE`）显示同样内容。

退出码：0 完成 · 1 失败或存在问题 · 2 用法错误 · 75 暂时不可用：数据库被另一服务占用或无法使用 · 78 配置有误。
写操作经由正在运行的服务的套接字完成；没有服务运行时，命令自行打开数据库。
""",
}


def page(language: str) -> str:
    """Return the reference in a language."""
    before = os.environ.get("NETWATCH_LANGUAGE")
    os.environ["NETWATCH_LANGUAGE"] = language
    try:
        sections = "\n".join(_sections(parser()))
    finally:
        if before is None:
            del os.environ["NETWATCH_LANGUAGE"]
        else:
            os.environ["NETWATCH_LANGUAGE"] = before
    return f"{INTRODUCTION[language]}\n{sections}"


def _sections(top: argparse.ArgumentParser) -> Iterator[str]:
    for name, command, words in _inner(top):
        verbs = list(_inner(command))
        yield f"## netwatch {name}\n\n{_sentence(words)}\n"
        if not verbs:
            yield from _arguments(command)
        for verb, inner, what in verbs:
            yield f"### netwatch {name} {verb}\n\n{_sentence(what)}\n"
            yield from _arguments(inner)


def _sentence(words: str) -> str:
    stop = "。" if re.search(r"[一-鿿]", words) else "."
    return words[:1].upper() + words[1:] + ("" if words.endswith((".", "。")) else stop)


def _inner(of: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser, str]]:
    for action in of._actions:  # noqa: SLF001 - argparse has no public way to ask
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            helps = {choice.dest: choice.help or "" for choice in action._choices_actions}  # noqa: SLF001
            yield from ((name, inner, helps.get(name, "")) for name, inner in action.choices.items())


def _arguments(of: argparse.ArgumentParser) -> Iterator[str]:
    rows = [_row(action) for action in of._actions if not isinstance(action, argparse._HelpAction)]  # noqa: SLF001
    if rows:
        yield "| | |\n| --- | --- |\n" + "\n".join(rows) + "\n"


def _row(action: argparse.Action) -> str:
    value = "\\|".join(map(str, action.choices)) if action.choices else str(action.metavar or action.dest.upper())
    takes = f" {value}" if action.nargs != 0 else ""
    name = ", ".join(f"{option}{takes}" for option in action.option_strings) or value
    return f"| `{name}` | {action.help or ''} |"


def main() -> None:
    """Write both pages."""
    for language, path in PAGES.items():
        translations.cache_clear()
        path.write_text(page(language), encoding="utf-8")


if __name__ == "__main__":
    main()
