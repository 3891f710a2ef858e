"""What answers each address: it asks for a view, and has it rendered."""

from __future__ import annotations

import asyncio
import hashlib
from collections import defaultdict
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse

from netwatch import pdf
from netwatch.domain.model import FaultId
from netwatch.errors import StorageError
from netwatch.pdf import PdfError
from netwatch.storage import feeds, overview
from netwatch.web.guard import SEALED
from netwatch.web.pages import compliance, handovers, ical
from netwatch.web.pages.approval import approval_page
from netwatch.web.pages.baselines import baselines_page
from netwatch.web.pages.device import device_page
from netwatch.web.pages.devices import LONGEST, Asked, device_list
from netwatch.web.pages.fault import fault_page
from netwatch.web.pages.faults import fault_list
from netwatch.web.pages.monitoring import troubles_of
from netwatch.web.pages.status import Status, status, without_records
from netwatch.web.rendering import render
from netwatch.web.visit import Visit, language, number, page, visit
from probes.api import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection
    from starlette.requests import Request

    from netwatch.clock import Clock
    from netwatch.config import Settings
    from netwatch.progress import Progress
    from netwatch.storage.database import Database
    from netwatch.web.live import News

    Ask = Callable[[Connection, Visit], object | None]

SENTENCES = {404: _("There is no such page."), 405: _("This page can only be read.")}
FAILED = _("The page could not be made. The service's log says why; the monitoring goes on.")
ASKED = ("q", "state", "group", "page")


