"""One request as far as it matters to what is shown: language, time, and what it asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.responses import HTMLResponse

from netwatch.language import LANGUAGES, translations
from netwatch.web import preference
from netwatch.web.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response

    from netwatch.config import Settings

FRAGMENT = "x-fragment"
"""The header by which the script asks for the changing part of a page only."""
YEAR = 365 * 86400
NAMES = {"zh_CN": "中文", "en": "English"}


@dataclass(frozen=True, slots=True)
class Visit:
    """What a page is made for. `asked` is the language that the address names, empty where it names none."""

    settings: Settings
    wording: Wording
    mark: str
    fragment: bool
    path: str
    query: Mapping[str, str]
    asked: str

    def link(self, **changes: str | int) -> str:
        """Return the same page asked for differently; an empty value takes a part of the question away."""
        query = {**self.query, **{name: str(value) for name, value in changes.items()}}
        return "?" + urlencode({name: value for name, value in query.items() if value})

    @property
    def languages(self) -> tuple[tuple[str, str, str], ...]:
        """Return each language: its code, its own name, and the link that chooses it."""
        return tuple((each, NAMES[each], self.link(lang=each)) for each in LANGUAGES)


def language(request: Request, settings: Settings) -> str:
    """Return the language to answer in."""
    return preference.language(
        request.query_params.get(preference.PARAMETER),
        request.cookies.get(preference.COOKIE),
        request.headers.get("accept-language", ""),
        settings.site.language,
    )


def visit(request: Request, settings: Settings, now: datetime, mark: str, known: tuple[str, ...] = ()) -> Visit:
    """Return a request's visit; of its query only what is `known` is kept."""
    chosen, asked = language(request, settings), request.query_params.get(preference.PARAMETER, "")
    return Visit(
        settings=settings,
        wording=Wording(chosen, translations(chosen), settings.site.zone, now),
        mark=mark,
        fragment=FRAGMENT in request.headers,
        path=request.url.path,
        query={name: request.query_params[name] for name in known if name in request.query_params},
        asked=asked if asked in LANGUAGES else "",
    )


def page(made_for: Visit, body: str, status: int = 200) -> Response:
    """Return an answer, which remembers the language where it was asked for."""
    answer = HTMLResponse(body, status, headers={"Vary": "Cookie, Accept-Language, X-Fragment"})
    if made_for.asked:
        answer.set_cookie(preference.COOKIE, made_for.asked, max_age=YEAR, httponly=True, samesite="lax")
    return answer


def number(text: str) -> int | None:
    """Return a number from an address; None for what no number of ours can be."""
    return int(text) if re.fullmatch(r"[0-9]{1,15}", text) else None
