"""Takes the pictures of the status page, in both languages, from the demo: `python docs/images/pictures.py` (5 minutes)."""

# ruff: noqa: INP001 - a script beside what it writes, not a module

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import tempfile
import tomllib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image
from playwright.sync_api import sync_playwright

from netwatch.language import translations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

HERE = Path(__file__).parent
PICTURES = {"en": HERE / "status-en.png", "zh_CN": HERE / "status-zh.png"}
MOMENT = "on the way with the spare power supply"
"""What somebody of the demo says when most can be seen: two minutes after its beginning."""
SIZE = {"width": 1280, "height": 1150}
DEMO, PATIENCE, LONGEST = 4, 180_000, 600
"""How long a demo goes on, minutes; how long the page may take to show it, ms; and both pictures, seconds."""
COLOURS = 256


@contextmanager
def demo(language: str) -> Iterator[str]:
    """Show the demo in a language; give the address of its page."""
    netwatch = Path(sys.executable).with_name("netwatch")
    with tempfile.TemporaryDirectory() as folder:
        show = subprocess.Popen(  # noqa: S603 - our own command
            [netwatch, "demo", "--minutes", str(DEMO), "--folder", folder],
            env={**os.environ, "NETWATCH_LANGUAGE": language, "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert show.stdout is not None  # noqa: S101 - for the type checker
            next(line for line in show.stdout if not line.strip())  # by the first empty line, all is written and told
            configuration = tomllib.loads((Path(folder) / "config.toml").read_text(encoding="utf-8"))
            yield f"http://{configuration['web']['listen']}/"
        finally:
            show.terminate()
            show.communicate(timeout=30)


def taken(browser: Browser, address: str, language: str) -> bytes:
    """Return the page as a picture, at the moment."""
    page = browser.new_page(viewport=SIZE, locale=language.replace("_", "-"), timezone_id="Asia/Shanghai")
    for _attempt in range(50):  # the page comes up a moment after it is told of
        try:
            page.goto(address)
            break
        except Exception:  # noqa: BLE001 - whatever the browser says, the page is not there yet
            page.wait_for_timeout(200)
    page.get_by_text(translations(language).gettext(MOMENT)).first.wait_for(timeout=PATIENCE)
    return page.screenshot(animations="disabled")


def main() -> None:
    """Take both pictures."""
    signal.alarm(LONGEST)  # a browser that hangs ends with us
    with sync_playwright() as player:
        browser = player.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
        )
        for language, path in PICTURES.items():
            with demo(language) as address:
                picture = Image.open(io.BytesIO(taken(browser, address, language)))
            picture.quantize(COLOURS).save(path, optimize=True)  # a third of the size, and the eye sees no difference
        browser.close()


if __name__ == "__main__":
    main()
