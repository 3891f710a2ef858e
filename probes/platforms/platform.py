"""How a kind of device is read over its command line: one file of data for each platform.

`huawei_vrp.toml` says what is typed, what the device asks, and by what an answer shows that it is whole. The
`[rules]` table of the same file, which says what text means, is not read here: `tables` gives it to whoever does.
A file may be `like` another: what it does not say itself is as it is there.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

ANSWERS = frozenset({"n", "no", "a", " ", ""})
"""All that may be said to a question of a device: no, a banner's acknowledgement, or just Enter."""
CHANNELS = frozenset({"shell", "exec"})


class PlatformError(ValueError):
    """A file of a platform is wrong: which one, and which key. It is shipped with the program, so this is a bug."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a device asks that is no prompt and no pager, and what is said to it; never yes."""

    ask: str
    """A regular expression for the end of the line on which the device waits."""
    answer: str = "n"
    enter: bool = True
    """Whether Enter follows; an acknowledgement by a single key has none."""


@dataclass(frozen=True, slots=True)
class Dialogue:
    """How one talks to the device. Every command in it is read-only, or holds for the session only."""

    channel: str = "shell"
    """`shell` is a terminal with a prompt; `exec` is one channel for each command, where that is better."""
    enable: str = ""
    """The command for more rights, where the platform has one; its password is asked for and sent then."""
    setup: tuple[str, ...] = ()
    """What turns the pager off, for the session. Where a device refuses it, its pager is answered."""
    exit: str = ""
    """How one leaves; without it the session is closed."""
    pagers: tuple[str, ...] = ()
    """Regular expressions for the ends of lines that wait for a key, beyond those that all devices have."""
    errors: tuple[str, ...] = ()
    """Regular expressions for the beginnings of lines by which a command is refused, beyond the usual ones."""
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """One facet: the commands that read it, and how their answers prove to be whole."""

    name: str
    commands: tuple[str, ...]
    end: str = ""
    """The last line of the last answer, where the platform has an end marker: `return`, `end`."""
    instead: tuple[str, ...] = ()
    """The commands to read it with where the device refuses the first ones."""
    absent: tuple[str, ...] = ()
    """Regular expressions for the beginnings of lines by which the device says that it has no such thing."""


@dataclass(frozen=True, slots=True)
class Platform:
    """One platform. `dialogue` is None where nothing is typed, as for a server that is read by a script."""

    name: str
    version: int
    dialogue: Dialogue | None
    readings: tuple[Reading, ...]

    def reading(self, facet: str) -> Reading | None:
        """Return how a facet is read, or None where the platform does not have it."""
        return next((each for each in self.readings if each.name == facet), None)

    def commands(self) -> frozenset[str]:
        """Return every command that may ever be typed; passwords are not among them."""
        talk = self.dialogue or Dialogue()
        read = [line for each in self.readings for line in (*each.commands, *each.instead)]
        return frozenset({talk.enable, talk.exit, *talk.setup, *read} - {""})


def names() -> tuple[str, ...]:
    """Return the names of all platforms, sorted."""
    found = (entry.name for entry in files(__package__).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in found if name.endswith(".toml")))


def spoken() -> tuple[str, ...]:
    """Return the names of those that have a command line."""
    return tuple(name for name in names() if "dialogue" in tables(name))


@cache
def load(name: str) -> Platform:
    """Return a platform by its name, or raise PlatformError that says which file and key is wrong."""
    return parsed(name, tables(name))


