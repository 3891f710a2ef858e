"""Writes the configuration reference, in English and Chinese: `python docs/reference/configuration.py`.

The keys, their values and their defaults come from the models that read them; the English sentences from the
strings below the keys there, the Chinese ones from the comments of `config.example.toml`.
"""

# ruff: noqa: INP001 - a script beside what it writes, not a module

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from itertools import pairwise
from pathlib import Path
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic_core import PydanticUndefined

from netwatch.config import toml, values
from netwatch.config.draft import inner_models, model_of, shapes
from netwatch.config.drift import CollectTable
from netwatch.config.settings import CheckTable, File
from netwatch.config.sources import Shape
from netwatch.language import translations
from netwatch.plugins import Registry
from probes.meanings import SHARED
from probes.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import BaseModel
    from pydantic.fields import FieldInfo

    from probes.api import Meaning

HERE = Path(__file__).parent
EXAMPLE = HERE.parents[1] / "config.example.toml"
PAGES = {"en": HERE / "configuration.md", "zh_CN": HERE / "configuration.zh-CN.md"}
HEADERS = {Shape.TABLE: "[{}]", Shape.NAMED: "[{}.NAME]", Shape.LIST: "[[{}]]"}

INTRODUCTION = {
    "en": """\
# Configuration

The configuration is one TOML file, and those that it includes. `netwatch run` reads `$NETWATCH_CONFIG`, else `var/config.toml` in
the folder where it starts, else `/etc/netwatch/config.toml`; `--config FILE` names another one. SIGHUP reads it again; if it is not
valid, the old one stays in force. `netwatch config check` says every problem with its file and line, `netwatch config show` what holds
in the end. [config.example.toml](../../config.example.toml) shows every key.

- **Durations**: `"90s"`, `"5m"`, `"1h"`, `"2d"`, `"1w"`. **Severities**: information, warning, minor, major, critical.
- **Names**: 1 to 63 of the letters a-z and A-Z, digits, `.`, `_` and `-`.
- **Secrets**: `{ file = "FILE" }` relative to the main file and readable by its owner only, `{ env = "VARIABLE" }`,
  `{ credential = "NAME" }` (systemd's LoadCredential), or the words themselves, where only its owner may read the configuration file.
- **Files**: UTF-8, at most 1 MiB each and 1,000 in number. Included ones may hold any table, and no `include`. Lists such as `[[device]]`
  are joined in the order of the files; a table such as `[site]` stands in one of them.
- In a problem the parts of a path are keys, names where a table has one, else numbers from 1: `device.core-1.check.snmp.credential`.
""",
    "zh_CN": """\
# 配置参考

配置是一个 TOML 文件及其包含的文件。`netwatch run` 依次读取 `$NETWATCH_CONFIG`、启动目录下的 `var/config.toml`、
`/etc/netwatch/config.toml`，也可用 `--config FILE` 指定。收到 SIGHUP 时重新读取；新配置有误时旧配置继续生效。
`netwatch config check` 列出全部问题及所在文件和行号，`netwatch config show` 显示最终生效的内容。
[config.example.toml](../../config.example.toml) 列有全部配置项。

- **时长**：`"90s"`、`"5m"`、`"1h"`、`"2d"`、`"1w"`。**级别**：information 提示、warning 警告、minor 次要、major 重要、critical 紧急。
- **名称**：1 至 63 个字母、数字、`.`、`_`、`-`。
- **密码类**：`{ file = "文件" }`（相对主配置文件，仅所有者可读）、`{ env = "环境变量" }`、`{ credential = "名称" }`（systemd 的 LoadCredential），
  或直接写出（此时配置文件须仅所有者可读）。
- **文件**：UTF-8，每个不超过 1 MiB，最多 1000 个。被包含的文件可写除 `include` 外的任何表；`[[device]]` 等列表按文件顺序合并，
  `[site]` 等表只能写在其中一个文件里。
- 问题中的路径由键组成，有名称的表写名称，否则写从 1 起的序号：`device.core-1.check.snmp.credential`。
""",
}
WORDS = {
    "key": "键", "value": "取值", "default": "默认", "meaning": "含义", "required": "必填", "none": "无", "of kind": "方式",
    "name": "名称", "unit": "单位", "warning": "警告", "critical": "故障", "recover": "恢复", "kinds": "检测方式",
    "Options of checks": "检测项的选项", "Options of collecting": "采集的选项", "Meanings": "测量内容",
    "These stand in a check beside its own keys.": "与检测项自身的键写在一起。",
    "These stand in a collect table beside its own keys.": "与采集项自身的键写在一起。",
    "What thresholds are for, with the limits that hold without any.": "阈值所针对的测量内容，以及未配置阈值时的限值。",
    "duration": "时长", "secret": "密码类", "path": "路径", "time of day": "时刻", "date": "日期", "date and time": "日期和时间",
    "date, or date and time": "日期，或日期和时间", "true or false": "true 或 false", "whole number": "整数", "number": "数",
    "text": "文本", "table": "表", "list of": "列表：", "severity": "级别", "mail address": "邮箱", "address": "地址", "time zone": "时区",
    "all": "全部", "collecting": "采集",
}  # fmt: skip
SHARED_TABLES = {CheckTable: "check", CollectTable: "collect"}
"""What groups and devices have alike: explained once, with the group's."""
OF_KINDS = {"check": ("kind", CheckTable), "collect": ("way", CollectTable)}
"""By what word the options of a kind are looked up, and the keys that are none of them."""
PLURAL = ("name", "table", "text")
KINDS: tuple[tuple[Any, str], ...] = (
    (values.Duration, "duration"),
    (values.Pause, "duration"),
    (values.Keeping, "duration"),
    (values.Name, "name"),
    (values.Zone, "time zone"),
    (values.SeverityName, "severity"),
    (values.ClockTime, "time of day"),
    (values.MailAddress, "mail address"),
    (values.Address, "address"),
    (values.PathOf, "path"),
    (values.Moment, "date, or date and time"),
    (Secret, "secret"),
    (bool, "true or false"),
    (int, "whole number"),
    (float, "number"),
    (datetime, "date and time"),
    (date, "date"),
    (time, "time of day"),
    (timedelta, "duration"),
)


