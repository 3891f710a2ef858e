"""Configuration files as they lie on disk: bounded, UTF-8, TOML, or one clear problem each."""

from __future__ import annotations

import codecs
import os
import re
import stat
import tomllib
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from netwatch.config.findings import Finding, found, shown
from netwatch.errors import ConfigError, Problem
from probes.api import _

LARGEST = 1024 * 1024
MOST_FILES = 1000
DEEPEST = 32

OF_TOML = (
    _("cannot overwrite a value"),
    _("invalid value"),
    _("invalid statement"),
    _("invalid date or datetime"),
    _("invalid initial character for a key part"),
    _("expected newline or end of document after a statement"),
    _("expected '=' after a key in a key/value pair"),
    _("expected ']' at the end of a table declaration"),
    _("expected ']]' at the end of an array declaration"),
    _("unterminated string"),
    _("unclosed array"),
    _("unclosed inline table"),
    _("unescaped '\\' in a string"),
)
"""What the reader of TOML says most, in lower case as it stands in a sentence."""

_POSITION = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Document:
    """One file: `name` as problems call it, and the permission bits that it had when it was read."""

    name: str
    path: Path
    text: str
    data: dict[str, Any]
    mode: int


def read(path: Path, name: str) -> Document:
    """Read one file, or raise ConfigError with the one problem that it has."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise _refused(name, _("is not a file"))
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            content = file.read(LARGEST + 1)
    except FileNotFoundError:
        what = _("does not exist; --config FILE names another, netwatch run --first writes a first one into ./var")
        raise _refused(str(path), what) from None
    except PermissionError:
        raise _refused(name, _("may not be read by this user")) from None
    except OSError as error:
        raise _refused(name, _("cannot be read: {reason}"), reason=error.strerror or "") from None
    if len(content) > LARGEST:
        raise _refused(name, _("is larger than 1 MiB; split it and use include"))
    text = _decoded(content, name)
    return Document(name, path, text, _parsed(text, name), mode)


def included(main: Document, patterns: tuple[str, ...]) -> tuple[list[Document], list[Problem], list[Finding]]:
    """Read every file that the patterns name, relative to the main file's folder, each once, sorted by name.

    The main file itself is left out, so that `include = ["*.toml"]` does what is meant.
    """
    folder, here = main.path.parent, main.path.resolve()
    documents: dict[Path, Document] = {}
    problems: list[Problem] = []
    findings = []
    for index, pattern in enumerate(patterns):
        paths = [path for path in _matching(folder, pattern) if path.resolve() != here]
        if not paths:
            findings.append(found(("include", index), _("no file matches '{pattern}'"), pattern=pattern))
        if len(paths) + len(documents) > MOST_FILES:
            findings.append(found(("include", index), _("includes more than {most} files"), most=MOST_FILES))
            break
        for path in paths:
            if path.resolve() not in documents:
                try:
                    documents[path.resolve()] = read(path, shown(_name(path, folder)))
                except ConfigError as error:
                    problems += error.problems
    return list(documents.values()), problems, findings


def _matching(folder: Path, pattern: str) -> list[Path]:
    """Return the files that a pattern names, one more than may be at most; none for one that is no pattern."""
    root = Path(pattern).root
    try:
        found_there = Path(folder, root).glob(pattern.removeprefix(root))
        return sorted(islice(found_there, MOST_FILES + 1))
    except (ValueError, NotImplementedError, OSError):  # such as `**x`, an empty one, or a closed folder
        return []


def _name(path: Path, folder: Path) -> str:
    return str(path.relative_to(folder) if path.is_relative_to(folder) else path)


def _refused(name: str, template: str, line: int = 0, **values: str | int) -> ConfigError:
    return ConfigError([Problem(name, line, "", template, values)])


def _decoded(content: bytes, name: str) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise _refused(name, _("is UTF-16; save it as UTF-8"))
    try:
        # Editors on Windows put a mark in front of UTF-8, which TOML does not know.
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _refused(name, _("is not UTF-8 text; save it as UTF-8"), line) from None
    return text.replace("\r\n", "\n")


def _parsed(text: str, name: str) -> dict[str, Any]:
    try:
        data = tomllib.loads(text)
    except RecursionError:
        raise _refused(name, _("is nested too deeply")) from None
    except ValueError as error:  # a number of five thousand digits is one too
        raise _syntax(str(error), text, name) from None
    if _deeper(data, DEEPEST):
        raise _refused(name, _("is nested too deeply"))
    return data


def _syntax(what: str, text: str, name: str) -> ConfigError:
    """Return what the TOML reader says, with its position at the front."""
    match = _POSITION.fullmatch(what)
    if match is None:
        return _refused(name, _("is not TOML: {reason}"), reason=shown(what))
    line = int(match[2]) if match[2] else text.count("\n") + 1
    reason = shown(match[1][:1].lower() + match[1][1:])
    if not match[3]:
        return _refused(name, _("is not TOML: {reason}, at the end of the file"), line, reason=reason)
    return _refused(name, _("is not TOML: {reason}, at column {column}"), line, reason=reason, column=int(match[3]))


def _deeper(value: Any, than: int) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return than == 0 or any(_deeper(each, than - 1) for each in inner)
