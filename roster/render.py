"""A handover report as a page, as plain text and as a mail, in the language of a catalogue.

The report stays the same; only its rendering has a language and a zone. HTML escapes everything, and
nothing in it comes from elsewhere: no script, no picture, no remote style.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_eval_context, select_autoescape
from markupsafe import escape

from roster import alike
from roster.facts import Place, Saying
from roster.handover import digest
from roster.lines import folded, one_line
from roster.report import Section
from roster.report_wording import ReportWording

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from gettext import NullTranslations
    from zoneinfo import ZoneInfo

    from jinja2.nodes import EvalContext

    from roster.report import Handover
    from roster.signing import Signature

_MAIL_ITEMS = 20
_ALL = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Body:
    """A mail about a report: its subject, and sections 0 to 4 and 10 in both forms."""

    subject: str
    text: str
    html: str


class _Block(str):
    """Text that keeps its lines."""

    __slots__ = ()


def html(
    handover: Handover, translations: NullTranslations, zone: ZoneInfo, signatures: Sequence[Signature] = ()
) -> str:
    """Return the whole report as a page that stands alone, also on A4 paper.

    `signatures` are those under it; a report without any has room to sign on paper.
    """
    return _rendered("report.html.j2", handover, ReportWording(translations, zone), signatures=signatures)


def text(
    handover: Handover, translations: NullTranslations, zone: ZoneInfo, signatures: Sequence[Signature] = ()
) -> str:
    """Return the whole report as plain text of 78 columns."""
    return folded(_rendered("report.txt.j2", handover, ReportWording(translations, zone), signatures=signatures))


def mail_body(handover: Handover, translations: NullTranslations, zone: ZoneInfo, link: str = "") -> Body:
    """Return the mail that goes to both sides: sections 0 to 4 and 10, and where the rest is found."""
    say = ReportWording(translations, zone)
    link = link if link.startswith(("https://", "http://")) else ""
    options = {"link": link, "most": _MAIL_ITEMS}
    return Body(
        subject=one_line(say.headline(handover)),
        text=folded(_rendered("mail.txt.j2", handover, say, **options)),
        html=_rendered("mail.html.j2", handover, say, **options),
    )


def style_source() -> str:
    """Return what a Content-Security-Policy must allow in `style-src` for the page: the hash of its style."""
    style = _TEMPLATES.get_template("report.css").render()
    return f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'"


def _rendered(name: str, handover: Handover, say: ReportWording, **options: Any) -> str:
    return _TEMPLATES.get_template(name).render(
        report=handover,
        head=handover.head,
        say=say,
        digest=digest(handover),
        gettext=_newstyle(say.translations.gettext),
        **options,
    )


def _newstyle(translate: Callable[[str], str]) -> Callable[..., str]:
    """Return a gettext for templates: it fills `%(named)s` fields, and escapes them where the template does."""

    @pass_eval_context
    def translated(context: EvalContext, message: str, **values: Any) -> str:
        kind = escape if context.autoescape else str
        try:
            return kind(translate(message)) % values
        except (KeyError, TypeError, ValueError):
            return kind(message) % values

    return translated


@pass_eval_context
def _finalized(context: EvalContext, value: object) -> object:
    """Keep what is written into plain text on its line; HTML needs no such care."""
    return value if context.autoescape or isinstance(value, _Block) else one_line(value)


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("roster"),
        extensions=["jinja2.ext.i18n"],
        undefined=StrictUndefined,
        # Everything is escaped but what is named here: the usual rule would leave *.html.j2 out.
        autoescape=select_autoescape(disabled_extensions=("txt.j2", "css"), default=True, default_for_string=True),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_finalized,
    )
    made.install_null_translations(newstyle=True)  # type: ignore[attr-defined]  # added by the i18n extension
    made.globals |= {"alike": alike, "S": Section, "P": Place, "W": Saying, "most": _ALL}
    made.filters["block"] = lambda value, indent: _Block(str(value).replace("\n", "\n" + " " * indent))
    made.filters["apply"] = lambda value, say: say(value)
    return made


_TEMPLATES = _environment()
