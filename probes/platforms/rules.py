"""What the text of a kind of device means: the `[rules]` table of its file, read and checked."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar

from probes.platforms.pattern import PatternError, Place, phrase, place
from probes.platforms.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

E = TypeVar("E", bound=Enum)
T = TypeVar("T")


class RulesError(ValueError):
    """A rule file is wrong: which one, which key, and what. It is shipped with the program, so this is a bug."""


class Layout(Enum):
    """How a text shows what belongs to what."""

    INDENT = "indent"
    """What is further in belongs to the line above (IOS, VRP, NX-OS)."""
    BRACES = "braces"
    """`system {` … `}` (Junos)."""
    BLOCKS = "blocks"
    """`config`, `edit`, `next`, `end` (FortiOS)."""
    PATHS = "paths"
    """`/ip address`, then what is below it (RouterOS)."""
    LINES = "lines"
    """Each line stands for itself, in order."""
    ITEMS = "items"
    """Each line stands for itself, and their order means nothing."""


class Speech(Enum):
    """What kind of text it is, for the keywords of secrets that hold everywhere."""

    COMMANDS = "commands"
    """What follows `password` is one."""
    TALK = "talk"
    """Names of software, files and people: only `password=…` and its like give one."""


@dataclass(frozen=True, slots=True)
class Lift:
    """A line that says when something was done and by whom: groups `at`, `user`."""

    line: re.Pattern[str]
    is_saved: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Lines at the top that belong together without a line above them: what their beginning is, that they share."""

    line: re.Pattern[str]
    is_ordered: bool


@dataclass(frozen=True, slots=True)
class Banner:
    """Text for people over several lines: how it begins, and the mark that ends it."""

    start: re.Pattern[str]
    """Group `mark` is the mark, where each says its own; group `title` is its name."""
    end: str = ""


@dataclass(frozen=True, slots=True)
class Rules:
    """All of it. `version` counts for the whole file: it grows whenever what is kept, dropped or masked changes."""

    name: str
    version: int
    layout: Layout = Layout.INDENT
    facets: Mapping[str, Layout] = field(default_factory=dict)
    """The layout of facets that are laid out otherwise."""
    ends: Mapping[str, str] = field(default_factory=dict)
    """The last line of a facet that has an end marker."""
    speech: Speech = Speech.COMMANDS
    separator: re.Pattern[str] | None = None
    """A line that says nothing and ends what was open."""
    openers: re.Pattern[str] | None = None
    """Beginnings of lines that are a section even where nothing stands below them."""
    groups: tuple[Group, ...] = ()
    banners: tuple[Banner, ...] = ()
    continued: str = ""
    """What stands at the end of a line that goes on in the next."""
    width: int = 0
    """So many characters a line has that the device breaks there, in the middle of a word; 0 where it breaks none."""
    dropped: re.Pattern[str] | None = None
    """One group for each reason, called `r_` and its name."""
    lifts: tuple[Lift, ...] = ()
    errors: re.Pattern[str] | None = None
    """Beginnings of lines by which the device refuses, at the begin or the end of an answer."""
    broken: re.Pattern[str] | None = None
    """Beginnings of lines, anywhere, by which it says that a part is missing."""
    secrets: tuple[Place, ...] = ()
    plain: re.Pattern[str] | None = None
    """Beginnings of lines that hold no secret, whatever words are in them."""

    @property
    def label(self) -> str:
        """The name and version, `huawei_vrp/3`: what a text was made by."""
        return f"{self.name}/{self.version}"

    def laid_out(self, facet: str) -> Layout:
        """Return how the text of a facet is laid out."""
        return self.facets.get(facet, self.layout)


KEYS = frozenset(
    {"layout", "speech", "separator", "openers", "groups", "unordered", "banners", "continued", "width", "drop", "lift"}
    | {"errors", "broken", "secrets", "rewritten", "plain", "facets"}
)


