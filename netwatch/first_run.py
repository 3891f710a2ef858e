"""A first configuration for whoever starts netwatch for the first time: this host, and one person."""

from __future__ import annotations

import asyncio
import getpass
import os
import re
import socket
import tempfile
from importlib.resources import files
from ipaddress import ip_address
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from netwatch.config.settings import Site
from netwatch.config.toml import text
from netwatch.config.values import NAME
from netwatch.language import of_terminal
from probes.secret import Secret
from probes.snmp.client import Answer
from probes.snmp.credentials import Community
from probes.snmp.endpoint import Endpoint, Patience
from probes.snmp.engine import connect
from probes.snmp.system import SYS_UPTIME
from roster.layers import Post

if TYPE_CHECKING:
    from datetime import datetime

CONFIGURATION = "config.toml"
COMMUNITY = "public"
_SNMP = '    { kind = "snmp", credential = "local" },      # its SNMP agent answers; 本机 SNMP 代理有应答\n'
_CREDENTIAL = f'\n[credential.local]\ncommunity = "{COMMUNITY}"\n'
_TITLES = {"zh_CN": "本机", "en": "This host"}
_SITES = {"zh_CN": "信息中心", "en": "Information centre"}


def write(folder: Path, *, now: datetime, snmp_answers: bool) -> Path:
    """Write `config.toml` into a folder, which is made if need be, and return its path; one that is there stays.

    Only its owner may read either. `now` says from which day on the one person is on duty.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / CONFIGURATION
    if not path.exists():
        _place(path, _filled(now, snmp_answers=snmp_answers))
    return path


def snmp_answers(host: str = "127.0.0.1", port: int = 161, seconds: float = 1.0) -> bool:
    """Ask this host's own SNMP agent for its uptime, once, with the community `public`."""
    return asyncio.run(_ask(host, port, seconds))


async def _ask(host: str, port: int, seconds: float) -> bool:
    endpoint = Endpoint()
    try:
        community = Community(community=Secret(COMMUNITY))
        client = connect(endpoint, ip_address(host), port, community, patience=Patience(seconds, 0))
        return isinstance(await client.get((SYS_UPTIME,)), Answer)
    finally:
        endpoint.close()


def _filled(now: datetime, *, snmp_answers: bool) -> str:
    language, person = of_terminal(), _person()
    return Template(files("netwatch.config").joinpath("first.toml").read_text(encoding="utf-8")).substitute(
        site=text(_SITES[language]),
        title=text(_TITLES[language]),
        language=text(language),
        host=text(_named(socket.gethostname(), "this-host")),
        person=text(person),
        mail=text(f"{person}@localhost"),
        today=now.astimezone(Site().zone).date().isoformat(),
        snmp=_SNMP if snmp_answers else "",
        credential=_CREDENTIAL if snmp_answers else "",
    )


def _person() -> str:
    try:
        login = getpass.getuser()
    except (OSError, KeyError):  # a user without a name, as in some containers
        login = ""
    person = _named(login, "engineer")
    return f"{person}-1" if person in {post.value for post in Post} else person


def _named(text: str, otherwise: str) -> str:
    """Return a text as a name of the configuration."""
    name = re.sub(r"[^A-Za-z0-9_.-]", "-", text)[:60].lstrip(".-")
    return name if NAME.fullmatch(name) else otherwise


def _place(path: Path, content: str) -> None:
    """Write a file whole or not at all."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".config.")  # mode 600
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
