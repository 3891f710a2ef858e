"""What may be asked of the probe `http`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal, Self

import httpx
from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from probes.api import _
from probes.http.exchange import PORTS
from probes.options import Port, ProbeOptions, Seconds
from probes.refusal import refused

_RANGE = re.compile(r"([1-5][0-9]{2})(?:-([1-5][0-9]{2}))?")


def _statuses(asked: tuple[int | str, ...]) -> tuple[int | str, ...]:
    for one in asked:
        found = _RANGE.fullmatch(str(one))
        if found is None or (found[2] and found[2] < found[1]):
            raise refused(_("{one} is not a status such as 200, nor a range such as 200-399"), one=str(one))
    return asked


def _page(url: str) -> str:
    try:
        read = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise ValueError(str(error)) from None
    if read.scheme not in PORTS or not read.host:
        raise refused(_("must begin with http:// or https:// and name a host"))
    if read.userinfo:
        raise refused(_("must not hold a password: it would be shown"))
    return url


def within(status: int, asked: tuple[int | str, ...]) -> bool:
    """Tell whether a status is one of these, or in one of these ranges."""
    ranges = (str(one).partition("-") for one in asked)
    return any(int(first) <= status <= int(last or first) for first, _dash, last in ranges)


class PageOptions(ProbeOptions):
    """What page to get, and what to expect. Either `url`, or `scheme`, `port` and `path` on the device's own address."""

    url: Annotated[str, AfterValidator(_page)] | None = None
    scheme: Literal["http", "https"] = "http"
    port: Port | None = None
    path: Annotated[str, Field(pattern="^/([^/]|$)", max_length=2000)] = "/"
    timeout: Seconds = 10.0
    """For all of it, redirections included."""
    status: Annotated[tuple[int | str, ...], Field(strict=False, min_length=1), AfterValidator(_statuses)] = (
        "200-399",
    )
    contains: Annotated[str, Field(max_length=1000)] = ""
    """A text that must be in the first MiB of the page."""
    verify: bool = True
    """Without it nobody is trusted less than another, and the outdated TLS of old devices is spoken too."""
    ca_file: str | None = None
    """Authorities to trust instead of the system's, as PEM; a relative name starts at the configuration."""
    other_hosts: bool = False
    """Whether to follow redirections to other hosts."""
    version: Literal[4, 6] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        both = {"scheme", "port", "path"} & self.model_fields_set
        if self.url is not None and both:
            raise refused(_("url says it all: leave out {keys}"), keys=", ".join(sorted(both)))
        return self

    @field_validator("ca_file")
    @classmethod
    def _in_folder(cls, name: str | None, info: ValidationInfo) -> str | None:
        return None if name is None else str((info.context or {}).get("folder", Path()) / name)
