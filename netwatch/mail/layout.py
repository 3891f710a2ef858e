"""Sheets laid out as text and as HTML."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from netwatch.language import translations

if TYPE_CHECKING:
    from netwatch.mail.digest import Digest
    from netwatch.mail.sheet import Sheet


def laid_out(name: str, view: Sheet | Digest, language: str) -> tuple[str, str]:
    """Return a view as text and as HTML, by the two templates of that name."""
    pages = _environment(language)
    return tuple(pages.get_template(f"{name}.{form}.j2").render(view=view) for form in ("txt", "html"))  # type: ignore[return-value]


@cache
def _environment(language: str) -> Environment:
    pages = Environment(
        loader=PackageLoader("netwatch.mail"),
        autoescape=select_autoescape(enabled_extensions=("html.j2",), default=False),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    pages.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    return pages
