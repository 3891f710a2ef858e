"""The application: which address shows what. Nothing can be changed here, so there is nothing but GET."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from netwatch.web.answers import Answers
from netwatch.web.guard import Guard
from netwatch.web.rendering import STATIC

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp

    from netwatch.clock import Clock
    from netwatch.config import Settings
    from netwatch.progress import Progress
    from netwatch.storage.database import Database
    from netwatch.web.live import Pulse


def application(
    settings: Callable[[], Settings], database: Database, clock: Clock, progress: Progress, pulse: Pulse
) -> ASGIApp:
    """Return the application behind its guard."""
    answers = Answers(settings, database, clock, progress, pulse)
    pages = {
        "/": answers.status,
        "/faults": answers.faults,
        "/faults/{number}": answers.fault,
        "/devices": answers.devices,
        "/devices/{name}": answers.device,
        "/handovers/{number}": answers.handover,
        "/live": answers.live,
        "/healthz": answers.healthy,
        "/readyz": answers.ready,
    }
    routes = [Route(path, answer, methods=["GET"]) for path, answer in pages.items()]
    handlers: dict[Any, Any] = {HTTPException: answers.refused, Exception: answers.failed}
    app = Starlette(
        routes=[*routes, Mount("/static", StaticFiles(directory=STATIC))],
        exception_handlers=handlers,
        max_body_size=1024,
    )
    return Guard(app, lambda: settings().file.mail.page)
