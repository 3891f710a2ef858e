"""`netwatch inspect HOST`: what a device is and says, once, without configuration."""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import sys
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from netwatch.errors import NetwatchError, UsageError
from netwatch.language import gettext as _
from netwatch.language import of_terminal, said, translations
from probes.api import _ as mark

if TYPE_CHECKING:
    from probes.api import Message
    from probes.snmp.client import Unanswered
    from probes.snmp.credentials import Community, Usm
    from probes.snmp.inspection import Inspection

AUTHS = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
PRIVS = ("des", "3des", "aes128", "aes192", "aes256", "aes192-c", "aes256-c")
SNMP_PORT, LAST_PORT = 161, 65535
NO_ANSWER = 1


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("inspect", help=_("look at a device by SNMP and say what it is and has"))
    parser.add_argument("host", metavar="HOST[:PORT]", help=_("name or address; IPv6 with a port as [::1]:161"))
    parser.add_argument("--community", metavar="C", help=_("for SNMP versions 1 and 2c; by default public"))
    parser.add_argument("--version", choices=("1", "2c", "3"), help=_("by default 2c, and 1 when that is not answered"))
    parser.add_argument("--user", metavar="U", help=_("for SNMP version 3"))
    parser.add_argument(
        "--auth", choices=AUTHS, default="sha256", help=_("how messages of version 3 are authenticated")
    )
    parser.add_argument("--priv", choices=PRIVS, default="aes128", help=_("how messages of version 3 are encrypted"))
    for which in ("auth", "priv"):
        parser.add_argument(f"--{which}-password-env", metavar="NAME", help=_("the variable that holds the password"))
        parser.add_argument(f"--{which}-password-file", metavar="FILE", help=_("the file that holds the password"))
    parser.add_argument("--context", default="", metavar="NAME", help=_("the context of version 3"))
    parser.add_argument("--timeout", type=_seconds, default=1.0, metavar="S", help=_("seconds for the first answer"))
    parser.add_argument("--retries", type=_retries, default=2, metavar="N", help=_("tries after the first"))
    parser.add_argument("--format", choices=("table", "json"), default="table", help=_("how to print"))
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Inspect and print. Exit 1 when the device does not answer."""
    from probes.snmp.inspection import Inspection  # noqa: PLC0415 - other commands need not wait for SNMP

    host, port = place(arguments.host)
    credential = _credential(arguments)
    result = asyncio.run(_look(host, port, credential, arguments))
    if not isinstance(result, Inspection):
        for message in result:
            print(_told(message), file=sys.stderr)
        return NO_ANSWER
    if arguments.format == "json":
        from netwatch.cli import site  # noqa: PLC0415 - only programs read JSON

        print(site.as_json(result.as_json()))
    else:
        from netwatch.cli.sections import sections  # noqa: PLC0415 - only people read tables

        print(sections(result))
    return 0


def place(text: str) -> tuple[str, int]:
    """Take `HOST`, `HOST:PORT`, `::1` or `[::1]:161` apart."""
    host, port = text, ""
    if text.startswith("["):
        host, closed, rest = text[1:].partition("]")
        if not closed or (rest and not rest.startswith(":")):
            raise UsageError(mark("“{text}” is no address: IPv6 with a port is written as [::1]:161"), text=text)
        port = rest[1:]
    elif text.count(":") == 1:
        host, _colon, port = text.partition(":")
    if port and not (port.isascii() and port.isdecimal() and 0 < int(port) <= LAST_PORT):
        raise UsageError(mark("“{port}” is no port"), port=port)
    return host, int(port) if port else SNMP_PORT


async def _look(
    host: str, port: int, credential: Community | Usm, arguments: argparse.Namespace
) -> Inspection | list[Message]:
    from probes.snmp.diagnosis import diagnose  # noqa: PLC0415 - as above
    from probes.snmp.endpoint import Endpoint, Patience  # noqa: PLC0415
    from probes.snmp.engine import connect  # noqa: PLC0415
    from probes.snmp.inspect import inspect  # noqa: PLC0415
    from probes.snmp.inspection import Device, Inspection  # noqa: PLC0415

    address = await _address(host)
    endpoint, patience = Endpoint(), Patience(arguments.timeout, arguments.retries)

    async def attempt(chosen: Community | Usm) -> Inspection | Unanswered:
        client = connect(endpoint, address, port, chosen, patience=patience)
        return await inspect(client, Device(str(address), port, chosen.version))

    try:
        result = await attempt(credential)
        if isinstance(result, Inspection):
            return result
        diagnosis = await diagnose(endpoint, address, port, credential, result, seconds=arguments.timeout)
        if diagnosis.works and arguments.version is None:
            second = await attempt(diagnosis.works)
            if isinstance(second, Inspection):
                print(*map(_told, diagnosis.findings), sep="\n", file=sys.stderr)
                return second
        return [result.detail, *diagnosis.findings]
    finally:
        endpoint.close()


async def _address(host: str) -> IPv4Address | IPv6Address:
    try:
        return ip_address(host)
    except ValueError:
        pass
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError) as error:
        raise NetwatchError(mark("no address is known for {host}"), host=host) from error
    return ip_address(found[0][4][0])


def _credential(arguments: argparse.Namespace) -> Community | Usm:
    from probes.secret import Secret  # noqa: PLC0415 - as above
    from probes.snmp.credentials import Community, Usm  # noqa: PLC0415

    version = arguments.version or ("3" if arguments.user else "2c")
    if version == "3":
        if not arguments.user:
            raise UsageError(mark("SNMP version 3 needs --user"))
        passwords = {f"{which}_password": _password(arguments, which) for which in ("auth", "priv")}
        given = {name: Secret(text) for name, text in passwords.items() if text}
        try:
            return Usm(
                user=arguments.user, auth=arguments.auth, priv=arguments.priv, context=arguments.context, **given
            )
        except ValueError as error:
            raise _usage(error) from None
    if arguments.user:
        raise UsageError(mark("--user is for SNMP version 3"))
    return Community(version=version, community=Secret(arguments.community or "public"))


def _usage(error: ValueError) -> UsageError:
    """Return the sentence of a model's first complaint; the values, which may be secrets, stay out."""
    from pydantic import ValidationError  # noqa: PLC0415 - as above

    from netwatch.config.wording import sentence  # noqa: PLC0415 - as above

    if not isinstance(error, ValidationError):
        return UsageError(mark("a value cannot be used"))
    message = sentence(error.errors()[0])
    return UsageError(message.template, **message.values)


def _password(arguments: argparse.Namespace, which: str) -> str:
    name = getattr(arguments, f"{which}_password_env")
    path = getattr(arguments, f"{which}_password_file")
    if name:
        if not os.environ.get(name):
            raise UsageError(mark("the environment variable {name} is not set"), name=name)
        return os.environ[name]
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(mark("cannot read {path}: {error}"), path=path, error=str(error)) from None
    return ""


def _told(message: Message) -> str:
    return said(message.template, message.values, translations(of_terminal()))


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds <= 60:  # noqa: PLR2004 - a minute is long enough for anything
        raise argparse.ArgumentTypeError(_("must be between 0 and 60"))
    return seconds


def _retries(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 10:  # noqa: PLR2004 - each waits twice as long as the one before
        raise argparse.ArgumentTypeError(_("must be between 0 and 10"))
    return number