@dataclass(frozen=True, slots=True)
class Explained:
    """What the example says of a key or a table."""

    english: str
    chinese: str


Example = dict[tuple[str, str], Explained]


def explained(text: str) -> Example:
    """Return what the comments above each key and each table say, by table and key."""
    found: Example = {}
    section, kind, comments = "", "", list[str]()
    for line in text.splitlines():
        header = re.fullmatch(r"(?:# )?\[\[?([a-z_.-]+)\]\]?", line)
        key = re.match(r"(?:# )?([a-z_]+) = ", line)
        if header:
            section, kind = header[1], ""
            _keep(found, (section, ""), comments)
        elif key:
            kind = kind or (re.findall(r'^(?:# )?kind = "([a-z]+)"', line) or [""])[0]
            table = _table(section)
            if table in OF_KINDS and key[1] not in OF_KINDS[table][1].model_fields:
                table = f"{OF_KINDS[table][0]} {kind}"
            _keep(found, (table, key[1]), comments)
        comments = [*comments, line[2:]] if line.startswith("# ") and not (header or key) else []
    return found


def page(language: str, registry: Registry, example: Example) -> str:
    """Return the whole reference in a language."""
    return "\n".join((INTRODUCTION[language], *_Page(language, example).lines(registry))) + "\n"


