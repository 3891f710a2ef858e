"""What the service says about itself: one line for each event, on standard error.

Whatever comes from a device, a file or a mail may stand in a line. So control characters are escaped, long
values are cut, and what is secret is not shown: one event is one line, whatever the device calls itself.
"""

from __future__ import annotations

import logging
import os
import re
import sys
import traceback
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, TextIO

import structlog
from structlog.dev import ConsoleRenderer, plain_traceback
from structlog.processors import JSONRenderer, LogfmtRenderer, TimeStamper
from structlog.stdlib import ProcessorFormatter

if TYPE_CHECKING:
    from structlog.typing import EventDict, Processor, WrappedLogger

    from netwatch.config.settings import Log

Form = Literal["console", "logfmt", "json", "journal"]

LONGEST = 2000
"""Characters of one value; more are cut."""
DEEPEST = 4
HIDDEN = "***"
SECRET_WORDS = frozenset(
    (
        "auth", "authorization", "community", "communities", "cookie", "credential", "credentials", "passphrase",
        "passwd", "password", "passwords", "priv", "pwd", "secret", "secrets", "token", "tokens",
    )
)  # fmt: skip
SECRET_KEYS = re.compile(r"(?:api|access|encryption|master|private|privacy|session|signing|ssh)_?key")
URL_PASSWORD = re.compile(r"(://[^\s:/@]*):[^\s/@]+@")
UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that could end a line, turn its direction or hide in it."""
PRIORITIES = {"debug": 7, "info": 6, "warning": 4, "error": 3, "critical": 2}
"""Of syslog (RFC 5424), as the journal reads them in front of a line: sd-daemon(3)."""
TALKATIVE = ("alembic", "apscheduler", "asyncio", "httpcore", "httpx", "uvicorn", "uvicorn.access")
"""Libraries that tell of every step; only their warnings are told."""


def configure(settings: Log, *, stream: TextIO | None = None) -> None:
    """Send every event of this process, and of the libraries it uses, to `stream` in the form asked for.

    May be called again, as on a change of the configuration. The stream is standard error by default, so that
    what a command prints stays apart from what it says about itself.
    """
    stream = sys.stderr if stream is None else stream
    form = form_for(stream, os.environ) if settings.format == "auto" else settings.format
    level = logging.getLevelNamesMapping()[settings.level.upper()]
    shared: list[Processor] = [structlog.stdlib.add_log_level]
    if form != "journal":  # which has its own
        shared.append(TimeStamper(fmt="iso", utc=True, key="at"))
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, *shared, ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,  # a later call must hold for loggers that were used before
    )
    line = logging.StreamHandler(stream)
    line.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[ProcessorFormatter.remove_processors_meta, _inert, _renderer(form, stream)],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [line]
    root.setLevel(level)
    for name in TALKATIVE:
        library = logging.getLogger(name)
        library.handlers.clear()
        library.propagate = True
        library.setLevel(max(level, logging.WARNING))


def form_for(stream: TextIO, environment: Mapping[str, str]) -> Form:
    """Return the form that suits a stream: the journal's own, coloured on a terminal, else logfmt."""
    if _is_journal(stream, environment.get("JOURNAL_STREAM", "")):
        return "journal"
    return "console" if stream.isatty() else "logfmt"


def _is_journal(stream: TextIO, named: str) -> bool:
    """Whether systemd connected this very stream to the journal: JOURNAL_STREAM is its `device:inode`."""
    try:
        status = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return named == f"{status.st_dev}:{status.st_ino}"


def _renderer(form: Form, stream: TextIO) -> Processor:
    match form:
        case "json":
            return JSONRenderer(ensure_ascii=False)
        case "journal":
            return _journal_lines
        case "logfmt":
            return LogfmtRenderer(key_order=["at", "level", "event"], drop_missing=True, bool_as_flag=False)
        case "console":
            colours = stream.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
            # The plain traceback: the other one shows local variables, and with them what is secret.
            return ConsoleRenderer(colors=colours, timestamp_key="at", exception_formatter=plain_traceback)


def _journal_lines(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    """Return an event for the journal: its priority in front of each line."""
    mark = f"<{PRIORITIES.get(str(event.pop('level', '')), 6)}>"
    what, trace = event.pop("event", ""), event.pop("exception", None)
    fields = LogfmtRenderer(bool_as_flag=False)(None, "", event)
    lines = [f"{what} {fields}".rstrip(), *(trace.split("\n") if trace else ())]
    return "\n".join(mark + line for line in lines)


def _inert(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Make every value of an event harmless to whoever reads it, and hide what is secret."""
    told = _traceback(event.pop("exc_info", None), event.pop("exception", None))
    event.pop("stack_info", None)
    clean = {re.sub(r"[\s\"=]", "_", str(key)): value for key, value in _fields(event, 0).items()}
    if told:
        # Indented, so that no line of it can pass for an event of its own.
        clean["exception"] = "\n".join("    " + _text(line) for line in told.splitlines())
    return clean


def _fields(values: Mapping[Any, Any], depth: int) -> dict[str, Any]:
    return {_text(str(key)): HIDDEN if is_secret(str(key)) else _value(value, depth) for key, value in values.items()}


def _value(value: Any, depth: int) -> Any:
    match value:
        case None | bool() | int() | float():
            return value
        case Mapping() if depth < DEEPEST:
            return _fields(value, depth + 1)
        case list() | tuple() | set() | frozenset() if depth < DEEPEST:
            return [_value(each, depth + 1) for each in value]
        case _:
            return _text(str(value))


@lru_cache(maxsize=1024)
def is_secret(key: str) -> bool:
    """Whether the name of a value says that it is secret: `auth_key`, `snmpCommunity`, `api-key`."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key).lower().replace("-", "_")
    return not SECRET_WORDS.isdisjoint(re.split(r"[^a-z0-9]", words)) or SECRET_KEYS.search(words) is not None


def _text(text: str) -> str:
    """Return a text on one line, without passwords in addresses, and not longer than is useful."""
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]}… ({len(text)} characters)"
    text = URL_PASSWORD.sub(rf"\1:{HIDDEN}@", text)
    return text if text.isprintable() else "".join(map(_character, text))


def _character(char: str) -> str:
    if unicodedata.category(char) not in UNPRINTABLE:
        return char
    return char.encode("unicode_escape", "surrogatepass").decode()


def _traceback(error: Any, ready: Any) -> str:
    if error is True:
        error = sys.exc_info()
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        return "".join(traceback.format_exception(error))
    return str(ready or "")
