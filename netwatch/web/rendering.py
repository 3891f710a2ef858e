"""From views to HTML, in either language. Everything is escaped, whatever a template is called."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from netwatch.domain.model import DeviceState, Health, Severity
from netwatch.language import translations
from netwatch.storage.outbox import Delivery
from roster.layers import Post

TEMPLATES = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"


@cache
def environment(language: str) -> Environment:
    """Return the templates in a language."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    catalogue: Any = made
    catalogue.install_gettext_translations(translations(language), newstyle=True)
    made.globals.update(Severity=Severity, DeviceState=DeviceState, Health=Health, Delivery=Delivery, Post=Post)
    return made


def render(template: str, language: str, context: dict[str, Any]) -> str:
    """Return a page."""
    return environment(language).get_template(template).render(context)
