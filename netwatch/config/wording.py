"""The sentences about a wrong value, in the words of this program instead of pydantic's."""

from __future__ import annotations

from typing import Any

from probes.api import Message, _

SENTENCES: dict[str, str] = {
    # our own values
    "duration": _('must be a duration such as "90s", "5m", "1h" or "2d"'),
    "duration_short": _("must be at least {shortest}"),
    "duration_long": _("must be at most 36500d"),
    "name": _(
        "must be 1 to 63 of the letters a-z, A-Z, digits, '.', '_' and '-', and begin with a letter, digit or '_'"
    ),
    "zone": _('must be a time zone such as "Asia/Shanghai"'),
    "severity": _("must be one of {names}"),
    "clock_time": _('must be a time of day such as "08:00"'),
    "mail_address": _('must be a mail address such as "zhang@hospital.example"'),
    "address": _("must be an IPv4 address, an IPv6 address or a host name"),
    "path": _("must be the path of a file or folder, in quotes"),
    "moment": _("must be a date such as 2026-01-05 or a date and time such as 2026-01-05T08:00:00, without quotes"),
    "years": _("must be in the years 1970 to 2199"),
    "printable": _("must be one line without control characters"),
    "listen": _('must be an address and a port such as "127.0.0.1:8650" or "[::1]:8650"'),
    "loopback": _(
        "must be a loopback address such as 127.0.0.1, since the page speaks plain HTTP: put a proxy with TLS in front"
    ),
    "database": _('must be "sqlite:///FILE" or "postgresql+psycopg://USER@HOST/DATABASE"'),
    "database_password": _("must not hold the password, which belongs in storage.password"),
    "page": _("must begin with http:// or https://"),
    "syslog": _('must be true, false, "udp://HOST:514" or "tcp://HOST:601"'),
    "ports": _('must be a port such as "22", "tcp/22" or "tcp/8000-8010"'),
    # pydantic's kinds of error
    "missing": _("is missing"),
    "string_type": _("must be text in quotes"),
    "int_type": _("must be a whole number"),
    "int_parsing": _("must be a whole number"),
    "int_from_float": _("must be a whole number"),
    "int_parsing_size": _("is too large"),
    "float_type": _("must be a number"),
    "float_parsing": _("must be a number"),
    "finite_number": _("must be a finite number"),
    "bool_type": _("must be true or false"),
    "bool_parsing": _("must be true or false"),
    "tuple_type": _("must be a list in [ ]"),
    "list_type": _("must be a list in [ ]"),
    "set_type": _("must be a list in [ ]"),
    "frozen_set_type": _("must be a list in [ ]"),
    "dict_type": _("must be a table"),
    "model_type": _("must be a table"),
    "model_attributes_type": _("must be a table"),
    "dataclass_type": _("must be a table"),
    "datetime_type": _("must be a date and time such as 2026-01-05T08:00:00, without quotes"),
    "datetime_parsing": _("must be a date and time such as 2026-01-05T08:00:00, without quotes"),
    "datetime_from_date_parsing": _("must be a date and time such as 2026-01-05T08:00:00, without quotes"),
    "date_type": _("must be a date such as 2026-01-05, without quotes"),
    "date_parsing": _("must be a date such as 2026-01-05, without quotes"),
    "date_from_datetime_parsing": _("must be a date such as 2026-01-05, without quotes"),
    "date_from_datetime_inexact": _("must be a date such as 2026-01-05, without quotes"),
    "greater_than": _("must be more than {limit}"),
    "greater_than_equal": _("must be at least {limit}"),
    "less_than": _("must be less than {limit}"),
    "less_than_equal": _("must be at most {limit}"),
    "string_too_long": _("must have at most {limit} characters"),
    "string_too_short": _("must have at least {limit} characters"),
    "string_pattern_mismatch": _("must match the pattern {limit}"),
    "too_long": _("must have at most {limit} elements"),
    "too_short": _("must have at least {limit} elements"),
    "literal_error": _("must be one of {limit}"),
    "enum": _("must be one of {limit}"),
}
"""A sentence for each kind of error; `{limit}` is the figure or the choice that pydantic gives with it."""

_LIMITS = ("gt", "ge", "lt", "le", "max_length", "min_length", "pattern", "expected")
_CHOICES = {"literal_error", "enum"}
_EMPTY = _("must not be empty")


def sentence(error: Any) -> Message:
    """Return what one of pydantic's error details says.

    A probe's own sentence stands as its author wrote it, without pydantic's words in front.
    """
    kind, values = error["type"], dict(error.get("ctx", {}))
    if isinstance(message := values.get("message"), Message):
        return message
    if kind in {"string_too_short", "too_short"} and values.get("min_length") == 1:
        return Message(_EMPTY)
    if kind in {"value_error", "assertion_error"}:
        return literal(str(values.get("error", error["msg"])))
    if kind not in SENTENCES:
        return literal(_small(error["msg"]))
    limit = next((values[name] for name in _LIMITS if name in values), values.get("limit", ""))
    values["limit"] = str(limit).replace(" or ", ", ") if kind in _CHOICES else limit
    wanted = SENTENCES[kind]
    return Message(wanted, {name: value for name, value in values.items() if f"{{{name}}}" in wanted})


def literal(text: str) -> Message:
    """Return a message that is this text as it stands."""
    return Message(text.replace("{", "{{").replace("}", "}}"))


def _small(text: str) -> str:
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
