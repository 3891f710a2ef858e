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

    from starlette.responses import Response
    from starlette.types import ASGIApp

    from netwatch.clock import Clock
    from netwatch.config import Settings
    from netwatch.progress import Progress
    from netwatch.storage.database import Database
    from netwatch.web.live import News


class KeptFiles(StaticFiles):
    """Files that a browser may keep, as long as it asks whether they are still the same."""

    def file_response(self, *args: Any, **options: Any) -> Response:
        """Return a file with its tag."""
        answer = super().file_response(*args, **options)
        answer.headers["Cache-Control"] = "no-cache"
        return answer


def application(
    settings: Callable[[], Settings], database: Database, clock: Clock, progress: Progress, news: News
) -> ASGIApp:
    """Return the application behind its guard."""
    answers = Answers(settings, database, clock, progress, news)
    pages = {
        "/": answers.status,
        "/faults": answers.faults,
        "/faults/{number}": answers.fault,
        "/unapproved": answers.unapproved,
        "/baselines": answers.baselines,
        "/devices": answers.devices,
        "/devices/{name}": answers.device,
        "/handovers/{number}.pdf": answers.handover_pdf,
        "/handovers/{number}": answers.handover,
        "/compliance": answers.compliance,
        "/ical/{secret}.ics": answers.calendar,
        "/live": answers.live,
        "/healthz": answers.healthy,
        "/readyz": answers.ready,
    }
    routes = [Route(path, answer, methods=["GET"]) for path, answer in pages.items()]
    handlers: dict[Any, Any] = {HTTPException: answers.refused, Exception: answers.failed}
    app = Starlette(
        routes=[*routes, Mount("/static", KeptFiles(directory=STATIC))],
        exception_handlers=handlers,
        max_body_size=1024,
    )
    return Guard(app, lambda: settings().file.mail.page)
