"""What a single value of the file may be: durations, names, addresses, zones."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, ValidationInfo
from pydantic_core import PydanticCustomError

from netwatch.config.wording import SENTENCES
from netwatch.domain.model import Severity

NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}")
HOST = re.compile(r"(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62}\.?)*")
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
LONGEST = timedelta(days=36500)
HIGHEST_PORT = 65535
YEARS = range(1970, 2200)
"""Beyond them zones and rules of recurrence are not to be calculated with."""

Timely = TypeVar("Timely", date, datetime)


def wrong(kind: str, **values: Any) -> PydanticCustomError:
    """Return the error of this kind, with its sentence from `wording`."""
    return PydanticCustomError(kind, SENTENCES[kind], values or None)


def duration_text(length: timedelta) -> str:
    """Return a duration as the file has it: `90s`, `5m`, `14d`."""
    seconds = length.total_seconds()
    for unit in ("d", "h", "m"):
        if seconds and seconds % UNITS[unit] == 0:
            return f"{seconds / UNITS[unit]:.0f}{unit}"
    return f"{seconds:g}s"


def _duration(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    match = re.fullmatch(r"(\d{1,9}(?:\.\d{1,3})?)\s*([smhdw])", value, re.ASCII) if isinstance(value, str) else None
    if match is None:
        raise wrong("duration")
    seconds = float(match[1]) * UNITS[match[2]]
    if seconds > LONGEST.total_seconds():
        raise wrong("duration_long")
    return timedelta(seconds=seconds)


def _at_least(shortest: timedelta) -> AfterValidator:
    def check(value: timedelta) -> timedelta:
        if value < shortest:
            raise wrong("duration_short", shortest=duration_text(shortest))
        return value

    return AfterValidator(check)


def _name(value: str) -> str:
    if not NAME.fullmatch(value):
        raise wrong("name")
    return value


def _zone(value: object) -> ZoneInfo:
    if isinstance(value, ZoneInfo):
        return value
    try:
        return ZoneInfo(str(value))
    except (KeyError, ValueError, OSError):
        raise wrong("zone") from None


def _severity(value: object) -> Severity:
    if isinstance(value, Severity):
        return value
    try:
        return Severity[str(value).upper()]
    except KeyError:
        raise wrong("severity", names=", ".join(each.name.lower() for each in Severity)) from None


def _clock_time(value: object) -> time:
    if isinstance(value, str) and (match := re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", value, re.ASCII)):
        return time(int(match[1]), int(match[2]))
    if isinstance(value, time) and not (value.second or value.microsecond):
        return value
    raise wrong("clock_time")


def _mail_address(value: str) -> str:
    if not re.fullmatch(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[A-Za-z0-9.-]{1,253}", value) or not value.isprintable():
        raise wrong("mail_address")
    return value


def _address(value: str) -> str:
    """Check an address of a device: IPv4, IPv6, or a host name."""
    if ":" in value or re.fullmatch(r"[\d.]+", value):
        try:
            ip_address(value)
        except ValueError:
            raise wrong("address") from None
    elif not HOST.fullmatch(value):
        raise wrong("address")
    return value


def _path(value: object, info: ValidationInfo) -> Path:
    """Read a path, relative to the folder of the configuration."""
    if isinstance(value, Path):
        return value
    if isinstance(value, str) and value and value.isprintable():
        return Path((info.context or {}).get("folder", "."), value)
    raise wrong("path")


def listen_address(text: str) -> tuple[str, int] | None:
    """Return the host and the port of `127.0.0.1:8650` or `[::1]:8650`, or None."""
    match = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})", text, re.ASCII)
    if match is None or int(match[3]) > HIGHEST_PORT:
        return None
    return match[1] or match[2], int(match[3])


def is_loopback(host: str) -> bool:
    """Say whether a host is this machine itself, without asking DNS."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _listen(value: str) -> str:
    place = listen_address(value)
    if place is None:
        raise wrong("listen")
    if not is_loopback(place[0]):
        raise wrong("loopback")
    return value


def _url(value: str) -> str:
    if re.fullmatch(r"sqlite:///[^?#:]+", value) and value.isprintable():
        return value
    match = re.fullmatch(r"postgresql\+psycopg://(?:[^\s:@/]*(:)?[^\s@/]*@)?[^\s@/]*/[^\s@]+", value)
    if match is None:
        raise wrong("database")
    if match[1]:
        raise wrong("database_password")
    return value


def _page(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s<>\"]{1,500}", value) or not value.isprintable():
        raise wrong("page")
    return value


def _moment(value: object) -> datetime | date:
    if isinstance(value, date):
        return value
    raise wrong("moment")


def _in_range(value: Timely) -> Timely:
    if value.year not in YEARS:
        raise wrong("years")
    return value


def _printable(value: str) -> str:
    if not value.isprintable():
        raise wrong("printable")
    return value


_Duration = Annotated[timedelta, BeforeValidator(_duration), PlainSerializer(duration_text)]
Duration = Annotated[_Duration, _at_least(timedelta(seconds=1))]
Pause = Annotated[_Duration, _at_least(timedelta(0))]
"""A duration that may be none at all: `0s`."""
Keeping = Annotated[_Duration, _at_least(timedelta(hours=1))]
Name = Annotated[str, AfterValidator(_name)]
Zone = Annotated[ZoneInfo, BeforeValidator(_zone), PlainSerializer(str)]
SeverityName = Annotated[Severity, BeforeValidator(_severity), PlainSerializer(lambda value: value.name.lower())]
ClockTime = Annotated[time, BeforeValidator(_clock_time), PlainSerializer(lambda value: f"{value:%H:%M}")]
MailAddress = Annotated[str, AfterValidator(_mail_address)]
Address = Annotated[str, AfterValidator(_address)]
PathOf = Annotated[Path, BeforeValidator(_path), PlainSerializer(str)]
Listen = Annotated[str, AfterValidator(_listen)]
Url = Annotated[str, AfterValidator(_url)]
Page = Annotated[str, AfterValidator(_page)]
Day = Annotated[date, AfterValidator(_in_range)]
Instant = Annotated[datetime, AfterValidator(_in_range)]
Moment = Annotated[datetime | date, BeforeValidator(_moment), AfterValidator(_in_range)]
Language = Literal["zh_CN", "en"]
Title = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_printable)]