class _Page:
    def __init__(self, language: str, example: Example) -> None:
        self._chinese = language == "zh_CN"
        self._catalogue = translations(language)
        self._example = example

    def lines(self, registry: Registry) -> Iterator[str]:
        """Yield every section."""
        for key, shape in shapes().items():
            model = model_of(File.model_fields[key].annotation)
            if shape is Shape.PLAIN:
                yield from self._table("", File, "", only=key)
            else:
                yield from self._section(key, HEADERS[shape].format(key), model)
        yield from self._kinds(registry)
        yield from self._meanings(registry)

    def _section(self, path: str, header: str, model: Any) -> Iterator[str]:
        models = inner_models(model)
        yield f"## `{header}`\n"
        # A credential is one of several models; the example has one of each, in the same order.
        intros = [table for table, key in self._example if not key and table.partition(".")[0] == path]
        for number, each in enumerate(models):
            section = intros[number] if len(models) > 1 else path
            yield from self._table(path, each, self._intro(section, each))
            for name, inner in _tables_in(each):
                shared = SHARED_TABLES.get(inner, "")
                if shared and path == "device":
                    continue
                below = shared or f"{path}.{name}"
                both = f" `[[group.{shared}]]`" if shared else ""
                yield f"### `[[{f'device.{shared}' if both else below}]]`{both}\n"
                yield from self._table(below, inner, self._intro(below, inner))

    def _table(self, section: str, model: type[BaseModel], intro: str, only: str = "") -> Iterator[str]:
        if intro:
            yield f"{intro}\n"
        yield f"| {self._('key')} | {self._('value')} | {self._('default')} | {self._('meaning')} |"
        yield "| --- | --- | --- | --- |"
        hints, sentences = get_type_hints(model, include_extras=True), docstrings(model)
        for name, field in model.model_fields.items():
            if only in {"", name}:
                value, default = self._value(hints[name]), self._default(field)
                yield f"| `{name}` | {value} | {default} | {self._sentence(section, name, sentences)} |"
        yield ""

    def _kinds(self, registry: Registry) -> Iterator[str]:
        yield f"## {self._('Options of checks')}\n"
        yield f"{self._('These stand in a check beside its own keys.')}\n"
        for kind in registry.kinds():
            yield from self._options("kind", kind, registry.probe(kind))
        yield f"## {self._('Options of collecting')}\n"
        yield f"{self._('These stand in a collect table beside its own keys.')}\n"
        for kind in registry.collectors():
            yield from self._options("way", kind, registry.collector(kind), f" ({self._('collecting')})")

    def _options(self, word: str, kind: str, of: type[Any], note: str = "") -> Iterator[str]:
        yield f'### `kind = "{kind}"`{note}\n'
        yield from self._table(f"{word} {kind}", of.Options, "" if self._chinese else _first(of))

    def _meanings(self, registry: Registry) -> Iterator[str]:
        yield f"## {self._('Meanings')}\n"
        yield f"{self._('What thresholds are for, with the limits that hold without any.')}\n"
        heads = ("name", "meaning", "unit", "warning", "critical", "recover", "kinds")
        yield f"| {' | '.join(self._(head) for head in heads)} |"
        yield "| --- | --- | --- | --- | --- | --- | --- |"
        for meaning, kinds in all_meanings(registry):
            limits = [] if meaning.limits is None else [meaning.limits.warning, meaning.limits.critical]
            limits += [None] * 2 if meaning.limits is None else [meaning.limits.recover]
            shown = " | ".join("" if limit is None else f"{limit:g}" for limit in (*limits, None)[:3])
            title = self._catalogue.gettext(meaning.title)
            yield f"| `{meaning.name}` | {title} | {meaning.unit} | {shown} | {', '.join(kinds) or self._('all')} |"

    def _intro(self, section: str, model: type[BaseModel]) -> str:
        section = f"group.{section}" if section in OF_KINDS else section
        said = self._example.get((section, ""))
        if self._chinese:
            return said.chinese if said else ""
        return inspect.cleandoc(model.__doc__ or "").replace("\n\n", "  \n").replace("\n", " ")

    def _sentence(self, section: str, name: str, sentences: Mapping[str, str]) -> str:
        inner = f"group.{name}" if name in OF_KINDS else f"{section}.{name}"
        either = (self._example.get(place, Explained("", "")) for place in ((section, name), (inner, "")))
        said = next((said for said in either if said.chinese), Explained("", ""))
        text = said.chinese if self._chinese else sentences.get(name) or said.english
        return text.replace("|", "\\|")

    def _default(self, field: FieldInfo) -> str:
        if field.is_required():
            return self._("required")
        default = field.get_default(call_default_factory=True) if field.default is PydanticUndefined else field.default
        if default is None or default in ((), {}) or not _is_plain(default):
            return ""
        return f"`{toml.value(default)}`"

    def _value(self, hint: Any) -> str:
        """Say in words what a value may be."""
        for known, word in KINDS:
            if hint == known:
                return self._(word)
        origin, inner = get_origin(hint), get_args(hint)
        if origin is Annotated:
            return self._value(inner[0]) + _bounds(inner[1:])
        if origin in {Union, UnionType}:
            return " / ".join(dict.fromkeys(self._value(each) for each in inner if each is not type(None)))
        if origin in {tuple, list, frozenset}:
            of = self._value(inner[0])
            return f"{self._('list of')} {of}{'s' if of in PLURAL else ''}".replace("： ", "：")
        return _choice(hint) or self._("table" if inner_models(hint) or origin is dict else "text")

    def _(self, word: str) -> str:
        return WORDS[word] if self._chinese else word


