"""A page as a PDF: WeasyPrint in a child process of its own, with limits, without files and without network.

What a page says comes from devices and people. Whatever they may have written, the child has no way to read a file or
to reach anybody, it ends after its time, and a fault of the renderer is not the service's.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import resource
import subprocess
import sys

from netwatch.errors import NetwatchError
from probes.api import _

SECONDS = 120
"""How long a page may take, by the clock; its processor time is limited as well."""
MEMORY = 3 * 2**30
LONGEST = 64 * 2**20
"""Bytes of a page, and of a PDF."""
NO_LIBRARY, NO_FONT, TOO_LONG = 3, 4, 5
HAN = "\u4e00"


class PdfError(NetwatchError):
    """A page cannot be made into a PDF."""


_SAYS = {
    NO_LIBRARY: _(
        "PDF needs WeasyPrint and Pango: run make environment, and apt-get install libpango-1.0-0 libpangoft2-1.0-0"
    ),
    NO_FONT: _("there is no font with Chinese characters; apt-get install fonts-noto-cjk"),
    TOO_LONG: _("the page is too long for a PDF"),
}


def render(page: str, *, seconds: float = SECONDS) -> bytes:
    """Return a page that stands alone as a PDF. Raises PdfError with what is missing, or that it took too long."""
    content = page.encode()
    if len(content) > LONGEST:
        raise PdfError(_SAYS[TOO_LONG])
    # The interpreter's own folders, and nothing else of our environment: it holds what children need not know.
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "XDG_CACHE_HOME") if name in os.environ}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "netwatch.pdf"],
            input=content,
            capture_output=True,
            timeout=seconds,
            check=False,
            cwd="/",
            env={**kept, "LANG": "C.UTF-8"},
        )
    except subprocess.TimeoutExpired:
        raise PdfError(_("making the PDF took longer than {seconds} s"), seconds=seconds) from None
    if done.returncode == 0 and done.stdout.startswith(b"%PDF-"):
        return done.stdout
    if done.returncode in _SAYS:
        raise PdfError(_SAYS[done.returncode])
    last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or [str(done.returncode)]
    raise PdfError(_("the PDF could not be made: {why}"), why=last[0][:200])


def main() -> int:
    """Read a page, write a PDF."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        from weasyprint import HTML  # noqa: PLC0415 - an extra, and only the child has it
        from weasyprint.urls import URLFetcher  # noqa: PLC0415
    except (ImportError, OSError):
        return NO_LIBRARY
    page = sys.stdin.buffer.read(LONGEST).decode()
    if any(HAN <= each <= "\u9fff" for each in page) and not has_chinese():
        return NO_FONT
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    # A page has all that it shows in itself: no file, no address is looked at.
    fetcher = URLFetcher(allowed_protocols=("data",), allow_redirects=False)
    sys.stdout.buffer.write(HTML(string=page, url_fetcher=fetcher).write_pdf() or b"")
    return 0


def has_chinese() -> bool:
    """Say whether a font with Chinese characters is installed, as Fontconfig knows."""
    name = ctypes.util.find_library("fontconfig") or "libfontconfig.so.1"
    try:
        library = ctypes.CDLL(name)
    except OSError:
        return False
    library.FcNameParse.restype = library.FcObjectSetCreate.restype = ctypes.c_void_p
    library.FcFontList.restype = ctypes.POINTER(ctypes.c_int)
    library.FcNameParse.argtypes = [ctypes.c_char_p]
    library.FcFontList.argtypes = [ctypes.c_void_p] * 3
    found = library.FcFontList(None, library.FcNameParse(b":lang=zh-cn"), library.FcObjectSetCreate())
    return bool(found) and found[0] > 0  # the first field of FcFontSet is how many there are


if __name__ == "__main__":
    sys.exit(main())