def parsed(name: str, document: Mapping[str, Any]) -> Rules:
    """Make rules of the tables of a platform's file; RulesError says what is wrong with it."""
    table = _Table(f"{name}.toml", "", document)
    version = document.get("version")
    if document.get("name") != name:
        table.wrong("name", f"must be '{name}'")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        table.wrong("version", "must be a whole number from 1")
    rules = table.table("rules", KEYS)
    return Rules(
        name=name,
        version=int(version),  # type: ignore[arg-type] # checked above
        layout=rules.choice("layout", Layout, Layout.INDENT),
        facets={key: _layout(rules, key, value) for key, value in rules.table("facets", None).data.items()},
        ends={each["name"]: each["end"] for each in document.get("facet", ()) if each.get("end")},
        speech=rules.choice("speech", Speech, Speech.COMMANDS),
        separator=rules.expression("separator"),
        openers=_any(rules.each("openers", rules.regex)),
        groups=tuple(
            Group(line, is_ordered)
            for key, is_ordered in (("groups", True), ("unordered", False))
            for line in rules.each(key, rules.regex)
        ),
        banners=tuple(_banner(rules, at, each) for at, each in enumerate(rules.tables("banners"))),
        continued=rules.text("continued"),
        width=rules.number("width"),
        dropped=_dropped(rules),
        lifts=tuple(_lift(rules, at, each) for at, each in enumerate(rules.tables("lift"))),
        errors=_any(rules.each("errors", rules.regex)),
        broken=_any(rules.each("broken", rules.regex)),
        secrets=(
            *rules.each("secrets", rules.place),
            *(Place(each.line, each.triggers, each.above, is_rewritten=True) for each in rules.each("rewritten", rules.place)),
        ),
        plain=_any(rules.each("plain", rules.phrase)),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Table:
    """A table of a file, that knows where it stands."""

    file: str
    where: str
    data: Mapping[str, Any]

    def wrong(self, key: str, what: str) -> None:
        """Say what is wrong with a key."""
        raise RulesError(f"{self.file}: {'.'.join(part for part in (self.where, key) if part)}: {what}")

    def table(self, key: str, keys: frozenset[str] | None) -> _Table:
        """Return a table in this one, empty where there is none."""
        data = self.data.get(key, {})
        if not isinstance(data, dict):
            self.wrong(key, "must be a table")
        inner = _Table(self.file, ".".join(part for part in (self.where, key) if part), data)
        for name in data:
            if keys is not None and name not in keys:
                inner.wrong(name, "unknown key")
        return inner

    def tables(self, key: str) -> tuple[Mapping[str, Any], ...]:
        """Return a list of tables."""
        found = self.data.get(key, [])
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            self.wrong(key, "must be a list of tables")
        return tuple(found)

    def text(self, key: str) -> str:
        """Return a text, empty where there is none."""
        found = self.data.get(key, "")
        if not isinstance(found, str):
            self.wrong(key, "must be text")
        return str(found)

    def number(self, key: str) -> int:
        """Return a whole number, 0 where there is none."""
        found = self.data.get(key, 0)
        if not isinstance(found, int) or isinstance(found, bool) or found < 0:
            self.wrong(key, "must be a whole number from 0")
        return int(found)

    def choice(self, key: str, kind: type[E], default: E) -> E:
        """Return one of a closed set of words."""
        found = self.data.get(key, default.value)
        if found not in {each.value for each in kind}:
            self.wrong(key, f"must be one of {', '.join(str(each.value) for each in kind)}")
        return kind(found)

    def expression(self, key: str) -> re.Pattern[str] | None:
        """Return a regular expression, None where there is none."""
        return self.regex(key, text) if (text := self.text(key)) else None

    def each(self, key: str, read: Callable[[str, str], T]) -> tuple[T, ...]:
        """Return a list of texts, each read."""
        found = self.data.get(key, [])
        if not isinstance(found, list) or not all(isinstance(each, str) and each for each in found):
            self.wrong(key, "must be a list of texts")
        return tuple(read(f"{key}.{at}", each) for at, each in enumerate(found))

    def regex(self, key: str, text: str) -> re.Pattern[str]:
        """Read a regular expression."""
        try:
            return re.compile(text)
        except re.error as error:
            self.wrong(key, f"is no regular expression: {error}")
            raise

    def place(self, key: str, text: str) -> Place:
        """Read a pattern that marks a secret."""
        try:
            return place(text)
        except (PatternError, re.error):
            self.wrong(key, f"marks no secret with $: {text}")
            raise

    def phrase(self, key: str, text: str) -> re.Pattern[str]:
        """Read a pattern that marks none."""
        try:
            return phrase(text)
        except (PatternError, re.error):
            self.wrong(key, f"must not mark a secret: {text}")
            raise


def _any(expressions: tuple[re.Pattern[str], ...]) -> re.Pattern[str] | None:
    if not expressions:
        return None
    return re.compile("|".join(f"(?:{each.pattern})" for each in expressions), expressions[0].flags)


def _layout(rules: _Table, key: str, value: Any) -> Layout:
    if value not in {each.value for each in Layout}:
        rules.wrong(f"facets.{key}", f"must be one of {', '.join(each.value for each in Layout)}")
    return Layout(value)


def _banner(rules: _Table, at: int, data: Mapping[str, Any]) -> Banner:
    table = _Table(rules.file, f"{rules.where}.banners.{at}", data)
    start = table.expression("start")
    if start is None or not ({"mark"} <= start.groupindex.keys() or table.text("end")):
        table.wrong("start", "must be a regular expression with a group 'mark', or 'end' must be there")
    return Banner(start, table.text("end"))  # type: ignore[arg-type] # checked above


def _lift(rules: _Table, at: int, data: Mapping[str, Any]) -> Lift:
    table = _Table(rules.file, f"{rules.where}.lift.{at}", data)
    line = table.expression("line")
    if line is None or "at" not in line.groupindex:
        table.wrong("line", "must be a regular expression with a group 'at'")
    if data.get("says") not in {"changed", "saved"}:
        table.wrong("says", "must be changed or saved")
    return Lift(line, data["says"] == "saved")  # type: ignore[arg-type] # checked above


def _dropped(rules: _Table) -> re.Pattern[str] | None:
    table = rules.table("drop", frozenset(each.value for each in Reason))
    forms = [(reason, _any(table.each(reason, table.regex))) for reason in table.data]
    whole = "|".join(f"(?P<r_{reason}>{form.pattern})" for reason, form in forms if form)
    return re.compile(whole) if whole else None