class Answers:
    """Answers from the database, and from the counters of the running service."""

    def __init__(
        self, settings: Callable[[], Settings], database: Database, clock: Clock, progress: Progress, news: News
    ) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock
        self._progress = progress
        self._news = news
        self._printing = asyncio.Semaphore(1)
        self._weighed = compliance.Weighed(database)
        self._kept: dict[tuple[str, bool], tuple[str, str]] = {}
        self._locks: defaultdict[tuple[str, bool], asyncio.Lock] = defaultdict(asyncio.Lock)

    async def status(self, request: Request) -> Response:
        """Answer with the first page. It is made once for all who look, and again when something has changed."""
        seen = await self._visit(request)
        key = (seen.wording.language, seen.fragment)
        async with self._locks[key]:
            mark, body = self._kept.get(key, ("", ""))
            if mark != seen.mark:
                try:
                    view = await self._read_status(seen)
                except StorageError as error:
                    return await self._unavailable(seen, error)
                body = await _body("status.html.j2", seen, view)
                self._kept[key] = (seen.mark, body)
        return page(seen, body)

    async def faults(self, request: Request) -> Response:
        """Answer with the open faults and those closed last."""
        return await self._show(request, "faults.html.j2", lambda tx, v: fault_list(tx, v.settings, v.wording.now))

    async def fault(self, request: Request) -> Response:
        """Answer with the page of one fault."""
        asked = number(request.path_params["number"])
        if asked is None:
            raise HTTPException(404)
        found = FaultId(asked)
        return await self._show(
            request, "fault.html.j2", lambda tx, v: fault_page(tx, v.settings, found, v.wording.now)
        )

    async def unapproved(self, request: Request) -> Response:
        """Answer with what happened without approval, and what was judged last."""
        return await self._show(request, "unapproved.html.j2", lambda tx, v: approval_page(tx, v.settings))

    async def baselines(self, request: Request) -> Response:
        """Answer with what devices are set to, against what was approved."""
        return await self._show(
            request,
            "baselines.html.j2",
            lambda tx, v: baselines_page(tx, v.settings, v.wording.now, number(v.query.get("page", "")) or 1),
            known=("page",),
        )

    async def devices(self, request: Request) -> Response:
        """Answer with the list of devices."""
        return await self._show(
            request, "devices.html.j2", lambda tx, v: device_list(tx, v.settings, _asked(v)), known=ASKED
        )

    async def device(self, request: Request) -> Response:
        """Answer with the page of one device."""
        name = request.path_params["name"]
        return await self._show(
            request, "device.html.j2", lambda tx, v: device_page(tx, v.settings, name, v.wording.now)
        )

    async def handover(self, request: Request) -> Response:
        """Answer with a handover report and who signed it."""
        return await self._report(request, HTMLResponse)

    async def handover_pdf(self, request: Request) -> Response:
        """Answer with the same as a PDF."""
        async with self._printing:  # one at a time: each is a process with a share of the memory
            return await self._report(request, _as_pdf)

    async def _report(self, request: Request, form: Callable[..., Response]) -> Response:
        asked = number(request.path_params["number"])
        settings = self._settings()
        ask = partial(handovers.page, settings=settings, number=asked or 0, language=language(request, settings))
        try:
            body = await self._database.read(ask)
        except StorageError as error:
            return await self._unavailable(await self._visit(request), error)
        if body is None:
            raise HTTPException(404)
        try:
            return await asyncio.to_thread(form, body, headers={"Content-Security-Policy": SEALED})
        except PdfError as error:
            return await self._sorry(request, 503, error.template)

    async def calendar(self, request: Request) -> Response:
        """Answer with the duty that a secret address stands for, as a calendar; it is asked for again and again."""
        digest = feeds.digest_of(request.path_params["secret"])
        try:
            body = await self._database.read(partial(ical.feed_page, settings=self._settings(), digest=digest))
        except StorageError as error:
            return await self._unavailable(await self._visit(request), error)
        if body is None:
            raise HTTPException(404)
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
        if tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(body, media_type="text/calendar; charset=utf-8", headers=headers)

    async def compliance(self, request: Request) -> Response:
        """Answer with each clause of the regulation and what there is to show for it."""
        seen = await self._visit(request, ("period",))
        now = seen.wording.now
        period = compliance.asked(seen.query.get("period", ""), seen.settings, now)
        if period is None:
            raise HTTPException(404)
        try:
            found = await self._weighed.of(seen.settings, period, now)
        except StorageError as error:
            return await self._unavailable(seen, error)
        return page(
            seen, await _body("compliance.html.j2", seen, compliance.view(found, seen.settings, seen.wording.language))
        )

    async def live(self, request: Request) -> Response:  # noqa: ARG002 - every stream is the same
        """Answer with a stream of events."""
        unheld = {"X-Accel-Buffering": "no"}  # a proxy in front must pass each event on at once
        return StreamingResponse(self._news.stream(), media_type="text/event-stream", headers=unheld)

    async def healthy(self, request: Request) -> Response:  # noqa: ARG002 - whoever asks
        """Say that the service is alive."""
        return PlainTextResponse("alive\n")

    async def ready(self, request: Request) -> Response:  # noqa: ARG002 - whoever asks
        """Say whether the service does its work: records are read and written, and devices are looked at."""
        settings, now = self._settings(), self._clock.now()
        lacks = [str(trouble.what) for trouble in troubles_of(settings, self._progress, now) if trouble.blind]
        if settings.checks and self._progress.last_poll_at is None:
            lacks.append("No device has been looked at yet.")
        try:
            await self._database.read(overview.mark)
        except StorageError as error:
            lacks.append(str(error))
        return PlainTextResponse("\n".join(lacks or ["ready"]) + "\n", 503 if lacks else 200)

    async def refused(self, request: Request, error: Exception) -> Response:
        """Answer a request that cannot be met."""
        code = error.status_code if isinstance(error, HTTPException) else 500
        return await self._sorry(request, code, SENTENCES.get(code, FAILED))

    async def failed(self, request: Request, error: Exception) -> Response:  # noqa: ARG002 - the log has it
        """Answer where we have failed."""
        return await self._sorry(request, 500, FAILED)

    async def _visit(self, request: Request, known: tuple[str, ...] = ()) -> Visit:
        return visit(request, self._settings(), self._clock.now(), await self._news.mark(), known)

    async def _read_status(self, seen: Visit) -> Status:
        told, pace = replace(self._progress), self._news.pace()
        size = await asyncio.to_thread(_size_on_disk, self._database)
        return await self._database.read(lambda tx: status(tx, seen.settings, told, pace, size, seen.wording.now))

    async def _show(self, request: Request, template: str, ask: Ask, known: tuple[str, ...] = ()) -> Response:
        seen = await self._visit(request, known)
        try:
            view = await self._database.read(lambda tx: ask(tx, seen))
        except StorageError as error:
            return await self._unavailable(seen, error)
        if view is None:
            raise HTTPException(404)
        return page(seen, await _body(template, seen, view))

    async def _unavailable(self, seen: Visit, error: StorageError) -> Response:
        """Answer with what is known without records: who is on duty, and what is wrong with the monitoring."""
        view = without_records(seen.settings, self._progress, str(error), seen.wording.now)
        return page(seen, await _body("unavailable.html.j2", seen, view), 503)

    async def _sorry(self, request: Request, code: int, sentence: str) -> Response:
        seen = await self._visit(request)
        return page(seen, await _body("sorry.html.j2", seen, sentence), code)


def _as_pdf(body: str, headers: dict[str, str]) -> Response:
    return Response(pdf.render(body), media_type="application/pdf", headers=headers)


async def _body(template: str, seen: Visit, view: object) -> str:
    """Render in a thread: a long page must not hold up the polling."""
    context = {"view": view, "visit": seen, "say": seen.wording, "site": seen.settings.site.name}
    return await asyncio.to_thread(render, template, seen.wording.language, context)


def _asked(seen: Visit) -> Asked:
    return Asked(
        words=seen.query.get("q", "")[:LONGEST],
        state=seen.query.get("state", ""),
        group=seen.query.get("group", ""),
        page=number(seen.query.get("page", "")) or 1,
    )


def _size_on_disk(database: Database) -> int | None:
    """Return the size of SQLite's files; None where the database is a server."""
    path = database.path
    if path is None:
        return None
    files = (path, path.with_name(f"{path.name}-wal"))
    return sum(file.stat().st_size for file in files if file.exists())