def all_meanings(registry: Registry) -> list[tuple[Meaning, tuple[str, ...]]]:
    """Return every meaning with the kinds that may report it; none for those that any may."""
    shared = {meaning.name for meaning in SHARED}
    found: dict[str, tuple[Meaning, tuple[str, ...]]] = {meaning.name: (meaning, ()) for meaning in SHARED}
    for kind in registry.kinds():
        for meaning in registry.probe(kind).meanings:
            if meaning.name not in shared:
                found[meaning.name] = (meaning, (*found.get(meaning.name, (meaning, ()))[1], kind))
    return [found[name] for name in sorted(found)]


def docstrings(model: type[BaseModel]) -> dict[str, str]:
    """Return the strings below the fields of a model."""
    found: dict[str, str] = {}
    for each in reversed(model.__mro__[:-1]):
        if each.__module__.startswith("pydantic"):
            continue
        (tree,) = ast.parse(textwrap.dedent(inspect.getsource(each))).body
        body = tree.body if isinstance(tree, ast.ClassDef) else []
        for field, below in pairwise(body):
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
                match below:
                    case ast.Expr(ast.Constant(str() as text)):
                        found[field.target.id] = " ".join(inspect.cleandoc(text).split())
    return found


def _table(section: str) -> str:
    """Return the name under which a table is looked up: those of checks and credentials are one each."""
    if section in {f"{of}.{name}" for of in ("group", "device") for name in OF_KINDS}:
        return section.partition(".")[2]
    return section.partition(".")[0] if section.startswith("credential.") else section


def _tables_in(model: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel]]]:
    for name, field in model.model_fields.items():
        for inner in inner_models(field.annotation):
            yield name, inner


def _keep(found: Example, place: tuple[str, str], comments: list[str]) -> None:
    """Keep what stands above a key where it is first explained."""
    if place not in found or not found[place].chinese:
        found[place] = _explained(comments)


def _explained(comments: list[str]) -> Explained:
    is_chinese = [re.search(r"[\u4e00-\u9fff]", line) is not None for line in comments]
    english = " ".join(line for line, chinese in zip(comments, is_chinese, strict=True) if not chinese)
    return Explained(english, "".join(line for line, chinese in zip(comments, is_chinese, strict=True) if chinese))


def _choice(hint: Any) -> str:
    """Return the members of a closed set, nothing for what is none."""
    members = get_args(hint) if get_origin(hint) is Literal else hint if isinstance(hint, type(Enum)) else ()
    return ", ".join(f"`{toml.value(each)}`" for each in members)


def _bounds(metadata: tuple[Any, ...]) -> str:
    """Return ` 1 to 100` where a number is bounded."""
    parts = [part for each in metadata for part in getattr(each, "metadata", [each])]
    limits = {name: getattr(part, name) for part in parts for name in ("ge", "gt", "le", "lt") if hasattr(part, name)}
    low, high = limits.get("ge", limits.get("gt")), limits.get("le", limits.get("lt"))
    above = "> " if "gt" in limits else ""
    if low is not None and high is not None:
        return f" {above}{low} … {high}"
    return f" {above or '≥ '}{low}" if low is not None else f" ≤ {high}" if high is not None else ""


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | float | bool | Enum | timedelta | tuple | Path | date | time) or (
        type(value).__name__ == "ZoneInfo"
    )


def _first(of: type[Any]) -> str:
    return inspect.cleandoc(of.__doc__ or "").partition("\n")[0]


def main() -> None:
    """Write both pages."""
    example, registry = explained(EXAMPLE.read_text(encoding="utf-8")), Registry.installed()
    for language, path in PAGES.items():
        path.write_text(page(language, registry, example), encoding="utf-8")


if __name__ == "__main__":
    main()
