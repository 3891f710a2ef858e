"""The probe `http`: a page by HTTP or HTTPS, and its certificate."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, ClassVar

import httpx

from probes.api import (
    Failure,
    Limits,
    Meaning,
    Measurement,
    Message,
    Problem,
    Reading,
    Shared,
    State,
    Target,
    Trouble,
    Value,
    _,
)
from probes.http.exchange import Answer, Distrusted, Wish, ask, port_of
from probes.http.options import PageOptions, within
from probes.http.tls import certificate_of, days_left, lenient, strict
from probes.names import names

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping
    from datetime import datetime

RESPONSE_TIME = Meaning("response.time", _("Time to answer"), "ms")
STATUS = Meaning("http.status", _("Status of the page"))
TEXT = Meaning("http.text", _("Text of the page"))
CERTIFICATE = Meaning("certificate.days", _("Days until the certificate ends"), "d", Limits(30, 7, rising=False))
TRUST = Meaning("certificate.trust", _("Trust in the certificate"))


class HttpProbe:
    """Gets a page and reports its status, its time, its text and its certificate."""

    kind: ClassVar[str] = "http"
    reachability: ClassVar[bool] = False
    meanings: ClassVar[tuple[Meaning, ...]] = (RESPONSE_TIME, STATUS, TEXT, CERTIFICATE, TRUST)

    Options: ClassVar[type[PageOptions]] = PageOptions

    def __init__(self, options: PageOptions, *, shared: Shared) -> None:
        self._options = options
        self._shared = shared
        self._names = names(shared)

    async def measure(self, target: Target, now: datetime) -> Reading:
        """Get the page once. A wrong status, text or certificate is a value with its state, not a `Failure`."""
        url = self._url(target)
        if isinstance(url, Failure):
            return url
        try:
            context = self._trust()
        except OSError as error:
            values = {"path": self._options.ca_file or "", "error": error.strerror or str(error)}
            sentence = _("The authorities in {path} cannot be read: {error}")
            return Failure(Trouble.UNEXPECTED, Message(sentence, values))
        started = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(self._options.timeout):
                answer = await self._ask(url, context, now)
        except TimeoutError:
            return _too_slow(url, self._options.timeout)
        match answer:
            case Failure():
                return answer
            case Distrusted():
                return await self._distrusted(answer, now)
            case Answer():
                return self._measured(answer, 1000 * (answer.answered - started), now)

    def _url(self, target: Target) -> httpx.URL | Failure:
        asked = self._options
        if asked.url is not None:
            return httpx.URL(asked.url)
        try:
            url = httpx.URL(scheme=asked.scheme, host=target.address, port=asked.port, path="/")
            return url.join(asked.path)
        except (httpx.InvalidURL, ValueError):
            sentence = _("“{address}” cannot stand in the address of a page")
            return Failure(Trouble.NAME, Message(sentence, {"address": target.address[:253]}))

    def _trust(self) -> ssl.SSLContext:
        if not self._options.verify:
            return self._shared.get("http/tls/lenient", lenient)
        ca_file = self._options.ca_file
        return self._shared.get(f"http/tls/{ca_file or 'system'}", partial(strict, ca_file))

    async def _ask(self, url: httpx.URL, context: ssl.SSLContext, now: datetime) -> Answer | Distrusted | Failure:
        wish = Wish(url, bool(self._options.contains), self._options.other_hosts, self._options.timeout)
        return await ask(context, wish, lambda name: self._names.resolve(name, now, self._options.version))

    def _measured(self, answer: Answer, milliseconds: float, now: datetime) -> Measurement:
        values = [Value(RESPONSE_TIME.name, round(milliseconds, 3)), self._status(answer)]
        if self._options.contains:
            values.append(self._text(answer))
        if answer.certificate is None:
            return Measurement(tuple(values))
        if self._options.verify:
            values.append(Value(TRUST.name, state=State.OK))
        return _with_certificate(values, answer.certificate, now)

    def _status(self, answer: Answer) -> Value:
        values: Mapping[str, str | int] = {
            "status": answer.status,
            "expected": ", ".join(map(str, self._options.status)),
        }
        if answer.circle:
            note = Message(_("status {status}: the redirections have no end"), values)
        elif within(answer.status, self._options.status):
            return Value(STATUS.name, float(answer.status), state=State.OK)
        else:
            note = Message(_("status {status}, expected {expected}"), values)
        return Value(STATUS.name, float(answer.status), state=State.CRITICAL, note=note)

    def _text(self, answer: Answer) -> Value:
        if self._options.contains in answer.text:
            return Value(TEXT.name, state=State.OK)
        note = Message(_("“{text}” is not on the page"), {"text": self._options.contains})
        return Value(TEXT.name, state=State.CRITICAL, note=note)

    async def _distrusted(self, distrusted: Distrusted, now: datetime) -> Measurement:
        """Say why, and still for how long the certificate holds; the page is not asked for."""
        note = Message(_("the certificate is not to be trusted: {reason}"), {"reason": distrusted.reason})
        values = [Value(TRUST.name, state=State.CRITICAL, note=note)]
        url, address = distrusted.url, str(distrusted.address)
        try:
            async with asyncio.timeout(self._options.timeout):
                certificate = await certificate_of(address, port_of(url), url.raw_host.decode("ascii"))
        except (OSError, ValueError):  # ValueError: a name that TLS cannot say
            certificate = b""
        return _with_certificate(values, certificate, now)


def _with_certificate(values: list[Value], certificate: bytes, now: datetime) -> Measurement:
    try:
        days, facts = days_left(certificate, now)
    except ValueError:
        problem = Problem("certificate", Message(_("the certificate cannot be read")))
        return Measurement(tuple(values), problems=(problem,))
    return Measurement((*values, Value(CERTIFICATE.name, round(days, 2))), facts)


def _too_slow(url: httpx.URL, seconds: float) -> Failure:
    page = str(url.copy_with(query=None))  # a query may hold a key
    return Failure(
        Trouble.TIMEOUT, Message(_("{page} did not answer within {seconds} s"), {"page": page, "seconds": seconds})
    )
