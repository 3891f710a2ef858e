"""A visitor of the page, in a real browser."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.e2e.served_page import ServedPage

ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
WATCH = "addEventListener('securitypolicyviolation', (event) => console.error(`policy: ${event.violatedDirective}`));"
SECONDS = 15_000


class Visitor:
    """A browser window, and all that it complains about."""

    def __init__(self, browser: Browser, served: ServedPage, **options: Any) -> None:
        self.served = served
        self.complaints: list[str] = []
        self.context: BrowserContext = browser.new_context(**{"locale": "en-US", **options})
        self.context.add_init_script(WATCH)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(SECONDS)
        self.page.on(
            "console", lambda line: self.complaints.append(line.text) if line.type in ("error", "warning") else None
        )
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def visit(self, path: str) -> Page:
        self.page.goto(self.served.address + path)
        return self.page

    def leave(self) -> None:
        self.context.close()


def keep(page: Page, name: str) -> None:
    """Save a picture where somebody wants to look: NETWATCH_SCREENSHOTS names the folder."""
    folder = os.environ.get("NETWATCH_SCREENSHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