@cache
def tables(name: str) -> Mapping[str, Any]:
    """Return the tables of a platform's file, with those that it takes over from the one it is `like`."""
    if name not in names():
        raise PlatformError(f"there is no platform '{name}'; the platforms are: {', '.join(names())}")
    try:
        own = tomllib.loads(files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PlatformError(f"{name}.toml: {error}") from error
    other = own.pop("like", None)
    return own if other is None else {**tables(other), **own}


def parsed(name: str, data: Mapping[str, Any]) -> Platform:
    """Make a platform of the tables of its file."""
    _known(f"{name}.toml", data, {"name", "version", "dialogue", "facet", "rules"})
    if data.get("name") != name:
        raise PlatformError(f"{name}.toml: name: must be '{name}'")
    version = data.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise PlatformError(f"{name}.toml: version: must be a whole number from 1")
    talk = _dialogue(f"{name}.toml: dialogue", data["dialogue"]) if "dialogue" in data else None
    readings = tuple(_reading(f"{name}.toml: facet.{at}", each) for at, each in enumerate(data.get("facet", ())))
    if len({each.name for each in readings}) < len(readings):
        raise PlatformError(f"{name}.toml: facet: two have the same name")
    return Platform(name, version, talk, readings)


def _dialogue(where: str, data: Mapping[str, Any]) -> Dialogue:
    _known(where, data, {each.name for each in fields(Dialogue)})
    channel = _text(where, data, "channel", "shell")
    if channel not in CHANNELS:
        raise PlatformError(f"{where}.channel: must be one of {', '.join(sorted(CHANNELS))}")
    questions = data.get("questions", [])
    return Dialogue(
        channel=channel,
        enable=_command(f"{where}.enable", _text(where, data, "enable", "")),
        setup=_commands(where, data, "setup"),
        exit=_command(f"{where}.exit", _text(where, data, "exit", "")),
        pagers=_patterns(where, data, "pagers"),
        errors=_patterns(where, data, "errors"),
        questions=tuple(_question(f"{where}.questions.{at}", each) for at, each in enumerate(questions)),
    )


def _question(where: str, data: Mapping[str, Any]) -> Question:
    _known(where, data, {each.name for each in fields(Question)})
    ask, answer = _pattern(f"{where}.ask", _text(where, data, "ask")), _text(where, data, "answer", "n")
    if answer not in ANSWERS:
        raise PlatformError(f"{where}.answer: must be one of {', '.join(map(repr, sorted(ANSWERS)))}")
    enter = data.get("enter", True)
    if not isinstance(enter, bool):
        raise PlatformError(f"{where}.enter: must be true or false")
    return Question(ask, answer, enter)


def _reading(where: str, data: Mapping[str, Any]) -> Reading:
    _known(where, data, {each.name for each in fields(Reading)})
    commands = _commands(where, data, "commands")
    if not commands:
        raise PlatformError(f"{where}.commands: must not be empty")
    return Reading(
        name=_text(where, data, "name"),
        commands=commands,
        end=_text(where, data, "end", ""),
        instead=_commands(where, data, "instead"),
        absent=_patterns(where, data, "absent"),
    )


def _known(where: str, data: Any, keys: set[str]) -> None:
    if not isinstance(data, dict):
        raise PlatformError(f"{where}: must be a table")
    if strange := sorted(data.keys() - keys):
        raise PlatformError(f"{where}.{strange[0]}: unknown key")


def _text(where: str, data: Mapping[str, Any], key: str, default: str | None = None) -> str:
    value = data.get(key, default)
    if not isinstance(value, str) or (default is None and not value):
        raise PlatformError(f"{where}.{key}: must be text")
    return value


def _texts(where: str, data: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = data.get(key, [])
    if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
        raise PlatformError(f"{where}.{key}: must be a list of texts")
    return tuple(value)


def _patterns(where: str, data: Mapping[str, Any], key: str) -> tuple[str, ...]:
    return tuple(_pattern(f"{where}.{key}", each) for each in _texts(where, data, key))


def _commands(where: str, data: Mapping[str, Any], key: str) -> tuple[str, ...]:
    return tuple(_command(f"{where}.{key}", each) for each in _texts(where, data, key))


def _pattern(where: str, value: str) -> str:
    try:
        re.compile(value.encode())
    except re.error as error:
        raise PlatformError(f"{where}: is no regular expression: {error}") from error
    return value


def _command(where: str, value: str) -> str:
    """Check that a command is one line of ASCII: no control character can smuggle a second one in."""
    if not (value.isascii() and (value.isprintable() or not value)):
        raise PlatformError(f"{where}: must be one line of printable ASCII")
    return value
